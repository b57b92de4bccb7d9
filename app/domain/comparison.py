"""Which statements speak of the same thing, and do they agree?

The cell of a statement is what it must share with another to be compared: a pure function of the statement, readable, and fit
to stand in an address. What the figures of a cell say of each other rests on their intervals alone.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import combinations
from typing import Literal, get_args

from app.domain.interval import Interval, gap, gap_relative, intersection, touch
from app.domain.period import Period


@dataclass(frozen=True, slots=True)
class Base:
    """What a share, growth, change or multiple refers to; a part of None was not said or is the statement's own."""

    region: str | None
    indicator: str | None
    period: str | None


def cell_key(
    *,
    indicator: str,
    measure: str,
    base: Base | None,
    counted: str | None,
    dimension: str,
    regions: Iterable[str],
    project: str | None,
    kind: str,
    period: Period,
) -> str:
    """The cell: indicator, measure, base, counted, dimension, regions (as a set), project, kind, period slot, joined by `~`.

    Empty parts stay empty; regions are sorted and joined by `_`; the parts of a base are joined by `_` in the order region,
    indicator, period. Codes hold neither character, so the key can be taken apart again.
    """
    parts = (
        indicator,
        measure,
        "_".join(part or "" for part in (base.region, base.indicator, base.period)) if base else "",
        counted or "",
        dimension.lower(),
        "_".join(sorted(set(regions))),
        project or "",
        kind,
        period.slot,
    )
    return "~".join(parts)


def slot_of(cell: str) -> str:
    """The period slot of a cell: `asof`, or the type and days of a strong period."""
    return cell.rpartition("~")[2]


def key_of(cell: str) -> str:
    """The cell without its period slot, with the separator: what statements of the same thing at any time begin with."""
    return cell[: len(cell) - len(slot_of(cell))]


Relation = Literal["equal", "within", "contains", "overlaps", "borderline", "disjoint", "incomparable"]
"""What one interval is to another; `borderline` is never a conflict."""

ComparisonStatus = Literal["single", "conflicting", "repeated", "corroborated", "compatible"]
Verdict = Literal["not_covered", "contradicted", "disputed", "supported", "compatible"]

INTERVAL_RELATIONS: tuple[Relation, ...] = get_args(Relation)
COMPARISON_STATUSES: tuple[ComparisonStatus, ...] = get_args(ComparisonStatus)
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)

MOST_FIGURES = 100
"""Figures of a cell that are compared with each other: the latest published; pairs grow with the square."""

MEETING: frozenset[Relation] = frozenset({"equal", "within", "contains", "overlaps"})
STRICT_BASES = frozenset({"comparator", "nearly"})
"""Intervals from these rules have a bound that the words themselves draw."""


@dataclass(frozen=True, slots=True)
class Figure:
    """What a comparison needs to know of a statement."""

    id: str
    document: str
    interval: Interval
    value: Decimal | None
    """The number itself; None for a range."""
    approximate: bool
    group: str
    """Independence group of its document: documents that share a publisher or a release are in one."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two figures and what the first is to the second."""

    left: str
    right: str
    relation: Relation
    gap: Decimal | None
    gap_relative: Fraction | None
    """The gap as a part of the facing bound nearer to zero."""
    reason: str | None
    """Why they are not comparable."""


@dataclass(frozen=True, slots=True)
class ConsistentSet:
    """Figures whose intervals all meet or touch, as many as possible."""

    members: tuple[str, ...]
    common: Interval
    """The values they all allow; of their closures where they only touch."""
    touching: bool
    """Whether they only touch."""
    groups: int
    """Independence groups among them."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What the figures of a cell say of each other."""

    status: ComparisonStatus
    pairs: tuple[Pair, ...]
    sets: tuple[ConsistentSet, ...]
    gap_relative: Fraction | None
    """The largest relative gap of a pair; None without a conflict."""


