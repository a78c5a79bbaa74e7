"""What each stream of referrals is: whom it counts, which event decides, what it needs and what answers it.

A service serves one or more streams, and its report answers for the first. To add a kind of evaluation, begin here
(CONTRIBUTING.md leads through the rest).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Unit = Literal["child", "baby", "parent", "contact"]

# The events that decide, as `ehp_eval.events` finds them.
ENTERED_CARE = "entered_care"
LEFT_CARE = "left_care"
RETURNED_HOME = "returned_home"
SEPARATED = "separated"
PROCEEDINGS = "proceedings_later_child"


@dataclass(frozen=True, slots=True)
class Stream:
    """One stream of referrals; its measures are ids, empty where it has none.

    Attributes
    ----------
    unit : str
        What is counted; never mixed with that of another stream.
    event : str
        What the follow-up looks for.
    tables : tuple of str
        Without them it cannot be evaluated: with no episodes, for instance, every child would seem to have stayed
        at home.
    windowed : str
        Share without the event by fixed days, among those whose status is known.
    incidence : str
        Cumulative incidence of the event.
    closing : str
        Share with the good outcome when support closed.
    """

    unit: Unit
    event: str
    tables: tuple[str, ...]
    windowed: str = ""
    incidence: str = ""
    closing: str = ""

    @property
    def main(self) -> str:
        """The measure at fixed days: the share where there is one, else the cumulative incidence."""
        return self.windowed or self.incidence


_OF_CHILDREN = ("referrals", "looked_after_episodes")
STREAMS: dict[str, Stream] = {
    "edge_of_care": Stream("child", ENTERED_CARE, _OF_CHILDREN, windowed="eoc1", incidence="eoc2", closing="eoc1c"),
    "placement_support": Stream("child", LEFT_CARE, _OF_CHILDREN, closing="eoc8c"),
    "reunification": Stream("child", RETURNED_HOME, _OF_CHILDREN, incidence="psw1", closing="psw1c"),
    "pre_birth": Stream(
        "baby",
        SEPARATED,
        ("referrals", "pregnancies", "babies", "looked_after_episodes"),
        windowed="bm1",
        incidence="bm1i",
        closing="bm1c",
    ),
    "parent_support": Stream(
        "parent", PROCEEDINGS, ("parents", "pregnancies", "babies", "status_events"), incidence="rf1"
    ),
}
