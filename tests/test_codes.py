"""Codes of a council, markers of unknown, and what is said of codes that nobody mapped."""

from __future__ import annotations

import pandas as pd
import pytest

from ehp_eval.columns import Column
from ehp_eval.contract import TABLES
from ehp_eval.intake.codes import MARKERS, read_codes, unmapped_codes


def column_of(table: str, name: str) -> Column:
    return next(column for column in TABLES[table].columns if column.name == name)


def codes(
    table: str, name: str, *cells: str | None, own: dict[str, str] | None = None, **general: str
) -> list[str | None]:
    text = pd.Series(cells, dtype="str")
    read = read_codes(text, column_of(table, name), own or {}, general, MARKERS)
    return [None if pd.isna(cell) else cell for cell in read]


def test_a_mapped_code_in_any_case_becomes_the_contracts() -> None:
    own = {"Edge of Care": "edge_of_care"}
    assert codes("referrals", "stream", "EDGE OF CARE", "edge_of_care", "Edge of", own=own) == [
        "edge_of_care",
        "edge_of_care",
        "Edge of",
    ]
    assert codes("referrals", "stream", "Edge_of_care") == ["Edge_of_care"]  # the contract's own are matched exactly


def test_general_codes_are_for_the_columns_that_have_them_and_never_replace_one() -> None:
    assert codes("referrals", "accepted", "Yes", "no", Yes="Y", No="N") == ["Y", "N"]
    assert codes("persons", "sex", "Yes", Yes="Y") == ["Yes"]
    assert codes("persons", "ethnicity", "other", other="U") == ["other"]
    assert codes("persons", "ethnicity", "other", own={"other": "U"}) == ["U"]  # said of this very column
    assert codes("referrals", "accepted", "Yes", own={"yes": "N"}, Yes="Y") == ["N"]


UNKNOWN = ("N/A", "na", "-", "u", "UNKNOWN", "Not Known", "null")


@pytest.mark.parametrize("marker", UNKNOWN)
@pytest.mark.parametrize(
    ("table", "name", "read"),
    [
        ("persons", "sex", "U"),
        ("referrals", "closing_outcome", "U"),  # a blank means not applicable, but the column can say unknown
        ("pregnancies", "outcome", "U"),
        ("referrals", "status_at_referral", None),
        ("persons", "wimd_quintile", None),
        ("persons", "birth_month", None),
        ("persons", "locality", None),
        ("persons", "family_id", None),
        ("persons", "person_id", None),  # then it is a blank that may not be
        ("parents", "prior_removals", None),
        ("parents", "index_removal_on", None),
        ("referrals", "accepted_on", None),
        ("referrals", "end_reason", None),
        ("referrals", "support_ended_on", "kept"),  # unknown is not still open
        ("assessments", "completed_on", "kept"),
        ("looked_after_episodes", "ended_on", "kept"),
        ("referrals", "referred_on", "kept"),
        ("referrals", "stream", "kept"),
    ],
)
def test_a_marker_of_unknown_becomes_what_the_column_has_for_it(
    table: str, name: str, read: str | None, marker: str
) -> None:
    assert codes(table, name, marker) == [marker if read == "kept" else read]


def test_a_code_wins_over_a_marker() -> None:
    assert codes("looked_after_episodes", "reason_started", "U", "S", own={"U": "placement"}) == ["placement", "S"]
    assert codes("looked_after_episodes", "legal_status", "-", "NA", own={"-": "none"}) == ["none", None]


def cells(**counts: int) -> pd.Series:
    return pd.Series([value for value, count in counts.items() for _ in range(count)], dtype="str")


def test_unmapped_codes_with_their_counts() -> None:
    values = cells(**{"Edge of Care": 12, "EOC": 3, "Ann": 1, "Bob": 2, "edge_of_care": 5})
    assert unmapped_codes(values, ["edge_of_care"]) == (
        '"Edge of Care" (12 rows), "EOC" (3 rows), and 2 rarer values in 3 rows (see those rows)'
    )
    assert unmapped_codes(values[values == "edge_of_care"], ["edge_of_care"]) == ""
    assert unmapped_codes(cells(Ann=1), []) == "1 rare or private value in 1 row (see that row)"


def test_a_code_in_the_words_of_the_contract_is_shown_however_rare() -> None:
    assert unmapped_codes(cells(**{"Edge of care": 1}), []) == '"Edge of care" (1 row)'


@pytest.mark.parametrize(
    "value",
    [
        "Case 943",
        "CF10 3NQ",
        "a@example.org",
        "one\ntwo",
        "a value of more letters than a code would ever have",
        "1" * 9,
    ],
)
def test_a_value_that_may_identify_is_never_shown(value: str) -> None:
    said = unmapped_codes(cells(**{value: 50, "Other reason": 4}), [])
    assert said == '"Other reason" (4 rows), and 1 rarer value in 50 rows (see those rows)'


def test_a_column_of_names_is_no_list_of_codes() -> None:
    names = [f"{first}{last}" for first in "ABC" for last in ("nn", "my", "da", "lf", "vi", "xo", "za")]
    assert len(names) == 21
    assert unmapped_codes(cells(**dict.fromkeys(names, 3)), []) == (
        "21 rare or private values in 63 rows (see those rows)"
    )
    assert unmapped_codes(cells(**dict.fromkeys(names[:20], 3)), []).startswith('"Ada" (3 rows), "Alf" (3 rows), ')


@pytest.mark.parametrize("name", ["Amelia Evans", "Evans, Amelia", "Ann-Marie O'Hara Jones", "Siân Prŷs"])
def test_what_looks_like_a_name_is_no_code_however_often_it_comes(name: str) -> None:
    said = unmapped_codes(cells(**{name: 50, "Other reason": 4}), [])
    assert said == '"Other reason" (4 rows), and 1 rarer value in 50 rows (see those rows)'


def test_rare_values_too_tell_a_column_of_names() -> None:
    names = {f"Zq{chr(97 + at)}": 1 for at in range(18)} | {"Ann": 3, "Bob": 3, "Cai": 3}
    assert unmapped_codes(cells(**names), []) == "21 rare or private values in 27 rows (see those rows)"
