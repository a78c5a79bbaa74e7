"""An evaluation as the parts of a report: sentences, tables and charts, in the order in which they are read.

A notebook calls these one by one; every one returns something that shows itself.
"""

from ehp_eval.present.cautions import limits, method
from ehp_eval.present.changes import changes
from ehp_eval.present.claimed_saving import rebuilt_answer, rebuilt_inputs, rebuilt_steps
from ehp_eval.present.comparison import (
    comparison_answer,
    comparison_balance,
    comparison_chart,
    comparison_flow,
    comparison_harm,
    comparison_shares,
)
from ehp_eval.present.first_screen import answer, key_figures
from ehp_eval.present.front_door import (
    front_door_answer,
    front_door_changes,
    front_door_figures,
    front_door_sentence,
)
from ehp_eval.present.front_door_parts import (
    front_door_decisions,
    front_door_flow,
    front_door_held,
    front_door_limits,
    front_door_method,
    front_door_waits,
)
from ehp_eval.present.further import further, left_out
from ehp_eval.present.linking import link_effects, link_table
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
from ehp_eval.present.over_time import between_events, volumes
from ehp_eval.present.overview import (
    impossible_claims,
    not_evaluated,
    overview_limits,
    repairs_table,
    settings_table,
)
from ehp_eval.present.overview_first import overview_answer, overview_figures, overview_sentence
from ehp_eval.present.overview_services import published_verdicts, services_chart, services_table, system_beside
from ehp_eval.present.reach import outcomes_by_group, reached
from ehp_eval.present.records import records_table, rows_left_out
from ehp_eval.present.register import register_summary, register_table
from ehp_eval.present.service import about, flow, followed, other_streams
from ehp_eval.present.service_charts import course, windows, years, years_at_12_months
from ehp_eval.present.service_words import answer_sentence
from ehp_eval.present.shared import claims_table, header, publish
from ehp_eval.present.side_by_side import funnel
from ehp_eval.present.system import (
    system_flows,
    system_limits,
    system_method,
    system_published,
    system_shares,
    system_stock,
    system_table,
)
from ehp_eval.present.system_first import system_answer, system_cards, system_sentence
from ehp_eval.present.value import (
    assumptions,
    break_even,
    cost_gaps,
    costs_by_year,
    entries_fewer,
    transported,
)
from ehp_eval.present.verdict import (
    flips,
    gates_table,
    operating_characteristics_table,
    published_back_test,
    verdict_panel,
)

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
