"""The looked-after system: las1 to las12, counted by hand on councils of a few rows.

The year is 2020-21 where no other is named, and the extract of 30 September 2022: 12 months have passed for all of it.
"""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ehp_eval.measures.looked_after_system import system_changes, system_figures
from ehp_eval.years import Period
from tests.councils import Row, council_of, episode, status

YEAR, BEFORE = Period.year("2020-21"), Period.year("2019-20")
EXTRACT = "2022-09-30"
LONG_AGO = "2015-06-01"


def figures(*episodes: Row, year: Period = YEAR, extract: str = EXTRACT, **tables: list[Row]) -> dict[str, Row]:
    council = council_of(extract=extract, looked_after_episodes=list(episodes), **tables)
    rows = system_figures(council, year)
    found = {row["measure"]: row for row in rows}
    assert len(found) == len(rows)
    return found


def counted(rows: dict[str, Row], *measures: str) -> list[int]:
    return [rows[measure]["numerator"] for measure in measures]


def share(rows: dict[str, Row], measure: str) -> tuple[int, int]:
    return rows[measure]["numerator"], rows[measure]["denominator"]


def person(name: str, **columns: str) -> Row:
    return {"person_id": name, "birth_month": "2010-01", "family_id": f"f-{name}"} | columns


def move(name: str, day: str, ended_on: str = "", reason: str = "placement", **columns: str) -> Row:
    return episode(name, day, ended_on, reason_started=reason, **columns)


# --- number, starts and ends --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stays", "number_starts_ends"),
    [
        # Within the year: its first and its last day, and a stay of one day, which is none on any evening. The day of
        # the end counts as not looked after.
        (
            [
                ("2020-04-01", ""),
                ("2021-03-31", ""),
                (LONG_AGO, "2020-04-01"),
                (LONG_AGO, "2021-03-31"),
                ("2020-07-01", "2020-07-01"),
            ],
            [2, 3, 3],
        ),
        # The day before it, and the day after.
        ([("2020-03-31", ""), ("2021-04-01", ""), (LONG_AGO, "2020-03-31"), (LONG_AGO, "2021-04-01")], [2, 0, 0]),
    ],
)
def test_the_bounds_of_the_year(stays: list[tuple[str, str]], number_starts_ends: list[int]) -> None:
    rows = figures(*(episode(f"c{n}", *stay) for n, stay in enumerate(stays)))
    assert counted(rows, "las1", "las3", "las4") == number_starts_ends


def test_two_periods_of_one_child_in_a_year() -> None:
    rows = figures(episode("a", "2020-05-01", "2020-06-01"), episode("a", "2020-08-01", "2020-09-01"))
    assert counted(rows, "las1", "las3", "las4") == [0, 2, 2]
    assert rows["las3"]["note"] == rows["las4"]["note"] == "1 child"
    # Exact Poisson limits of 2 events, of any table of them: half the chi-squared quantiles of 4 and of 6 degrees.
    assert (rows["las3"]["lower"], rows["las3"]["upper"]) == pytest.approx((0.4844186 / 2, 14.4493753 / 2), abs=1e-6)


def test_respite_is_not_being_looked_after() -> None:
    rows = figures(episode("a", "2020-05-01", legal_status="V4"), episode("b", "2020-05-01", "2020-05-04"))
    assert counted(rows, "las1", "las3", "las4") == [0, 1, 1]


def test_repeats_of_an_open_episode_are_one_period() -> None:
    rows = figures(
        episode("a", LONG_AGO),  # left open by an earlier return
        episode("a", LONG_AGO, "2020-10-01"),  # and closed by a later one
        episode("b", LONG_AGO),  # left open, though another episode follows
        move("b", "2020-09-01", "2020-12-01"),
    )
    assert counted(rows, "las1", "las3", "las4") == [0, 0, 2]


def test_a_first_episode_that_continues_one_is_said() -> None:
    rows = figures(move("a", "2020-05-01"), episode("b", "2020-06-01"))
    assert rows["las3"]["numerator"] == 2
    assert rows["las3"]["note"] == "2 children; 1 began before its first episode on record"


