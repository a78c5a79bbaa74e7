"""The register of what was promised: its order, its sentences, and the shipped table against its sources."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ehp_eval.claims import examine_claims
from ehp_eval.errors import DataError
from ehp_eval.evaluation import Overview
from ehp_eval.load import Council, load_council
from ehp_eval.looked_after import looked_after_figures, looked_after_series
from ehp_eval.measures.figures import figures_frame
from ehp_eval.present.register import overdue_sentence, register_summary, register_table
from ehp_eval.present.shared import claims_table
from ehp_eval.register import register
from ehp_eval.tables import Table
from ehp_eval.years import Period
from tests.councils import Row, council_of, write_council

DATA = Path(__file__).resolve().parents[1] / "data"
EXTRACT = "2021-09-30"
REPORTS = (
    "Cabinet Committee Corporate Parenting 11 July 2018: IPC review",
    "Corporate Parenting Committee 2018: impact of early help services",
    "Overview and scrutiny 2021: Early Help and Permanence Strategy",
)


def action(name: str, due_on: str = "", status: str = "open", **changes: Any) -> Row:
    """A promise of 2020; with evidence where its status needs it."""
    evidence = (
        {"evidence": "It was seen.", "evidence_document": "A later report", "evidence_paragraph": "7"}
        if status in ("done", "in_progress")
        else {}
    )
    return {
        "action_id": name,
        "kind": "priority",
        "action": f"Do {name}",
        "due_on": due_on,
        "set_on": "2020",
        "status": status,
        "document": "A report",
        "paragraph": "1",
        **evidence,
        **changes,
    }


def overview(council: Council) -> Overview:
    """An overview without services: of the measures it has those of the published series alone."""
    year = Period.year("2020-21")
    figures = figures_frame(looked_after_figures(looked_after_series(council, until=year)))
    claims = examine_claims(council, until=year)
    return Overview(council, year, (), None, {}, pd.DataFrame(), None, claims, figures)


def summary(*rows: Row) -> str:
    return str(register_summary(overview(council_of(extract=EXTRACT, actions=rows))))


def shown(council: Council | Overview) -> pd.DataFrame:
    table = register_table(council if isinstance(council, Overview) else overview(council))
    assert isinstance(table, Table)
    return table.frame


@pytest.fixture(scope="module")
def shipped() -> Council:
    return load_council(DATA)


@pytest.fixture(scope="module")
def shipped_overview(shipped: Council) -> Overview:
    return overview(shipped)


def test_overdue_first_then_by_due_date_then_done() -> None:
    council = council_of(
        extract=EXTRACT,
        actions=[
            action("kept", "2019-01-01", "done"),
            action("undated"),
            action("later", "2022-03-31", "unknown"),
            action("late", "2020-12-31", "in_progress"),
            action("older", set_on="2018-07-11"),
            action("latest", "2019-03-31", "unknown"),
            action("soon", "2021-12-31"),
        ],
    )
    rows = register(council)
    assert rows["action_id"].tolist() == ["latest", "late", "soon", "later", "older", "undated", "kept"]
    assert rows["overdue"].tolist() == [True, True, False, False, False, False, False]
    assert rows["overdue"].dtype == bool


@pytest.mark.parametrize(
    ("due_on", "status", "overdue"),
    [
        ("2021-09-29", "open", True),
        ("2021-09-30", "open", False),  # the last day of the extract is still in time
        ("2021-10-01", "open", False),
        ("2021-09-29", "in_progress", True),
        ("2021-09-29", "unknown", True),
        ("2021-09-29", "done", False),
        ("", "open", False),
    ],
)
def test_overdue_is_what_was_due_before_the_extract_and_is_not_done(due_on: str, status: str, overdue: bool) -> None:
    rows = register(council_of(extract=EXTRACT, actions=[action("a", due_on, status)]))
    assert rows["overdue"].tolist() == [overdue]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["", "2019-03-31", "2021-09-30", "2022-01-31"]),
            st.sampled_from(["done", "in_progress", "open", "unknown"]),
        ),
        max_size=8,
    )
)
def test_no_promise_is_lost_and_none_that_is_done_comes_before_one_that_is_not(rows: list[tuple[str, str]]) -> None:
    made = [action(str(n), due_on, status) for n, (due_on, status) in enumerate(rows)]
    found = register(council_of(extract=EXTRACT, actions=made))
    assert sorted(found["action_id"]) == sorted(row["action_id"] for row in made)
    assert found["overdue"].is_monotonic_decreasing
    assert (found["status"] == "done").is_monotonic_increasing


def test_the_summary_of_none_of_one_and_of_several() -> None:
    assert summary() == "The register holds no recommendation, consideration or priority."
    assert summary(action("a", "2021-09-30")) == (
        "The register holds one recommendation, consideration or priority. By what the documents say, none is done, "
        "none is in progress and one is open; there is none without word of how it stands. "
        "Nothing is overdue on 30 September 2021."
    )
    each = [action(status, "2021-09-29", status) for status in ("done", "in_progress", "unknown")]
    assert summary(*each[:2]) == (
        "The register holds 2 recommendations, considerations and priorities. By what the documents say, one is done, "
        "one is in progress and none is open; there is none without word of how it stands. "
        "One is overdue on 30 September 2021: its date has passed, and no document says that it is done."
    )
    assert summary(*each, *(row | {"action_id": f"{n}"} for n, row in enumerate(each)), action("a"), action("b")) == (
        "The register holds 8 recommendations, considerations and priorities. By what the documents say, 2 are done, "
        "2 are in progress and 2 are open; of 2, no document says how they stand. "
        "4 are overdue on 30 September 2021: their dates have passed, and no document says that they are done."
    )
    assert "of one, no document says how it stands" in summary(each[2])


@pytest.mark.parametrize(
    ("late", "others", "words"),
    [
        (0, 2, "Of 2 {several}, none is past its date without a document at hand that says that it was done."),
        (1, 1, "Of 2 {several}, 1 is past its date, and no document at hand says that it was done."),
        (4, 28, "Of 32 {several}, 4 are past their date, and no document at hand says that they were done."),
        (1, 0, "Of the one {single}, 1 is past its date, and no document at hand says that it was done."),
        (0, 0, "The register holds no recommendation, consideration or priority."),
    ],
)
def test_overdue_in_a_sentence_says_by_what(late: int, others: int, words: str) -> None:
    rows = [action(f"late {n}", "2021-09-29", "unknown") for n in range(late)]
    rows += [action(f"other {n}", "2021-09-29", "done") for n in range(others)]
    words = words.format(
        several="recommendations, considerations and priorities on the register",
        single="recommendation, consideration or priority on the register",
    )
    assert overdue_sentence(overview(council_of(extract=EXTRACT, actions=rows))) == words


def test_a_row_of_the_table_says_where_when_what_is_known_and_what_follows_it() -> None:
    rows = shown(
        council_of(
            extract=EXTRACT,
            actions=[
                # Of what no report computes the title alone is known, or not even that.
                action("a", "2021-09-29", "in_progress", measure="las2 las11 none99", kind="consideration"),
                action("b", status="unknown"),
            ],
            looked_after_children=[{"area": "Dyffryn Gwyn", "date": "2021-03-31", "children": 30, "rounded_to": 1}],
            population_under_18=[{"area": "Dyffryn Gwyn", "mid_year": 2020, "population": 3000}],
        )
    )
    assert rows.to_numpy().tolist() == [
        [
            "Do a",
            "Consideration, document 1: 1",
            "29 September 2021 (overdue)",
            "In progress. It was seen. (Document 2: 7.)",
            (
                "Children looked after per 10,000 under 18 (las2); "
                "not measured yet: Returned home from care; not measured yet: none99"
            ),
        ],
        ["Do b", "Priority, document 1: 1", "no date set", "Not known. Nothing later was found.", "no measure"],
    ]


def test_a_document_has_one_number_in_the_register_and_in_the_claims() -> None:
    claim = {
        "claim_id": "c",
        "subject": "doorstep",
        "stream": "edge_of_care",
        "period_start": "2020-04-01",
        "period_end": "2021-03-31",
        "unit": "child",
        "denominator": 115,
        "percent_stated": "93",
        "percent_of": "child",
        "wording": "remained at home",
        "document": "A later report",
        "paragraph": "4.6",
    }
    report = overview(council_of(extract=EXTRACT, actions=[action("a", status="in_progress")], claims=[claim]))
    claims, promised = claims_table(report), register_table(report)
    assert isinstance(claims, Table)
    assert isinstance(promised, Table)
    # Those of the claims first, in the order of their table.
    assert "(document 1, 4.6)" in claims.frame["claim"].iloc[0]
    assert promised.frame["source"].tolist() == ["Priority, document 2: 1"]
    assert promised.frame["known"].tolist() == ["In progress. It was seen. (Document 1: 7.)"]
    page = promised._repr_html_()
    assert "Document 1: <q>A later report</q>. Document 2: <q>A report</q>." in page
    assert "Document 1: <q>A later report</q>." in claims._repr_html_()
    assert "Document 2" not in claims._repr_html_()


@pytest.mark.parametrize(
    ("set_on", "known"),
    [
        ("2020-09", "Set in September 2020; no later document at hand."),
        ("2020-09-02", "Set in September 2020; no later document at hand."),
        ("2020-08-31", "Nothing later was found."),
    ],
)
def test_what_the_latest_document_set_can_have_no_later_word(set_on: str, known: str) -> None:
    def told(*rows: Row) -> str:
        council = council_of(extract=EXTRACT, actions=[action("a", set_on=set_on), *rows])
        return str(shown(council)["known"].iloc[0])

    last = action("b", set_on="2020-09-30", document="The last report")
    assert told(last) == f"Open. {known}"
    # A day is known of every promise, but not of a document that sets none; nor is the month of one "of 2020".
    assert told(last, action("c", status="done", set_on="2020-09-30")) == "Open. Nothing later was found."
    assert told(last, action("c", set_on="2020")) == "Open. Nothing later was found."


def test_words_of_a_council_stay_text() -> None:
    council = council_of(actions=[action("a", action="Ask <b>all</b>", document="A <i>report</i>")])
    page = register_table(overview(council))._repr_html_()
    assert "Ask &lt;b&gt;all&lt;/b&gt;" in page
    assert "<q>A &lt;i&gt;report&lt;/i&gt;</q>" in page


def test_without_a_register_the_report_says_so() -> None:
    nothing = overview(council_of())
    assert str(register_summary(nothing)) == (
        "No register of recommendations, considerations and priorities was supplied."
    )
    assert str(register_table(nothing)) == "There is nothing to list."
    assert str(register_table(overview(council_of(actions=[])))) == "There is nothing to list."


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"evidence": ""}, [("evidence", "no evidence")]),
        ({"evidence_document": ""}, [("evidence_document", "source")]),
        ({"evidence_paragraph": ""}, [("evidence_paragraph", "source")]),
        ({"status": "kept"}, [("status", "unknown code")]),
        ({"due_on": "March 2019"}, [("due_on", "date")]),
        ({"paragraph": ""}, [("paragraph", "blank")]),
    ],
)
def test_a_register_that_does_not_say_where_it_stands(
    tmp_path: Path, change: Row, found: list[tuple[str, str]]
) -> None:
    write_council(tmp_path, actions=[action("a"), action("b", status="done") | change])
    with pytest.raises(DataError) as caught:
        load_council(tmp_path)
    findings = [each for each in caught.value.findings if each.rule != "not supplied"]
    assert [(each.column, each.rule) for each in findings] == found
    assert [each.rows for each in findings] == [(3,)]


def test_the_shipped_register_holds_every_recommendation_consideration_and_priority(shipped: Council) -> None:
    actions = shipped.tables["actions"]
    # Counted by hand in the three reports: the bullets of 4.3 of July 2018 (the later report of 2018 has nine too,
    # one of them another); paragraphs 9.2 to 9.10 of the later report of 2018 (9.1 introduces them); the bullets
    # between 4.25 and 5 of 2021, from the shared data set to the child's rights approach.
    assert Counter(zip(actions["kind"], actions["document"], strict=True)) == {
        ("recommendation", REPORTS[0]): 9,
        ("consideration", REPORTS[1]): 9,
        ("priority", REPORTS[2]): 14,
    }
    points = actions["paragraph"].tolist()
    assert points == [
        *(f"4.3, point {n}" for n in range(1, 10)),
        *(f"9.{n}" for n in range(2, 11)),
        *(f"Priorities/next steps, point {n}" for n in range(1, 15)),
    ]
    # Only four have a date in the reports: 9.5, 9.6, 9.7 and 9.9.
    dated = actions.dropna(subset="due_on").set_index("paragraph")["due_on"].dt.strftime("%Y-%m")
    assert dated.to_dict() == {"9.5": "2019-03", "9.6": "2018-12", "9.7": "2019-04", "9.9": "2019-04"}


def test_every_row_of_the_shipped_register_names_its_sources(shipped: Council) -> None:
    actions = shipped.tables["actions"]
    assert actions[["document", "paragraph"]].notna().all(axis=None)
    told = actions["evidence"].notna()
    assert actions.loc[told, ["evidence_document", "evidence_paragraph"]].notna().all(axis=None)
    assert actions.loc[~told, ["evidence_document", "evidence_paragraph"]].isna().all(axis=None)
    assert set(actions.loc[told, "evidence_document"]) <= set(REPORTS)
    # No evidence is older than the promise.
    order = {title: n for n, title in enumerate(REPORTS)}
    assert (actions.loc[told, "evidence_document"].map(order) >= actions.loc[told, "document"].map(order)).all()


def test_the_figures_in_the_evidence_are_the_published_counts(shipped: Council) -> None:
    actions, counts = shipped.tables["actions"].set_index("action_id"), shipped.tables["counts"]

    def published(subject: str) -> list[int]:
        return [int(value) for value in counts.loc[counts["subject"] == subject, "value"]]

    def stated(action_id: str) -> list[int]:
        # Whole numbers that are no part of a financial year or of a name.
        words = re.sub(r"20\d\d(-\d\d)?", "", actions.loc[action_id, "evidence"])
        return [int(number) for number in re.findall(r"\d+", words)]

    orders = published("Special Guardianship Orders granted for looked-after children")
    assert stated("consideration-2018-9.9") == stated("priority-2021-8") == orders == [6, 9, 5]
    assert stated("priority-2021-6") == published("Care Orders discharged") == [3, 10, 5]
    reunified = published("Children reunified with their birth family (Practice Support Workers)")
    assert stated("consideration-2018-9.6") == stated("priority-2021-4") == reunified == [23]
    assert stated("consideration-2018-9.8") == published("Practice Support Worker referrals") == [68]
    assert stated("ipc-2018-2") == published("Reflect parents engaged since May 2018 (Bridgend)") == [11]


def test_the_shipped_register_names_measures_of_the_evaluation_only(shipped: Council) -> None:
    # The ids of the measures, service by service, as the evaluation was specified.
    last = {"eoc": 10, "bm": 8, "rf": 7, "psw": 4, "las": 12, "fd": 4}
    known = {f"{stem}{n}" for stem, highest in last.items() for n in range(1, highest + 1)}
    assert set(" ".join(shipped.tables["actions"]["measure"].dropna()).split()) <= known


def test_the_shipped_register_at_its_extract_date(shipped: Council, shipped_overview: Overview) -> None:
    # The four with a date were due in 2018 and 2019, and the report of 2021 says of none that it was done.
    rows = register(shipped)
    assert rows.loc[rows["overdue"], "paragraph"].tolist() == ["9.6", "9.5", "9.7", "9.9"]
    # That something was done is said of one alone: capacity at the front door. Of the three practice support workers,
    # evenings and weekends included, neither the posts nor the hours are stated.
    assert rows.loc[rows["status"] == "done", "paragraph"].tolist() == ["9.4"]
    assert rows["status"].iloc[-1] == "done"
    # Counted by hand in the table: in progress 3 of July 2018 (points 1, 2, 6), 9.2 and 9.8, and 4 priorities (points
    # 4, 6, 8, 11); open the other 10 priorities; not known 6 of July 2018, and 9.3, 9.5, 9.6, 9.7, 9.9 and 9.10.
    assert str(register_summary(shipped_overview)) == (
        "The register holds 32 recommendations, considerations and priorities. By what the documents say, one is done, "
        "9 are in progress and 10 are open; of 12, no document says how they stand. "
        "4 are overdue on 30 September 2021: their dates have passed, and no document says that they are done."
    )
    assert overdue_sentence(shipped_overview) == (
        "Of 32 recommendations, considerations and priorities on the register, 4 are past their date, and no document "
        "at hand says that they were done."
    )


def test_work_on_a_priority_that_its_own_document_tells_of_came_before_it(shipped: Council) -> None:
    actions = shipped.tables["actions"].set_index("action_id")
    begun = actions[(actions["status"] == "in_progress") & (actions["kind"] == "priority")]
    assert begun.index.tolist() == [f"priority-2021-{n}" for n in (4, 6, 8, 11)]
    assert begun["evidence"].str.startswith("This predates the priority: ").all()


def test_the_shipped_register_as_the_overview_shows_it(shipped_overview: Overview) -> None:
    rows = shown(shipped_overview)
    assert len(rows) == 32
    # The documents of the claims stand in this order: the later report of 2018, that of 2021, the earlier of 2018.
    numbers = rows["source"].str.extract(r"^(\w+), document (\d)").value_counts().to_dict()
    assert numbers == {("Priority", "2"): 14, ("Recommendation", "3"): 9, ("Consideration", "1"): 9}
    # Eight of the ten open priorities have no evidence: points 9 and 14 have.
    latest = rows["known"].eq("Open. Set in September 2021; no later document at hand.")
    assert latest.sum() == 8
    assert rows.loc[~latest, "source"].str.startswith("Priority").sum() == 6
    # Measures of all looked-after children are named for later: they are in no report yet.
    later = [each for cell in rows["followed"] for each in cell.split("; ") if "Returned home from care" in each]
    assert later == ["not measured yet: Returned home from care"] * 2
