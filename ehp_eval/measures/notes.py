"""The note of a figure: how many were left out or need a word, each with its reason."""

from __future__ import annotations

from ehp_eval.words import say


def counted_note(**counts: int) -> str:
    """Return "2 died and left out; 1 ..." of the words `figures.<name>`; a count of 0 is not written."""
    return "; ".join(say(f"figures.{name}", n=n) for name, n in counts.items() if n)


def joined(*parts: str) -> str:
    """Join the parts of a note that say something."""
    return "; ".join(part for part in parts if part)
