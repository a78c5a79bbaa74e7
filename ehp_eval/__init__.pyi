from . import charts, present, prose, tables
from .claims import examine_claims
from .cohort import build_cohort
from .errors import ArgumentError, DataError, EhpError, ReportError, StatisticsError
from .evaluation import evaluate, evaluate_council
from .front_door import evaluate_front_door
from .load import Council, load_council
from .opening import open_report
from .periods import looked_after_on, periods_of_care
from .proportions import Estimate, difference, feasible_numerators, proportion
from .rates import rate
from .survival import at_times, cumulative_incidence, kaplan_meier
from .system import evaluate_system
from .years import Period

__all__ = [
    "ArgumentError",
    "Council",
    "DataError",
    "EhpError",
    "Estimate",
    "Period",
    "ReportError",
    "StatisticsError",
    "at_times",
    "build_cohort",
    "charts",
    "cumulative_incidence",
    "difference",
    "evaluate",
    "evaluate_council",
    "evaluate_front_door",
    "evaluate_system",
    "examine_claims",
    "feasible_numerators",
    "kaplan_meier",
    "load_council",
    "looked_after_on",
    "open_report",
    "periods_of_care",
    "present",
    "proportion",
    "prose",
    "rate",
    "tables",
]
__version__: str
