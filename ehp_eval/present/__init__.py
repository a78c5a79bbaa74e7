"""A report as its parts: sentences, tables and charts, in the order in which they are read.

A notebook calls these one by one; every one returns something that shows itself, to each audience in its own form.
"""

from ehp_eval.present import cautions as _cautions
from ehp_eval.present import changes as _changes
from ehp_eval.present import claimed_saving as _claimed_saving
from ehp_eval.present import comparison as _comparison
from ehp_eval.present import first_screen as _first_screen
from ehp_eval.present import front_door as _front_door
from ehp_eval.present import front_door_parts as _front_door_parts
from ehp_eval.present import further as _further
from ehp_eval.present import linking as _linking
from ehp_eval.present import over_time as _over_time
from ehp_eval.present import overview as _overview
from ehp_eval.present import overview_first as _overview_first
from ehp_eval.present import overview_services as _overview_services
from ehp_eval.present import reach as _reach
from ehp_eval.present import records as _records
from ehp_eval.present import service as _service
from ehp_eval.present import service_charts as _service_charts
from ehp_eval.present import service_words as _service_words
from ehp_eval.present import shared as _shared
from ehp_eval.present import side_by_side as _side_by_side
from ehp_eval.present import system as _system
from ehp_eval.present import system_first as _system_first
from ehp_eval.present import verdict as _verdict
from ehp_eval.present.audiences import part
from ehp_eval.present.looked_after import counts_table, looked_after_chart, looked_after_sentence
from ehp_eval.present.other_authorities import elsewhere_claim, elsewhere_findings, elsewhere_limits
from ehp_eval.present.other_authorities_shown import (
    elsewhere_checks,
    elsewhere_differences,
    elsewhere_gaps,
    elsewhere_in_time,
    elsewhere_placebos,
    elsewhere_trends,
    elsewhere_weights,
)
from ehp_eval.present.overview import impossible_claims, not_evaluated, settings_table
from ehp_eval.present.public import cautions as _public_cautions
from ehp_eval.present.public import claims as _public_claims
from ehp_eval.present.public import comparison as _public_comparison
from ehp_eval.present.public import first_screen as _public_first_screen
from ehp_eval.present.public import front_door as _public_front_door
from ehp_eval.present.public import front_door_parts as _public_front_door_parts
from ehp_eval.present.public import further as _public_further
from ehp_eval.present.public import outcomes as _public_outcomes
from ehp_eval.present.public import over_time as _public_over_time
from ehp_eval.present.public import overview as _public_overview
from ehp_eval.present.public import publishing as _public_publishing
from ehp_eval.present.public import reach as _public_reach
from ehp_eval.present.public import service as _public_service
from ehp_eval.present.public import system as _public_system
from ehp_eval.present.public import system_first as _public_system_first
from ehp_eval.present.public import verdict as _public_verdict
from ehp_eval.present.register import register_summary, register_table
from ehp_eval.present.shared import header
from ehp_eval.present.system import system_limits
from ehp_eval.present.value import assumptions, break_even, cost_gaps, costs_by_year, entries_fewer, transported

