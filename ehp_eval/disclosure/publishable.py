"""What tables and charts of a public page take: a frame that says by which release it may be published."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, Self

import pandas as pd

from ehp_eval.errors import ReportError

if TYPE_CHECKING:
    from ehp_eval.disclosure.release import Release


class Released(Protocol):
    """A report that is made of a release, and of no record: `ehp_eval.public.PublicReport`."""

    @property
    def release(self) -> Release:
        """What the run may publish."""
        ...


@dataclass(frozen=True, repr=False)
class Publishable:
    """A frame that holds nothing but what a release, or a published document, gives.

    Made by `PublicReport.publishable`, and in no other way by accident: an ordinary frame in its place is an
    error of types, and a ReportError where nobody checks those.

    Attributes
    ----------
    frame : pandas.DataFrame
    """

    frame: pd.DataFrame
    _key: object

    def __post_init__(self) -> None:
        if self._key is not _KEY:
            raise ReportError("A frame becomes publishable by PublicReport.publishable(frame) alone")

    @classmethod
    def made_by(cls, report: Released, frame: pd.DataFrame) -> Self:
        """Return a frame made from a report of a release.

        Raises
        ------
        ReportError
            For a report of records, and for what is no frame.
        """
        from ehp_eval.disclosure.release import Release  # here: tables need only the class, and know no figures

        if not isinstance(getattr(report, "release", None), Release):
            raise ReportError("Only a public report, which holds a release and no records, makes a frame publishable")
        if not isinstance(frame, pd.DataFrame):
            raise ReportError("Only a frame (pandas.DataFrame) can be made publishable")
        return cls(frame, _KEY)


_KEY = object()