def test_the_number_has_no_interval_and_the_rate_has_that_of_the_series() -> None:
    people = {"area": "Dyffryn Gwyn", "mid_year": 2020, "population": 30_000, "source": "Estimates"}
    rows = figures(*(episode(f"c{n}", LONG_AGO) for n in range(8)), population_under_18=[people])
    assert (rows["las1"]["value"], rows["las1"]["method"]) == (8, "count")
    assert pd.isna(rows["las1"]["lower"])
    # 8 of 30,000 per 10,000; limits of R's poisson.test(8): 3.453832177 and 15.76318922, over 3.
    rate = rows["las2"]
    assert (rate["value"], rate["denominator"], rate["source"]) == (pytest.approx(8 / 3), 30_000, "records")
    assert (rate["lower"], rate["upper"]) == pytest.approx((1.151277392, 5.254396407), abs=1e-6)
    assert rate["note"] == "area: Dyffryn Gwyn; date: 2021-03-31; population of mid-2020"


def test_without_a_population_there_is_no_rate() -> None:
    assert "las2" not in figures(episode("a", LONG_AGO))


_DAY = st.integers(0, 1500).map(lambda n: date(2018, 1, 1) + timedelta(days=n))
_EPISODE = st.builds(
    lambda name, start, days, reason, legal: episode(
        name, f"{start}", f"{start + timedelta(days=days)}" if days is not None else "",
        reason_started=reason, legal_status=legal,
    ),
    st.sampled_from("abcde"), _DAY, st.none() | st.integers(0, 900),
    st.sampled_from(["started", "placement", "legal_status", "U", ""]), st.sampled_from(["C2", "C2", "V4"]),
)  # fmt: skip


@given(episodes=st.lists(_EPISODE, min_size=5, max_size=20))
@settings(max_examples=6)
def test_the_number_is_that_of_the_year_before_with_starts_and_without_ends(episodes: list[Row]) -> None:
    council = council_of(extract=EXTRACT, looked_after_episodes=episodes)
    before: dict[str, Row] = {}
    for year in Period(2019, 2020).years:
        now = {row["measure"]: row for row in system_figures(council, year)}
        if before:
            assert now["las1"]["numerator"] == (
                before["las1"]["numerator"] + now["las3"]["numerator"] - now["las4"]["numerator"]
            )
        for measure in ("las5", "las6", "las7", "las8"):
            if f"{measure}_best" in now:
                best, worst = share(now, f"{measure}_best"), share(now, f"{measure}_worst")
                assert best[0] <= worst[0] <= worst[1] == best[1] == now["las1"]["numerator"]
            else:
                assert now[measure]["denominator"] == now["las1"]["numerator"]
        before = now


# --- the placement on the day -------------------------------------------------------------------------------------


def test_placed_with_parents_on_the_last_day() -> None:
    rows = figures(
        episode("a", LONG_AGO, placement_type="placed_with_parents"),
        episode("b", LONG_AGO, "2021-03-31"),
        move("b", "2021-03-31", placement_type="placed_with_parents"),  # from that day on
        episode("c", LONG_AGO, "2021-04-01"),
        move("c", "2021-04-01", placement_type="placed_with_parents"),  # the day after
        episode("d", LONG_AGO, parent_and_baby="Y", placement_type="parent_and_baby"),  # together, but not at home
        episode("e", LONG_AGO, "2021-03-31", placement_type="placed_with_parents"),  # no longer looked after
        episode("f", LONG_AGO, placement_type=""),
    )
    assert share(rows, "las5") == (2, 4)
    assert "1 left out" in rows["las5"]["note"]
    assert (share(rows, "las5_worst"), share(rows, "las5_best")) == ((3, 5), (2, 5))


def test_out_of_county_and_out_of_the_nation() -> None:
    places = ["in_county", "in_county", "elsewhere_in_wales", "outside_wales", "U", ""]
    rows = figures(*(episode(f"c{n}", LONG_AGO, placed_in=place) for n, place in enumerate(places)))
    assert (share(rows, "las7"), share(rows, "las8")) == ((2, 4), (1, 4))
    assert (share(rows, "las7_worst"), share(rows, "las7_best")) == ((4, 6), (2, 6))
    # Wilson's interval of 2 of 4, by hand: (2 + z^2/2)/(4 + z^2) -+ z/(4 + z^2) * sqrt(1 + z^2/4), z = 1.959964
    assert (rows["las7"]["lower"], rows["las7"]["upper"]) == pytest.approx((0.1500390, 0.8499610), abs=1e-6)


def test_on_a_day_between_two_episodes_of_a_period_the_earlier_placement_counts() -> None:
    # The first ends on the 30th and the next begins on the 31st of March, or on the 1st of April: one period.
    rows = figures(
        episode("a", LONG_AGO, "2021-03-30", placed_in="in_county"),
        move("a", "2021-03-31", placed_in="outside_wales"),
        episode("b", LONG_AGO, "2021-03-31", placed_in="outside_wales"),
        move("b", "2021-04-01", placed_in="in_county"),
    )
    assert counted(rows, "las1") == [2]
    assert share(rows, "las8") == (2, 2)


