"""Claims whose arithmetic can be done by hand; intervals from R, the code beside them."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from ehp_eval.claims import Claim, claim_figures, examine_claims
from ehp_eval.years import Period
from tests.councils import Row, council_of, episode, referral

YEAR = Period.year("2020-21")


def claim(**changes: Any) -> Row:
    """A claim about an edge-of-care service in 2020-21."""
    return {
        "claim_id": "c",
        "subject": "doorstep",
        "stream": "edge_of_care",
        "period_start": "2020-04-01",
        "period_end": "2021-03-31",
        "unit": "child",
        "denominator": 115,
        "percent_stated": "93",
        "percent_of": "child",
        "wording": "supported to remain at home",
        "document": "A report",
        "paragraph": "4.6",
    } | changes


def examine(*rows: Row, until: Period = YEAR, subject: str | None = None, **tables: list[Row]) -> list[Claim]:
    return examine_claims(council_of(claims=list(rows), **tables), until=until, subject=subject)


# --- can the percentage be right? ---------------------------------------------------------------------------------


def test_one_numerator_fits() -> None:
    # 106 / 115 = 92.17%, 107 / 115 = 93.04%, 108 / 115 = 93.91%.
    found = examine(claim())[0]
    assert (found.verdict, found.numerator) == ("fits", 107)
    assert found.feasible == {"half_up": (107,), "half_even": (107,), "truncated": (107, 108)}
    assert found.remark == "Only 107 of 115 gives 93%."
    assert found.published is not None
    # R: prop.test(107, 115, correct = FALSE)$conf.int
    limits = (found.published.lower, found.published.upper)
    assert limits == pytest.approx((0.8687112719, 0.9643313462), abs=1e-9)


def test_several_numerators_fit() -> None:
    # 149 / 157 = 94.90%, 150 / 157 = 95.54%, 151 / 157 = 96.18%, 152 / 157 = 96.82%.
    found = examine(claim(denominator=157, percent_stated="96"))[0]
    assert (found.verdict, found.numerator) == ("several", None)
    assert found.feasible["half_up"] == (150, 151)
    # From the lower limit of the one to the upper limit of the other, in R:
    # c(prop.test(150, 157, correct = FALSE)$conf.int[1], prop.test(151, 157, correct = FALSE)$conf.int[2])
    assert found.published is not None
    limits = (found.published.lower, found.published.upper)
    assert limits == pytest.approx((0.9108370038, 0.9823693424), abs=1e-9)
    assert found.remark == "96% can be 150 or 151 of 157: the numerator is not stated."


@pytest.mark.parametrize(
    ("percent", "own", "other", "reading"),
    [
        # 21 / 22 = 95.45% and 22 / 22 = 100%: 96% lies between. Of 28, 27 is 96.43%.
        ("96", 22, 6, "27 of 28 is 96%, which would leave 21 of 22"),
        # 141 / 153 = 92.16% and 142 / 153 = 92.81%: 92.7% lies between. Of 178, 165 is 92.70%.
        ("92.7", 153, 25, "165 of 178 is 92.7%, which would leave 140 of 153"),
    ],
)
def test_no_numerator_fits_but_all_streams_of_the_paragraph_would(
    percent: str, own: int, other: int, reading: str
) -> None:
    rows = [
        claim(denominator=own, percent_stated=percent),
        claim(claim_id="ps", stream="placement_support", denominator=other, percent_stated="100"),
        claim(claim_id="elsewhere", denominator=7, paragraph="4.7"),
        claim(claim_id="another document", denominator=9, document="Another report"),
    ]
    found = examine(*rows)[0]
    assert (found.verdict, found.numerator, found.published) == ("impossible", None, None)
    assert set(found.feasible.values()) == {()}
    assert found.remark == (
        f"Impossible as stated: no whole number of {own} gives {percent}%. All streams of the same paragraph together "
        f"would: {reading} if every placement held. A likely reading, not a proven one."
    )


def test_no_numerator_fits_and_nothing_else_explains_it() -> None:
    alone = examine(claim(denominator=22, percent_stated="96"))[0]
    assert alone.remark == "Impossible as stated: no whole number of 22 gives 96%."
    # Of 222, both 213 (95.95%) and 214 (96.40%) would do, so none can be named.
    many = examine(
        claim(denominator=22, percent_stated="96"), claim(claim_id="ps", denominator=200, percent_stated="100")
    )[0]
    assert many.remark == "Impossible as stated: no whole number of 22 gives 96%."


def test_it_fits_only_if_halves_go_to_the_even_digit() -> None:
    # 1 of 40 is 2.5%: 3 when halves go up, 2 when they go to the even digit.
    found = examine(claim(denominator=40, percent_stated="2"))[0]
    assert (found.verdict, found.numerator) == ("impossible", None)
    assert found.feasible == {"half_up": (), "half_even": (1,), "truncated": (1,)}
    assert found.remark == "Of 40, 2% needs 1, and rounding half to even."


def test_it_fits_only_if_decimals_are_cut_off() -> None:
    # 2 of 3 is 66.67%: 67 however it is rounded, 66 cut off.
    found = examine(claim(denominator=3, percent_stated="66"))[0]
    assert (found.verdict, found.numerator) == ("impossible", None)
    assert found.feasible == {"half_up": (), "half_even": (), "truncated": (2,)}
    assert found.remark == "Of 3, 66% needs 2, and cutting decimals off instead of rounding."


def test_a_stated_numerator_agrees_or_does_not() -> None:
    # 186 / 204 = 91.18%; 188 / 204 = 92.16%.
    good, bad = examine(
        claim(denominator=204, percent_stated="91", numerator_stated=186),
        claim(claim_id="bad", denominator=204, percent_stated="91", numerator_stated=188),
    )
    assert (good.verdict, good.numerator) == ("agrees", 186)
    assert good.remark == "186 of 204 is 91%, as stated."
    assert (bad.verdict, bad.stated_numerator) == ("disagrees", 188)
    assert bad.remark == "188 of 204 is not 91%, as stated."


def test_the_decimals_of_the_percentage_count() -> None:
    # 112 / 121 = 92.56%: 92.6 to one decimal, and neither 92.5 nor 92.60.
    verdicts = [
        examine(claim(denominator=121, percent_stated=percent))[0].verdict for percent in ("92.6", "92.5", "92.60")
    ]
    assert verdicts == ["fits", "impossible", "impossible"]


def test_a_percentage_of_another_unit_cannot_be_checked() -> None:
    # 83% of the babies of 18 families: 15 of 18 is 83.3%, if there was one baby a family.
    found = examine(claim(denominator=18, unit="family", percent_stated="83", percent_of="baby"))[0]
    assert (found.verdict, found.feasible, found.numerator, found.published) == ("other_unit", {}, None, None)
    assert all(word in found.remark for word in ("baby", "18", "family"))
    assert found.remark.endswith("it would be 15.")
    none = examine(claim(denominator=22, unit="family", percent_stated="96", percent_of="baby"))[0]
    assert none.remark.endswith("it would be no whole number.")


def test_a_claim_without_a_percentage_or_a_denominator() -> None:
    count, bare = examine(
        claim(percent_stated="", percent_of="", denominator="", numerator_stated=23),
        claim(claim_id="bare", denominator="", percent_stated="10.26", caveat="about 390"),
    )
    assert (count.verdict, count.numerator, count.published) == ("no_percentage", 23, None)
    assert count.remark == "No percentage is stated."
    assert (bare.verdict, bare.feasible, bare.denominator) == ("no_denominator", {}, None)
    assert bare.remark == "No denominator is stated, so 10.26% cannot be checked. Note: about 390."


def test_an_interval_needs_no_percentage() -> None:
    # R: prop.test(1, 2, correct = FALSE)$conf.int
    found = examine(claim(percent_stated="", percent_of="", denominator=2, numerator_stated=1))[0]
    assert found.published is not None
    limits = (found.published.lower, found.published.upper)
    assert limits == pytest.approx((0.09453120573, 0.90546879427), abs=1e-9)


# --- which claims, and how they are told --------------------------------------------------------------------------


def test_claims_up_to_a_year_and_of_a_subject() -> None:
    rows = [
        claim(claim_id="now"),
        claim(claim_id="before", period_start="2019-04-01", period_end="2020-03-31"),
        claim(claim_id="next", period_start="2021-03-01", period_end="2021-06-30"),
        claim(claim_id="other", subject="cradle", stream="pre_birth"),
    ]
    assert [found.id for found in examine(*rows)] == ["now", "before", "other"]
    assert [found.id for found in examine(*rows, until=Period.year("2019-20"))] == ["before"]
    assert [found.id for found in examine(*rows, subject="doorstep")] == ["now", "before"]
    assert examine() == []


def test_the_period_is_the_year_or_the_days() -> None:
    whole, part = examine(claim(), claim(claim_id="part", period_start="2020-08-01"))
    assert (whole.year, whole.period) == ("2020-21", "2020-21")
    assert (part.year, part.period) == ("2020-21", "1 August 2020 to 31 March 2021")


def test_claims_as_figures() -> None:
    rows = claim_figures(
        council_of(),
        examine(
            claim(),
            claim(claim_id="several", denominator=157, percent_stated="96"),
            claim(claim_id="impossible", denominator=22, percent_stated="96"),
            claim(claim_id="count", percent_stated="", percent_of="", denominator="", numerator_stated=23),
        ),
    )
    assert [row["measure"] for row in rows] == ["claim:c", "claim:several", "claim:impossible", "claim:count"]
    assert {row["source"] for row in rows} == {"published"}
    fits, several, impossible, count = rows
    # The value is what was published, not what the numerator gives.
    assert (fits["numerator"], fits["denominator"], fits["value"]) == (107, 115, 0.93)
    assert (fits["service"], fits["year"], fits["stream"]) == ("doorstep", "2020-21", "edge_of_care")
    assert fits["note"] == "A report, 4.6: Only 107 of 115 gives 93%."
    assert (several["numerator"], several["denominator"], several["value"]) == (None, 157, 0.96)
    assert several["method"] == "Wilson, over all numerators that fit"
    assert (impossible["numerator"], impossible["value"], impossible["method"]) == (None, 0.96, "as published")
    assert pd.isna(impossible["lower"])
    assert (count["numerator"], count["denominator"]) == (23, None)
    assert pd.isna(count["value"])


# --- beside them, what the records give -----------------------------------------------------------------------------


def test_the_same_figure_from_records() -> None:
    closed = {"support_ended_on": "2020-07-01"}
    tables = {
        "referrals": [
            referral("a", "2020-05-01", **closed, closing_outcome="closed_to_social_care"),
            referral("b", "2020-05-01", **closed),
            referral("c", "2020-05-01", **closed, stream="placement_support"),
            # Of a year before the claim's:
            referral("d", "2019-05-01", **closed | {"support_ended_on": "2019-07-01"}),
        ],
        "looked_after_episodes": [episode("b", "2020-06-01"), episode("c", "2020-01-01")],
        "parents": [
            {"parent_id": "p", "offered_on": "2020-05-01", "engaged_on": "2020-05-02"},
            {"parent_id": "q", "offered_on": "2020-05-01", "engaged_on": "2020-10-02"},
        ],
    }
    found = examine(
        claim(measure="eoc1c"),
        claim(claim_id="ps", measure="eoc8c", stream="placement_support"),
        claim(claim_id="closed", measure="eoc7c", stream=""),
        claim(claim_id="engaged", measure="rf4n", subject="afresh", period_start="2020-05-01", period_end="2020-10-01"),
        claim(claim_id="system", measure="eoc1c", subject="looked_after_system"),
        claim(claim_id="unmeasured"),
        claim(claim_id="too early", measure="eoc1c", period_start="2016-04-01", period_end="2017-03-31"),
        **tables,
    )
    records = {each.id: each.records for each in found}
    # At the edge of care: a at home, b in care. In placement support: c in the same placement. Of all three
    # accepted, one was closed to social care. One parent engaged by 1 October.
    assert [(row["numerator"], row["denominator"]) for row in records.values() if row] == [
        (1, 2),
        (1, 1),
        (1, 3),
        (1, None),
    ]
    assert [name for name, row in records.items() if row is None] == ["system", "unmeasured", "too early"]


# --- claims about authorities ---------------------------------------------------------------------------------------


def counts(area: str, *by_year: tuple[int, int], rounded_to: int = 5) -> list[Row]:
    return [
        {"area": area, "date": f"{year}-03-31", "children": count, "rounded_to": rounded_to, "source": "s"}
        for year, count in by_year
    ]


def system(measure: str, percent: str = "", **changes: Any) -> Row:
    """A claim about authorities, from 2016 to 2017."""
    about = claim(subject="system", stream="", denominator="", unit="area", percent_of="area")
    days = {"period_start": "2016-04-01", "period_end": "2017-03-31"}
    return about | days | {"measure": measure, "percent_stated": percent} | changes


@pytest.mark.parametrize(
    ("percent", "verdict", "needs"),
    [
        ("50", "agrees", "2"),
        ("75", "agrees", "3"),  # the one that stayed the same, to the nearest 5, may have risen
        ("25", "disagrees", "1"),
        ("100", "disagrees", "4"),
        ("60", "disagrees", "no whole number"),
    ],
)
def test_how_many_authorities_rose(percent: str, verdict: str, needs: str) -> None:
    series = [
        *counts("A", (2016, 10), (2017, 15), (2018, 10)),
        *counts("B", (2016, 10), (2017, 10)),
        *counts("C", (2016, 10), (2017, 5)),
        *counts("D", (2016, 10), (2017, 20), (2020, 30)),  # later years are at hand for one alone
        *counts("E", (2017, 20)),  # no count to start from: not compared
        *counts("Gwlad", (2016, 40), (2017, 50)),  # the nation is no authority
    ]
    found = examine(system("areas_rising", percent, denominator=4), looked_after_children=series)[0]
    # A and D rose, B stayed, C fell: 2 of 4.
    assert found.verdict == verdict
    assert "2 of 4 authorities rose and 1 stayed the same" in found.remark
    assert found.remark.endswith(f"{percent}% of 4 needs {needs}.")


@pytest.mark.parametrize(
    ("areas", "verdict", "fell"),
    [
        ("A; B", "disagrees", "1 of 2"),
        ("A", "agrees", "1 of 1"),
        ("A;C", "agrees", "2 of 2"),
        ("D", "disagrees", "0 of 1"),
    ],
)
def test_who_fell_in_each_year(areas: str, verdict: str, fell: str) -> None:
    years = (2014, 2015, 2016, 2017)
    series = {
        "A": (465, 435, 375, 345),
        "B": (285, 285, 295, 280),  # the same, then up, then down
        "C": (245, 240, 215, 205),
        "D": (20, 15, 10, 10),  # the last year is the same
    }
    rows = [row for area, values in series.items() for row in counts(area, *zip(years, values, strict=True))]
    rows += counts("A", (2013, 400), (2018, 400))  # outside the claim's dates
    found = examine(
        system("areas_falling_each_year", areas=areas, period_start="2014-03-31"),
        looked_after_children=rows,
    )[0]
    assert found.verdict == verdict
    assert f"{fell} fell in every year" in found.remark
    if "B" in areas:
        assert "A 465, 435, 375, 345; B 285, 285, 295, 280" in found.remark


@pytest.mark.parametrize(
    ("percent", "verdict"),
    [("5.0", "agrees"), ("4.5", "agrees"), ("5.5", "agrees"), ("4.4", "disagrees"), ("5.6", "disagrees")],
)
def test_growth_within_what_rounding_can_hide(percent: str, verdict: str) -> None:
    # 1,000 to 1,050, each rounded to 5: at least 1,047.5 / 1,002.5 = 4.489% more, at most 1,052.5 / 997.5 = 5.514%.
    rows = counts("Gwlad", (2016, 1000), (2017, 1050), (2018, 2000)) + counts("A", (2016, 1), (2017, 9))
    found = examine(system("growth", percent, areas="Gwlad"), looked_after_children=rows)[0]
    assert found.verdict == verdict
    assert found.remark.startswith(
        "Gwlad: 1,000 to 1,050 at 31 March is 5.0%; with both counts rounded to 5 it can be 4.5% to 5.5%, and "
    )
    assert ("does not lie in it" in found.remark) == (verdict == "disagrees")
