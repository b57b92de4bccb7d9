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
    """The largest consistent set: most groups, most members, narrowest, latest; its most precise member gives the value."""
    by_id = {each.id: each for each in candidates}

    def rank(found: ConsistentSet) -> tuple[object, ...]:
        latest = max(by_id[member].published_on for member in found.members)
        return -found.groups, -len(found.members), *_width(found.common), -latest.toordinal(), found.members

    best = min(consistent_sets([each.figure for each in candidates]), key=rank)
    chosen = min((by_id[member] for member in best.members), key=lambda each: _tightest(each, best.common))
    return Choice(
        statement=chosen.id,
        value=chosen.figure.value,
        interval=best.common,
        reason=_why_consistent(best, chosen.id, len(candidates)),
        outliers=tuple(sorted(by_id.keys() - set(best.members))),
    )


def _why_consistent(best: ConsistentSet, chosen: str, figures: int) -> str:
    if figures == 1:
        return f"{chosen} is the only figure."
    several = len(best.members)
    groups = f"{best.groups} independence group{'s' if best.groups > 1 else ''}"
    if several == 1:
        return f"No two of {figures} figures can be true at once; {chosen} was chosen for its interval, then for its publication."
    return f"{several} of {figures} figures, of {groups}, can be true at once; {chosen} is the most precise of them."


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
