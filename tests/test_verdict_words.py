"""The verdict in words: its reasons, gates and flips carry the numbers that led to them."""

from __future__ import annotations

from ehp_eval.present import verdict_words
from tests.test_verdict import GOOD, HARMFUL, between, verdict


def test_the_words_give_the_numbers() -> None:
    found = verdict(GOOD, n=33, matured=40, outcome=between(-0.021, 0.04, 0.12), incidents=1)
    reasons = verdict_words.reasons(found)
    assert "33 cases, where a verdict needs 50" in reasons[0]
    assert "33 of 40 (83%)" in reasons[1]
    assert "One serious incident" in verdict_words.gate_numbers(found.gate("safety"))
    by_code = {flip.code: verdict_words.flip(flip) for flip in found.flips}
    assert by_code["insufficient_n"].startswith("17 cases more than the 33")
    assert "its lower limit is \N{MINUS SIGN}2.1 points and must be above 0.0" in by_code["outcome_unclear"]
    assert any(each.startswith("A serious incident, or a case audit that confirmed harm, has not") for each in reasons)
    unconfirmed = verdict_words.reasons(verdict(HARMFUL, confirmed_harm=0))
    assert unconfirmed[0].startswith("More harm is shown than in the comparison (lower limit +8.0 points)")
