"""Files in the layout of the SSDA903 return for the tests, and what is read from them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from ehp_eval.intake.mapping import read_mapping
from ehp_eval.intake.source import Source
from ehp_eval.intake.ssda903 import Return, read_return
from ehp_eval.periods import PeriodsOfCare, periods_of_care

EPISODES = "CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC,REASON_PLACE_CHANGE,HOME_POST,PL_POST,URN"
HEADER = "CHILD,SEX,DOB,ETHNIC,UPN,MOTHER,MC_DOB"
STARTS = {"S": "started", "L": "legal_status", "P": "placement"}
Row = tuple[str, str, str, str, str]
"""CHILD, DECOM, RNE, DEC and REC."""
Period = tuple[str, str, str | None]


def episodes(*rows: Row, status: str = "C2") -> str:
    """Write a file as the return lays it out; dates are given as they stand in it."""
    rest = ",AB1 2CD,EF3 4GH,1234567"
    lines = [f"{who},{start},{rne},{status},N1,U4,PR1,{end},{rec},{rest}" for who, start, rne, end, rec in rows]
    return "\n".join([EPISODES, *lines])


def header(*rows: str) -> str:
    return "\n".join([HEADER, *rows])


def read(folder: Path, files: dict[str, str], more: str = "") -> Return:
    """Read a council whose files are named e... for episodes and h... for headers."""
    files = {"e.csv": EPISODES} | files if all(name.startswith("h") for name in files) else files
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    listed = {kind: [name for name in files if name.startswith(kind[0])] for kind in ("episodes", "header")}
    (folder / "mapping.toml").write_text(
        f"[ssda903]\nepisodes = {listed['episodes']}\nheader = {listed['header']}\n{more}", encoding="utf-8"
    )
    mapping, findings = read_mapping(folder)
    assert not findings
    assert mapping.ssda903
    return read_return(folder, mapping.ssda903, mapping)


def prepared(name: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Source:
    """Return a file as it is once its cells are read: contract's names, ISO dates."""
    frame = pd.DataFrame(rows, columns=list(columns), index=range(2, len(rows) + 2), dtype="str")
    return Source(name, frame.mask(frame == ""), {"ended_on": "DEC", "reason_ended": "REC"})


def yearly(files: Sequence[Sequence[Row]], status: str = "C2") -> list[Source]:
    columns = ("person_id", "started_on", "reason_started", "ended_on", "reason_ended", "legal_status")
    return [
        prepared(f"e{number}", columns, [(who, day, STARTS[rne], end, rec, status) for who, day, rne, end, rec in rows])
        for number, rows in enumerate(files)
    ]


def table(sources: Sequence[Source]) -> pd.DataFrame:
    return pd.concat([source.text for source in sources], ignore_index=True)


def care(sources: Sequence[Source]) -> PeriodsOfCare:
    rows = table(sources)
    for name in ("started_on", "ended_on"):
        rows[name] = pd.to_datetime(rows[name], format="%Y-%m-%d")
    return periods_of_care(rows)


def listed(found: PeriodsOfCare) -> list[Period]:
    frame = found.periods
    days = [frame[name].dt.strftime("%Y-%m-%d") for name in ("started_on", "ended_on")]
    return [
        (person, start, end if isinstance(end, str) else None)
        for person, start, end in zip(frame["person_id"], *days, strict=True)
    ]


def applied(counts: dict[str, int]) -> dict[str, int]:
    return {rule: count for rule, count in counts.items() if count}