def relation_of(left: Figure, right: Figure) -> Relation:
    """What the interval of `left` is to that of `right`."""
    one, other = left.interval, right.interval
    if not touch(one, other):
        return "disjoint"
    if intersection([one, other]) is None or _only_by_rounding(left, right) or _only_by_rounding(right, left):
        return "borderline"
    inside = other.low <= one.low and one.high <= other.high
    around = one.low <= other.low and other.high <= one.high
    if inside and around:
        return "equal"
    return "within" if inside else "contains" if around else "overlaps"


def _only_by_rounding(rounded: Figure, strict: Figure) -> bool:
    """Whether `rounded` meets a strict bound of `strict` only inside its rounding margin: 6,000 and more than 6,000."""
    value, bounds = rounded.value, strict.interval
    if value is None or rounded.interval.basis != "rounding" or bounds.basis not in STRICT_BASES:
        return False
    over = bounds.upper is not None and not bounds.upper_inclusive and value >= bounds.upper
    under = bounds.lower is not None and not bounds.lower_inclusive and value <= bounds.lower
    return over or under


def pair_of(left: Figure, right: Figure, apart: Mapping[frozenset[str], str]) -> Pair:
    """Two figures side by side; `apart` gives the reason for pairs that must not be compared."""
    reason = apart.get(frozenset({left.id, right.id}))
    if reason is not None:
        return Pair(left.id, right.id, "incomparable", None, None, reason)
    one, other = left.interval, right.interval
    return Pair(left.id, right.id, relation_of(left, right), gap(one, other), gap_relative(one, other), None)


def compare(figures: Iterable[Figure], apart: Mapping[frozenset[str], str] | None = None) -> Comparison:
    """What the figures of one cell (at least one) say of each other.

    Independent of their order; making an interval wider never makes a conflict. `apart` names pairs that curators have
    marked as not comparable, with the reason.
    """
    ordered = sorted(figures, key=lambda figure: figure.id)
    pairs = tuple(pair_of(left, right, apart or {}) for left, right in combinations(ordered, 2))
    return Comparison(
        status=_status(ordered, pairs),
        pairs=pairs,
        sets=consistent_sets(ordered),
        gap_relative=_widest(pairs),
    )


def agreement(figures: Sequence[Figure], apart: Mapping[frozenset[str], str]) -> tuple[ComparisonStatus, Fraction | None]:
    """Status and largest relative gap of `compare`, and nothing else: figures that read alike are looked at once."""
    alike: dict[tuple[Interval, Decimal | None], list[Figure]] = defaultdict(list)
    for figure in figures:
        alike[figure.interval, figure.value].append(figure)
    if apart or len(alike) == len(figures):
        ordered = sorted(figures, key=lambda figure: figure.id)
        pairs = [pair_of(left, right, apart) for left, right in combinations(ordered, 2)]
        return _status(ordered, pairs), _widest(pairs)
    ends = [(left, right, pair_of(left[0], right[0], {})) for left, right in combinations(alike.values(), 2)]
    widest = _widest(pair for _, _, pair in ends)
    if len({figure.document for figure in figures}) == 1:
        return "single", widest
    if any(pair.relation == "disjoint" for _, _, pair in ends):
        return "conflicting", widest
    if len({figure.group for figure in figures}) == 1:
        return "repeated", widest
    meeting = [(left, right) for left, right, pair in ends if pair.relation in MEETING]
    meeting.extend((same, same) for same in alike.values())
    return ("corroborated" if any(_two_groups(*each) for each in meeting) else "compatible"), widest


def _two_groups(left: Iterable[Figure], right: Iterable[Figure]) -> bool:
    """Whether firm figures of two independence groups stand on both sides."""
    here, there = ({figure.group for figure in side if _firm(figure)} for side in (left, right))
    return bool(here and there) and len(here | there) > 1


def _widest(pairs: Iterable[Pair]) -> Fraction | None:
    return max((pair.gap_relative for pair in pairs if pair.gap_relative is not None), default=None)