# --- three or more placements -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("many", "moves"),
    [
        (
            True,
            [
                {
                    "2020-06-01": "placement",
                    "2020-09-01": "placement",
                },  # with that of the year's beginning they are three
                {"2020-06-01": "placement", "2020-09-01": "legal_status_and_placement"},
                {"2020-04-02": "placement", "2020-06-01": "placement"},
                {"2020-06-01": "placement", "2021-03-31": "placement"},
                {"2020-06-01": "placement", "2020-07-01": "legal_status", "2020-09-01": "placement"},
            ],
        ),
        (
            False,
            [
                {"2020-06-01": "placement"},
                {"2020-06-01": "placement", "2020-09-01": "legal_status"},
                {"2020-06-01": "placement", "2020-09-01": "placement_same_carer"},
                # On 1 April the child is in the new placement: what came before was the year before's.
                {"2020-04-01": "placement", "2020-06-01": "placement"},
                {"2020-06-01": "placement", "2021-04-01": "placement"},
                {"2019-06-01": "placement", "2020-02-01": "placement", "2020-06-01": "placement"},
            ],
        ),
    ],
)
def test_three_placements_in_the_year(many: bool, moves: list[dict[str, str]]) -> None:
    episodes = []
    for n, days in enumerate(moves):
        starts = [LONG_AGO, *days]
        for start, end, reason in zip(starts, [*days, ""], ["started", *days.values()], strict=True):
            episodes.append(move(f"c{n}", start, end, reason))
    assert share(figures(*episodes), "las6") == (len(moves) if many else 0, len(moves))


def test_placements_of_two_periods_count_and_respite_does_not() -> None:
    rows = figures(
        episode("a", "2020-05-01", "2020-06-01"),
        episode("a", "2020-08-01", "2020-10-01"),
        move("a", "2020-10-01"),
        episode("b", "2020-05-01", "2020-06-01", legal_status="V4"),
        episode("b", "2020-08-01", "2020-10-01"),
        move("b", "2020-10-01"),
        episode("c", "2020-05-01", "2020-06-01"),  # three, and not looked after at the end of the year
        move("c", "2020-06-01", "2020-07-01"),
        move("c", "2020-07-01", "2021-01-01"),
    )
    assert share(rows, "las6") == (1, 2)


def test_an_episode_for_an_unknown_reason_is_a_new_placement_where_its_details_differ() -> None:
    def child(name: str, **second: str) -> list[Row]:
        return [
            episode(name, LONG_AGO, "2020-06-01", provider="own", placed_in="in_county"),
            move(name, "2020-06-01", "2020-09-01", provider="own", placed_in="in_county"),
            move(name, "2020-09-01", **({"reason": "U", "provider": "own", "placed_in": "in_county"} | second)),
        ]

    rows = figures(*child("a", provider="agency"), *child("b"), *child("c", placed_in="U", reason=""))
    assert share(rows, "las6") == (1, 1)  # of two it is not known: the same kind of placement may be another one
    assert (share(rows, "las6_worst"), share(rows, "las6_best")) == ((3, 3), (1, 3))


# --- orders, returns and re-entries -------------------------------------------------------------------------------


def test_orders_of_the_year() -> None:
    rows = figures(
        episode("a", LONG_AGO, "2019-01-01"),
        episode("b", "2020-08-01"),
        status_events=[
            status("a", "2020-04-01", "special_guardianship"),  # formerly looked after
            status("b", "2020-08-01", "special_guardianship"),  # on the first day
            status("b", "2020-08-01", "special_guardianship"),  # the same order again
            status("c", "2020-09-01", "special_guardianship"),  # never looked after
            status("a", "2021-04-01", "special_guardianship"),  # the year after
            status("a", "2021-03-31", "care_order_discharged"),
            status("a", "2020-03-31", "care_order_discharged"),
        ],
    )
    assert counted(rows, "las9", "las10") == [1, 2]
    assert rows["las10"]["note"].startswith("1 for a child never looked after")


def test_without_the_other_tables_their_measures_are_left_out() -> None:
    rows = figures(episode("a", LONG_AGO, "2020-06-01"))
    assert not {"las9", "las10", "las12"} & set(rows)


def test_returned_home() -> None:
    rows = figures(
        episode("a", LONG_AGO, "2020-06-01", reason_ended="returned_home"),
        episode("b", LONG_AGO, "2020-05-01", reason_ended="returned_home"),  # recorded of an episode within the period
        move("b", "2020-05-01", "2020-06-01", reason_ended="adopted"),
        episode("c", LONG_AGO, "2020-06-01"),  # no reason
        episode("d", LONG_AGO, "2021-04-01", reason_ended="returned_home"),
    )
    assert share(rows, "las11") == (1, 2)
    assert (share(rows, "las11_worst"), share(rows, "las11_best")) == ((1, 3), (2, 3))


