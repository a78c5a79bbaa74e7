"""What follows from a council's tables alone is worked out once, however many cohorts and measures ask for it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar, cast

import pandas as pd

if TYPE_CHECKING:
    from ehp_eval.load import Council

Asked = ParamSpec("Asked")
Answer = TypeVar("Answer")


def once_a_council(
    function: Callable[Concatenate[Council, Asked], Answer],
) -> Callable[Concatenate[Council, Asked], Answer]:
    """Keep what a function of a council, and of what can be a key, returns: with the council, as `Council.care` is.

    It goes when the council goes, and a council made anew, by `dataclasses.replace` too, begins with nothing. Every
    caller gets a table of its own (at no cost, since pandas copies on writing), so that none can change another's.
    """

    @wraps(function)
    def kept(council: Council, /, *asked: Asked.args, **named: Asked.kwargs) -> Answer:
        # Where a cached property has its place: a frozen dataclass has a `__dict__` all the same.
        answers: dict[Any, Any] = council.__dict__.setdefault("_once", {})
        key = (function, asked, *named.items())
        if key not in answers:
            answers[key] = function(council, *asked, **named)
        answer: Answer = answers[key]
        return cast(Answer, answer.copy(deep=False)) if isinstance(answer, pd.DataFrame | pd.Series) else answer

    return kept
