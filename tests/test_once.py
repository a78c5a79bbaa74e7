"""What is worked out once for a council: kept with it, changed by nobody, and never that of another."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from ehp_eval.cohort import build_cohort
from ehp_eval.load import Council
from ehp_eval.once import once_a_council
from ehp_eval.years import Period
from tests.councils import council_of, referral, table

YEAR = Period.year("2020-21")


def asking(asked: list[str]):
    @once_a_council
    def people(council: Council, stream: str, *, sex: str = "F") -> pd.DataFrame:
        asked.append(stream + sex)
        return council.tables["referrals"].query("stream == @stream")[["person_id"]]

    return people


def test_each_question_is_answered_once_for_a_council() -> None:
    asked: list[str] = []
    people, council = asking(asked), council_of(referrals=[referral("a", "2020-05-01")])
    for stream, sex in (("edge_of_care", "F"), ("pre_birth", "F"), ("edge_of_care", "F"), ("edge_of_care", "M")):
        assert len(people(council, stream, sex=sex)) == (stream == "edge_of_care")
    assert asked == ["edge_of_careF", "pre_birthF", "edge_of_careM"]


def test_nobody_changes_the_answer_that_another_is_given() -> None:
    people, council = asking([]), council_of(referrals=[referral("a", "2020-05-01")])
    for _ in range(2):  # the first to ask is no exception
        mine = people(council, "edge_of_care")
        mine["person_id"] = "someone else"
        mine["more"] = 1
    assert people(council, "edge_of_care").to_dict("list") == {"person_id": ["a"]}


def test_a_council_made_anew_is_asked_anew() -> None:
    asked: list[str] = []
    people, council = asking(asked), council_of(referrals=[referral("a", "2020-05-01")])
    people(council, "edge_of_care")
    tables = council.tables | {"referrals": table("referrals", referral("b", "2020-05-01"))}
    assert people(replace(council, tables=tables), "edge_of_care")["person_id"].tolist() == ["b"]
    assert len(asked) == 2


def test_a_cohort_is_its_askers_own() -> None:
    council = council_of(referrals=[referral("a", "2020-05-01")], looked_after_episodes=[])
    service = council.service("doorstep")
    mine = build_cohort(council, service, YEAR)
    followed = mine.at_risk
    followed["days"] = 0
    assert mine.at_risk["days"].tolist() == [517]
    mine.rows["excluded"] = "mine"
    mine.flow["count"] = 0
    other = build_cohort(council, service, YEAR)
    assert (len(other.at_risk), other.step("at_risk"), other.at_risk["days"].tolist()) == (1, 1, [517])
    # Windows and streams are questions of their own.
    assert "outcome_365" not in build_cohort(council, service, YEAR, windows=()).rows
    assert build_cohort(council, service, YEAR, stream="placement_support").rows.empty
