"""Two raw exports of one service, as its systems might give them: the example of `docs/first-report.md`.

`python -m ehp_eval.synthetic.raw_exports data SERVICE docs/first-report` makes them from the synthetic records: the
referrals as a case system exports them, and three yearly files in the layout of the SSDA903 return. They know nothing
of what happened after the last day.
"""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterable, Mapping
from datetime import date
from itertools import cycle
from pathlib import Path

Row = dict[str, str]

FIRST, LAST = date(2018, 4, 1), date(2021, 3, 31)
_TITLE = "Early help referrals, 1 April 2018 to 31 March 2021. Made up: nobody in this file exists"

_STREAM = {"edge_of_care": "Edge of care", "placement_support": "Placement \u2013 support"}
_ACCEPTED = {"Y": "Yes", "N": "No"}
_ENDED = {
    "": "N/A",
    "completed": "Completed as planned",
    "disengaged": "Family disengaged",
    "entered_care": "Child came into care",
    "moved_away": "Moved out of area",
    "died": "Died",
    "other": "Other",
}
_STATUS = {
    "": "Not known",
    "early_help": "Early help",
    "care_and_support": "Care & support",
    "child_protection": "Child protection",
    "public_law_outline": "PLO",
    "looked_after": "CLA",
}
_OUTCOME = {
    "": "",
    "remained_home": "At home",
    "became_looked_after": "Looked after",
    "placement_held": "Placement held",
    "placement_ended": "Placement ended",
    "U": "Not known",
}
_NOTES = ("", "Plan agreed \u2013 review booked", "", "", "Bus fare: \u00a35 repaid", "", "Rang back, no answer", "")

# Codes of the SSDA903 return, by those of the synthetic records.
_RNE = {
    "started": "S",
    "legal_status": "L",
    "placement": "P",
    "placement_same_carer": "T",
    "legal_status_and_placement": "B",
}
_CIN = {
    "abuse_or_neglect": "N1",
    "child_disability": "N2",
    "acute_stress": "N4",
    "family_dysfunction": "N5",
    "unacceptable_behaviour": "N6",
    "absent_parenting": "N8",
}
_PLACE = {
    "foster_care": "U6",
    "independent_fostering": "U6",
    "kinship_foster_care": "U3",
    "residential": "K2",
    "secure": "K1",
    "placed_with_parents": "P1",
    "parent_and_baby": "R3",
    "placed_for_adoption": "A5",
}
_PROVIDER = {
    "local_authority": "PR1",
    "other_authority": "PR2",
    "independent": "PR4",
    "kin": "PR1",
    "adopters": "PR1",
    "parents": "PR0",
}
_REC = {
    "": "",
    "episode_changed": "X1",
    "returned_home": "E4A",
    "adopted": "E11",
    "special_guardianship": "E46",
    "moved_authority": "E3",
    "turned_18": "E17",
    "died": "E2",
    "care_order_discharged": "E8",
}


def raw_exports(records: Mapping[str, Iterable[Row]], service: str) -> dict[str, bytes]:
    """Make the exports.

    Parameters
    ----------
    records : mapping of str to iterable of dict
        The synthetic `referrals` and `looked_after_episodes`, cells as text, dates ISO.
    service : str
        Id of the service.

    Returns
    -------
    dict of str to bytes
        Each file by its name: the referrals of the service that were made and decided from `FIRST` to `LAST`, and for
        each year to 31 March the episodes of these children that any of its days touches.
    """
    referrals = [
        row
        for row in map(_stripped, records["referrals"])
        if row["service"] == service
        and row["referred_on"] >= FIRST.isoformat()
        and (row["accepted_on"] or row["referred_on"]) <= LAST.isoformat()
    ]
    children = {row["person_id"] for row in referrals}
    episodes = [row for row in map(_stripped, records["looked_after_episodes"]) if row["person_id"] in children]
    files = {"Referrals export.csv": _referrals(referrals).encode("cp1252")}
    for year in range(FIRST.year + 1, LAST.year + 1):
        files[f"Looked after {year}.csv"] = _episodes(episodes, year).encode()
    return files


def _referrals(rows: list[Row]) -> str:
    notes = cycle(_NOTES)
    table = [
        {
            "Referral No": row["referral_id"][1:],
            "Person ID": row["person_id"][1:],
            "Family No": row["family_id"][1:],
            "Team": "Intensive Family Support Team",
            "Reason for support": _STREAM[row["stream"]],
            "Received": f"{_uk(row['referred_on'])} {9 + number % 8:02}:{number * 7 % 60:02}",
            "Accepted?": _ACCEPTED[row["accepted"]],
            "Date accepted": _uk(row["accepted_on"]),
            "First visit": _uk(row["first_contact_on"]),
            "Support from": _uk(row["support_started_on"]),
            "Support to": _uk(row["support_ended_on"]),
            "How it ended": _ENDED[row["end_reason"] if _known(row["support_ended_on"]) else ""],
            "Status when referred": _STATUS[row["status_at_referral"]],
            "Outcome": _OUTCOME[row["closing_outcome"] if _known(row["support_ended_on"]) else ""],
            "Worker notes": next(notes),
        }
        for number, row in enumerate(rows)
    ]
    return f"{_TITLE}\n\n{_csv(table)}"


def _episodes(rows: list[Row], year: int) -> str:
    first, last = f"{year - 1}-04-01", f"{year}-03-31"
    table = []
    for row in rows:
        if row["started_on"] > last or (row["ended_on"] and row["ended_on"] < first):
            continue
        ended = bool(row["ended_on"]) and row["ended_on"] <= last
        table.append(
            {
                "CHILD": row["person_id"][1:],
                "DECOM": _uk(row["started_on"]),
                "RNE": _RNE[row["reason_started"]],
                "LS": row["legal_status"],
                "CIN": _CIN[row["need"]],
                "PLACE": _PLACE[row["placement_type"]],
                "PLACE_PROVIDER": _PROVIDER[row["provider"]],
                "DEC": _uk(row["ended_on"]) if ended else "",
                "REC": _REC[row["reason_ended"]] if ended else "",
            }
        )
    return _csv(table)


def _csv(table: list[Row]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(table[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(table)
    return text.getvalue()


def _stripped(row: Row) -> Row:
    return {name: value.strip() for name, value in row.items()}


def _known(day: str) -> bool:
    return bool(day) and day <= LAST.isoformat()


def _uk(day: str) -> str:
    """Return a day as dd/mm/yyyy; blank where there is none yet."""
    return f"{date.fromisoformat(day):%d/%m/%Y}" if _known(day) else ""


def main(arguments: list[str]) -> None:
    """Write the exports: the council's folder, the service and the folder to write to."""
    data, service, target = arguments
    records = {}
    for name in ("referrals", "looked_after_episodes"):
        with (Path(data) / "records" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            records[name] = list(csv.DictReader(file))
    for name, content in raw_exports(records, service).items():
        (Path(target) / name).write_bytes(content)


if __name__ == "__main__":
    main(sys.argv[1:])
