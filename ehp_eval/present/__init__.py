"""An evaluation as the parts of a report: sentences, tables and charts, in the order in which they are read.

A notebook calls these one by one; every one returns something that shows itself.
"""

from ehp_eval.present.cautions import limits, method
from ehp_eval.present.overview import (
    counts_table,
    impossible_claims,
    looked_after_chart,
    looked_after_sentence,
    not_evaluated,
    overview_answer,
    overview_figures,
    overview_sentence,
    records_table,
    repairs_table,
    services_chart,
    services_table,
    settings_table,
)
from ehp_eval.present.service import about, answer, changes, flow, followed, key_figures, other_streams
from ehp_eval.present.service_charts import course, windows, years, years_at_12_months
from ehp_eval.present.service_words import answer_sentence
from ehp_eval.present.shared import claims_table, header, publish

__all__ = [
    "about",
    "answer",
    "answer_sentence",
    "changes",
    "claims_table",
    "counts_table",
    "course",
    "flow",
    "followed",
    "header",
    "impossible_claims",
    "key_figures",
    "limits",
    "looked_after_chart",
    "looked_after_sentence",
    "method",
    "not_evaluated",
    "other_streams",
    "overview_answer",
    "overview_figures",
    "overview_sentence",
    "publish",
    "records_table",
    "repairs_table",
    "services_chart",
    "services_table",
    "settings_table",
    "windows",
    "years",
    "years_at_12_months",
]
