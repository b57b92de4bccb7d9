"""Checks what shapes cannot see: codes that exist, units that fit, periods inside their anchor, spans inside their text.

Every fault is listed, with the nearest code that exists; nothing is written while there is one.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise

from app.domain.evidence import MAX_RUN_WORDS, MAX_SHARE, MAX_WORDS, merge_spans, total_length, word_count
from app.domain.nearest import nearest
from app.domain.period import Period, rule_fault
from app.domain.quantity import Interval, parse_written
from app.domain.units import Unit, families_for
from app.seed.gather import Entry, Seed
from app.seed.read import Fault
from app.seed.rows import interval_and_value, period_of, statement_cell
from app.seed.shapes import DocumentFile, StatementShape


@dataclass(slots=True)
class Known:
    """What may be referred to: codes of the seed directory and of the database together."""

    units: dict[str, Unit] = field(default_factory=dict)
    actors: set[str] = field(default_factory=set)
    regions: set[str] = field(default_factory=set)
    indicators: dict[str, str] = field(default_factory=dict)
    """code → family of units"""
    stocks: set[str] = field(default_factory=set)
    """indicators that are states"""
    counted: set[tuple[str, str]] = field(default_factory=set)
    projects: set[str] = field(default_factory=set)
    documents: set[str] = field(default_factory=set)
    statements: set[str] = field(default_factory=set)
    texts: dict[str, str] = field(default_factory=dict)
    """attached texts by document"""


def verify(seed: Seed, known: Known) -> list[Fault]:
    """Everything wrong with the seed, in the order of files and lines. `known` grows by what the seed defines."""
    faults = list(seed.faults)
    faults.extend(_doubles(seed))
    _learn(seed, known)
    faults.extend(_lists(seed, known))
    for document in seed.documents:
        faults.extend(_document(document, known))
    return sorted(set(faults), key=lambda fault: (fault.file, fault.line, fault.column, fault.message))


def _doubles(seed: Seed) -> Iterator[Fault]:
    for name in ("units", "actors", "regions", "indicators", "projects"):
        seen: set[str] = set()
        for entry in getattr(seed, name):
            if entry.shape.code in seen:
                yield entry.fault(f"the code {entry.shape.code!r} stands twice", "code")
            seen.add(entry.shape.code)
    relations: set[tuple[str, str, str]] = set()
    for relation in seed.relations:
        key = (relation.shape.statement, relation.shape.relation, relation.shape.other)
        if key in relations:
            yield relation.fault("this relation stands twice")
        relations.add(key)
    documents: set[str] = set()
    for document in seed.documents:
        code = document.shape.document.code
        if code in documents:
            yield document.fault(f"the document {code!r} stands twice", "document", "code")
        documents.add(code)
        slugs: set[str] = set()
        for index, statement in enumerate(document.shape.statements):
            if statement.slug in slugs:
                yield document.fault(f"the slug {statement.slug!r} stands twice", "statements", index, "slug")
            slugs.add(statement.slug)


def _learn(seed: Seed, known: Known) -> None:
    for unit in seed.units:
        shape = unit.shape
        factor = parse_written(shape.factor).value
        known.units[shape.code] = Unit(shape.code, shape.dimension, shape.family, shape.base, factor)
    known.actors.update(entry.shape.code for entry in seed.actors)
    known.regions.update(entry.shape.code for entry in seed.regions)
    for indicator in seed.indicators:
        known.indicators[indicator.shape.code] = indicator.shape.dimension
        known.stocks.discard(indicator.shape.code)
        if indicator.shape.stock_flow == "stock":
            known.stocks.add(indicator.shape.code)
        known.counted.update((indicator.shape.code, counted.code) for counted in indicator.shape.counted)
    known.projects.update(entry.shape.code for entry in seed.projects)
    for document in seed.documents:
        code = document.shape.document.code
        known.documents.add(code)
        known.statements = {each for each in known.statements if not each.startswith(f"{code}.")}
        known.statements.update(f"{code}.{statement.slug}" for statement in document.shape.statements)


def _lists(seed: Seed, known: Known) -> Iterator[Fault]:
    for unit in seed.units:
        base = known.units.get(unit.shape.base)
        if base is None:
            yield unit.fault(_unknown("unit", unit.shape.base, known.units), "base")
        elif base.dimension != unit.shape.dimension or base.factor != 1 or base.family != unit.shape.family:
            yield unit.fault("the base unit has the same dimension and family, and the factor 1", "base")
        if parse_written(unit.shape.factor).value <= 0:
            yield unit.fault("the factor is above 0", "factor")
    for actor in seed.actors:
        if actor.shape.organisation and actor.shape.organisation not in known.actors:
            yield actor.fault(_unknown("actor", actor.shape.organisation, known.actors), "organisation")
    parents = {entry.shape.code: entry.shape.parents for entry in seed.regions}
    for region in seed.regions:
        for index, parent in enumerate(region.shape.parents):
            if parent not in known.regions:
                yield region.fault(_unknown("region", parent, known.regions), "parents", index)
            elif _leads_to(parent, region.shape.code, parents):
                yield region.fault(f"{parent!r} lies in {region.shape.code!r} itself", "parents", index)
    for project in seed.projects:
        for index, code in enumerate(project.shape.regions):
            if code not in known.regions:
                yield project.fault(_unknown("region", code, known.regions), "regions", index)
        for index, party in enumerate(project.shape.parties):
            if party.actor not in known.actors:
                yield project.fault(_unknown("actor", party.actor, known.actors), "parties", index, "actor")
        for index, step in enumerate(project.shape.status):
            if step.statement and step.statement not in known.statements:
                yield project.fault(_unknown("statement", step.statement, known.statements), "status", index, "statement")
    for relation in seed.relations:
        for end in ("statement", "other"):
            code = getattr(relation.shape, end)
            if code not in known.statements:
                yield relation.fault(_unknown("statement", code, known.statements), end)
        if relation.shape.statement == relation.shape.other:
            yield relation.fault("a statement is not related to itself", "other")
    yield from _conversions(seed)


def _conversions(seed: Seed) -> Iterator[Fault]:
    """A conversion is its original in another unit: comparator, period, kind and regions are the same."""
    shapes = {
        f"{document.shape.document.code}.{statement.slug}": statement
        for document in seed.documents
        for statement in document.shape.statements
    }
    for entry in seed.relations:
        left, right = shapes.get(entry.shape.statement), shapes.get(entry.shape.other)
        if entry.shape.relation != "conversion_of" or left is None or right is None:
            continue
        if left.quantity is None or right.quantity is None:
            yield entry.fault("a conversion and its original have quantities")
        elif left.quantity.comparator != right.quantity.comparator:
            yield entry.fault("a conversion inherits the comparator of its original")
        elif (left.period.when, left.period.type, left.kind) != (right.period.when, right.period.type, right.kind):
            yield entry.fault("a conversion has the period and kind of its original")
        elif sorted(left.regions) != sorted(right.regions) or left.indicator != right.indicator:
            yield entry.fault("a conversion has the regions and the indicator of its original")


def _leads_to(start: str, goal: str, parents: Mapping[str, list[str]]) -> bool:
    waiting, seen = [start], set[str]()
    while waiting:
        code = waiting.pop()
        if code == goal:
            return True
        if code not in seen:
            seen.add(code)
            waiting.extend(parents.get(code, ()))
    return False


def _document(entry: Entry[DocumentFile], known: Known) -> Iterator[Fault]:
    document = entry.shape.document
    for name, code in (
        ("publisher", document.publisher),
        *((f"authors.{i}", a) for i, a in enumerate(document.authors)),
    ):
        if code not in known.actors:
            field_, _, index = name.partition(".")
            path = ("document", field_, int(index)) if index else ("document", field_)
            yield entry.fault(_unknown("actor", code, known.actors), *path)
    for index, statement in enumerate(entry.shape.statements):
        for fault, *path in _statement(statement, document.published_on, document.text_length, known):
            yield entry.fault(str(fault), "statements", index, *path)
    for index, (before, after) in enumerate(pairwise(entry.shape.statements), start=1):
        if after.evidence.start < before.evidence.start:
            yield entry.fault("statements stand in the order of the text", "statements", index, "evidence", "start")
    yield from _spans(entry, known.texts.get(document.code))
    yield from _twins(entry, known)


Found = tuple[str | int, ...]


def _statement(statement: StatementShape, published_on: date, length: int, known: Known) -> Iterator[Found]:
    evidence = statement.evidence
    if not evidence.start < evidence.end <= length:
        yield (
            f"the span {evidence.start}..{evidence.end} lies outside the text of {length} code points",
            "evidence",
            "start",
        )
    elif evidence.end - evidence.start != len(evidence.exact):
        got = len(evidence.exact)
        yield f"`exact` has {got} code points, start..end spans {evidence.end - evidence.start}", "evidence", "exact"
    if word_count(evidence.exact) > MAX_WORDS:
        yield f"a span has at most {MAX_WORDS} words; this one has {word_count(evidence.exact)}", "evidence", "exact"
    for index, region in enumerate(statement.regions):
        if region not in known.regions:
            yield _unknown("region", region, known.regions), "regions", index
    if statement.project and statement.project not in known.projects:
        yield _unknown("project", statement.project, known.projects), "project"
    if statement.attribution.speaker and statement.attribution.speaker not in known.actors:
        yield _unknown("actor", statement.attribution.speaker, known.actors), "attribution", "speaker"
    if statement.base:
        if statement.base.region and statement.base.region not in known.regions:
            yield _unknown("region", statement.base.region, known.regions), "base", "region"
        if statement.base.indicator and statement.base.indicator not in known.indicators:
            yield _unknown("indicator", statement.base.indicator, known.indicators), "base", "indicator"
    if statement.indicator and statement.indicator not in known.indicators:
        yield _unknown("indicator", statement.indicator, known.indicators), "indicator"
    yield from _quantity(statement, known)
    yield from _period(statement, published_on, known)


def _quantity(statement: StatementShape, known: Known) -> Iterator[Found]:
    quantity = statement.quantity
    if quantity is None or statement.indicator not in known.indicators:
        return
    unit = known.units.get(quantity.unit)
    if unit is None:
        yield _unknown("unit", quantity.unit, known.units), "quantity", "unit"
        return
    fitting = families_for(str(statement.measure), known.indicators[statement.indicator])
    if unit.family not in fitting:
        expected = ", ".join(sorted(code for code, each in known.units.items() if each.family in fitting))
        yield (
            f"a {statement.measure} of {statement.indicator} has one of the units {expected}, not {unit.code}",
            "quantity",
            "unit",
        )
    value = parse_written(quantity.value).value
    if statement.measure == "share" and not 0 <= value <= 100:
        yield f"a share lies between 0 and 100 percent; {value} does not", "quantity", "value"
    if statement.measure in ("level", "rank", "multiple") and value < 0:
        yield f"a {statement.measure} is not negative", "quantity", "value"
    if quantity.counted and (statement.indicator, quantity.counted) not in known.counted:
        listed = sorted(code for indicator, code in known.counted if indicator == statement.indicator)
        yield (
            f"{statement.indicator} counts {', '.join(listed) or 'one thing only'}, not {quantity.counted!r}",
            "quantity",
            "counted",
        )


def _period(statement: StatementShape, published_on: date, known: Known) -> Iterator[Found]:
    period: Period = period_of(statement.period, published_on)
    if statement.kind == "actual" and period.start and period.start > published_on:
        yield f"what is actual has begun by the publication ({published_on}); {period.start} is later", "period", "when"
    fault = rule_fault(period, published_on)
    if fault:
        yield fault, "period", "rule"
    if statement.measure == "level" and statement.indicator in known.indicators:
        stock = statement.indicator in known.stocks
        if stock and period.type in ("span", "cumulative"):
            yield (
                f"{statement.indicator} is a stock: its level holds at an instant, not for a {period.type}",
                "period",
                "type",
            )
        if not stock and period.type == "instant":
            yield (
                f"{statement.indicator} is a flow: its level holds for a span, each or cumulative, not at an instant",
                "period",
                "type",
            )


def _spans(entry: Entry[DocumentFile], text: str | None) -> Iterator[Fault]:
    """The budget of spans: short runs, and a small part of the text altogether."""
    spans = [(each.evidence.start, each.evidence.end) for each in entry.shape.statements]
    length = entry.shape.document.text_length
    total = total_length(spans)
    if total * MAX_SHARE > length:
        yield entry.fault(f"spans hold {total} of {length} code points; at most one in {MAX_SHARE} may be kept", "statements")
    if text is None or len(text) != length:
        return
    for start, end in merge_spans(spans, text):
        words = word_count(text[start:end])
        if words > MAX_RUN_WORDS:
            index = next(i for i, span in enumerate(spans) if span[0] == start)
            yield entry.fault(
                f"spans that stand together run over {words} words; at most {MAX_RUN_WORDS} may",
                "statements",
                index,
                "evidence",
            )


def _twins(entry: Entry[DocumentFile], known: Known) -> Iterator[Fault]:
    """Two statements of one document in one cell whose intervals cannot both hold, without a note that says why."""
    document = entry.shape.document
    cells: dict[str, list[tuple[int, StatementShape, Interval]]] = defaultdict(list)
    for index, statement in enumerate(entry.shape.statements):
        unit = known.units.get(statement.quantity.unit) if statement.quantity else None
        if statement.quantity is None or unit is None or statement.status == "withdrawn":
            continue
        _, interval = interval_and_value(statement.quantity, unit)
        cell = statement_cell(statement, unit, period_of(statement.period, document.published_on))
        for _, other, twin in cells[cell]:
            if _apart(interval, twin) and not (statement.note or other.note):
                yield entry.fault(
                    f"contradicts {other.slug!r} in the same cell; correct one of them or say why in a note",
                    "statements",
                    index,
                    "quantity",
                )
        cells[cell].append((index, statement, interval))


def _apart(left: Interval, right: Interval) -> bool:
    """Whether not even the closures of two intervals meet."""
    return (left.upper is not None and right.lower is not None and left.upper < right.lower) or (
        right.upper is not None and left.lower is not None and right.upper < left.lower
    )


def _unknown(noun: str, code: str, known: Mapping[str, object] | set[str]) -> str:
    guesses = nearest(code, known)
    return f"there is no {noun} {code!r}" + (f"; did you mean {' or '.join(guesses)}?" if guesses else "")
