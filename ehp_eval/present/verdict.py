"""What the council's gates make of the figures: the verdict with its reasons, the gates, and what would change it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ehp_eval.present import verdict_words
from ehp_eval.present.audiences import framed
from ehp_eval.present.comparison import points_words
from ehp_eval.present.figure_words import points
from ehp_eval.prose import Bullets, Callout, Paragraph
from ehp_eval.simulation import operating_characteristics, standard_error
from ehp_eval.tables import Table, percent, unbroken
from ehp_eval.verdict import REDIRECTION, VERDICTS
from ehp_eval.words import say

if TYPE_CHECKING:
    from ehp_eval.evaluation import Evaluation
    from ehp_eval.public import PublicService
    from ehp_eval.verdict import Verdict

_COMMAND = "ehp-eval simulate"


def verdict_panel(report: Evaluation) -> Callout:
    """Show the verdict, what it means, and its reasons."""
    found = report.verdict
    sentences = [*because(found), say(f"verdict.explained_{found.verdict}"), *verdict_words.reasons(found)]
    if found.verdict == REDIRECTION:
        sentences.append(say("judged.lost", what=report.service.what_it_does))
        sentences.append(say("verdict.lost", n=found.gate("data").numbers["n"]))
    return Callout(unbroken(" ".join(sentences)), title=verdict_words.title(found))


def gates_table(report: Evaluation) -> Table:
    """Show each gate with its state and its numbers."""
    rows = [
        (
            say("judged.gate", gate=say(f"verdict.gate_{gate.name}"), state=verdict_words.gate_state(gate)),
            verdict_words.gate_numbers(gate),
        )
        for gate in report.verdict.gates
    ]
    return Table(
        pd.DataFrame(rows, columns=["gate", "numbers"]),
        caption=say("verdict.caption"),
        headings={name: say(f"verdict.{name}") for name in ("gate", "numbers")},
    )


def flips(report: Evaluation) -> Bullets:
    """List what would change the verdict, and what one would need to know."""
    return Bullets([unbroken(verdict_words.flip(each)) for each in report.verdict.flips])


def published_back_test(report: Evaluation) -> Paragraph:
    """Say what the same gates make of the published figures alone."""
    return back_test(report, report.published)


def back_test(report: Evaluation | PublicService, found: Verdict) -> Paragraph:
    """Say what the gates make of the published figures, as it was found."""
    if not report.claims:
        words = {"title": report.service.title, "verdict": verdict_words.title(found)}
        return Paragraph(say("judged.nothing_published", **words))
    sentences = [say("judged.published", verdict=verdict_words.title(found)), *verdict_words.reasons(found)]
    return Paragraph(unbroken(" ".join(sentences)))


def operating_characteristics_table(report: Evaluation | PublicService) -> Table | Paragraph:
    """Show how often each verdict comes out under the council's thresholds, by the true difference."""
    stored = operating_characteristics(report.council)
    if stored is None:
        return Paragraph(say("verdict.simulated_missing", command=_COMMAND))
    truths = zip(stored["true_difference"], stored["harm_difference"], strict=True)
    frame = pd.DataFrame(
        {
            "truth": [_truth(float(outcome), float(harm)) for outcome, harm in truths],
            "cases": [
                say("judged.sizes", cases=cases, compared=compared)
                for cases, compared in zip(stored["cases"], stored["compared"], strict=True)
            ],
            **{verdict: [percent(share, 0) for share in stored[verdict]] for verdict in VERDICTS},
        }
    )
    samples = int(stored["samples"].min())
    note = say(
        "verdict.simulated_note",
        samples=f"{samples:,}",
        error=f"{100 * standard_error(samples):.1f}",
        source=stored["source"].iloc[0],
    )
    headings = {"truth": say("judged.truth"), "cases": say("judged.cases")}
    headings |= {verdict: say(f"verdict.title_{verdict}") for verdict in VERDICTS}
    return Table(framed(report, frame), caption=say("verdict.simulated_caption"), headings=headings, note=note)


def _truth(outcome: float, harm: float) -> str:
    words = points(outcome)
    return say("judged.truth_harm", difference=words, harm=points(harm)) if harm else words


def verdict_word(verdict: Verdict) -> str:
    """Return the verdict's name."""
    return verdict_words.title(verdict)


def reasons_words(verdict: Verdict) -> str:
    """Write the reasons of a verdict in a few words each; nothing where it has none."""
    return ", ".join(say(f"judged.short_{reason}") for reason in verdict.reasons)


def verdict_why(verdict: Verdict) -> str:
    """Return the verdict's name with its reasons in a few words each."""
    reasons = reasons_words(verdict)
    word = verdict_word(verdict)
    return say("overview.verdict_why", verdict=word, reasons=reasons) if reasons else word


def because(found: Verdict) -> list[str]:
    """Say what speaks for re-direction; nothing with any other verdict."""
    given = {each.code: each.numbers for each in found.flips}
    sentences = []
    if numbers := given.get("redirection_outcome"):
        worthwhile = f"{100 * numbers['worthwhile']:g}"
        difference = points_words(numbers["difference"])
        sentences.append(say("judged.because_outcome", difference=difference, worthwhile=worthwhile))
    if numbers := given.get("redirection_harm"):
        sentences.append(say("judged.because_harm", difference=points_words(numbers["difference"])))
    return sentences
