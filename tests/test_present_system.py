"""The report on the looked-after system: what it says of figures that were counted, or made up, by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pandas as pd
import pytest
from bs4 import BeautifulSoup

from ehp_eval.area_trend import Trend
from ehp_eval.charts import Chart, placebo_chart
from ehp_eval.config import SystemChange
from ehp_eval.errors import ReportError
from ehp_eval.load import Council
from ehp_eval.other_authorities import INDEX, RATE, OtherAuthorities, Outcome
from ehp_eval.present import other_authorities as words
from ehp_eval.present import other_authorities_shown as shown
from ehp_eval.present import system as by_year
from ehp_eval.present.looked_after import counts_table
from ehp_eval.present.shared import claims_table, publish
from ehp_eval.present.system_first import system_answer, system_cards, system_sentence
from ehp_eval.proportions import Estimate
from ehp_eval.run import council_reports
from ehp_eval.synthetic_control import InSpace, SyntheticControl
from ehp_eval.system import System, evaluate_system
from ehp_eval.tables import Table, signed
from tests.councils import council_of, declined, episode

YEAR = "2020-21"


def council(**tables: Any) -> Council:
    """Three children at 31 March 2020, two of whom stay; one comes in the year after it and one has gone before."""
    return council_of(
        extract="2021-09-30",
        referrals=[declined("one", "2018-05-01")],
        looked_after_episodes=[
            episode("early", "2017-01-01", "2018-06-01", reason_ended="returned_home"),
            episode("a", "2019-05-01", placed_in="in_county"),
            episode("b", "2019-06-01", placement_type="placed_with_parents", placed_in="in_county"),
            episode("c", "2019-07-01", "2020-12-01", reason_ended="returned_home"),
            episode("d", "2021-01-15", placed_in="outside_wales"),
        ],
        **tables,
    )


@pytest.fixture(scope="module")
def plain() -> System:
    """No published series, no change of the system, no claim."""
    return evaluate_system(council(), YEAR)


def squeezed(shown_object: Any) -> str:
    """What it says as plain text, in one line."""
    return " ".join(str(shown_object).split())


# By year


def test_the_answer_counts_the_children_and_makes_no_comparison_where_there_is_none(plain: System) -> None:
    assert system_sentence(plain).startswith(
        "At 31 March 2021 the council looked after 3 children, as many as a year before. How it did against other"
    )
    page = squeezed(system_answer(plain))
    assert "Is the number of looked-after children falling" in page
    assert "Starts of care in 2020-21: 1; ends: 1." in page
    assert "placed with their parents 1 of 3" in page
    assert "%" not in page.split("What happened")[1].split("What changed")[0]  # three children have no percentage
    assert "Beside other authorities" not in page
    assert "3 children looked after at 31 March 2021 3 the year before" in squeezed(system_cards(plain))


def test_the_table_by_year_has_the_latest_first_and_no_change_of_small_counts(plain: System) -> None:
    table = by_year.system_table(plain)
    assert list(table.frame.columns) == ["measure", "2020-21", "2019-20", "2018-19", "change"]
    rows = table.frame.set_index("measure")
    assert rows.loc["Children looked after at 31 March"].tolist() == ["3", "3", "0", "0"]
    assert rows.loc["Children starting to be looked after in the year"].tolist() == [
        "1",
        "3",
        "0",
        "too few to compare",
    ]
    assert rows.loc["Placed outside the nation", "2020-21"] == "1 of 3"
    assert table.note is not None
    assert "status_events" in table.note  # the orders are missing, and why


def test_without_a_published_series_the_chart_is_of_the_records_alone(plain: System) -> None:
    chart = by_year.system_stock(plain)
    assert list(chart.data.frame.columns) == ["x", "From records"]
    assert chart.data.frame["From records"].tolist() == [0, 3, 3]
    assert by_year.system_published(plain) is None
    assert str(counts_table(plain)) == "No counts of other authorities were supplied either."


def test_charts_of_counts_are_in_whole_numbers_and_show_every_year(plain: System) -> None:
    flows = by_year.system_flows(plain)
    assert "Children starting to be looked after in the year, 2019-20: 3" in flows.alt
    assert list(flows.data.frame.columns) == ["group", "label", "value", "lower", "upper"]
    shares = by_year.system_shares(plain)
    assert shares.data.frame["label"].tolist() == ["2018-19", "2019-20", "2020-21"] * 3


def test_published_counts_stand_beside_the_records_with_their_document() -> None:
    rows = [
        {"subject": "Looked after", "period": period, "value": value, "unit": "children", "measure": "las1",
         "document": "A report on impact", "paragraph": "4.1"}
        for period, value in (("2021-03-31", 3), ("2021-09", 5), ("2019-20", 8))
    ]  # fmt: skip
    table = by_year.system_published(evaluate_system(council(counts=rows), YEAR))
    assert table is not None
    assert table.frame["period"].tolist() == ["31 March 2021", "September 2021", "2019-20"]
    assert table.frame["published"].tolist() == ["3", "5", "8"]
    assert table.frame["records"].tolist() == ["3", "\N{EN DASH}", "3"]
    page = BeautifulSoup(table._repr_html_(), "html.parser")
    assert [quotation.get_text() for quotation in page.find_all("q")] == ["A report on impact"]


def test_what_it_hands_to_the_run(plain: System) -> None:
    bundle = publish(plain, system_sentence(plain))._repr_mimebundle_()
    (content,) = [part for kind, part in bundle.items() if kind.startswith("application")]
    assert (content["report"], content["title"], content["flow"]) == ("looked-after-system", "Looked-after system", [])
    assert {row["report"] for row in content["figures"]} == {"looked-after-system"}
    assert "2018-19" not in bundle["text/html"]  # earlier years stand in figures.csv
    assert str(claims_table(plain)) == "Nothing was published about Looked-after system up to 2020-21."


def test_the_run_makes_it_where_there_are_looked_after_episodes(plain: System) -> None:
    assert council_reports(plain.council) == {"overview": "overview", "looked-after-system": "looked_after_system"}
    without = replace(plain.council, supplied=frozenset({"referrals"}))
    assert council_reports(without) == {"overview": "overview"}


# Against other authorities: six made-up authorities, Own among them

OWN, OTHERS = "Own", ("A", "B", "C", "D", "E")
CHANGE = SystemChange(
    what="Teams merged", on=date(2015, 4, 1), claim="was prevented", document="On impact", paragraph="7"
)


def outcome(name: str, *, gap: float, p: float, rank: int) -> Outcome:
    """One way to measure, with a gap of its own in each of two years after the change."""
    path = pd.DataFrame(
        {"actual": [100.0, 110, 90 + gap, 95 + gap], "synthetic": [101.0, 109, 90, 95], "gap": [-1.0, 1, gap, gap]},
        index=[2014, 2015, 2016, 2017],
    )
    control = SyntheticControl(
        area=OWN,
        last_before=2015,
        weights=pd.Series({"A": 0.7, "B": 0.295, "C": 0.005, "D": 0.0, "E": 0.0}),
        path=path,
        rmspe_before=1.0,
        rmspe_after=abs(gap),
        ratio=abs(gap),
        mean_gap=gap,
    )
    areas = [OWN, *OTHERS]
    table = pd.DataFrame(
        {"rmspe_before": 1.0, "rmspe_after": 6.0, "ratio": 6.0, "mean_gap": [gap, 6.0, -6, 3, -3, 12]}, index=areas
    )
    gaps = pd.DataFrame({area: path["gap"] * (1 if area == OWN else 2) for area in areas})
    in_space = InSpace(table, gaps, 6, rank, p, 2, 5, rank, p)
    brief = {"rmspe_before": 1.5, "mean_gap": 2.0, "ratio": 1.3, "rank": 4, "areas": 5}
    return Outcome(
        name=name,
        unit="per 10,000",
        control=control,
        in_space=in_space,
        in_time=pd.DataFrame([{"last_before": 2012, "last_after": 2015, **brief}]),
        differences=pd.DataFrame(
            [{"first_before": 2014, "last_before": 2015, "value": -7.04, "lower": -20.0, "upper": 6.0,
              "confidence": 0.909, "method": "Conley-Taber", "rank": 2, "areas": 6}]
        ),
        by_year=pd.DataFrame({"value": [-4.0, 0.0, 2.0, 3.0]}, index=[2014, 2015, 2016, 2017]),
        sensitivity=pd.DataFrame([{"variant": "without_area", "area": "A", **brief}]),
        rounding=Estimate(gap, gap - 1, gap + 1, 0.95, "rounding undone"),
        rounding_ranks=(2, 5),
    )  # fmt: skip


def elsewhere(*, gap: float = -5.0, p: float = 0.5, rank: int = 3, **changes: Any) -> OtherAuthorities:
    counts = pd.DataFrame({area: [50.0, 55, 44, 46] for area in (OWN, *OTHERS)}, index=[2014, 2015, 2016, 2017])
    trend = Trend(
        peak_year=2014, peak=60, before=55, latest=46, fall=14, fall_before=5, share_before=5 / 14, fell=1, rose=3,
        changes=pd.DataFrame({"percent": [-16.36] * 6}, index=[OWN, *OTHERS]),
    )  # fmt: skip
    found = OtherAuthorities(
        area=OWN, change=CHANGE, years=(2014, 2015, 2016, 2017), last_before=2015, others=OTHERS, left_out={},
        mid_years=(2017,), counts=counts, rates=counts * 2, nation=pd.Series(dtype="float64"), rounded_to=5,
        outcomes={RATE: outcome(RATE, gap=gap, p=p, rank=rank), INDEX: outcome(INDEX, gap=gap, p=p, rank=rank)},
        trend=trend,
    )  # fmt: skip
    return replace(found, **changes)


@pytest.fixture(scope="module")
def beside(plain: System) -> System:
    return replace(plain, elsewhere=elsewhere())


def test_the_claim_is_quoted_with_its_document(beside: System, plain: System) -> None:
    page = BeautifulSoup(words.elsewhere_claim(beside)._repr_html_(), "html.parser")
    assert [quotation.get_text() for quotation in page.find_all("q")] == ["was prevented", "On impact"]
    assert "Teams merged, April 2015" in page.get_text()
    assert "name no change" in str(words.elsewhere_claim(plain))


def test_where_nothing_is_compared_nothing_is_shown(plain: System) -> None:
    parts = (
        *(words.elsewhere_findings, words.elsewhere_limits, shown.elsewhere_trends, shown.elsewhere_gaps),
        *(shown.elsewhere_weights, shown.elsewhere_placebos, shown.elsewhere_differences, shown.elsewhere_in_time),
        shown.elsewhere_checks,
    )
    assert [part(plain) for part in parts] == [None] * 9


def test_the_findings_say_what_came_before_and_how_usual_the_gap_is(beside: System) -> None:
    said = " ".join(str(words.elsewhere_findings(beside)).split())
    assert "fell from 60 in 2014 to 46 in 2017, by 14. Of these, 5 lie before the change" in said
    assert "from 55 to 46 (\N{MINUS SIGN}16.4%). Of the 5 other authorities 1 fell and 3 rose." in said
    assert "Own looked after 5.0 per 10,000 fewer than its counterpart" in said
    assert "2 of the 5 others left theirs by as much or more" in said
    assert "cannot tell" in said
    assert "rose by 4.0 per 10,000 more than theirs" in said  # 4 below in 2014, level in 2015
    assert "lead to the same answer" in said
    assert "anything from \N{MINUS SIGN}5.0 to +2.0" in said
    assert "between 2 and 5" in said


def test_the_answer_goes_no_further_than_the_comparison(plain: System) -> None:
    def answer(**given: Any) -> str:
        return system_sentence(replace(plain, elsewhere=elsewhere(**given)))

    assert "Whether it did better than others is not known: from 2015 to 2017" in answer()
    rare = {"p": 0.04, "rank": 1}
    assert "below that of like authorities by more than is usual among them; why" in answer(**rare)
    assert "above that of like authorities" in answer(gap=5.0, **rare)
    # The rate alone is not enough: the counts, without any population, must bear it out.
    halves = {RATE: outcome(RATE, gap=-5, p=0.04, rank=1), INDEX: outcome(INDEX, gap=5, p=0.5, rank=3)}
    alone = replace(plain, elsewhere=elsewhere(outcomes=halves))
    assert "is not known" in system_sentence(alone)
    said = str(words.elsewhere_findings(alone))
    assert "the counts do not bear it out" in said
    assert "lead to another answer" in said


def test_a_count_that_did_not_fall_leaves_nothing_to_explain(plain: System) -> None:
    found = elsewhere()
    risen = replace(found, trend=replace(found.trend, latest=66, fall=-6))
    assert "There is no fall to explain." in str(words.elsewhere_findings(replace(plain, elsewhere=risen)))
    after = replace(found, trend=replace(found.trend, fall_before=0, before=60))
    assert "No part of the fall lies before the change" in str(
        words.elsewhere_findings(replace(plain, elsewhere=after))
    )


def frame(table: Table | None) -> pd.DataFrame:
    assert table is not None
    return table.frame


def test_the_tables(beside: System) -> None:
    assert frame(shown.elsewhere_weights(beside)).to_numpy().tolist() == [["A", "70%"], ["B", "30%"]]
    # Two per 10,000 are one child: the rates are twice the counts.
    gaps = frame(shown.elsewhere_gaps(beside))
    assert gaps["date"].tolist() == ["2016", "2017"]
    assert gaps["gap"].tolist() == ["\N{MINUS SIGN}5.0"] * 2
    assert gaps["children"].tolist() == ["\N{MINUS SIGN}2"] * 2
    differences = shown.elsewhere_differences(beside)
    assert differences is not None
    assert differences.headings["interval"] == "91% interval"  # what it is, and no 95%
    assert differences.frame["rank"].tolist() == ["2 of 6"] * 2
    assert frame(shown.elsewhere_in_time(beside))["pretended"].tolist() == ["2012"]
    assert frame(shown.elsewhere_checks(beside))["what"].tolist() == [
        "Rate per 10,000",
        "Rate per 10,000, without A",
        "Count, 2015 = 100",
        "Count, 2015 = 100, without A",
    ]


def test_the_charts(beside: System) -> None:
    trends, placebos = shown.elsewhere_trends(beside), shown.elsewhere_placebos(beside)
    assert isinstance(trends, Chart)
    assert isinstance(placebos, Chart)
    assert list(trends.data.frame.columns) == ["x", "Own", "Synthetic counterpart", "Average of the 5 others"]
    assert trends.note is not None
    assert "mid-2017 in every year" in trends.note
    assert trends.key == placebos.key == ("Teams merged (2015)",)
    assert "between \N{MINUS SIGN}6.0 and +12.0" in placebos.alt
    assert len(placebos.data.frame) == 6


def test_the_limits_follow_from_the_figures(beside: System) -> None:
    said = str(words.elsewhere_limits(beside))
    assert "There are 2 points after the change" in said
    assert "rounded to 5" in said
    assert "Of the fall of 14 since 2014, 5 lie before the change." in said
    assert "With 5 other authorities even the largest departure would not be rare" in said  # 1 of 6 is 0.17
    assert "changes no service's verdict" in said


def test_a_placebo_chart_needs_the_line_that_it_is_about() -> None:
    rows = pd.DataFrame({"date": [pd.Timestamp("2015-03-31")], "gap": [1.0], "area": ["A"]})
    data = Table(rows, caption="Data")
    event = (pd.Timestamp("2015-04-01"), "Teams merged")
    with pytest.raises(ReportError, match="no line 'Own'"):
        placebo_chart(
            rows, highlight=OWN, others="others", event=event, data=data, caption="Gaps", alt="Lines", y_label="Gap"
        )


@pytest.mark.parametrize(("value", "places", "written"), [(2.26, 1, "+2.3"), (-0.04, 1, "0.0"), (-1234.0, 0, "-1,234")])
def test_differences_are_written_with_their_sign(value: float, places: int, written: str) -> None:
    assert signed(value, places) == written.replace("-", "\N{MINUS SIGN}")