# From records for the one audience, from a release for the other.
about = part(_service.about, _public_service.about)
answer = part(_first_screen.answer, _public_first_screen.answer)
answer_sentence = part(_service_words.answer_sentence, _public_first_screen.answer_sentence)
changes = part(_changes.changes, _public_outcomes.changes)
claims_table = part(_shared.claims_table, _public_claims.claims_table)
comparison_answer = part(_comparison.comparison_answer, _public_comparison.comparison_answer)
comparison_harm = part(_comparison.comparison_harm, _public_comparison.comparison_harm)
comparison_shares = part(_comparison.comparison_shares, _public_comparison.comparison_shares)
course = part(_service_charts.course, _public_outcomes.course)
flips = part(_verdict.flips, _public_verdict.flips)
flow = part(_service.flow, _public_service.flow)
followed = part(_service.followed, _public_service.followed)
front_door_answer = part(_front_door.front_door_answer, _public_front_door.front_door_answer)
front_door_changes = part(_front_door.front_door_changes, _public_front_door.front_door_changes)
front_door_decisions = part(_front_door_parts.front_door_decisions, _public_front_door_parts.front_door_decisions)
front_door_figures = part(_front_door.front_door_figures, _public_front_door.front_door_figures)
front_door_flow = part(_front_door_parts.front_door_flow, _public_front_door_parts.front_door_flow)
front_door_held = part(_front_door_parts.front_door_held, _public_front_door_parts.front_door_held)
front_door_limits = part(_front_door_parts.front_door_limits, _public_front_door_parts.front_door_limits)
front_door_method = part(_front_door_parts.front_door_method, _public_front_door_parts.front_door_method)
front_door_sentence = part(_front_door.front_door_sentence, _public_front_door.front_door_sentence)
front_door_waits = part(_front_door_parts.front_door_waits, _public_front_door_parts.front_door_waits)
further = part(_further.further, _public_further.further)
gates_table = part(_verdict.gates_table, _public_verdict.gates_table)
key_figures = part(_first_screen.key_figures, _public_first_screen.key_figures)
left_out = part(_further.left_out, _public_further.left_out)
limits = part(_cautions.limits, _public_cautions.limits)
method = part(_cautions.method, _public_cautions.method)
operating_characteristics_table = part(
    _verdict.operating_characteristics_table, _public_verdict.operating_characteristics_table
)
other_streams = part(_service.other_streams, _public_service.other_streams)
outcomes_by_group = part(_reach.outcomes_by_group, _public_reach.outcomes_by_group)
overview_answer = part(_overview_first.overview_answer, _public_overview.overview_answer)
overview_figures = part(_overview_first.overview_figures, _public_overview.overview_figures)
overview_limits = part(_overview.overview_limits, _public_overview.overview_limits)
overview_sentence = part(_overview_first.overview_sentence, _public_overview.overview_sentence)
publish = part(_shared.publish, _public_publishing.publish)
published_back_test = part(_verdict.published_back_test, _public_verdict.published_back_test)
published_verdicts = part(_overview_services.published_verdicts, _public_overview.published_verdicts)
reached = part(_reach.reached, _public_reach.reached)
services_chart = part(_overview_services.services_chart, _public_overview.services_chart)
services_table = part(_overview_services.services_table, _public_overview.services_table)
system_answer = part(_system_first.system_answer, _public_system_first.system_answer)
system_beside = part(_overview_services.system_beside, _public_overview.system_beside)
system_cards = part(_system_first.system_cards, _public_system_first.system_cards)
system_flows = part(_system.system_flows, _public_system.system_flows)
system_method = part(_system.system_method, _public_system.system_method)
system_published = part(_system.system_published, _public_system.system_published)
system_sentence = part(_system_first.system_sentence, _public_system_first.system_sentence)
system_shares = part(_system.system_shares, _public_system.system_shares)
system_stock = part(_system.system_stock, _public_system.system_stock)
system_table = part(_system.system_table, _public_system.system_table)
verdict_panel = part(_verdict.verdict_panel, _public_verdict.verdict_panel)
volumes = part(_over_time.volumes, _public_over_time.volumes)
windows = part(_service_charts.windows, _public_outcomes.windows)
years = part(_service_charts.years, _public_outcomes.years)
years_at_12_months = part(_service_charts.years_at_12_months, _public_outcomes.years_at_12_months)

# Internal alone: single cases, small numbers, or what came of the rows of the records.
between_events = part(_over_time.between_events)
comparison_balance = part(_comparison.comparison_balance)
comparison_chart = part(_comparison.comparison_chart)
comparison_flow = part(_comparison.comparison_flow)
funnel = part(_side_by_side.funnel)
link_effects = part(_linking.link_effects)
link_table = part(_linking.link_table)
rebuilt_answer = part(_claimed_saving.rebuilt_answer)
rebuilt_inputs = part(_claimed_saving.rebuilt_inputs)
rebuilt_steps = part(_claimed_saving.rebuilt_steps)
records_table = part(_records.records_table)
repairs_table = part(_overview.repairs_table)
rows_left_out = part(_records.rows_left_out)

__all__ = [
    "about",
    "answer",
    "answer_sentence",
    "assumptions",
    "between_events",
    "break_even",
    "changes",
    "claims_table",
    "comparison_answer",
    "comparison_balance",
    "comparison_chart",
    "comparison_flow",
    "comparison_harm",
    "comparison_shares",
    "cost_gaps",
    "costs_by_year",
    "counts_table",
    "course",
    "elsewhere_checks",
    "elsewhere_claim",
    "elsewhere_differences",
    "elsewhere_findings",
    "elsewhere_gaps",
    "elsewhere_in_time",
    "elsewhere_limits",
    "elsewhere_placebos",
    "elsewhere_trends",
    "elsewhere_weights",
    "entries_fewer",
    "flips",
    "flow",
    "followed",
    "front_door_answer",
    "front_door_changes",
    "front_door_decisions",
    "front_door_figures",
    "front_door_flow",
    "front_door_held",
    "front_door_limits",
    "front_door_method",
    "front_door_sentence",
    "front_door_waits",
    "funnel",
    "further",
    "gates_table",
    "header",
    "impossible_claims",
    "key_figures",
    "left_out",
    "limits",
    "link_effects",
    "link_table",
    "looked_after_chart",
    "looked_after_sentence",
    "method",
    "not_evaluated",
    "operating_characteristics_table",
    "other_streams",
    "outcomes_by_group",
    "overview_answer",
    "overview_figures",
    "overview_limits",
    "overview_sentence",
    "publish",
    "published_back_test",
    "published_verdicts",
    "reached",
    "rebuilt_answer",
    "rebuilt_inputs",
    "rebuilt_steps",
    "records_table",
    "register_summary",
    "register_table",
    "repairs_table",
    "rows_left_out",
    "services_chart",
    "services_table",
    "settings_table",
    "system_answer",
    "system_beside",
    "system_cards",
    "system_flows",
    "system_limits",
    "system_method",
    "system_published",
    "system_sentence",
    "system_shares",
    "system_stock",
    "system_table",
    "transported",
    "verdict_panel",
    "volumes",
    "windows",
    "years",
    "years_at_12_months",
]
