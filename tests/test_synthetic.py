"""The shipped synthetic records: the same bytes every time, clean, and calibrated as their scenario says.

The expected figures are typed from the two committee reports, and computed from the files with a few
lines of pandas here, not with the library's own functions.
"""

from __future__ import annotations

import copy
import tomllib
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from ehp_eval.contract import RECORDS
from ehp_eval.errors import DataError
from ehp_eval.synthetic import as_csv, generate, write
from ehp_eval.synthetic.__main__ import main
from ehp_eval.synthetic.draws import Draws

DATA = Path(__file__).parents[1] / "data"
FOLDER = DATA / "records"
EXTRACT = pd.Timestamp("2021-09-30")
# Made-up records must never decide about a real service: there is no comparison group in them.
MADE = [contract for contract in RECORDS if contract.name != "comparison"]
YEARS = {
    year: (pd.Timestamp(f"{year[:4]}-04-01"), pd.Timestamp(f"20{year[5:]}-03-31"))
    for year in ("2017-18", "2018-19", "2019-20", "2020-21")
}


@pytest.fixture(scope="module")
def scenario() -> dict:
    return tomllib.loads((DATA / "synthetic.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def made(scenario) -> dict[str, list[dict[str, str]]]:
    return generate(scenario)


@pytest.fixture(scope="module")
def raw() -> dict[str, pd.DataFrame]:
    """Every table as text, blanks around cells gone, empty cells missing."""
    tables = {}
    for contract in MADE:
        table = pd.read_csv(FOLDER / f"{contract.name}.csv", dtype="str", keep_default_na=False)
        table = table.apply(lambda column: column.str.strip())
        tables[contract.name] = table.mask(table == "")
    return tables


@pytest.fixture(scope="module")
def tables(raw) -> dict[str, pd.DataFrame]:
    """Every table with its dates read."""
    typed = {}
    for contract in MADE:
        dates = [column.name for column in contract.of_kind("date")]
        typed[contract.name] = raw[contract.name].assign(
            **{name: pd.to_datetime(raw[contract.name][name]) for name in dates}
        )
    return typed


@pytest.fixture(scope="module")
def care(tables) -> pd.DataFrame:
    """Looked-after episodes without respite and without rows that a later return closes."""
    rows = tables["looked_after_episodes"]
    rows = rows[rows["legal_status"] != "V4"].drop_duplicates()
    rows = rows.sort_values(["person_id", "started_on", "ended_on"]).drop_duplicates(["person_id", "started_on"])
    next_start = rows.groupby("person_id")["started_on"].shift(-1)  # an episode never closed ends where the next starts
    return rows.assign(ended_on=rows["ended_on"].fillna(next_start))


def looked_after(care: pd.DataFrame, day: pd.Timestamp | str) -> set[str]:
    day = pd.Timestamp(day)
    return set(care.loc[(care["started_on"] <= day) & ~(care["ended_on"] <= day), "person_id"])


def first_accepted(tables, service: str, stream: str, year: str) -> pd.DataFrame:
    rows = tables["referrals"]
    rows = rows[(rows["service"] == service) & (rows["stream"] == stream) & (rows["accepted"] == "Y")]
    rows = rows[rows["accepted_on"].between(*YEARS[year])]
    return rows.sort_values("accepted_on", kind="stable").drop_duplicates("person_id")


def in_care_on(care: pd.DataFrame, rows: pd.DataFrame, column: str) -> pd.Series:
    met = rows.reset_index().merge(care, on="person_id")
    inside = (met["started_on"] <= met[column]) & ~(met["ended_on"] <= met[column])
    return pd.Series(rows.index.isin(met.loc[inside, "index"]), index=rows.index)


# ---------------------------------------------------------------- the files


def test_generating_again_gives_the_committed_bytes(made):
    for name, text in as_csv(made).items():
        assert (FOLDER / f"{name}.csv").read_bytes() == text.encode("utf-8"), (
            f"{name}: run python -m ehp_eval.synthetic data"
        )


def test_there_is_one_file_for_each_table_and_none_reaches_a_megabyte():
    assert sorted(path.name for path in FOLDER.glob("*")) == sorted(f"{contract.name}.csv" for contract in MADE)
    for path in FOLDER.glob("*.csv"):
        assert path.stat().st_size < 1_000_000
        assert b"\r" not in path.read_bytes()


@pytest.mark.parametrize("contract", MADE, ids=lambda contract: contract.name)
def test_every_cell_keeps_the_contract(contract, raw, tables):
    table = raw[contract.name]
    assert list(table.columns) == [column.name for column in contract.columns]
    assert len(table) > 0
    for column in contract.columns:
        cells = table[column.name]
        if column.blank == "not allowed":
            assert cells.notna().all(), column.name
        if column.kind == "code":
            assert set(cells.dropna()) <= set(column.codes), column.name
        if column.kind == "date" and column.name != "due_on":
            assert not (tables[contract.name][column.name] > EXTRACT).any(), column.name
    if contract.key:
        assert not table.duplicated(list(contract.key)).any()


def test_ids_lead_from_table_to_table(raw):
    persons = set(raw["persons"]["person_id"])
    referred = set(raw["referrals"]["person_id"])
    assert len(referred - persons) == 3  # children without a person record, on purpose
    for table in ("looked_after_episodes", "status_events"):
        assert set(raw[table]["person_id"]) - persons <= referred - persons
    assert set(raw["persons"]["birth_person_id"].dropna()) <= persons
    assert set(raw["babies"]["baby_id"]) <= persons
    assert set(raw["babies"]["pregnancy_id"]) <= set(raw["pregnancies"]["pregnancy_id"])
    referrals = set(raw["referrals"]["referral_id"])
    for table in ("contacts", "assessments"):
        assert set(raw[table]["referral_id"]) <= referrals
    assert set(raw["pregnancies"]["referral_id"].dropna()) <= referrals
    parents = set(raw["parents"]["parent_id"])
    assert set(raw["parent_measures"]["parent_id"]) <= parents <= set(raw["eligible_parents"]["parent_id"])


def test_dates_of_a_referral_are_in_order(tables):
    rows = tables["referrals"]
    accepted = rows[rows["accepted"] == "Y"]
    assert accepted["accepted_on"].notna().all()
    assert (
        rows.loc[rows["accepted"] == "N", ["accepted_on", "support_ended_on", "closing_outcome"]].isna().all(axis=None)
    )
    for first, last in (
        ("referred_on", "accepted_on"),
        ("accepted_on", "first_contact_on"),
        ("first_contact_on", "support_started_on"),
        ("accepted_on", "support_ended_on"),
    ):
        assert not (accepted[last] < accepted[first]).any(), (first, last)
    contacts = tables["contacts"].merge(accepted, on="referral_id")
    assert (contacts["contact_on"] >= contacts["accepted_on"]).all()
    assert not (contacts["contact_on"] > contacts["support_ended_on"]).any()


# ---------------------------------------------------------------- published outcomes at closure

EDGE_OF_CARE = [
    ("connecting_families", "2017-18", 186, 204),
    ("connecting_families", "2019-20", 107, 115),
    ("connecting_families", "2020-21", 140, 153),
    ("rapid_response", "2017-18", 112, 121),
    ("rapid_response", "2019-20", 151, 157),
    ("rapid_response", "2020-21", 159, 166),
    ("ifss", "2019-20", 7, 11),
    ("ifss", "2020-21", 21, 22),
]


@pytest.mark.parametrize(("service", "year", "remained", "children"), EDGE_OF_CARE)
def test_children_not_looked_after_at_closure_are_as_published(tables, care, service, year, remained, children):
    rows = first_accepted(tables, service, "edge_of_care", year)
    assert not in_care_on(care, rows, "accepted_on").any()
    assert rows["support_ended_on"].notna().all()
    assert not rows["end_reason"].isin(["moved_away", "died"]).any()
    in_care = in_care_on(care, rows, "support_ended_on")
    assert (int((~in_care).sum()), len(rows)) == (remained, children)
    assert rows.loc[in_care, "closing_outcome"].eq("became_looked_after").all()
    assert rows.loc[~in_care, "closing_outcome"].isin(["remained_home", "closed_to_social_care"]).all()


def test_families_and_closed_cases_are_as_published(tables):
    assert first_accepted(tables, "connecting_families", "edge_of_care", "2019-20")["family_id"].nunique() == 59
    rows = tables["referrals"]
    rows = rows[
        (rows["service"] == "ifss") & (rows["accepted"] == "Y") & rows["accepted_on"].between(*YEARS["2017-18"])
    ]
    assert rows["person_id"].nunique() == 33
    assert rows["closing_outcome"].eq("closed_to_social_care").sum() == 6


PLACEMENTS = [
    ("connecting_families", "2019-20", 8, 8),
    ("connecting_families", "2020-21", 25, 25),
    ("rapid_response", "2019-20", 1, 2),
    ("rapid_response", "2020-21", 3, 3),
    ("ifss", "2019-20", 1, 1),
    ("ifss", "2020-21", 6, 6),
]


@pytest.mark.parametrize(("service", "year", "held", "children"), PLACEMENTS)
def test_placements_held_are_as_published(tables, care, service, year, held, children):
    rows = first_accepted(tables, service, "placement_support", year)
    assert in_care_on(care, rows, "accepted_on").all()
    kept = []
    for row in rows.itertuples():
        own = care[(care["person_id"] == row.person_id)]
        moved = own["reason_started"].isin(["placement", "legal_status_and_placement"])
        moved &= (own["started_on"] > row.accepted_on) & (own["started_on"] <= row.support_ended_on)
        left = own["ended_on"].max() <= row.support_ended_on and not own["ended_on"].isna().any()
        kept.append(not moved.any() and not left)
    assert (sum(kept), len(rows)) == (held, children)
    assert (rows["closing_outcome"] == "placement_held").tolist() == kept


def test_the_child_placed_with_parents_is_looked_after_at_home(tables, care):
    row = first_accepted(tables, "ifss", "placement_support", "2019-20").iloc[0]
    own = care[(care["person_id"] == row.person_id) & (care["started_on"] <= row.accepted_on)].iloc[-1]
    assert (own["placement_type"], own["legal_status"]) == ("placed_with_parents", "C2")


@pytest.mark.parametrize(("year", "families", "babies", "home"), [("2019-20", 18, 18, 15), ("2020-21", 29, 28, 24)])
def test_babies_not_looked_after_at_closure(tables, care, year, families, babies, home):
    rows = first_accepted(tables, "baby_in_mind", "pre_birth", year)
    born = rows.merge(tables["pregnancies"], on="referral_id").merge(tables["babies"], on="pregnancy_id")
    born = born.drop(columns="person_id").rename(columns={"baby_id": "person_id"})
    assert (rows["family_id"].nunique(), len(born)) == (families, babies)
    assert rows["support_ended_on"].notna().all()
    assert int((~in_care_on(care, born, "support_ended_on")).sum()) == home
    entered = care[care["person_id"].isin(born["person_id"])]
    if year == "2020-21":
        assert entered["person_id"].nunique() == 4
        last = entered.sort_values("started_on").groupby("person_id").tail(1)
        assert int((last["reason_ended"] == "returned_home").sum()) == 3
        assert int(last["ended_on"].notna().sum()) == 3


def test_an_unborn_child_leads_to_the_born_one(raw):
    persons = raw["persons"].set_index("person_id")
    unborn = persons[persons.index.str.startswith("U")]
    babies = raw["babies"].merge(raw["pregnancies"], on="pregnancy_id").merge(raw["referrals"], on="referral_id")
    for row in babies[babies["person_id"].str.startswith("U")].drop_duplicates("person_id").itertuples():
        assert unborn.loc[row.person_id, "birth_person_id"] in set(
            babies.loc[babies["person_id"] == row.person_id, "baby_id"]
        )
    assert babies["pregnancy_id"].duplicated().sum() == 1  # one pair of twins
    assert (~babies["person_id"].str.startswith("U")).sum() == 5  # accepted after birth


def test_reunifications_are_as_published(tables, care):
    rows = tables["referrals"]
    rows = rows[rows["service"] == "practice_support_workers"]
    assert (len(rows), rows["person_id"].nunique(), set(rows["accepted"])) == (68, 68, {"Y"})
    first_half = rows["accepted_on"] < "2020-10-01"
    assert rows[first_half]["stream"].eq("placement_support").mean() > 0.5
    assert rows[~first_half]["stream"].eq("reunification").mean() > 0.5
    returned = rows[rows["closing_outcome"] == "returned_home"]
    home_on = []
    for row in returned.itertuples():
        own = care[(care["person_id"] == row.person_id) & (care["started_on"] <= row.support_ended_on)]
        with_parents = own.loc[own["placement_type"] == "placed_with_parents", "started_on"]
        home_on.append(with_parents.min() if len(with_parents) else own["ended_on"].max())
    home = pd.Series(home_on)
    assert len(home) == 23
    assert home.between(*YEARS["2020-21"]).all()
    assert int((home >= "2021-01-01").sum()) == 5


def test_parents_engaged_by_october_2018_are_as_published(tables):
    engaged = tables["parents"][lambda rows: rows["region"] == "Bridgend"]["engaged_on"].dropna()
    assert int(engaged.between("2018-05-01", "2018-10-01").sum()) == 11
    assert engaged.min() >= pd.Timestamp("2018-05-01")


# ---------------------------------------------------------------- the whole authority


@pytest.mark.parametrize(
    ("day", "children"),
    [("2018-03-31", 385), ("2020-03-31", 394), ("2020-04-01", 394), ("2021-03-31", 390), ("2021-09-30", 384)],
)
def test_the_stock_is_as_published(care, day, children):
    assert len(looked_after(care, day)) == children


def test_orders_and_places_are_as_published(tables, care):
    events = tables["status_events"]

    def between(kind: str, first: str, last: str) -> int:
        rows = events[events["type"] == kind]
        ended = care[(care["reason_ended"] == kind) & care["ended_on"].between(first, last)]
        number = int(rows["date"].between(first, last).sum())
        assert number == ended["person_id"].nunique()
        return number

    periods = [("2019-04-01", "2020-03-31"), ("2020-04-01", "2021-03-31"), ("2021-04-01", "2021-09-30")]
    assert [between("special_guardianship", *period) for period in periods] == [6, 9, 5]
    assert [between("care_order_discharged", *period) for period in periods] == [3, 10, 5]
    for day, number in (("2020-04-01", 48), ("2021-03-31", 39)):
        on_day = care[(care["started_on"] <= day) & ~(care["ended_on"] <= day)].groupby("person_id").tail(1)
        assert int(on_day["placed_in"].isin(["elsewhere_in_wales", "outside_wales"]).sum()) == number
        assert 0.15 < on_day["placement_type"].eq("placed_with_parents").mean() < 0.2


def test_children_with_three_or_more_placements(care):
    """10.26% is 40 of 390: those who began a third placement in the year, or lived in one and began two."""
    first, last = YEARS["2020-21"]
    own = care[care["person_id"].isin(looked_after(care, last))]
    began = own["reason_started"].isin(["started", "placement", "legal_status_and_placement"])
    placements = own[began & own["started_on"].between(first, last)].groupby("person_id").size()
    before = looked_after(care, first - pd.Timedelta(days=1))
    in_all = placements + pd.Series({person: person in before for person in placements.index})
    assert int((in_all >= 3).sum()) == 40


def test_nobody_stays_looked_after_past_18(tables, care):
    months = tables["persons"].set_index("person_id")["birth_month"]
    eighteenth = pd.to_datetime(care["person_id"].map(months), format="%Y-%m") + pd.DateOffset(years=18, months=1)
    assert not (care["ended_on"].fillna(EXTRACT) > eighteenth).any()


def test_early_help_contacts_rise_by_the_published_share(tables):
    received = tables["front_door"]["received_on"]
    first, second = (int(received.between(f"{year}-04-01", f"{year}-06-30").sum()) for year in (2019, 2021))
    assert second / first == pytest.approx(1.21)


# ---------------------------------------------------------------- the generator


def test_a_new_section_changes_no_other(scenario, made):
    fewer = copy.deepcopy(scenario)
    del fewer["parents"]["cohort"][-1]
    fewer["front_door"]["received"]["2018-19"][0] += 5
    before, after = made, generate(fewer)
    for table in ("contacts", "assessments", "referrals"):
        assert before[table] == after[table]
    earlier = [row for row in before["front_door"] if row["received_on"] < "2018-04-01"]
    assert earlier == [row for row in after["front_door"] if row["received_on"] < "2018-04-01"]


def test_another_seed_gives_other_records_with_the_same_totals(scenario, made, tmp_path):
    other = generate(scenario | {"seed": "another"})
    assert other["referrals"] != made["referrals"]
    became = [
        row
        for row in other["referrals"]
        if row["closing_outcome"] == "became_looked_after" and row["service"] == "rapid_response"
    ]
    assert sum("2019-04-01" <= row["accepted_on"] <= "2020-03-31" for row in became) == 157 - 151
    write(other, tmp_path / "records")
    assert (tmp_path / "records" / "referrals.csv").read_text(encoding="utf-8") == as_csv(other)["referrals"]


def test_a_small_council_of_one_service_needs_few_settings(scenario):
    needed = (
        "seed",
        "extract_date",
        "records_from",
        "persons",
        "risks",
        "events",
        "contact_modes",
        "looked_after",
    )
    small = {name: copy.deepcopy(scenario[name]) for name in needed} | {"years": ["2019-20"]}
    service = copy.deepcopy(scenario["service"][0])
    service["year"] = {"2019-20": {"edge_of_care": {"children": 40, "remained": 36}}}
    small["service"] = [service]
    for name in ("together", "three_or_more_placements", "out_of_county"):
        del small["looked_after"][name]
    small["looked_after"]["counted"] = [
        {"day": date(2019, 3, 31), "children": 60},
        {"day": date(2020, 3, 31), "children": 62, "starts": 20, "leaving": {}},
    ]
    made = generate(small)
    assert len({row["person_id"] for row in made["referrals"] if row["accepted"] == "Y"}) == 40
    assert not made["parents"]
    assert not made["front_door"]
    del small["risks"]
    with pytest.raises(DataError, match="risks"):
        generate(small)


def test_a_scenario_that_cannot_be_says_what_to_change(scenario, tmp_path, capsys):
    impossible = copy.deepcopy(scenario)
    impossible["service"][0]["year"]["2019-20"]["edge_of_care"]["remained"] = -200
    with pytest.raises(DataError, match="rapid_response in 2019-20"):
        generate(impossible)
    assert main([str(tmp_path)]) == 2
    assert "synthetic.toml" in capsys.readouterr().err


def test_draws_are_those_that_python_promises():
    draws = Draws("seed", "section", "year")
    # import random; r = random.Random("seed/section/year").random; [int(r() * 100) for _ in range(5)]
    assert [draws.between(0, 99) for _ in range(5)] == [66, 24, 98, 7, 10]
