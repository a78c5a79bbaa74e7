"""The tables of the contract, written from what the generator has made."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

from ehp_eval.contract import RECORDS
from ehp_eval.synthetic.care import PROVIDERS, TOGETHER, changed
from ehp_eval.synthetic.rough import add_respite, soil
from ehp_eval.synthetic.world import Period, Person, Referral, Row, World

# Rows are sorted by these columns, then by all others in the order of the contract.
ORDER = {
    "contacts": ("referral_id", "contact_on"),
    "assessments": ("referral_id", "kind"),
    "looked_after_episodes": ("person_id", "started_on", "ended_on"),
    "status_events": ("person_id", "date", "type"),
    "parent_measures": ("parent_id", "timepoint", "domain"),
    "incidents": ("service", "date"),
    "service_costs": ("service", "year"),
}


def tables(world: World) -> dict[str, list[Row]]:
    """Return every table of the records, rows sorted, columns in the order of the contract."""
    made = dict(world.tables)
    made["persons"] = [_person(person) for person in world.persons if person.recorded]
    made["referrals"] = [_referral(referral) for referral in world.referrals]
    made["status_events"] = [
        {"person_id": person.person_id, "date": day.isoformat(), "type": kind}
        for person, day, kind in dict.fromkeys(world.events)
    ]
    episodes = [row for period in world.periods for row in _episodes(period)]
    episodes.sort(key=lambda row: (row["person_id"], row["started_on"]))
    made["looked_after_episodes"] = soil(world, episodes) + add_respite(world)
    return {
        table.name: _sorted(table.name, [c.name for c in table.columns], made.get(table.name, [])) for table in RECORDS
    }


def write(made: Mapping[str, Sequence[Mapping[str, str]]], folder: str | Path) -> None:
    """Write each table that holds rows to `<name>.csv` in the folder, which is made where it is missing.

    Parameters
    ----------
    made : mapping of str to sequence of mapping
        What `generate` returns.
    folder : str or Path
        Each file is written beside its place and moved there, so that no file is ever half written.
    """
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    for name, text in as_csv(made).items():
        aside = target / f".{name}.csv.new"
        aside.write_bytes(text.encode("utf-8"))
        aside.replace(target / f"{name}.csv")


def as_csv(made: Mapping[str, Sequence[Mapping[str, str]]]) -> dict[str, str]:
    """Return each table that holds rows as the text of its file."""
    texts = {}
    for table in (each for each in RECORDS if made[each.name]):
        text = io.StringIO()
        writer = csv.DictWriter(text, [column.name for column in table.columns], lineterminator="\n")
        writer.writeheader()
        writer.writerows(made[table.name])
        texts[table.name] = text.getvalue()
    return texts


def _sorted(name: str, columns: list[str], rows: list[Row]) -> list[Row]:
    full = [{column: row.get(column, "") for column in columns} for row in rows]
    order = [*ORDER.get(name, ()), *columns]
    return sorted(full, key=lambda row: [row[column] for column in order])


def _person(person: Person) -> Row:
    return {
        "person_id": person.person_id,
        "birth_month": f"{person.born:%Y-%m}",
        "family_id": person.family_id,
        "birth_person_id": person.birth_person_id,
        **person.traits,
    }


def _referral(referral: Referral) -> Row:
    dates = {
        name: value.isoformat() if value else ""
        for name, value in (
            ("referred_on", referral.referred_on),
            ("accepted_on", referral.accepted_on),
            ("first_contact_on", referral.first_contact_on),
            ("support_started_on", referral.support_started_on),
            ("support_ended_on", referral.support_ended_on),
        )
    }
    return {
        "referral_id": referral.referral_id,
        "person_id": referral.person.person_id,
        "family_id": referral.person.family_id,
        "service": referral.service,
        "stream": referral.stream,
        "accepted": "Y" if referral.accepted_on else "N",
        "end_reason": referral.end_reason,
        "status_at_referral": referral.status,
        "closing_outcome": referral.outcome,
        **dates,
    }


def _episodes(period: Period) -> list[Row]:
    rows = []
    for position, stage in enumerate(period.stages):
        last = position == len(period.stages) - 1
        ended_on = period.ended_on if last else period.stages[position + 1].started_on
        rows.append(
            {
                "person_id": period.person.person_id,
                "started_on": stage.started_on.isoformat(),
                "reason_started": changed(period.stages[position - 1] if position else None, stage),
                "legal_status": stage.legal_status,
                "need": period.need,
                "placement_type": stage.placement.kind,
                "provider": PROVIDERS[stage.placement.kind],
                "ended_on": ended_on.isoformat() if ended_on else "",
                "reason_ended": period.reason_ended if last and ended_on else "episode_changed" if ended_on else "",
                "planned": period.planned,
                "placed_in": stage.placement.placed_in,
                "parent_and_baby": "Y" if stage.placement.kind == TOGETHER else "N",
            }
        )
    return rows
