"""What each stream is answered with: ids of its main measures."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StreamMeasures:
    """Ids of the measures that a stream is answered with; empty where it has none.

    Attributes
    ----------
    windowed : str
        Share without the event by fixed days, among those whose status is known.
    incidence : str
        Cumulative incidence of the event.
    closing : str
        Share with the good outcome when support closed.
    primary : str
        The one that the report answers with: `windowed` or `incidence`.
    """

    primary: str
    windowed: str = ""
    incidence: str = ""
    closing: str = ""

    @property
    def main(self) -> str:
        """The measure at fixed days: the share where there is one, else the cumulative incidence."""
        return self.windowed or self.incidence


MEASURES = {
    "edge_of_care": StreamMeasures("eoc1", windowed="eoc1", incidence="eoc2", closing="eoc1c"),
    "placement_support": StreamMeasures("eoc8c", closing="eoc8c"),
    "reunification": StreamMeasures("psw1", incidence="psw1", closing="psw1c"),
    "pre_birth": StreamMeasures("bm1", windowed="bm1", incidence="bm1i", closing="bm1c"),
    "parent_support": StreamMeasures("rf1", incidence="rf1"),
}
