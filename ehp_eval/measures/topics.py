"""The further measures by what they ask, each with the direction that is good.

A report shows a topic as one table; a measure that a service does not have leaves no row in it.
"""

from __future__ import annotations

UP, DOWN, WATCH, NONE = "up", "down", "watch", "none"
"""Down, and read together with the outcome: such counts also rise where a service looks closely."""
TOPICS: dict[str, dict[str, str]] = {
    "support": {"eoc3": UP, "eoc4": UP, "eoc4v": UP, "eoc4w": NONE, "eoc4n": NONE},
    "safety": {
        **dict.fromkeys(("eoc6", "eoc6r", "eoc6s"), WATCH),
        **dict.fromkeys(("eoc6u", "eoc6i"), DOWN),
        **dict.fromkeys(("bm7", "bm7r"), WATCH),
        "bm7u": DOWN,
    },
    "after": {"eoc7": UP, "eoc5": DOWN},
    "home": {"psw1p": UP, "psw2": UP},
    "placement": {"eoc8": UP, "psw3": UP},
    "with_parents": {"bm2": UP, "bm3": DOWN},
    "before_birth": {"bm5": UP, "bm6": DOWN, "bm6q1": NONE, "bm6q3": NONE},
    "authority": {"bm4": DOWN, "bm4w": DOWN, "bm4k": DOWN, "bm8": NONE},
    "later_children": {"rf2": DOWN, "rf3": UP, "rf7": NONE},
    "engagement": {"rf4": UP, "rf4s": UP, "rf6": UP},
    "wellbeing": {"rf5": UP},
}
LATER_CLOCK = ("eoc5", "eoc7", "psw2", "rf2", "rf3", "rf7")
"""Measures whose clock starts after that of the cohort, at the end of support or a birth for instance."""
SYSTEM_IDS = tuple(f"las{n}" for n in range(1, 13))
"""The measures of the looked-after system, of which none is a service's: no direction is good of itself."""
MEASURE_IDS = [*(measure for topic in TOPICS.values() for measure in topic), *SYSTEM_IDS]
