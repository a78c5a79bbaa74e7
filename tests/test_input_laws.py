"""What must not matter: the order of rows, the files they come in, short breaks, people nobody asked about, hashed ids.

And what must always add up: rows in are rows used and rows left out, for every table.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from ehp_eval.contract import TABLES
from ehp_eval.errors import DataError
from ehp_eval.evaluation import evaluate
from ehp_eval.load import Council, load_council, read_folder
from tests.councils import SERVICES as ALL
from tests.councils import Row, changed, episode, referral, status, write_council, write_rows

SERVICES = {"doorstep": changed(ALL["doorstep"], notebook="edge_of_care")}
START = date(2018, 4, 1)
Tables = dict[str, list[Row]]


def day(number: int) -> str:
    return (START + timedelta(days=number)).isoformat()


def some_records() -> Tables:
    """Eighty children over two years, every third with a brother or sister, a quarter looked after at some time."""
    draw = random.Random(4)
    tables: Tables = {
        name: [] for name in ("persons", "referrals", "contacts", "looked_after_episodes", "status_events")
    }
    for n in range(80):
        child, accepted = f"{n:04}", draw.randrange(700)
        tables["persons"].append(
            {"person_id": child, "birth_month": f"{2006 + n % 9}-05", "sex": "MF"[n % 2], "family_id": f"f{n // 3 * 3}"}
        )
        closed = accepted + 30 + n % 9
        tables["referrals"].append(
            referral(
                child,
                day(accepted),
                referral_id=f"{n:05}",
                first_contact_on=day(accepted + n % 4),
                support_ended_on=day(closed),
                end_reason="completed",
            )
        )
        tables["contacts"] += [
            {"referral_id": f"{n:05}", "contact_on": day(accepted + k), "mode": "home", "kept": "Y"}
            for k in range(n % 7)
        ]
        if n % 4 == 0:
            begins = closed + 5 * n % 300
            tables["looked_after_episodes"] += [
                episode(child, day(begins), day(begins + 60), planned="N"),
                episode(child, day(begins + 60), reason_started="placement"),
            ]
        if n % 5 == 0:
            tables["status_events"].append(status(child, day(closed + 20), "section_47"))
    # Of a child nobody referred: the episodes are known as late as the extract.
    tables["looked_after_episodes"].append(episode("latest", "2021-09-01"))
    return tables


RECORDS = some_records()


def figures(council: Council) -> pd.DataFrame:
    return evaluate(council, "doorstep", "2019-20").figures


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    found = figures(load_council(write_council(tmp_path_factory.mktemp("plain"), services=SERVICES, **RECORDS)))
    assert found["numerator"].sum() > 100  # the laws below are about something
    return found


def split(folder: Path, tables: Tables, draw: random.Random) -> Iterator[str]:
    """Write each table into several files and yield the lines of mapping.toml that name them."""
    for name, rows in tables.items():
        number = draw.randint(1, 3)
        parts: list[list[Row]] = [[] for _ in range(number)]
        for row in rows:
            draw.choice(parts).append(row)
        files = []
        for position, part in enumerate(parts):
            if part:
                files.append(f"extracts/{name} {position}.csv")
                write_rows(folder / files[-1], part)
        yield f"[{name}]\nfiles = {files}\n"


@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**6), respite=st.booleans(), strangers=st.booleans(), hashed=st.booleans())
def test_what_must_not_matter(
    plain: pd.DataFrame,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    seed: int,
    respite: bool,
    strangers: bool,
    hashed: bool,
) -> None:
    draw = random.Random(seed)
    tables = {name: list(rows) for name, rows in RECORDS.items()}
    if respite:
        tables["looked_after_episodes"] += [
            episode(f"{draw.randrange(80):04}", day(begins), day(begins + 3), legal_status="V4")
            for begins in draw.sample(range(900), 40)
        ]
    if strangers:
        tables["looked_after_episodes"] += [episode(f"s{n}", day(draw.randrange(900))) for n in range(30)]
        tables["status_events"] += [status(f"s{n}", day(draw.randrange(900)), "died") for n in range(30)]
    for rows in tables.values():
        draw.shuffle(rows)
    folder = write_council(tmp_path_factory.mktemp("changed"), services=SERVICES)
    (folder / "extracts").mkdir()
    mapping = "".join(split(folder, tables, draw))
    if hashed:
        monkeypatch.setenv("A_KEY_OF_THE_TESTS", f"{seed:032}")
        mapping += '[pseudonyms]\nkey_variable = "A_KEY_OF_THE_TESTS"\n'
    (folder / "mapping.toml").write_text(mapping, encoding="utf-8")
    council = load_council(folder)
    assert_frame_equal(figures(council), plain)
    rows_add_up(council, {name: len(rows) for name, rows in tables.items()})
    if hashed:
        ids = {
            cell
            for name in RECORDS
            for column in TABLES[name].of_kind("id")
            for cell in council.tables[name][column.name].dropna()
        }
        assert not ids & {row["person_id"] for row in RECORDS["persons"]}


def rows_add_up(council: Council, written: dict[str, int]) -> None:
    """Every row that was written is used or counted as left out."""
    assert council.account.read == written
    account = council.account.rows().set_index("table")
    assert (account["read"] == account["used"] + account["left_out"]).all()
    assert account["used"].to_dict() == {name: len(council.tables[name]) for name in written}


BAD_CELLS = st.sampled_from(["", "soon", "31/02/2020", "2035-01-01", "1900-01-01", "edge", "doormat", "?", "N/A"])


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_rows_in_are_rows_used_and_rows_left_out(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    tables: dict[str, list[dict[str, Any]]] = {name: [dict(row) for row in rows[:40]] for name, rows in RECORDS.items()}
    for rows in tables.values():
        for _ in range(data.draw(st.integers(0, 6))):
            row = data.draw(st.sampled_from(rows))
            row[data.draw(st.sampled_from(sorted(row)))] = data.draw(BAD_CELLS)
        rows += [dict(row) for row in rows[: data.draw(st.integers(0, 3))]]
    folder = write_council(tmp_path_factory.mktemp("bad"), services=SERVICES, **tables)
    if any(each.severity == "error" and not each.rows for each in read_folder(folder).findings):
        with pytest.raises(DataError):  # a column as a whole is at fault, which is no matter of rows
            load_council(folder, allow_excluded=True)
        return
    council = load_council(folder, allow_excluded=True)
    rows_add_up(council, {name: len(rows) for name, rows in tables.items()})
    # What is left has no fault of its own any more.
    clean = tmp_path_factory.mktemp("clean")
    kept = {
        name: council.tables[name].astype("str").where(council.tables[name].notna(), "").to_dict("records")
        for name in tables
        if len(council.tables[name])
    }
    again = load_council(write_council(clean, services=SERVICES, **kept), allow_excluded=True)
    assert again.account.left_out.empty