def _status(figures: Sequence[Figure], pairs: Iterable[Pair]) -> ComparisonStatus:
    by_id = {figure.id: figure for figure in figures}
    ends = [(by_id[pair.left], by_id[pair.right], pair.relation) for pair in pairs]
    if len({figure.document for figure in figures}) == 1:
        return "single"
    if any(relation == "disjoint" for _, _, relation in ends):
        return "conflicting"
    if len({figure.group for figure in figures}) == 1:
        return "repeated"
    if any(
        relation in MEETING and left.group != right.group and all(_firm(figure) for figure in (left, right))
        for left, right, relation in ends
    ):
        return "corroborated"
    return "compatible"


def _firm(figure: Figure) -> bool:
    return figure.interval.closed and not figure.approximate


def consistent_sets(figures: Sequence[Figure]) -> tuple[ConsistentSet, ...]:
    """The largest sets of figures whose closures share a value, from the lowest values up; every figure is in one.

    Intervals on a line that meet in pairs meet in common (Helly), so one sweep over the upper ends finds every such set.
    """
    found: list[dict[str, Figure]] = []
    ends = sorted({figure.interval.upper for figure in figures}, key=lambda end: (end is None, end or 0))
    for end in ends:
        here = {figure.id: figure for figure in figures if _holds(figure.interval, end)}
        if not any(here.keys() <= each.keys() for each in found):
            found = [each for each in found if not each.keys() <= here.keys()]
            found.append(here)
    return tuple(_consistent(list(members.values())) for members in found)


def _holds(interval: Interval, end: Decimal | None) -> bool:
    """Whether the closure of `interval` holds an upper end; None is the open one."""
    if end is None:
        return interval.upper is None
    above = interval.lower is None or interval.lower <= end
    return above and (interval.upper is None or end <= interval.upper)


def _consistent(members: Sequence[Figure]) -> ConsistentSet:
    intervals = [figure.interval for figure in members]
    common = intersection(intervals)
    lowest = min(intervals, key=lambda each: each.high).upper
    return ConsistentSet(
        members=tuple(sorted(figure.id for figure in members)),
        common=common or Interval(lowest, True, lowest, True, "intersection"),
        touching=common is None,
        groups=len({figure.group for figure in members}),
    )


def verdict_on(asserted: Figure, figures: Iterable[Figure]) -> tuple[Verdict, tuple[Pair, ...]]:
    """What the figures of a cell say of a figure from outside, and the pairs it rests on (asserted figure first)."""
    others = sorted(figures, key=lambda figure: figure.id)
    pairs = tuple(pair_of(asserted, other, {}) for other in others)
    if not pairs:
        return "not_covered", pairs
    disjoint = [pair for pair in pairs if pair.relation == "disjoint"]
    if disjoint:
        return ("contradicted" if len(disjoint) == len(pairs) else "disputed"), pairs
    firm = any(pair.relation in MEETING and _firm(other) for pair, other in zip(pairs, others, strict=True))
    return ("supported" if firm else "compatible"), pairs


def groups_of(documents: Iterable[tuple[str, str, str | None]]) -> dict[str, str]:
    """Independence groups of documents given as (code, publisher, release): one group shares a publisher or a release.

    A group is called by the first code in it.
    """
    groups: dict[str, str] = {}
    members: dict[str, list[str]] = {}
    held: dict[tuple[str, str], str] = {}
    for code, publisher, release in sorted(documents, key=lambda each: each[0]):
        groups[code], members[code] = code, [code]
        for mark in (("publisher", publisher), *([("release", release)] if release else [])):
            other = groups[held.setdefault(mark, code)]
            mine = groups[code]
            first, second = min(mine, other), max(mine, other)
            if first != second:
                for each in members.pop(second):
                    groups[each] = first
                    members[first].append(each)
    return groups
