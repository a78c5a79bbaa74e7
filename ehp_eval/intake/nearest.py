"""The known name that a misspelt one is likely to mean, for messages: nothing is ever read by it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def nearest(name: str, known: Iterable[str]) -> str:
    """Return " (did you mean 'this'?)" for the known name most like this one, case apart; "" where none is.

    Parameters
    ----------
    name : str
    known : iterable of str
    """
    folded = {each.casefold(): each for each in known}
    # Case systems put spaces and dashes where the contract has underscores.
    forms = (name.casefold(), name.casefold().replace(" ", "_").replace("-", "_"))
    found = [each for form in forms for each in difflib.get_close_matches(form[:100], folded, n=1)]
    return f" (did you mean '{folded[found[0]]}'?)" if found else ""
