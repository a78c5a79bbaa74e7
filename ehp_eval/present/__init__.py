"""An evaluation as the parts of a report: sentences, tables and charts, in the order in which they are read.

A notebook calls these one by one; every one returns something that shows itself.
"""

from ehp_eval.present.cautions import limits, method
from ehp_eval.present.changes import changes
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
from ehp_eval.present.over_time import between_events, volumes
from ehp_eval.present.overview import (
    counts_table,
    impossible_claims,
    looked_after_chart,
    looked_after_sentence,
    not_evaluated,
    repairs_table,
    services_chart,
    services_table,
    settings_table,
)
from ehp_eval.present.overview_first import overview_answer, overview_figures, overview_sentence
from ehp_eval.present.reach import outcomes_by_group, reached
from ehp_eval.present.records import records_table, rows_left_out
from ehp_eval.present.register import register_summary, register_table
from ehp_eval.present.service import about, flow, followed, other_streams
from ehp_eval.present.service_charts import course, windows, years, years_at_12_months
from ehp_eval.present.service_words import answer_sentence
from ehp_eval.present.shared import claims_table, header, publish
from ehp_eval.present.side_by_side import funnel

__all__ = [
    "about",
    "answer",
    "answer_sentence",
    "between_events",
    "changes",
    "claims_table",
    "counts_table",
    "course",
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
    "other_streams",
    "outcomes_by_group",
    "overview_answer",
    "overview_figures",
    "overview_sentence",
    "publish",
    "reached",
    "records_table",
    "register_summary",
    "register_table",
    "repairs_table",
    "rows_left_out",
    "services_chart",
    "services_table",
    "settings_table",
    "volumes",
    "windows",
    "years",
    "years_at_12_months",
]
