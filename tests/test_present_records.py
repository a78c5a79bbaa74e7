"""The part of a report that says which rows it rests on."""

from __future__ import annotations

from dataclasses import replace

from markupsafe import Markup

from ehp_eval.checks import RULES, plausible
from ehp_eval.evaluation import evaluate
from ehp_eval.intake.account import Account, left_out_rows
from ehp_eval.intake.ssda903_repairs import LEFT_OUT
from ehp_eval.present.records import excluded_banner, rows_left_out, rule_words
from ehp_eval.present.shared import header
from tests.councils import council_of, episode, referral

ROWS = {"referrals": [referral("a", "2020-05-01")], "looked_after_episodes": [episode("b", "2020-05-01")]}


def shown(account: Account) -> tuple[str, str, str]:
    """What a report says of its records: the table, the banner, the head of the page."""
    report = evaluate(replace(council_of(**ROWS), account=account), "doorstep", "2020-21")
    return rows_left_out(report)._repr_html_(), excluded_banner(report), header(report)._repr_html_()


def test_what_was_left_out_stands_in_every_report_and_on_its_face() -> None:
    repeat = ("persons", "the same row in another file", 2, False)
    left_out = left_out_rows([("referrals", "unknown code", 1200, True), ("persons", "repeated", 1, True), repeat])
    table, banner, head = shown(Account({"referrals": 5000, "persons": 3}, left_out))
    assert "a code that is not known" in table
    assert "1,200" in table
    assert "Of 5,003 rows of 2 tables, 1,203 were not used" in Markup(table).striptags()
    assert "Made without 1,201 rows" in banner
    assert banner in head


def test_where_every_row_was_used_the_face_says_nothing_of_it() -> None:
    words, banner, head = shown(Account({"referrals": 5000, "persons": 3}))
    assert "All 5,003 rows of the 2 tables" in words
    assert not banner
    assert "ehp-banner-excluded" not in head


def test_rows_of_overlapping_files_are_counted_but_are_no_fault() -> None:
    left_out = left_out_rows([("referrals", "the same row in another file", 3, False)])
    table, banner, _ = shown(Account({"referrals": 10}, left_out))
    assert "counts once" in table
    assert not banner


def test_every_rule_that_leaves_rows_out_has_its_words() -> None:
    cells = {"blank", "unknown code", "date", "month", "year", "whole", "number", "repeated", "two birth months"}
    intake = {"free text", "rounded id", "id turned into a date", "full date of birth"}
    files = {"the same row in another file", "in the table of persons too", *LEFT_OUT.episodes, *LEFT_OUT.persons}
    between = {rule.name for rule in RULES if rule.severity == "error"} - {"claim", "source", "no evidence", "group"}
    between -= {
        "amount",
        "unit cost",
        "claimed saving",
        "shares",
    }  # of reference tables, none of whose rows are left out
    between -= {rule.name for rule in plausible.RULES}  # of whole tables
    for rule in cells | intake | files | between:
        assert rule_words(rule)
