"""What loading a council's folder gives."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from ehp_eval.contract import TABLES
from ehp_eval.errors import ArgumentError, DataError, EhpError
from ehp_eval.load import Council, find_council, input_hashes, load_council
from tests.councils import council_of, declined, episode, referral, status, write_council


def load(folder: Path, **content: Any) -> Council:
    return load_council(write_council(folder, **content))


def test_columns_get_the_types_of_the_contract(tmp_path: Path) -> None:
    council = load(
        tmp_path,
        referrals=[referral("007", "2020-05-01")],
        persons=[{"person_id": "007", "birth_month": "2010-02", "wimd_quintile": "3", "locality": " Gŵyr "}],
        parents=[{"parent_id": "08", "offered_on": "2020-05-01", "prior_removals": 2}],
        service_costs=[{"service": "doorstep", "year": "2020-21", "staff": "12.5"}],
    )
    assert council.tables["referrals"]["person_id"].tolist() == ["007"]  # not 7
    assert council.tables["referrals"]["accepted_on"].tolist() == [pd.Timestamp("2020-05-01")]
    assert council.tables["referrals"]["support_ended_on"].isna().all()
    assert council.tables["persons"]["locality"].tolist() == ["Gŵyr"]
    assert council.tables["persons"]["wimd_quintile"].tolist() == ["3"]  # a code, not a number
    assert council.tables["parents"]["parent_id"].tolist() == ["08"]
    assert council.tables["parents"]["prior_removals"].tolist() == [2]
    assert council.tables["service_costs"]["staff"].tolist() == [12.5]
    assert council.tables["service_costs"]["other"].isna().all()  # the column was not supplied
    kinds = council.tables["parents"].dtypes.astype(str).to_dict()
    assert (kinds["offered_on"], kinds["prior_removals"], kinds["region"]) == ("datetime64[s]", "Int64", "str")


def test_a_table_that_is_not_supplied_is_empty_and_typed(tmp_path: Path) -> None:
    council = load(tmp_path, referrals=[referral("a", "2020-05-01")])
    assert council.supplied == {"referrals"}
    assert set(council.tables) == set(TABLES)
    for name, frame in council.tables.items():
        assert list(frame.columns) == [column.name for column in TABLES[name].columns]
        assert len(frame) == (1 if name == "referrals" else 0)
    assert str(council.tables["looked_after_episodes"]["started_on"].dtype) == "datetime64[s]"
    assert council.care.periods.empty


def test_a_header_without_rows_counts_as_not_supplied_unless_there_was_nothing(tmp_path: Path) -> None:
    # Else a table that nobody has filled yet would say that nothing ever happened.
    header = "person_id,date,type\n"
    assert load(tmp_path, status_events=header).supplied == frozenset()
    (tmp_path / "mapping.toml").write_text('empty = ["status_events"]')
    council = load_council(tmp_path)
    assert council.tables["status_events"].empty
    assert council.supplied == {"status_events"}


def test_the_councils_made_in_memory_for_the_tests_are_what_loading_gives(tmp_path: Path) -> None:
    tables: dict[str, Any] = {
        "referrals": [referral("a", "2020-05-01"), declined("b", "2020-06-01", end_reason="other")],
        "looked_after_episodes": [episode("a", "2020-07-01", parent_and_baby="N"), episode("b", "2020-07-01")],
        "status_events": [status("a", "2020-08-01", "died")],
        "parents": [{"parent_id": "p", "offered_on": "2020-05-01", "prior_removals": 2}],
        "looked_after_children": [{"area": "Gwlad", "date": "2020-03-31", "children": 10, "source": "s"}],
    }
    read, made = load(tmp_path, **tables), council_of(**tables)
    assert (read.settings, read.services, read.supplied) == (made.settings, made.services, made.supplied)
    for name in TABLES:
        assert_frame_equal(read.tables[name], made.tables[name], check_index_type=False)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_utf_8_with_and_without_a_signature_and_any_line_end(tmp_path: Path, encoding: str, newline: str) -> None:
    folder = write_council(tmp_path)
    text = "person_id,locality\na,Tŷ Gŵyn\n".replace("\n", newline)
    (folder / "records/persons.csv").write_bytes(text.encode(encoding))
    persons = load_council(folder).tables["persons"]
    assert persons[["person_id", "locality"]].to_numpy().tolist() == [["a", "Tŷ Gŵyn"]]


def test_dates_may_be_iso_or_uk_by_column(tmp_path: Path) -> None:
    # 03/04 is the third of April: day first. Two columns of a table may differ in style.
    rows = [
        referral("a", "2020-04-03", referred_on="03/04/2020"),
        referral("b", "2020-04-14", referred_on="13/04/2020"),
    ]
    council = load(tmp_path, referrals=rows)
    read = council.tables["referrals"][["referred_on", "accepted_on"]].map("{:%d %B %Y}".format)
    assert read.to_numpy().tolist() == [["03 April 2020", "03 April 2020"], ["13 April 2020", "14 April 2020"]]


def test_a_quoted_cell_may_hold_commas_and_line_breaks(tmp_path: Path) -> None:
    # The line break stands where no words are let in: a header.
    council = load(tmp_path, persons='person_id,"\nlocality"\na,"North, by the river"\nb,South\n')
    assert council.tables["persons"]["locality"].tolist() == ["North, by the river", "South"]


def test_columns_may_stand_in_any_order_and_spaces_do_not_count(tmp_path: Path) -> None:
    council = load(tmp_path, status_events=" type , person_id ,date\n died , a ,2020-05-01\n")
    assert council.tables["status_events"].to_numpy().tolist() == [["a", pd.Timestamp("2020-05-01"), "died"]]


def test_a_due_date_and_a_reference_table_may_look_ahead(tmp_path: Path) -> None:
    council = load(
        tmp_path,
        extract="2021-03-31",
        pregnancies=[{"pregnancy_id": "g", "due_on": "2021-08-01"}],
        looked_after_children=[{"area": "Gwlad", "date": "2022-03-31", "children": 10, "source": "s"}],
    )
    assert council.tables["pregnancies"]["due_on"].tolist() == [pd.Timestamp("2021-08-01")]


def test_hidden_files_are_no_tables(tmp_path: Path) -> None:
    (write_council(tmp_path) / "records/.gitkeep").touch()
    assert load_council(tmp_path).supplied == frozenset()


@pytest.mark.parametrize(
    ("extract", "latest"),
    [
        ("2021-03-31", "2020-21"),  # the year's last day: it is complete
        ("2021-03-30", "2019-20"),
        ("2021-09-30", "2020-21"),
        ("2021-04-01", "2020-21"),
    ],
)
def test_the_latest_complete_year(extract: str, latest: str) -> None:
    assert council_of(extract=extract, referrals=[referral("a", "2018-05-01")]).latest_year.label == latest


def test_years_run_from_the_first_record_to_the_latest_complete_year() -> None:
    # The first referral is of 2018-19; nothing of 2019-20 is recorded, which is a fact and not a gap.
    council = council_of(referrals=[referral("a", "2020-05-01"), declined("b", "2019-03-31")])
    assert [year.label for year in council.years] == ["2018-19", "2019-20", "2020-21"]
    offered = council_of(
        parents=[{"parent_id": "p", "offered_on": "2020-04-01"}], referrals=[referral("a", "2021-05-01")]
    )
    assert [year.label for year in offered.years] == ["2020-21"]
    assert council_of().years == []
    # Records of the year that is not over yet are no complete year.
    assert council_of(referrals=[referral("a", "2021-05-01")]).years == []


def test_a_year_or_service_that_there_is_not() -> None:
    council = council_of(referrals=[referral("a", "2019-05-01")])
    assert council.year("2019-20").label == "2019-20"
    assert council.service("cradle").id == "cradle"
    for label in ("2021-22", "2018-19"):
        with pytest.raises(ArgumentError, match="30 September 2021 covers: 2019-20, 2020-21") as caught:
            council.year(label)
        assert caught.value.exit_code == 2
    with pytest.raises(ArgumentError, match="doorstep, homeward, cradle, afresh"):
        council.service("doormat")
    with pytest.raises(ArgumentError, match="covers: none"):
        council_of().year("2020-21")


def test_a_council_is_found_from_the_root_and_from_the_notebooks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_council(tmp_path / "our-council")
    (tmp_path / "notebooks").mkdir()
    monkeypatch.chdir(tmp_path)
    assert find_council("our-council").resolve() == tmp_path / "our-council"
    monkeypatch.chdir(tmp_path / "notebooks")
    assert find_council("our-council").resolve() == tmp_path / "our-council"
    assert find_council(tmp_path / "our-council") == tmp_path / "our-council"
    assert load_council("our-council").settings.council.authority == "Dyffryn Gwyn"
    with pytest.raises(ArgumentError, match="--data") as caught:
        find_council("their-council")
    assert caught.value.exit_code == 2


def test_every_input_has_its_hash(tmp_path: Path) -> None:
    folder = write_council(tmp_path / "council", services={})
    (folder / "records/persons.csv").write_text("abc")
    (tmp_path / "export.csv").write_text("abc")
    hashes = input_hashes(folder, ["records/persons.csv", "../export.csv"])
    # A path outside the folder is not repeated: it can hold the name of somebody's account.
    assert list(hashes) == ["council.toml", "export.csv", "records/persons.csv"]
    # FIPS 180-2, appendix B.1: SHA-256 of "abc".
    assert hashes["records/persons.csv"] == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_errors_carry_the_exit_code_of_the_command_line() -> None:
    assert (EhpError.exit_code, ArgumentError.exit_code, DataError.exit_code) == (4, 2, 3)
