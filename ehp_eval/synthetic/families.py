"""Families: brothers and sisters of plausible ages, with what the equality measures ask for."""

from __future__ import annotations

from datetime import date

from ehp_eval.synthetic.days import later
from ehp_eval.synthetic.draws import Draws
from ehp_eval.synthetic.world import Person, Row, Settings, World

OLDEST = 17.3  # under 18 throughout a support of some months


def family(
    world: World,
    draws: Draws,
    day: date,
    children: int,
    ages: Settings,
    *,
    family_id: str = "",
    limit: float = OLDEST,
) -> list[Person]:
    """Make the children of a family.

    Parameters
    ----------
    day : date
        The day on which they have the ages drawn.
    children : int
    ages : mapping of str to float
        Weights of the age bands of one of them, such as ``{"0-4" = 0.3}``.
    limit : float
        Nobody is older, in years.
    """
    shared = _shared_traits(world.scenario["persons"], draws)
    family_id = family_id or world.number("F", 4)
    return [
        new_person(world, draws, later(day, -int(age * 365.25)), family_id, shared)
        for age in _ages(draws, children, ages, limit)
    ]


def new_person(
    world: World,
    draws: Draws,
    born: date,
    family_id: str = "",
    shared: Row | None = None,
    *,
    prefix: str = "P",
) -> Person:
    """Make one child, of a new family where none is given."""
    settings = world.scenario["persons"]
    shared = shared or _shared_traits(settings, draws)
    own = {
        "sex": "U" if prefix == "U" else draws.weighted(settings["sex"]),
        "disability": "U" if prefix == "U" else draws.weighted(settings["disability"]),
    }
    person = Person(
        world.number(prefix, 5 if prefix == "P" else 4), born, family_id or world.number("F", 4), shared | own
    )
    world.persons.append(person)
    return person


def family_sizes(draws: Draws, children: int, families: int | None, weights: Settings) -> list[int]:
    """Divide children into families: of a stated number, or by the weights of the sizes."""
    if families is None:
        sizes: list[int] = []
        while (left := children - sum(sizes)) > 0:
            sizes.append(min(left, int(draws.weighted(weights))))
        return sizes
    sizes = [1] * families
    largest = max(int(size) for size in weights)
    while sum(sizes) < children:
        position = draws.between(0, families - 1)
        if sizes[position] < largest:
            sizes[position] += 1
    return sizes


def _ages(draws: Draws, children: int, bands: Settings, limit: float) -> list[float]:
    low, high = map(int, draws.weighted(bands).split("-"))
    ages = [min(limit, low + draws.between(1, 99) / 100 * (high + 1 - low))]
    while len(ages) < children:
        gap = 1 + draws.between(0, 300) / 100
        older, younger = max(ages) + gap, min(ages) - gap
        ages.append(older if older <= limit else max(younger, draws.between(5, 90) / 100))
    return ages


def _shared_traits(settings: Settings, draws: Draws) -> Row:
    quintile = draws.weighted(settings["wimd_quintile"])
    return {
        "ethnicity": draws.weighted(settings["ethnicity"]),
        "language": draws.weighted(settings["language"]),
        "wimd_quintile": "" if quintile == "unknown" else quintile,
        "locality": draws.pick(settings["localities"]),
    }
