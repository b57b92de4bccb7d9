"""Which stated figures go together, so that something follows from them by arithmetic?

Shares and growth find their level by what both speak of; parts and conversions are curated as relations; the regions of a part
lie in those of its whole. Nothing is derived from a conversion but a rate, for it restates another figure.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from app.domain.derivation import ADDITIVE, DerivationKind, Role, rounding_of
from app.domain.interval import Interval
from app.domain.ledger import Ledger, Stated, dated, nearest_first
from app.domain.period import Period

ASOF_DAYS = 183
"""States dated by publication only are set against each other when they are at most this far apart."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A figure in its role. `interval` and `exact` replace its own where the rule reads the written number."""

    role: Role
    figure: Stated
    interval: Interval
    exact: bool = False


@dataclass(frozen=True, slots=True)
class About:
    """What a derived number is a number of."""

    indicator: str | None
    measure: str | None
    counted: str | None
    regions: tuple[str, ...]
    project: str | None
    kind: str | None
    period: Period | None
    unit: str


@dataclass(frozen=True, slots=True)
class Draft:
    """Figures that go together, before anything is reckoned."""

    kind: DerivationKind
    entries: tuple[Entry, ...]
    about: About
    stated: tuple[Stated, ...]
    """What documents state of the same thing."""


def _entry(role: Role, figure: Stated) -> Entry:
    return Entry(role, figure, figure.interval)


def _level(figure: Stated, **changes: object) -> About:
    """About the same as a figure, as a level, but for what changes."""
    same: dict[str, object] = {
        "indicator": figure.indicator,
        "measure": "level",
        "counted": figure.counted,
        "regions": figure.regions,
        "project": figure.project,
        "kind": figure.kind,
        "period": figure.period,
        "unit": figure.unit,
    }
    return About(**{**same, **changes})  # type: ignore[arg-type]


def _in_unit(figures: Sequence[Stated], unit: str) -> tuple[Stated, ...]:
    return tuple(each for each in figures if each.unit == unit)


def from_shares(ledger: Ledger) -> Iterator[Draft]:
    """A part and its share give the whole; a whole and a share give the part."""
    for share in ledger.figures:
        whole = _whole_of(share)
        if whole is None:
            continue
        own = ledger.levels(
            indicator=share.indicator,
            counted=share.counted,
            regions=share.regions,
            projects=[share.project],
            kind=share.kind,
            period=share.period,
        )
        wholes = ledger.levels(
            indicator=whole.indicator or "",
            counted=whole.counted,
            regions=whole.regions,
            projects=[whole.project, None],
            kind=share.kind,
            period=share.period,
        )
        for part in nearest_first(share, own):
            about = replace(whole, period=part.period, unit=part.unit)
            yield Draft("implied_total", (_entry("part", part), _entry("share", share)), about, _in_unit(wholes, part.unit))
        for total in nearest_first(share, wholes):
            about = _level(share, unit=total.unit, period=total.period)
            yield Draft("implied_part", (_entry("total", total), _entry("share", share)), about, _in_unit(own, total.unit))


def _whole_of(share: Stated) -> About | None:
    """What a share is a share of; None where that is unsaid, or of another time."""
    base = share.base
    if share.measure != "share" or base is None or base.period is not None or not (base.region or base.indicator):
        return None
    regions = (base.region,) if base.region else share.regions
    if base.indicator in (None, share.indicator) and regions == share.regions and share.project is None:
        return None
    return _level(
        share,
        indicator=base.indicator or share.indicator,
        counted=None if base.indicator else share.counted,
        regions=regions,
        project=share.project if regions == share.regions and base.indicator else None,
    )


def from_growth(ledger: Ledger) -> Iterator[Draft]:
    """A level and its growth, change or multiple give the level before."""
    for later in ledger.figures:
        base = later.base
        if later.measure not in ("growth", "change", "multiple") or (base and (base.region or base.indicator)):
            continue
        seen = {"indicator": later.indicator, "counted": later.counted, "regions": later.regions, "projects": [later.project]}
        levels = ledger.levels(**seen, kind=later.kind, period=later.period)  # type: ignore[arg-type]
        for level in nearest_first(later, levels):
            if later.measure == "change" and later.unit != level.unit:
                continue
            before = dated(level.period.type, base.period if base else None)
            kind = level.kind if level.kind == "actual" else None
            stated = ledger.levels(**seen, kind=kind, period=before) if before and kind else []  # type: ignore[arg-type]
            role: Role = later.measure
            about = _level(level, period=before, kind=kind)
            yield Draft("implied_base", (_entry("level", level), _entry(role, later)), about, _in_unit(stated, level.unit))


def from_conversions(ledger: Ledger) -> Iterator[Draft]:
    """An amount and the same amount in another currency give the rate; only the converted amount was rounded."""
    for link in ledger.links:
        converted, amount = ledger.all.get(link.statement), ledger.all.get(link.other)
        if link.relation != "conversion_of" or converted is None or amount is None:
            continue
        families = {ledger.lists.families.get(each.unit) for each in (converted, amount)}
        if families != {"money"} or converted.unit == amount.unit or not converted.value or not amount.value:
            continue
        written = Interval(amount.value, True, amount.value, True, "exact")
        rounding = rounding_of(converted.as_written, converted.value)
        day = Period("instant", amount.published_on, amount.published_on, None, "stated", None, None)
        about = About(None, None, None, (), None, None, day, f"{amount.unit} per {converted.unit}")
        entries = (Entry("amount", amount, written, exact=True), Entry("converted", converted, rounding, exact=True))
        yield Draft("implied_rate", entries, about, ())


