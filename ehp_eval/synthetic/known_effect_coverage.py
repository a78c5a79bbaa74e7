"""How often the interval of a standardised difference holds the true one, over many draws of the fictional council.

`python -m ehp_eval.synthetic.known_effect_coverage 300` draws it with the seeds 1 to 300 and prints the table of
docs/known-effect.md; it takes some minutes.
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterable
from typing import TYPE_CHECKING

from ehp_eval.errors import ArgumentError, EhpError
from ehp_eval.synthetic.known_effect import Scenario, draw_children

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = {
    "service": "service",
    "of": "difference in",
    "truth": "true",
    "mean": "standardised, mean",
    "covered": "interval holds the true one",
    "crude_mean": "plain, mean",
    "crude_covered": "interval holds the true one",
}


def child_rows(scenario: Scenario, seed: int) -> pd.DataFrame:
    """Return one row a child of a service with a comparison group: what standardisation asks for, and the harm.

    Parameters
    ----------
    scenario : mapping
    seed : int

    Returns
    -------
    DataFrame
        service, year, served, good, harmed, stratum, family_id; of the years for which 12 months have passed.
    """
    import pandas as pd

    children = draw_children(scenario, seed)
    compared = {child.service for child in children if not child.served}
    names = ("service", "year", "served", "good", "harmed", "stratum", "family_id")
    return pd.DataFrame(
        [
            [getattr(child, name) for name in names]
            for child in children
            if child.service in compared and child.year != scenario["years"][-1]
        ],
        columns=list(names),
    )


def coverage(scenario: Scenario, seeds: Iterable[int], *, replicates: int = 2000) -> pd.DataFrame:
    """Draw a council with each seed and hold each interval against the truth.

    Parameters
    ----------
    scenario : mapping
        As `tomllib` reads `truth.toml`.
    seeds : iterable of int
    replicates : int
        Bootstrap samples of an interval.

    Returns
    -------
    DataFrame
        One row a seed, service and outcome ("out of care", "harm"): service, of, seed, truth, estimate, lower, upper,
        crude, crude_lower, crude_upper. The crude difference is that of the groups as they are, with Newcombe's
        interval.
    """
    import pandas as pd

    from ehp_eval.proportions import difference
    from ehp_eval.standardisation import standardised_difference

    effects = {service["id"]: service for service in scenario["service"]}
    found = []
    for seed in seeds:
        for service, rows in child_rows(scenario, seed).groupby("service"):
            truth = effects[str(service)]
            for of, column, key in (("out of care", "good", "effect"), ("harm", "harmed", "harm_effect")):
                asked = rows.assign(good=rows[column])
                made = standardised_difference(asked, replicates=replicates).difference
                own, other = asked.loc[asked["served"], "good"], asked.loc[~asked["served"], "good"]
                crude = difference(int(own.sum()), len(own), int(other.sum()), len(other))
                estimates = (made.value, made.lower, made.upper, crude.value, crude.lower, crude.upper)
                found.append((service, of, seed, truth[key], *estimates))
    names = ["service", "of", "seed", "truth", "estimate", "lower", "upper", "crude", "crude_lower", "crude_upper"]
    return pd.DataFrame(found, columns=names)


def summary(found: pd.DataFrame) -> pd.DataFrame:
    """Return the means and the shares of intervals that hold the truth, by service and outcome; see `coverage`."""
    held = found.assign(
        covered=found["truth"].between(found["lower"], found["upper"]),
        crude_covered=found["truth"].between(found["crude_lower"], found["crude_upper"]),
    )
    return held.groupby(["service", "of"], sort=False, as_index=False).agg(
        truth=("truth", "first"),
        mean=("estimate", "mean"),
        covered=("covered", "mean"),
        crude_mean=("crude", "mean"),
        crude_covered=("crude_covered", "mean"),
    )


def main(arguments: list[str]) -> int:
    """Print the table for the seeds from 1 to the number given and return the exit code."""
    from ehp_eval.new_folder import FICTIONAL, TRUTH

    try:
        if len(arguments) != 1 or not arguments[0].isdecimal() or not int(arguments[0]):
            raise ArgumentError("Give the number of draws: python -m ehp_eval.synthetic.known_effect_coverage 300")
        scenario = tomllib.loads((FICTIONAL / TRUTH).read_text(encoding="utf-8"))
        table = summary(coverage(scenario, range(1, int(arguments[0]) + 1)))
    except EhpError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    lines = [list(COLUMNS.values()), ["---"] * len(COLUMNS)]
    for row in table.to_dict("records"):
        points = {name: f"{100 * row[name]:+.1f}" for name in ("truth", "mean", "crude_mean")}
        shares = {name: f"{100 * row[name]:.1f}%" for name in ("covered", "crude_covered")}
        shown = row | points | shares
        lines.append([shown[name] for name in COLUMNS])
    sys.stdout.write("".join(f"| {' | '.join(line)} |\n" for line in lines))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
