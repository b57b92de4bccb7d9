"""Checks what shapes cannot see: codes that exist, units that fit, periods inside their anchor, spans inside their text.

Every fault is listed, with the nearest code that exists; nothing is written while there is one.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from hashlib import sha256
from itertools import pairwise

from app.domain.evidence import MAX_WORDS, word_count
from app.domain.interval import Interval
from app.domain.nearest import nearest
from app.domain.period import Period, rule_fault
from app.domain.quantity import parse_written
from app.domain.units import Unit, families_for
from app.seed.against import accounted, against, sparing
from app.seed.gather import Entry, Seed
from app.seed.printed import of_numbers, of_words
from app.seed.read import Fault, Path_
from app.seed.rows import interval_and_value, period_of, statement_cell
from app.seed.shapes import ActorShape, DocumentFile, DocumentShape, IndicatorShape, ProjectShape, RegionShape, StatementShape

NOUNS: dict[str, str] = {
    "units": "unit",
    "actors": "actor",
    "regions": "region",
    "indicators": "indicator",
    "projects": "project",
    "documents": "document",
    "statements": "statement",
}
"""What may be referred to: the list and what one of it is called."""


@dataclass(slots=True)
class Known:
    """What may be referred to: codes of the seed directory and of the database together."""

    units: dict[str, Unit] = field(default_factory=dict)
    actors: set[str] = field(default_factory=set)
    organisations: dict[str, list[str]] = field(default_factory=dict)
    """actor → the organisation it belongs to"""
    regions: set[str] = field(default_factory=set)
    parents: dict[str, list[str]] = field(default_factory=dict)
    """region → regions it lies in"""
    indicators: dict[str, str] = field(default_factory=dict)
    """code → family of units"""
    stocks: set[str] = field(default_factory=set)
    """indicators that are states"""
    counted: set[tuple[str, str]] = field(default_factory=set)
    """(indicator, code) of the things that indicators count"""
    projects: set[str] = field(default_factory=set)
    documents: set[str] = field(default_factory=set)
    statements: set[str] = field(default_factory=set)
    texts: dict[str, str] = field(default_factory=dict)
    """attached texts by document"""
    broken: Mapping[str, set[str]] = field(default_factory=dict)
    """list → codes that are there, in an entry with faults of its own"""
    unread: set[str] = field(default_factory=set)
    """lists, and documents as `documents/<code>`, that could not be read"""

    def forget(self, documents: Iterable[str]) -> None:
        """Take documents and their statements out."""
        gone = set(documents)
        self.documents -= gone
        self.statements = {id_ for id_ in self.statements if id_.partition(".")[0] not in gone}

    def unsure(self, list_: str, code: str) -> bool:
        """Whether `code` is there with faults of its own, or its file could not be read."""
        file = f"documents/{code.partition('.')[0]}" if list_ == "statements" else list_
        return code in self.broken.get(list_, ()) or file in self.unread

    def sure(self, list_: str, code: str | None) -> bool:
        """Whether `code` is there, and nothing is wrong with what is said of it."""
        return code in getattr(self, list_) and not self.unsure(list_, str(code))

    def missing(self, list_: str, code: str) -> str | None:
        """Why nothing may refer to `code`, with the nearest that exist; None when something may, or nobody can tell."""
        exist: Mapping[str, object] | set[str] = getattr(self, list_)
        if code in exist or self.unsure(list_, code):
            return None
        guesses = nearest(code, {*exist, *self.broken.get(list_, ())})
        return f"there is no {NOUNS[list_]} {code!r}" + (f"; did you mean {' or '.join(guesses)}?" if guesses else "")


Found = tuple[str, Path_]
"""A message, and the field below the entry that it is about."""

Reference = tuple[str, str | None, Path_]
"""A list, a code that it should hold, and the field that names it."""


def verify(seed: Seed, known: Known, told: Iterable[Fault] = ()) -> list[Fault]:
    """Everything wrong with the seed, in the order of files and lines. `known` grows by what the seed defines.

    `told` are faults that were found elsewhere.
    """
    faults = [*seed.faults, *told]
    faults.extend(_doubles(seed))
    _learn(seed, known)
    texts = _texts(seed, known)
    faults.extend(_lists(seed, known))
    faults.extend(_relations(seed, known))
    for document in seed.documents:
        faults.extend(_document(document, known, texts.get(document.shape.document.text_sha256)))
    return in_order(faults)


def doubts(seed: Seed, known: Known) -> list[Fault]:
    """What somebody should look at again in a seed that is sound, in the same order: its words and its numbers disagree."""
    texts, found = _texts(seed, known), list[Fault]()
    conversions = {each.shape.statement for each in seed.relations if each.shape.relation == "conversion_of"}
    for document in seed.documents:
        found.extend(of_numbers(document, known.units, conversions))
        found.extend(of_words(document, texts.get(document.shape.document.text_sha256)))
    return in_order(found)


def in_order(faults: Iterable[Fault]) -> list[Fault]:
    """Each once, in the order of files and lines."""
    return sorted(set(faults), key=lambda fault: (fault.file, fault.line, fault.column, fault.message))


def _texts(seed: Seed, known: Known) -> dict[str, str]:
    """The texts at hand, by their digests."""
    return {sha256(text.encode()).hexdigest(): text for text in (*known.texts.values(), *seed.texts)}


def _doubles(seed: Seed) -> Iterator[Fault]:
    for name in ("units", "actors", "regions", "indicators", "projects"):
        entries = getattr(seed, name)
        for index in _repeated(entry.shape.code for entry in entries):
            yield entries[index].fault(f"the code {entries[index].shape.code!r} stands twice", "code")
    for index in _repeated((each.shape.statement, each.shape.relation, each.shape.other) for each in seed.relations):
        yield seed.relations[index].fault("this relation stands twice")
    for index in _repeated(entry.shape.document.code for entry in seed.documents):
        code = seed.documents[index].shape.document.code
        yield seed.documents[index].fault(f"the document {code!r} stands twice", "document", "code")
    for region in seed.regions:
        for index in _repeated(region.shape.parents):
            yield region.fault(f"the parent {region.shape.parents[index]!r} stands twice", "parents", index)
    for indicator in seed.indicators:
        for index in _repeated(each.code for each in indicator.shape.counted):
            yield indicator.fault(f"the code {indicator.shape.counted[index].code!r} stands twice", "counted", index, "code")
    for project in seed.projects:
        for index in _repeated(project.shape.regions):
            yield project.fault(f"the region {project.shape.regions[index]!r} stands twice", "regions", index)
        for index in _repeated((party.actor, party.role) for party in project.shape.parties):
            yield project.fault("this party stands twice in one role", "parties", index)
    for document in seed.documents:
        shape = document.shape
        for index in _repeated(shape.document.authors):
            yield document.fault(f"the author {shape.document.authors[index]!r} stands twice", "document", "authors", index)
        for index in _repeated(each.slug for each in shape.statements):
            yield document.fault(f"the slug {shape.statements[index].slug!r} stands twice", "statements", index, "slug")
        for index in _repeated(each.start for each in shape.mentions or ()):
            yield document.fault("a number that starts here is listed already", "mentions", index, "start")


def _repeated(keys: Iterable[object]) -> Iterator[int]:
    """The indices of keys that stood before."""
    seen: set[object] = set()
    for index, key in enumerate(keys):
        if key in seen:
            yield index
        seen.add(key)


def _learn(seed: Seed, known: Known) -> None:
    known.broken, known.unread = seed.broken, seed.unread
    for unit in seed.units:
        shape = unit.shape
        factor = parse_written(shape.factor).value
        known.units[shape.code] = Unit(shape.code, shape.dimension, shape.family, shape.base, factor)
    for actor in seed.actors:
        known.actors.add(actor.shape.code)
        known.organisations[actor.shape.code] = [actor.shape.organisation] if actor.shape.organisation else []
    for region in seed.regions:
        known.regions.add(region.shape.code)
        known.parents[region.shape.code] = region.shape.parents
    for indicator in seed.indicators:
        _learn_indicator(indicator.shape, known)
    known.projects.update(entry.shape.code for entry in seed.projects)
    known.forget(document.shape.document.code for document in seed.documents)
    for document in seed.documents:
        code = document.shape.document.code
        known.documents.add(code)
        known.statements.update(f"{code}.{statement.slug}" for statement in document.shape.statements)


def _learn_indicator(shape: IndicatorShape, known: Known) -> None:
    known.indicators[shape.code] = shape.dimension
    known.stocks.discard(shape.code)
    if shape.stock_flow == "stock":
        known.stocks.add(shape.code)
    known.counted = {pair for pair in known.counted if pair[0] != shape.code}
    known.counted.update((shape.code, counted.code) for counted in shape.counted)


def _lists(seed: Seed, known: Known) -> Iterator[Fault]:
    own = {unit.shape.code for unit in seed.units}
    kept = [each for _, each in sorted(known.units.items()) if each.code not in own]
    for unit in seed.units:
        for message, path in _unit(known.units[unit.shape.code], known):
            yield unit.fault(message, *path)
        resting = next((each.code for each in kept if each.base == unit.shape.code and not _on_its_base(each, known)), None)
        if resting:
            yield unit.fault(f"{resting!r} of the database has it as its base, which {_A_BASE}", "base")
    for actor in seed.actors:
        for message, path in _actor(actor.shape, known):
            yield actor.fault(message, *path)
    for region in seed.regions:
        for message, path in _region(region.shape, known):
            yield region.fault(message, *path)
    for project in seed.projects:
        for message, path in _unknown(_references_of_project(project.shape), known):
            yield project.fault(message, *path)


def _unknown(references: Iterable[Reference], known: Known) -> Iterator[Found]:
    for list_, code, path in references:
        message = known.missing(list_, code) if code else None
        if message:
            yield message, path


_A_BASE = "has the same dimension and family, is its own base and has the factor 1"


def _on_its_base(unit: Unit, known: Known) -> bool:
    """Whether the base of a unit, if it is known, is one."""
    base = known.units.get(unit.base)
    return (
        base is None
        or known.unsure("units", base.code)
        or (base.base, base.dimension, base.family, base.factor)
        == (
            base.code,
            unit.dimension,
            unit.family,
            Decimal(1),
        )
    )


def _unit(unit: Unit, known: Known) -> Iterator[Found]:
    yield from _unknown([("units", unit.base, ("base",))], known)
    if not _on_its_base(unit, known):
        yield f"the base unit {_A_BASE}", ("base",)
    if unit.factor <= 0:
        yield "a factor above 0 was expected", ("factor",)


def _actor(actor: ActorShape, known: Known) -> Iterator[Found]:
    yield from _unknown([("actors", actor.organisation, ("organisation",))], known)
    if actor.organisation and _leads_to(actor.organisation, actor.code, known.organisations):
        yield f"{actor.organisation!r} belongs to {actor.code!r} itself", ("organisation",)


def _region(region: RegionShape, known: Known) -> Iterator[Found]:
    yield from _unknown((("regions", parent, ("parents", index)) for index, parent in enumerate(region.parents)), known)
    for index, parent in enumerate(region.parents):
        if _leads_to(parent, region.code, known.parents):
            yield f"{parent!r} lies in {region.code!r} itself", ("parents", index)


def _leads_to(start: str, goal: str, upward: Mapping[str, list[str]]) -> bool:
    waiting, seen = [start], set[str]()
    while waiting:
        code = waiting.pop()
        if code == goal:
            return True
        if code not in seen:
            seen.add(code)
            waiting.extend(upward.get(code, ()))
    return False


def _references_of_project(project: ProjectShape) -> Iterator[Reference]:
    for index, region in enumerate(project.regions):
        yield "regions", region, ("regions", index)
    for index, party in enumerate(project.parties):
        yield "actors", party.actor, ("parties", index, "actor")
    for index, step in enumerate(project.status):
        yield "statements", step.statement, ("status", index, "statement")


def _relations(seed: Seed, known: Known) -> Iterator[Fault]:
    for relation in seed.relations:
        shape = relation.shape
        ends: list[Reference] = [("statements", shape.statement, ("statement",)), ("statements", shape.other, ("other",))]
        for message, path in _unknown(ends, known):
            yield relation.fault(message, *path)
        if shape.statement == shape.other:
            yield relation.fault("a statement is not related to itself", "other")
    yield from _conversions(seed)


def _conversions(seed: Seed) -> Iterator[Fault]:
    """A conversion is its original in another unit: all that decides what is claimed, but for the amount, is the same."""
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
        elif left.quantity.unit == right.quantity.unit:
            yield entry.fault("a conversion has another unit than its original")
        if differ := [name for name, value in _inherited(left).items() if value != _inherited(right)[name]]:
            yield entry.fault(f"a conversion inherits from its original what differs here: {', '.join(differ)}")


def _inherited(statement: StatementShape) -> dict[str, object]:
    return {
        "comparator": statement.quantity and statement.quantity.comparator,
        "period": (statement.period.type, statement.period.when),
        "kind": statement.kind,
        "regions": sorted(statement.regions),
        "indicator": statement.indicator,
        "measure": statement.measure,
        "project": statement.project,
    }


def _document(entry: Entry[DocumentFile], known: Known, text: str | None) -> Iterator[Fault]:
    document, statements = entry.shape.document, entry.shape.statements
    for message, path in _unknown(_references_of_document(document), known):
        yield entry.fault(message, *path)
    for index, statement in enumerate(statements):
        for message, path in statement_faults(statement, document, known):
            yield entry.fault(message, "statements", index, *path)
    for index, (before, after) in enumerate(pairwise(statements), start=1):
        if after.evidence.start < before.evidence.start:
            yield entry.fault("statements stand in the order of the text", "statements", index, "evidence", "start")
    yield from accounted(entry)
    yield from sparing(entry, text)
    if text is not None:
        yield from against(entry, text)
    yield from _twins(entry, known)


def _references_of_document(document: DocumentShape) -> Iterator[Reference]:
    yield "actors", document.publisher, ("document", "publisher")
    for index, author in enumerate(document.authors):
        yield "actors", author, ("document", "authors", index)


def statement_faults(statement: StatementShape, document: DocumentShape, known: Known) -> Iterator[Found]:
    """Everything wrong with one statement that can be seen without the others of its document."""
    yield from _unknown(_references_of_statement(statement), known)
    yield from _evidence(statement, document.text_length)
    if known.sure("indicators", statement.indicator):
        yield from _quantity(statement, known)
    yield from _period(statement, document.published_on, known)


def _references_of_statement(statement: StatementShape) -> Iterator[Reference]:
    for index, region in enumerate(statement.regions):
        yield "regions", region, ("regions", index)
    yield "projects", statement.project, ("project",)
    yield "actors", statement.attribution.speaker, ("attribution", "speaker")
    yield "indicators", statement.indicator, ("indicator",)
    if statement.base:
        yield "regions", statement.base.region, ("base", "region")
        yield "indicators", statement.base.indicator, ("base", "indicator")
    if statement.quantity:
        yield "units", statement.quantity.unit, ("quantity", "unit")


def _evidence(statement: StatementShape, length: int) -> Iterator[Found]:
    evidence = statement.evidence
    size, words = evidence.end - evidence.start, word_count(evidence.exact)
    if not evidence.start < evidence.end <= length:
        yield f"the span {evidence.start}..{evidence.end} lies outside the text of {length} code points", ("evidence", "start")
    elif size != len(evidence.exact):
        yield f"`exact` has {len(evidence.exact)} code points, start..end spans {size}", ("evidence", "exact")
    if words > MAX_WORDS:
        yield f"a span has at most {MAX_WORDS} words; this one has {words}", ("evidence", "exact")


def _quantity(statement: StatementShape, known: Known) -> Iterator[Found]:
    """What unit, size and thing counted must be for the statement's measure of its (known) indicator."""
    quantity, measure, indicator = statement.quantity, statement.measure, statement.indicator or ""
    if quantity is None:
        return
    unit, fitting = known.units.get(quantity.unit), families_for(str(measure), known.indicators[indicator])
    if unit and unit.family not in fitting and not known.unsure("units", unit.code):
        units = ", ".join(sorted(code for code, each in known.units.items() if each.family in fitting))
        expected = f"one of the units {units}" if units else f"a unit of {' or '.join(sorted(fitting))}"
        yield f"a {measure} of {indicator} has {expected}, not {unit.code}", ("quantity", "unit")
    for name, written in (("value", quantity.value), ("value_to", quantity.value_to)):
        value = parse_written(written).value if written else 0
        if measure == "share" and not 0 <= value <= 100:
            yield f"a share lies between 0 and 100 percent; {value} does not", ("quantity", name)
        elif measure in ("level", "rank", "multiple") and value < 0:
            yield f"a {measure} is not negative", ("quantity", name)
    pair = (indicator, quantity.counted)
    if quantity.counted and pair not in known.counted:
        listed = sorted(code for owner, code in known.counted if owner == indicator)
        yield f"{indicator} counts {', '.join(listed) or 'one thing only'}, not {quantity.counted!r}", ("quantity", "counted")