def from_parts(ledger: Ledger) -> Iterator[Draft]:
    """A whole less its curated parts leaves a remainder; parts that make the whole add up to it.

    Parts are taken from one document at a time: another one may name the same parts in other words.
    """
    groups: dict[tuple[str, str], list[tuple[Stated, bool]]] = defaultdict(list)
    usable = {each.id: each for each in ledger.figures}
    for link in ledger.links:
        part, whole = usable.get(link.statement), usable.get(link.other)
        if link.relation == "part_of" and part and whole and _alike(part, whole):
            groups[whole.id, part.document].append((part, link.complete))
    sums: dict[tuple[str, ...], list[Stated]] = defaultdict(list)
    for (whole_id, _), members in sorted(groups.items()):
        whole, found = usable[whole_id], sorted(members, key=lambda each: each[0].id)
        complete = _apart(ledger, [part for part, makes in found if makes])
        if len(complete) > 1:
            sums[tuple(part.id for part in complete)].append(whole)
        else:
            parts = _apart(ledger, [part for part, _ in found])
            entries = (_entry("whole", whole), *(_entry("part", part) for part in parts))
            yield Draft("remainder", entries, _level(whole, measure=whole.measure), ())
    for ids, wholes in sorted(sums.items()):
        entries = tuple(_entry("part", usable[id_]) for id_ in ids)
        yield Draft("sum_of_parts", entries, _level(wholes[0], measure=wholes[0].measure), tuple(wholes))


def _alike(part: Stated, whole: Stated) -> bool:
    """Whether a part can be taken from a whole: amounts in one unit, or shares of one thing."""
    one = part.unit == whole.unit and part.measure == whole.measure
    return one and (part.measure == "level" or (part.measure == "share" and part.base == whole.base))


def _apart(ledger: Ledger, parts: Sequence[Stated]) -> list[Stated]:
    """The parts, in order, without those that may share something with an earlier one."""
    kept: list[Stated] = []
    for part in parts:
        if not any(_may_overlap(ledger, part, other) for other in kept):
            kept.append(part)
    return kept


def _may_overlap(ledger: Ledger, one: Stated, other: Stated) -> bool:
    """Whether two parts may count the same things: one indicator, and neither times, places nor things that exclude this."""
    if one.indicator != other.indicator or (one.counted and other.counted and one.counted != other.counted):
        return False
    if one.project and other.project and one.project != other.project:
        return False
    nested = ledger.lies_in(one.regions, other.regions) or ledger.lies_in(other.regions, one.regions)
    if not nested and not set(one.regions) & set(other.regions):
        return False
    ends = (one.period.start, one.period.end, other.period.start, other.period.end)
    if any(end is None for end in ends) or one.period.weak or other.period.weak:
        return True
    return ends[0] <= ends[3] and ends[2] <= ends[1]  # type: ignore[operator]


def from_regions(ledger: Ledger) -> Iterator[Draft]:
    """Of what adds up, a region has no more than a region in which it lies."""
    groups: dict[tuple[object, ...], list[Stated]] = defaultdict(list)
    for each in ledger.figures:
        if each.measure == "level" and ledger.lists.families.get(each.unit) in ADDITIVE and each.period.label != "unknown":
            groups[each.indicator, each.kind, each.unit, each.counted, each.period.type, each.period.label].append(each)
    for members in groups.values():
        yield from _exceeding(ledger, members)


def _exceeding(ledger: Ledger, members: Sequence[Stated]) -> Iterator[Draft]:
    """The pairs of one group, found by the regions in which the first region of a part lies."""
    by_region: dict[str, list[Stated]] = defaultdict(list)
    for each in members:
        for region in each.regions:
            by_region[region].append(each)
    for part in members:
        around = ledger.lists.above.get(part.regions[0], frozenset(part.regions[:1]))
        for whole in {each.id: each for region in sorted(around) for each in by_region.get(region, ())}.values():
            if _is_within(ledger, part, whole):
                yield Draft("part_exceeds_whole", (_entry("part", part), _entry("whole", whole)), _level(part), ())


def _is_within(ledger: Ledger, part: Stated, whole: Stated) -> bool:
    low, high = part.interval.lower, whole.interval.upper
    if low is None or high is None or low <= high or part.regions == whole.regions or whole.project not in (None, part.project):
        return False
    if frozenset((part.id, whole.id)) in ledger.look_alikes or not ledger.lies_in(part.regions, whole.regions):
        return False
    if not part.period.weak:
        return True
    ends = part.period.end, whole.period.end
    return None not in ends and abs((ends[0] - ends[1]).days) <= ASOF_DAYS  # type: ignore[operator]


DRAFTS: dict[DerivationKind, Callable[[Ledger], Iterator[Draft]]] = {
    "implied_total": from_shares,
    "implied_part": from_shares,
    "implied_base": from_growth,
    "implied_rate": from_conversions,
    "remainder": from_parts,
    "sum_of_parts": from_parts,
    "part_exceeds_whole": from_regions,
}
"""What finds the figures of each kind."""