def test_looked_after_again_within_12_months() -> None:
    again_on = {"a": "2020-06-02", "b": "2021-06-01", "c": "2021-06-02"}  # 365 days after 1 June 2020 is 1 June 2021
    left = [episode(name, LONG_AGO, "2020-06-01") for name in again_on]
    again = [episode(name, day) for name, day in again_on.items()]
    rows = figures(*left, *again, persons=[person(name) for name in again_on], status_events=[])
    assert share(rows, "las12") == (2, 3)
    assert rows["las12"]["window_days"] == 365


def test_who_left_for_good_is_left_out_and_who_moved_away_is_unknown() -> None:
    names = ["home", "adopted", "died", "died_later", "moved", "eighteen", "soon_18", "ageless", "earlier"]
    months = {"eighteen": "2002-06", "soon_18": "2002-07", "ageless": ""}
    rows = figures(
        *(episode(name, LONG_AGO, "2020-06-15") for name in names),
        episode("twice", LONG_AGO, "2020-05-01"),
        episode("twice", "2020-06-01", "2020-07-01"),  # counts once, as looked after again
        persons=[person(name, birth_month=months.get(name, "2010-01")) for name in [*names, "twice"]],
        status_events=[
            status("adopted", "2020-06-15", "adopted"),
            status("earlier", "2012-01-01", "adopted"),  # by those from whom it came into care
            status("died", "2020-06-15", "died"),
            status("died_later", "2020-12-01", "died"),
            status("moved", "2020-06-15", "moved_away"),
            status("home", "2014-01-01", "moved_away"),  # and came back
        ],
    )
    # Known: home, soon_18, earlier and twice.
    assert share(rows, "las12") == (1, 4)
    assert (share(rows, "las12_worst"), share(rows, "las12_best")) == ((2, 5), (1, 5))
    note = rows["las12"]["note"]
    for said in (
        "1 who was adopted",
        "1 who died in care",
        "1 who left at 18",
        "1 without a known month",
        "1 died and",
    ):
        assert said in note


def test_re_entry_is_asked_of_years_for_all_of_which_12_months_have_passed() -> None:
    tables: dict[str, list[Row]] = {"persons": [person("a")], "status_events": []}
    leaver = episode("a", LONG_AGO, "2020-06-01")
    assert "las12" in figures(leaver, extract="2022-03-31", **tables)
    assert "las12" not in figures(leaver, extract="2022-03-30", **tables)


# --- from one year to the next ------------------------------------------------------------------------------------


def test_changes_from_the_year_before() -> None:
    council = council_of(
        extract=EXTRACT,
        looked_after_episodes=[
            episode("a", LONG_AGO, placed_in="in_county"),
            episode("b", "2019-05-01", "2020-05-01", placed_in="in_county"),
            episode("c", "2020-05-01", placed_in="outside_wales"),
            episode("d", "2020-06-01", placed_in="in_county"),
        ],
        status_events=[status("a", "2020-05-01", "care_order_discharged")],
    )
    now, before = (system_figures(council, year) for year in (YEAR, BEFORE))
    rows = {row["measure"]: row for row in system_changes(now, before)}
    number = rows["las1_change"]  # 3 after 2
    assert (number["value"], number["unit"], number["note"]) == (1, "count", "against 2019-20")
    assert pd.isna(number["lower"])
    # 2 after 1: of the 3, the first count is binomial. Clopper and Pearson: with p = ratio / (1 + ratio),
    # 1 - p^3 = 0.025 solved is p = 0.975^(1/3) at the upper limit, and at the lower 3p^2 - 2p^3 = 0.025.
    ratio = rows["las3_ratio"]
    upper, lower = 0.975 ** (1 / 3), ratio["lower"] / (1 + ratio["lower"])
    assert (ratio["value"], ratio["upper"]) == pytest.approx((2, upper / (1 - upper)))
    assert 3 * lower**2 - 2 * lower**3 == pytest.approx(0.025)
    assert rows["las7_change"]["value"] == pytest.approx(1 / 3)
    # No discharge and no end of care in 2019-20: no ratio of the former, no share of the latter.
    assert not {"las9_ratio", "las4_ratio", "las11_change"} & set(rows)
    assert {row["year"] for row in rows.values()} == {"2020-21"}