def _period(statement: StatementShape, published_on: date, known: Known) -> Iterator[Found]:
    period: Period = period_of(statement.period, published_on)
    if statement.kind == "actual" and period.start and period.start > published_on:
        message = f"what is actual has begun by the publication ({published_on}); {period.start} is later"
        yield message, ("period", "when")
    fault = rule_fault(period, published_on)
    if fault:
        yield fault, ("period", "rule")
    if statement.measure != "level" or not known.sure("indicators", statement.indicator):
        return
    stock = statement.indicator in known.stocks
    if stock and period.type in ("span", "cumulative"):
        message = f"{statement.indicator} is a stock: its level holds at an instant, not for a {period.type}"
        yield message, ("period", "type")
    if not stock and period.type == "instant":
        message = f"{statement.indicator} is a flow: its level holds for a span, each or cumulative, not at an instant"
        yield message, ("period", "type")


def _twins(entry: Entry[DocumentFile], known: Known) -> Iterator[Fault]:
    """Two statements of one document in one cell whose intervals cannot both hold, without a note that says why."""
    document = entry.shape.document
    cells: dict[str, list[tuple[int, StatementShape, Interval]]] = defaultdict(list)
    for index, statement in enumerate(entry.shape.statements):
        unit = known.units.get(statement.quantity.unit) if statement.quantity else None
        if statement.quantity is None or unit is None or statement.status == "withdrawn" or known.unsure("units", unit.code):
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
