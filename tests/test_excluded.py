"""Going on without the rows at fault: what is left out, what that leaves out in turn, and that all rows add up."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ehp_eval.errors import DataError
from ehp_eval.evaluation import evaluate
from ehp_eval.load import Council, load_council
from ehp_eval.years import Period
from tests.councils import episode, referral, status, write_council


def load(folder: Path, **content: Any) -> Council:
    return load_council(write_council(folder, **content), allow_excluded=True)


def left_out(council: Council) -> dict[tuple[str, str], int]:
    return {(row.table, row.rule): row.rows for row in council.account.left_out.itertuples()}


def test_rows_at_fault_are_left_out_and_counted(tmp_path: Path) -> None:
    rows = [
        referral("a", "2020-05-01"),
        referral("b", "2020-05-01", stream="edge"),
        referral("c", "2021-12-31"),
        referral("d", "2020-05-04", referred_on="2020-05-05"),
        referral("e", "2020-05-04", referred_on="soon", stream="edge"),
    ]
    council = load(tmp_path, referrals=rows, looked_after_episodes=[episode("a", "2020-06-01")])
    assert council.tables["referrals"]["person_id"].tolist() == ["a"]
    counted = left_out(council)
    assert sum(counted.values()) == 4  # e breaks two rules and is counted once
    assert counted["referrals", "after the extract"] == 1
    assert counted["referrals", "order of dates"] == 1
    assert council.account.at_fault == 4
    assert council.account.read == {"referrals": 5, "looked_after_episodes": 1}
    assert council.account.rows().set_index("table")["used"].to_dict() == {"referrals": 1, "looked_after_episodes": 1}


def test_what_depends_on_a_row_goes_with_it(tmp_path: Path) -> None:
    # The referral has a code that is not known; its contact, its pregnancy and the baby then belong to nothing.
    council = load(
        tmp_path,
        referrals=[
            referral("a", "2020-05-01", stream="edge", referral_id="r"),
            referral("z", "2020-05-01", referral_id="s"),
        ],
        contacts=[{"referral_id": "r", "contact_on": "2020-05-02"}],
        pregnancies=[{"pregnancy_id": "g", "referral_id": "r"}, {"pregnancy_id": "h", "referral_id": "s"}],
        babies=[{"baby_id": "k", "pregnancy_id": "g", "born_on": "2020-08-01"}],
        looked_after_episodes=[episode("a", "2020-06-01")],
    )
    assert {name: len(council.tables[name]) for name in ("referrals", "contacts", "pregnancies", "babies")} == {
        "referrals": 1,
        "contacts": 0,
        "pregnancies": 1,
        "babies": 0,
    }
    assert sum(left_out(council).values()) == 4


def test_without_faults_nothing_is_left_out(tmp_path: Path) -> None:
    council = load(
        tmp_path, referrals=[referral("a", "2020-05-01")], looked_after_episodes=[episode("a", "2020-06-01")]
    )
    assert left_out(council) == {}
    assert council.account.at_fault == 0


@pytest.mark.parametrize(
    "content",
    [
        {"referrals": "referral_id,person_id\nr,a\n"},  # columns that are missing
        {"contacts": "nothing,known\n1,2\n"},  # no header
        {"claims": "claim_id\nc\nc\n"},  # a published figure is mended, not left out
        {"settings": "[council"},
    ],
)
def test_what_is_no_single_row_still_stops(tmp_path: Path, content: dict[str, Any]) -> None:
    good = {"referrals": [referral("a", "2020-05-01")], "looked_after_episodes": [episode("a", "2020-06-01")]}
    with pytest.raises(DataError):
        load(tmp_path, **good | content)


def test_a_cell_that_cannot_be_read_is_no_second_fault(tmp_path: Path) -> None:
    # The date of acceptance is unreadable, not absent.
    write_council(
        tmp_path,
        referrals=[referral("a", "2020-05-01"), referral("b", "soon", referred_on="2020-05-01")],
        looked_after_episodes=[episode("a", "2020-06-01")],
    )
    with pytest.raises(DataError) as caught:
        load_council(tmp_path)
    assert [(each.rule, each.column) for each in caught.value.findings] == [("date", "accepted_on")]


def test_a_column_of_which_a_fifth_is_at_fault_is_no_matter_of_rows(tmp_path: Path) -> None:
    # Month first: those of the 13th and later cannot be read as days, and the others would be read wrongly.
    days = [f"{month:02}/{day:02}/2020" for month in (4, 5, 6) for day in (3, 9, 14, 20)] * 4
    rows = [referral(str(n), day, referred_on=day) for n, day in enumerate(days)]
    with pytest.raises(DataError) as caught:
        load(tmp_path, referrals=rows, looked_after_episodes=[episode("a", "2020-06-01")])
    assert {(each.rule, each.column) for each in caught.value.findings} == {
        ("column at fault", "referred_on"),
        ("column at fault", "accepted_on"),
    }


def test_an_episode_that_is_left_out_does_not_become_a_good_outcome(tmp_path: Path) -> None:
    # Of thirty children three entered care; two of these episodes cannot be read, and it is not known what they hold.
    council = load(
        tmp_path,
        referrals=[referral(f"c{n}", "2019-06-03") for n in range(30)],
        looked_after_episodes=[
            episode("c1", "2019-09-01"),
            episode("c2", "soon"),
            episode("c3", "later"),
            *(episode(f"o{n}", "2019-09-01") for n in range(20)),
        ],
    )
    assert left_out(council) == {("looked_after_episodes", "date"): 2, ("referrals", "outcome not known"): 2}
    share = evaluate(council, "doorstep", "2019-20").figure("eoc1", Period.year("2019-20"), 365)
    assert (share["numerator"], share["denominator"]) == (27, 28)


def test_a_parent_whose_childs_event_is_left_out_goes_with_it(tmp_path: Path) -> None:
    parents = [{"parent_id": name, "offered_on": "2019-05-01", "engaged_on": "2019-05-02"} for name in "mnp"]
    council = load(
        tmp_path,
        parents=parents,
        pregnancies=[{"pregnancy_id": f"g{name}", "parent_id": name} for name in "mn"],
        babies=[{"baby_id": f"b{name}", "pregnancy_id": f"g{name}", "born_on": "2020-05-01"} for name in "mn"],
        status_events=[status("bm", "soon", "proceedings_issued"), status("p", "2020-01-01", "vanished")]
        + [status("bn", "2020-05-02", "proceedings_issued")] * 9,
    )
    assert council.tables["parents"]["parent_id"].tolist() == ["n"]
