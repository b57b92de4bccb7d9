"""Which derived numbers are asked for? They are reckoned anew from the statements for each answer; none is stored."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

import sqlalchemy as sa
from pydantic import Field
from sqlalchemy.orm import Session

from app.domain.comparison import Relation
from app.domain.derivation import DERIVATION_KINDS, DerivationKind
from app.domain.derived import LONGEST_ID, Derivation, derivations
from app.domain.nearest import nearest
from app.domain.period import Period
from app.domain.text import MAX_CODE, STATEMENT_ID
from app.errors import NotFoundError
from app.models import Document, Indicator, Project, Region, Statement
from app.queries.ledger import read_conversions, read_ledger, read_names
from app.queries.listing import Codes, Flat, OneOrMore, Paging, Strict, require_codes
from app.queries.periods import SPECIAL_LABELS, Label, label_days
from app.queries.statements import regions_within

Test = Callable[[Derivation], bool]

DERIVATION_ID = rf"^(?:{'|'.join(DERIVATION_KINDS)})(?:~{STATEMENT_ID})+(?:~and-[0-9]+-more-[0-9a-f]{{12}})?$"
"""The form of an id."""

PathDerivation = Annotated[
    str,
    Field(
        pattern=DERIVATION_ID,
        max_length=LONGEST_ID,
        description="The kind and the statements it rests on, joined by `~`.",
    ),
]


StatementIn = Annotated[str, Field(pattern=rf"^{STATEMENT_ID}$", max_length=2 * MAX_CODE + 1)]


class DerivationFilters(Strict):
    """The filters of derivations; each looks at what is derived and at the statements it rests on."""

    kind: Annotated[OneOrMore[DerivationKind], Field(description="Derivations of one of these kinds. Left out: all.")] = []
    indicator: Annotated[Codes, Field(description="Derivations of, or from, one of these indicators. Left out: all.")] = []
    region: Annotated[
        Codes, Field(description="Derivations for, or from statements that name, one of these regions. Left out: all.")
    ] = []
    within: Annotated[
        Codes, Field(description="The same for one of these regions or any region that lies in it. Left out: all.")
    ] = []
    document: Annotated[Codes, Field(description="Derivations that rest on one of these documents. Left out: all.")] = []
    statement: Annotated[
        OneOrMore[StatementIn],
        Field(description="Derivations that rest on, or are compared with, one of these statements. Left out: all."),
    ] = []
    period: Annotated[
        Label | None,
        Field(
            description="Derivations for, or from statements of, a period that meets this one; `asof` and `unknown` match that "
            "label. Left out: all."
        ),
    ] = None
    relation: Annotated[
        OneOrMore[Relation],
        Field(description="Derivations whose interval stands so to that of a stated figure for the same thing. Left out: all."),
    ] = []


class DerivationListQuery(DerivationFilters, Paging):
    """Parameters of the paged list of derivations."""


class DerivationFlatQuery(DerivationFilters, Flat):
    """Parameters of the flat forms of the list of derivations."""


def find_derivations(session: Session, query: DerivationFilters) -> list[Derivation]:
    """The derivations asked for, by id. Raises BadRequestError for codes that no list holds, and `too-broad`."""
    _check(session, query)
    kinds = query.kind or DERIVATION_KINDS
    found = _reckoned(session, kinds, query.indicator or None)
    tests = list(_tests(session, query))
    return [each for each in found if all(test(each) for test in tests)]


def get_derivation(session: Session, id_: str) -> Derivation:
    """One derivation. Raises NotFoundError with the nearest that exist of the same kind."""
    kind, *statements = id_.split("~")
    rows = session.execute(sa.select(Statement.indicator).where(Statement.id.in_(statements)).distinct()).scalars()
    indicators = [each for each in rows if each is not None]
    found = {each.id: each for each in _reckoned(session, [kind], sorted(indicators))}  # type: ignore[list-item]
    if id_ not in found:
        raise NotFoundError("derivation", id_, nearest(id_, sorted(found)))
    return found[id_]


def implied_rates(session: Session) -> list[Derivation]:
    """The exchange rates that documents imply, by id."""
    return derivations(read_conversions(session), ["implied_rate"], read_names(session))


def _reckoned(session: Session, kinds: Sequence[DerivationKind], indicators: Sequence[str] | None) -> list[Derivation]:
    """What follows; only the rates need nothing but the figures that a document gives twice."""
    rates = set(kinds) == {"implied_rate"}
    ledger = read_conversions(session) if rates else read_ledger(session, indicators)
    return derivations(ledger, kinds, read_names(session))


def _check(session: Session, query: DerivationFilters) -> None:
    """Raise BadRequestError for filter values that no code list holds."""
    require_codes(
        session,
        {
            "indicator": (Indicator.code, query.indicator),
            "region": (Region.code, query.region),
            "within": (Region.code, query.within),
            "document": (Document.code, query.document),
            "statement": (Statement.id, query.statement),
        },
    )


def _tests(session: Session, query: DerivationFilters) -> Iterator[Test]:
    """One test a filter."""
    if query.indicator:
        yield _meets(query.indicator, _indicators)
    if query.region:
        yield _meets(query.region, _regions)
    if query.within:
        yield _meets(session.execute(regions_within(query.within)).scalars().all(), _regions)
    if query.document:
        yield _meets(query.document, lambda each: {entry.figure.document for entry in each.inputs})
    if query.statement:
        yield _meets(query.statement, _statements)
    if query.period is not None:
        yield _at(query.period)
    if query.relation:
        yield _meets(query.relation, lambda each: {other.relation for other in each.compared})


def _meets(asked: Sequence[str], held: Callable[[Derivation], set[str]]) -> Test:
    wanted = frozenset(asked)
    return lambda each: not wanted.isdisjoint(held(each))


def _indicators(each: Derivation) -> set[str]:
    of = {each.about.indicator} if each.about.indicator else set[str]()
    return of | {entry.figure.indicator for entry in each.inputs}


def _regions(each: Derivation) -> set[str]:
    return {*each.about.regions, *(region for entry in each.inputs for region in entry.figure.regions)}


def _statements(each: Derivation) -> set[str]:
    return {*(entry.figure.id for entry in each.inputs), *(other.statement for other in each.compared)}


def _at(label: str) -> Test:
    if label in SPECIAL_LABELS:
        return lambda each: any(period.label == label for period in each.periods)
    start, end = label_days(label)
    return lambda each: any(_overlaps(period, start, end) for period in each.periods)


def _overlaps(period: Period, start: date | None, end: date | None) -> bool:
    """Whether a period shares a day with start..end; one that is not known never does."""
    if (period.start is None and period.end is None) or (start and end and start > end):
        return False
    begun = period.start is None or end is None or period.start <= end
    return begun and (period.end is None or start is None or period.end >= start)


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The rows whose names derivations show, by code."""

    indicators: Mapping[str, Indicator]
    regions: Mapping[str, Region]
    projects: Mapping[str, Project]


def read_neighbours(session: Session, found: Sequence[Derivation]) -> Neighbours:
    """What these derivations name; three SQL statements."""
    return Neighbours(
        indicators=_by_code(session, Indicator, {each.about.indicator for each in found}),
        regions=_by_code(session, Region, {region for each in found for region in each.about.regions}),
        projects=_by_code(session, Project, {each.about.project for each in found}),
    )


def _by_code(session: Session, table: Any, codes: set[Any]) -> dict[str, Any]:
    wanted = sorted(code for code in codes if code)
    return {row.code: row for row in session.execute(sa.select(table).where(table.code.in_(wanted))).scalars()}
