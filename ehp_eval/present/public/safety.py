"""Whether the children were safe, in short, for the first screen of a service's public report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from ehp_eval.config import HEADLINE_DAYS
from ehp_eval.disclosure.release import SMALL
from ehp_eval.present import figure_words as fw
from ehp_eval.present.public import words
from ehp_eval.words import say

if TYPE_CHECKING:
    from ehp_eval.public import PublicService


def safe(report: PublicService) -> list[str]:
    """Say what is released of the children's safety; nothing where the service is not asked."""
    asked = {"edge_of_care": "eoc6", "pre_birth": "bm7"}.get(report.service.stream)
    if asked is None:
        return []
    label = report.facts["headline"]
    row = report.deciding(asked, label, HEADLINE_DAYS) if label else None
    if row is None or words.of_nobody(row):
        return [say("brief.safe_unknown")]
    sentences = [_harm(report, asked, row)]
    incidents = report.find("eoc6i", label)
    if incidents is None:
        return sentences
    if (n := words.shown_count(incidents)) is not None:
        sentences.append(say("brief.incidents", n=n, period=label))
    elif incidents["reason"] == SMALL:
        few = report.release.rule.hide_up_to + 1
        sentences.append(say("public.incidents_few", limit=few, period=label))
    else:
        sentences.append(say("public.incidents_hidden", period=label))
    return sentences


def _harm(report: PublicService, asked: str, row: pd.Series[Any]) -> str:
    """Write the share with any harm; where it tells nothing, that of unplanned entries into care, which is a part."""
    label, stream = report.facts["headline"], report.service.stream
    given = {"period": label, "window": fw.window(HEADLINE_DAYS)}
    if not words.tells_nothing(row):
        return say(f"brief.safe_{stream}", share=words.in_words(report, row), **given)
    part = report.deciding(f"{asked}u", label, HEADLINE_DAYS)
    if part is None or words.of_nobody(part) or words.tells_nothing(part):
        return say(f"public.safe_hidden_{stream}", **given)
    return say(f"public.safe_part_{stream}", share=words.in_words(report, part), **given)
