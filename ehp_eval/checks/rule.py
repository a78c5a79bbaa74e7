"""What a rule across columns and tables is, and what it may look at."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import pandas as pd

from ehp_eval.checks.fault import Fault, faults
from ehp_eval.contract import RECORDS
from ehp_eval.errors import Severity
from ehp_eval.periods import looked_after_on, periods_of_care

if TYPE_CHECKING:
    from ehp_eval.config import CouncilSettings, Service

ONE_DAY = pd.Timedelta(days=1)
DATES = tuple((table.name, column.name) for table in RECORDS for column in table.of_kind("date"))
"""Table and column of every date of the records."""


@dataclass(frozen=True)
class Evidence:
    """A council's tables as the rules see them.

    Nothing can be taken for granted here: ids repeat, refer to nobody or are missing, and so does all else.

    Attributes
    ----------
    tables : mapping of str to DataFrame
        In declared types; a table that was not supplied has no rows.
    settings : CouncilSettings
    services : mapping of str to Service or None
        By id; None where the definition has faults of its own.
    """

    tables: Mapping[str, pd.DataFrame]
    settings: CouncilSettings
    services: Mapping[str, Service | None]

    def __getitem__(self, table: str) -> pd.DataFrame:
        """Return a table."""
        return self.tables[table]

    @property
    def extract(self) -> pd.Timestamp:
        """The last day that the records know about."""
        return pd.Timestamp(self.settings.council.extract_date)

    def lookup(self, ids: pd.Series, table: str, key: str, column: str) -> pd.Series:
        """Return what a column of another table says of each id; of rows that repeat an id the first counts."""
        known = self[table].dropna(subset=key).drop_duplicates(key).set_index(key)[column]
        return known.reindex(ids).set_axis(ids.index)

    @cached_property
    def care(self) -> pd.DataFrame:
        """Periods of care, respite apart."""
        episodes = self["looked_after_episodes"].dropna(subset=["person_id", "started_on"])
        return periods_of_care(episodes, respite_statuses=self.settings.looked_after.respite_legal_statuses).periods

    @cached_property
    def referred(self) -> pd.DataFrame:
        """Ids under which the child of each referral is known: columns row (of referrals) and person_id.

        Its own, the one given at birth, and those of the babies of the pregnancy that the referral is about.
        """
        referrals = self["referrals"]
        own = pd.DataFrame({"row": referrals.index, "person_id": referrals["person_id"].array})
        born = own.assign(person_id=self.lookup(own["person_id"], "persons", "person_id", "birth_person_id"))
        pregnancies = referrals[["referral_id"]].rename_axis("row").reset_index().dropna()
        babies = pregnancies.merge(self["pregnancies"][["referral_id", "pregnancy_id"]].dropna(), on="referral_id")
        babies = babies.merge(self["babies"][["pregnancy_id", "baby_id"]].dropna(), on="pregnancy_id")
        babies = babies.rename(columns={"baby_id": "person_id"})[["row", "person_id"]]
        return pd.concat([own, born.dropna(), babies]).dropna().drop_duplicates()

    @cached_property
    def id_forms(self) -> dict[tuple[str, str], dict[str, set[str]]]:
        """What `plausible` makes of the ids of a table's column, which it asks for many times."""
        return {}

    @cached_property
    def compared(self) -> Evidence:
        """The same council with its comparison group in the place of the referrals, as the evaluation follows it."""
        return replace(self, tables={**self.tables, "referrals": self["comparison"]})

    def in_care(self, days: pd.Series) -> pd.Series[bool]:
        """Say of each referral whether its child was looked after on a day; not where the day is missing.

        Parameters
        ----------
        days : Series of datetime64
            On the index of `referrals`.
        """
        if self["looked_after_episodes"].empty or days.isna().all():
            return pd.Series(False, index=days.index)
        asked = self.referred.assign(day=days.reindex(self.referred["row"]).array).dropna()
        found = asked.loc[looked_after_on(self.care, asked["person_id"], asked["day"]), "row"]
        return pd.Series(days.index.isin(found), index=days.index)


Found = pd.Series | dict[str, pd.Series] | list[str]
"""Whether each row of the rule's table breaks it; the same by what fills the gap in the message; or, of the table as a
whole, what fills the gap of each fault."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule across columns, rows or tables.

    Attributes
    ----------
    name : str
        Short, in plain words; several rules may share one.
    table, column : str
        What the analyst is to look at; several columns are joined by ", ". The rows at fault are those to leave out.
    message : str
        What is wrong, a colon, and what to do. A {} in it is filled by what `find` names.
    find : function
        Finds the rows at fault in the evidence, or what is at fault in the table as a whole: that leaves no row out.
    severity : str
        An error only where a figure would be wrong or a row not be used in silence.
    """

    name: str
    table: str
    column: str
    message: str
    find: Callable[[Evidence], Found]
    severity: Severity = "error"

    def faults(self, evidence: Evidence) -> list[Fault]:
        """Return the faults by this rule: none, one, or one for each gap in the message that is filled."""
        index = evidence[self.table].index
        if index.empty:
            return []
        found = self.find(evidence)
        if isinstance(found, list):
            return [
                Fault(self.table, self.column, self.name, self.message.format(gap), (), self.severity) for gap in found
            ]
        named = found if isinstance(found, dict) else {"": found}
        return [
            fault
            for gap, wrong in named.items()
            for fault in faults(
                self.table, self.column, self.name, self.message.format(gap), index[wrong.to_numpy()], self.severity
            )
        ]
