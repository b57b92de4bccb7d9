"""Which one value stands for a cell, under which declared policy, and why?

An observation is a choice, never a document's own claim. Every policy is a pure function of the figures, independent of their
order; whether the policies disagree does not depend on which of them was asked for.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Literal, get_args

from app.domain.comparison import ConsistentSet, Figure, consistent_sets, relation_of
from app.domain.interval import Interval
from app.domain.quantity import Comparator

Policy = Literal["consistent", "most_precise", "latest_published", "preferred_rank"]
"""How the figures of a cell are narrowed down to one; `docs/data-model.md` says what each does."""

POLICIES: tuple[Policy, ...] = get_args(Policy)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A figure with what a policy may look at."""

    figure: Figure
    published_on: date
    comparator: Comparator
    superseded: bool
    """Whether curators marked another figure of the cell as an update of it."""

    @property
    def id(self) -> str:
        """Id of the statement."""
        return self.figure.id


@dataclass(frozen=True, slots=True)
class Choice:
    """What a policy makes of a cell."""

    statement: str
    """Id of the chosen figure."""
    value: Decimal | None
    interval: Interval
    reason: str
    outliers: tuple[str, ...]
    """Ids of the figures that cannot be true together with the choice, in order."""
    touching: bool = False
    """Whether it was chosen from figures that share no value but touch."""

    @property
    def outcome(self) -> tuple[object, ...]:
        """Value and bounds: what a reader of the observation sees of the choice."""
        return _outcome(self.value, self.interval)


def choose(policy: Policy, candidates: Sequence[Candidate]) -> Choice:
    """The value of a cell (at least one candidate) under a policy."""
    if policy == "consistent":
        return _consistent(candidates)
    return _single(min(candidates, key=KEYS[policy]), candidates, policy)


def policies_disagree(candidates: Sequence[Candidate]) -> bool:
    """Whether two policies give the cell different values or bounds."""
    if len(candidates) == 1:
        return False
    first = [min(candidates, key=key).figure for key in KEYS.values()]
    outcomes = {_outcome(each.value, each.interval) for each in first}
    return len(outcomes) > 1 or _consistent(candidates).outcome not in outcomes


def _outcome(value: Decimal | None, bounds: Interval) -> tuple[object, ...]:
    return value, bounds.lower, bounds.lower_inclusive, bounds.upper, bounds.upper_inclusive


def _latest(each: Candidate) -> tuple[int, str]:
    return -each.published_on.toordinal(), each.id


def _precise(each: Candidate) -> tuple[object, ...]:
    return *_width(each.figure.interval), *_latest(each)


def _tightest(each: Candidate, common: Interval) -> tuple[object, ...]:
    """As `_precise`; of figures that are open on a side those first whose bounds are the common ones: the highest floor."""
    own = each.figure.interval
    loose = (own.lower != common.lower) + (own.upper != common.upper)
    return *_width(own), loose, *_latest(each)


def _preferred(each: Candidate) -> tuple[object, ...]:
    return each.superseded, each.comparator != "eq", each.figure.approximate, *_latest(each)


KEYS = {"most_precise": _precise, "latest_published": _latest, "preferred_rank": _preferred}
"""Policy → what its choice has the least of."""


@lru_cache(maxsize=10_000)
def _width(interval: Interval) -> tuple[bool, Fraction]:
    """Sorts intervals by their width as a part of their bound farther from zero; those open on a side come last."""
    if interval.lower is None or interval.upper is None:
        return True, Fraction(0)
    lower, upper = Fraction(interval.lower), Fraction(interval.upper)
    size = max(abs(lower), abs(upper))
    return False, (upper - lower) / size if size else Fraction(0)


def _consistent(candidates: Sequence[Candidate]) -> Choice:
    """The largest consistent set: most groups, most members, shared values, narrowest, latest; `_stands_for` gives the value."""
    by_id = {each.id: each for each in candidates}

    def rank(found: ConsistentSet) -> tuple[object, ...]:
        latest = max(by_id[member].published_on for member in found.members)
        return -found.groups, -len(found.members), found.touching, *_width(found.common), -latest.toordinal(), found.members

    best = min(consistent_sets([each.figure for each in candidates]), key=rank)
    chosen, bounds, why = _stands_for(best, [by_id[member] for member in best.members])
    return Choice(
        statement=chosen.id,
        value=chosen.figure.value,
        interval=bounds,
        reason=_why_consistent(best, chosen.id, len(candidates), why),
        outliers=tuple(sorted(by_id.keys() - set(best.members))),
        touching=best.touching,
    )


def _stands_for(best: ConsistentSet, members: Sequence[Candidate]) -> tuple[Candidate, Interval, str]:
    """The figure that gives the value of a set, bounds that hold this value, and why: the shared ones wherever a number fits."""
    ranked = sorted(members, key=lambda each: _tightest(each, best.common))
    first = ranked[0]
    own = f"{first.id} is the most precise of them and keeps its own bounds."
    if best.touching:
        return first, first.figure.interval, f"only touch: neighbours after rounding or at a bound, they share no value; {own}"
    fitting = next((each for each in ranked if _fits(each.figure, best.common)), None)
    if fitting is None:
        return first, first.figure.interval, f"can be true at once, but none of their numbers lies in what they share; {own}"
    number = "" if fitting is first else " whose number lies in what they share"
    return fitting, best.common, f"can be true at once; {fitting.id} is the most precise of them{number}."


def _fits(figure: Figure, common: Interval) -> bool:
    """Whether the number of a figure lies in the common interval, or is a bound of it that the figure's own words leave out."""
    value = figure.value
    return value is None or value in common or (value not in figure.interval and value in (common.lower, common.upper))


def _why_consistent(best: ConsistentSet, chosen: str, figures: int, why: str) -> str:
    if figures == 1:
        return f"{chosen} is the only figure."
    several = len(best.members)
    groups = f"{best.groups} independence group{'s' if best.groups > 1 else ''}"
    if several == 1:
        return f"No two of {figures} figures can be true at once; {chosen} was chosen for its interval, then for its publication."
    return f"{several} of {figures} figures, of {groups}, {why}"


def _single(chosen: Candidate, candidates: Sequence[Candidate], policy: Policy) -> Choice:
    apart = (each.id for each in candidates if relation_of(chosen.figure, each.figure) == "disjoint")
    return Choice(
        statement=chosen.id,
        value=chosen.figure.value,
        interval=chosen.figure.interval,
        reason=_why_single(chosen, len(candidates), policy),
        outliers=tuple(sorted(apart)),
    )


def _why_single(chosen: Candidate, figures: int, policy: Policy) -> str:
    if figures == 1:
        return f"{chosen.id} is the only figure."
    if policy == "latest_published":
        return f"{chosen.id} stands in the latest of the documents, published on {chosen.published_on}."
    if policy == "most_precise":
        if not chosen.figure.interval.closed:
            return f"All {figures} figures are open on a side; {chosen.id} is the latest published."
        return f"{chosen.id} has the narrowest interval for its size among {figures} figures."
    wording = (
        "a bound" if chosen.comparator != "eq" else "an approximate number" if chosen.figure.approximate else "a plain number"
    )
    return f"{chosen.id} ranks first of {figures} figures: {wording}{_standing(chosen)}, published on {chosen.published_on}."


def _standing(chosen: Candidate) -> str:
    return ", though updated" if chosen.superseded else ", not updated by another"
