"""The records behind a report: how many rows came in, how many were used, which were left out and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ehp_eval.prose import Paragraph
from ehp_eval.tables import Table
from ehp_eval.words import say

if TYPE_CHECKING:
    from ehp_eval.evaluation import Evaluation, Overview
    from ehp_eval.front_door import FrontDoor
    from ehp_eval.system import System


def records_table(report: Overview) -> Table:
    """Show what became of the rows of each table: read, left out, used."""
    council = report.council
    referred, persons = pd.Series(council.tables["referrals"]["person_id"].unique()), council.tables["persons"]
    unlinked = int((~referred.isin(persons["person_id"])).sum())
    undated = int(referred.isin(persons.loc[persons["birth_month"].isna(), "person_id"]).sum())
    frame = _named(council.account.rows())
    return Table(
        frame,
        caption=say("records.caption"),
        headings={name: say(f"records.{name}") for name in frame.columns},
        note=say("records.persons", n=unlinked, undated=undated, total=f"{len(referred):,}"),
    )


def rows_left_out(report: Evaluation | FrontDoor | Overview | System) -> Table | Paragraph:
    """Show how many rows of which table were left out, and why; say so where every row was used."""
    account = report.council.account
    counted = account.rows()
    words = {"rows": f"{counted['read'].sum():,}", "tables": len(counted)}
    if account.left_out.empty:
        return Paragraph(say("records.all_used", **words))
    frame = account.left_out.sort_values(["at_fault", "table", "rows"], ascending=[False, True, False], kind="stable")
    frame = _named(frame.assign(rule=frame["rule"].map(rule_words)).drop(columns="at_fault"))
    note = [say("records.left_out_note", left_out=f"{counted['left_out'].sum():,}", **words)]
    if account.at_fault:
        note.append(say("records.at_fault_note"))
    return Table(
        frame,
        caption=say("records.left_out_caption"),
        headings={"table": say("records.table"), "rule": say("records.rule"), "rows": say("records.rows")},
        note=" ".join(note),
    )


def excluded_banner(report: Evaluation | FrontDoor | Overview | System) -> str:
    """Say on the face of a report that rows at fault were left out; empty where none were."""
    n = report.council.account.at_fault
    return say("records.banner", n=n, shown=f"{n:,}") if n else ""


def rule_words(rule: str) -> str:
    """Return what a rule of the checks looks for, in words for a reader."""
    return say(f"rule.{rule.replace(' ', '_')}")


def _named(frame: pd.DataFrame) -> pd.DataFrame:
    """Write the names of tables as words."""
    return frame.assign(table=frame["table"].str.replace("_", " "))
