"""Which statements are asked for? One plain `if … where` for each filter; no session, no HTTP."""

from collections.abc import Callable, Iterator, Sequence
from typing import Annotated, Any, Literal, TypeAlias

import sqlalchemy as sa
from pydantic import Field, PrivateAttr
from sqlalchemy.orm import Session, joinedload, selectinload

from app import models
from app.db import contains
from app.domain.interval import Match, satisfies
from app.domain.nearest import nearest
from app.domain.period import PeriodBasis, PeriodType, parse_moment
from app.domain.quantity import Comparator, Measure
from app.domain.words import Dimension, Kind, Status
from app.errors import BadRequestError, Fault, NotFoundError, WithdrawnError
from app.models import (
    Document,
    DocumentAuthor,
    Indicator,
    Project,
    Region,
    RegionParent,
    Relation,
    StatementRegion,
    StatementScope,
    Unit,
)
from app.models import Statement as Row
from app.queries.conditions import Condition, Threshold, read_condition
from app.queries.listing import Codes, Flat, OneOrMore, Order, Paging, Strict, Text, UnitCodes, require_codes, words_of
from app.queries.periods import SPECIAL_LABELS, Label, Moment, PeriodMatch, is_cumulative, label_days, meets
from app.queries.targets import UNIT_AS, UnitAs
from app.schemas.statements import FlatColumn, StatementField

CELL_PATTERN = r"^[a-z0-9_.~-]+$"

Cells = Annotated[list[Annotated[str, Field(min_length=8, max_length=2000, pattern=CELL_PATTERN)]], Field(max_length=50)]
"""Cells; they hold no comma, but may be repeated."""

PathCell = Annotated[
    str, Field(min_length=8, max_length=2000, pattern=CELL_PATTERN, description="The cell, as a statement names it.")
]

SORTS: dict[str, tuple[Any, ...]] = {
    "id": (),
    "period": (Row.period_key,),
    "published_on": (Document.published_on,),
    "position": (Row.document, Row.position),
    "value": (Row.value_key,),
    "changed_in": (Row.changed_in,),
}
"""What a list of statements can be ordered by; rows without a value come last either way; the id decides ties."""

Sort: TypeAlias = Literal[
    "id",
    "-id",
    "period",
    "-period",
    "published_on",
    "-published_on",
    "position",
    "-position",
    "value",
    "-value",
    "changed_in",
    "-changed_in",
]


NONE: Any = Field(default_factory=list)
"""A filter that was not given: unlike a list as default it need not be copied deeply for each request."""

Grouping = Annotated[OneOrMore[Dimension], Field(max_length=4)]
"""One to four dimensions."""


class StatementFilters(Strict):
    """The filters of statements; the same names wherever they make sense. Codes may be repeated or joined by commas (OR)."""

    region: Annotated[Codes, Field(description="Statements that name one of these regions itself. Left out: all.")] = NONE
    within: Annotated[
        Codes, Field(description="Statements about one of these regions or about any region that lies in it. Left out: all.")
    ] = NONE
    indicator: Annotated[Codes, Field(description="Statements about one of these indicators. Left out: all.")] = NONE
    topic: Annotated[Codes, Field(description="Statements about an indicator of one of these topics. Left out: all.")] = NONE
    measure: Annotated[OneOrMore[Measure], Field(description="Statements with one of these measures.")] = NONE
    kind: Annotated[OneOrMore[Kind], Field(description="Statements of one of these kinds.")] = NONE
    project: Annotated[Codes, Field(description="Statements about one of these projects.")] = NONE
    actor: Annotated[
        Codes, Field(description="Statements that one of these actors says, or whose document it published or wrote.")
    ] = NONE
    document: Annotated[Codes, Field(description="Statements of one of these documents.")] = NONE
    publisher: Annotated[Codes, Field(description="Statements of documents that one of these actors published.")] = NONE
    unit: Annotated[
        UnitCodes, Field(description="Statements whose quantity is in the dimension of one of these units (km2 for ha).")
    ] = NONE
    comparator: Annotated[OneOrMore[Comparator], Field(description="Statements with one of these comparators.")] = NONE
    period_basis: Annotated[
        OneOrMore[PeriodBasis], Field(description="Statements whose period is known in one of these ways.")
    ] = NONE
    period_type: Annotated[OneOrMore[PeriodType], Field(description="Statements with one of these types of period.")] = NONE
    cumulative: Annotated[
        bool | None,
        Field(
            description="Only running totals (true): of the type `cumulative`, or from 1 January to a day that ends no year, "
            "half, quarter or month begun then, such as three quarters or a year so far; or only what is none (false)."
        ),
    ] = None
    cell: Annotated[Cells, Field(description="Statements of one of these cells, as `cell` of a statement names it.")] = NONE
    status: Annotated[
        OneOrMore[Status],
        Field(description="Statements with one of these statuses. Left out: published and deprecated."),
    ] = NONE
    period: Annotated[
        Label | None,
        Field(
            description="Statements whose period meets this one (see period_match): a label as answers show it, `start..end` "
            "too; `asof` and `unknown` match that label."
        ),
    ] = None
    from_: Annotated[
        Moment | None,
        Field(
            alias="from",
            description="Statements whose period reaches this day or later: a date, month, quarter, half or "
            "year (its first day), or a Unix time in seconds or milliseconds. Unknown periods never match.",
        ),
    ] = None
    to: Annotated[
        Moment | None,
        Field(
            description="Statements whose period begins by this day; `2020` includes all of 2020. Unknown periods never match."
        ),
    ] = None
    period_match: Annotated[
        PeriodMatch,
        Field(description="How `period` and `from`/`to` meet a statement's period: overlap it, contain it, or equal it."),
    ] = "overlaps"
    published_from: Annotated[Moment | None, Field(description="Statements of documents published on this day or later.")] = None
    published_to: Annotated[Moment | None, Field(description="Statements of documents published on this day or earlier.")] = None
    q: Annotated[
        Text | None,
        Field(
            description="Every word must occur in the statement's text, in its words as written, or in the English or Chinese "
            "name of its regions, indicator, project, speaker or document. Never split at commas."
        ),
    ] = None
    has_quantity: Annotated[bool | None, Field(description="Only statements with (true) or without (false) a figure.")] = None
    value: Annotated[
        Condition | None,
        Field(
            description="Statements whose figure stands so to a number: `gt:1000`, `le:7.5 billion`; operators eq, ne, lt, le, "
            "gt, ge. The number is in the unit of `unit`; without it the indicators asked for must be in one unit. Left out: all."
        ),
    ] = None
    match: Annotated[
        Match,
        Field(
            description="Whether `value` must hold for some of the values that the words allow (`possible`) or for all of them "
            "(`certain`)."
        ),
    ] = "possible"

    _threshold: Threshold | None = PrivateAttr(default=None)
    """`value` in base units; `check_codes` fills it in."""
    _base: str | None = PrivateAttr(default=None)

    def match_of(self, row: Row) -> Match | None:
        """Whether all or some values of a statement's figure meet `value`; None when there is no `value` or none does."""
        if self._threshold is None or row.interval is None:
            return None
        return satisfies(row.interval, self._threshold.operator, self._threshold.value)


class StatementFlatQuery(StatementFilters, Flat):
    """Parameters of the flat formats: filters, order and columns; not paged."""

    sort: Annotated[
        Sort,
        Field(description="Order; `-` means descending. Rows without a value come last, the id decides ties."),
    ] = "id"
    fields: Annotated[
        OneOrMore[FlatColumn],
        Field(description="Only these columns, in the order of the full list. Left out: all."),
    ] = NONE
    unit_as: Annotated[UnitAs | None, Field(description=UNIT_AS)] = None


class StatementListQuery(StatementFilters, Paging):
    """Parameters of the paged list of statements."""

    include: Annotated[
        OneOrMore[Literal["total", "comparison"]],
        Field(
            description="`total` counts the whole list; `comparison` adds to each statement what its cell says. Each costs a "
            "second query."
        ),
    ] = NONE  # type: ignore[assignment]

    sort: Annotated[
        Sort, Field(description="Order; `-` means descending. Rows without a value come last, the id decides ties.")
    ] = "id"
    fields: Annotated[
        OneOrMore[StatementField],
        Field(description="Only these fields of each statement. Left out: all."),
    ] = NONE
    unit_as: Annotated[UnitAs | None, Field(description=UNIT_AS)] = None
    facets: Annotated[
        OneOrMore[Dimension],
        Field(
            description="Adds `facets`: for each of these dimensions its values, with the number of statements of the whole list "
            "that have each. Left out: none."
        ),
    ] = NONE
    group_by: Annotated[
        Grouping,
        Field(
            description="Answers groups instead of statements: one for each combination of the values of one to four dimensions, "
            "the largest first, as /v1/statements/groups does. `sort`, `fields` and `facets` then say nothing. Left out: none."
        ),
    ] = NONE


def select_statements(query: StatementFilters) -> sa.Select[Row]:
    """The statements asked for, without order and without what a page shows of their neighbours."""
    select = sa.select(Row).join(Document, Document.code == Row.document)
    for where in (*_code_filters(query), *_period_filters(query), *_other_filters(query)):
        select = select.where(where)
    return select


def _code_filters(query: StatementFilters) -> Iterator[sa.ColumnElement[bool]]:
    yield from _place_filters(query)
    if query.topic:
        yield Row.indicator.in_(sa.select(Indicator.code).where(Indicator.topic.in_(query.topic)))
    if query.measure:
        yield Row.measure.in_(query.measure)
    if query.kind:
        yield Row.kind.in_(query.kind)
    if query.project:
        yield Row.project.in_(query.project)
    if query.actor:
        wrote = sa.select(DocumentAuthor.document).where(DocumentAuthor.actor.in_(query.actor))
        yield sa.or_(Row.speaker.in_(query.actor), Document.publisher.in_(query.actor), Row.document.in_(wrote))
    if query.document:
        yield Row.document.in_(query.document)
    if query.publisher:
        yield Document.publisher.in_(query.publisher)
    if query.cell:
        yield Row.cell.in_(query.cell)
    if query.unit:
        yield Row.unit.in_(sa.select(Unit.base).where(Unit.code.in_(query.unit)))
    if query.comparator:
        yield Row.comparator.in_(query.comparator)
    if query.period_basis:
        yield Row.period_basis.in_(query.period_basis)
    if query.period_type:
        yield Row.period_type.in_(query.period_type)
    yield Row.status.in_(query.status) if query.status else Row.status != "withdrawn"
    if query.status and "published" not in query.status:
        yield RARE


def _place_filters(query: StatementFilters) -> Iterator[sa.ColumnElement[bool]]:
    """Where, and of which indicator: asked together, both are read off one index, which knows no withdrawn statements."""
    withdrawn, scope = "withdrawn" in query.status, StatementScope
    if query.region and withdrawn:
        yield _about(StatementRegion.region.in_(query.region))
    elif query.region:
        yield _in_scope(query, scope.region.in_(query.region), scope.own)
    if query.within and withdrawn:
        yield _about(StatementRegion.region.in_(regions_within(query.within)))
    elif query.within:
        yield _in_scope(query, scope.region.in_(query.within))
    if query.indicator and (withdrawn or not (query.region or query.within)):
        yield Row.indicator.in_(query.indicator)


def _in_scope(query: StatementFilters, *where: sa.ColumnElement[bool] | Any) -> sa.ColumnElement[bool]:
    found = sa.select(StatementScope.statement).where(*where)
    return Row.id.in_(found.where(StatementScope.indicator.in_(query.indicator)) if query.indicator else found)


def _period_filters(query: StatementFilters) -> Iterator[sa.ColumnElement[bool]]:
    if query.period in SPECIAL_LABELS:
        yield Row.period_label == query.period
    elif query.period:
        yield meets(*label_days(query.period), query.period_match)
    if query.cumulative is not None:
        yield is_cumulative() if query.cumulative else sa.not_(is_cumulative())
    if query.from_ or query.to:
        start = parse_moment(query.from_)[0] if query.from_ else None
        end = parse_moment(query.to)[1] if query.to else None
        yield meets(start, end, query.period_match)
    if query.published_from:
        yield Document.published_on >= parse_moment(query.published_from)[0]
    if query.published_to:
        yield Document.published_on <= parse_moment(query.published_to)[1]


def _other_filters(query: StatementFilters) -> Iterator[sa.ColumnElement[bool]]:
    if query.value is not None:
        if query._threshold is None:
            raise ValueError("check_codes must come first: it brings the value into base units")
        yield sa.and_(Row.unit == query._base, query._threshold.met_by(Row, query.match))
    if query.has_quantity is not None:
        yield Row.comparator.is_not(None) if query.has_quantity else Row.comparator.is_(None)
    if query.q is not None:
        for word in words_of(query.q):
            yield _holds(word)


def _holds(word: str) -> sa.ColumnElement[bool]:
    """Statements that hold a word in their text, their words as written, or a name."""
    place = sa.select(StatementRegion.statement).join(Region, Region.code == StatementRegion.region)
    actors = sa.select(models.Actor.code).where(contains(models.Actor.folded, word))
    return sa.or_(
        contains(Row.folded, word),
        contains(Document.folded, word),
        Row.id.in_(place.where(contains(Region.folded, word))),
        Row.indicator.in_(sa.select(Indicator.code).where(contains(Indicator.folded, word))),
        Row.project.in_(sa.select(Project.code).where(contains(Project.folded, word))),
        Row.speaker.in_(actors),
    )


def _about(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    return Row.id.in_(sa.select(StatementRegion.statement).where(condition))


def regions_within(codes: Sequence[str]) -> sa.Select[str]:
    """The regions themselves and every region that lies in one of them, by any chain of parents.

    Found before the statements are asked: Citus takes no recursion beside tables that are split over machines.
    """
    inside = sa.select(Region.code.label("code")).where(Region.code.in_(codes)).cte("inside", recursive=True, nesting=True)
    below = sa.select(RegionParent.region).join(inside, RegionParent.parent == inside.c.code)
    inside = inside.union(below)
    found = sa.select(inside.c.code).cte("found").prefix_with("MATERIALIZED", dialect="postgresql")
    return sa.select(found.c.code)


def order_of(sort: str) -> Order:
    """The order that `sort` names."""
    name, descending = sort.removeprefix("-"), sort.startswith("-")
    if sort == "-period":
        return Order((Row.period_key_down,), Row.id)
    return Order(SORTS[name], Row.id, descending=descending, key_descending=sort == "-id")


RARE = Row.status != sa.literal_column("'published'")
"""Whether there is an index by status that holds the row: it is used where this is asked in these words."""
GONE = (Row.status == "withdrawn", RARE)
"""Whether a statement is withdrawn: few are, and are found by an index."""
WITHDRAWN = sa.select(Row.id).where(*GONE)
"""Ids of those that are, where SQLite would list all others to look one up."""


def number_of(*conditions: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    """How many statements meet conditions that an index can count, without the withdrawn, of which it knows nothing."""
    all_of_them, gone = (sa.select(sa.func.count()).select_from(Row).where(*conditions, *more) for more in ((), GONE))
    return all_of_them.scalar_subquery() - gone.scalar_subquery()


def with_neighbours(select: sa.Select[Row]) -> sa.Select[Row]:
    """Load with each statement all that its representation shows; a constant number of SQL statements.

    Relations to withdrawn statements are left out; they would lead nowhere.
    """
    return select.options(
        joinedload(Row.source).joinedload(Document.issuer),
        joinedload(Row.measured),
        joinedload(Row.subject),
        joinedload(Row.said_by),
        joinedload(Row.quotation),
        selectinload(Row.regions).joinedload(StatementRegion.place),
        selectinload(Row.relations.and_(Relation.other.not_in(WITHDRAWN))),
        selectinload(Row.related_by.and_(Relation.statement.not_in(WITHDRAWN))),
    )


def check_codes(session: Session, query: StatementFilters) -> None:
    """Raise BadRequestError for filter values that no code list holds."""
    actor = models.Actor.code
    require_codes(
        session,
        {
            "region": (Region.code, query.region),
            "within": (Region.code, query.within),
            "indicator": (Indicator.code, query.indicator),
            "topic": (Indicator.topic, query.topic),
            "project": (Project.code, query.project),
            "actor": (actor, query.actor),
            "document": (Document.code, query.document),
            "publisher": (actor, query.publisher),
            "unit": (Unit.code, query.unit),
        },
    )
    if query.value is not None:
        query._base, query._threshold = _in_base_units(session, query, read_condition(query.value))


def _in_base_units(session: Session, query: StatementFilters, asked: Threshold) -> tuple[str, Threshold]:
    """The base unit that `value` is compared in, and the condition in it. Raises BadRequestError (`unit-needed`)."""
    if len(query.unit) == 1:
        unit = session.execute(sa.select(Unit.base, Unit.factor).where(Unit.code == query.unit[0])).one()
        return unit.base, asked.times(unit.factor)
    rest = query.model_copy(update={"value": None, "status": []})
    units = sa.select(Row.unit).where(Row.id.in_(select_statements(rest).with_only_columns(Row.id)), Row.unit.is_not(None))
    found = session.execute(units.distinct().order_by(Row.unit).limit(20)).scalars().all()
    if not found:
        return "", asked
    if len(found) == 1 and not query.unit:
        return str(found[0]), asked
    choices = ", ".join(str(unit) for unit in found) or "none"
    raise BadRequestError(
        "unit-needed",
        f"`value` needs one `unit` to be compared in; the statements that the other filters find are in: {choices}.",
        [Fault("query", "value", "one `unit` was expected beside it, or filters that leave statements of one unit")],
    )


SURPRISING = "economic-circle"
"""Kind of the regions whose extent is by definition, so that it is said what they hold."""


def note_of_place(code: str, note: str) -> str:
    """The remark on a filter that names such a region."""
    return f"within={code}: {note}"


def notes_for(session: Session, query: StatementFilters) -> list[str]:
    """Remarks where the answer may surprise: regions with a definition of their own, and bounds the wrong way round."""
    notes: list[str] = []
    if query.within:
        rows = session.execute(
            sa.select(Region.code, Region.note)
            .where(Region.code.in_(query.within), Region.kind == SURPRISING, Region.note.is_not(None))
            .order_by(Region.code)
        )
        notes.extend(note_of_place(code, note) for code, note in rows if note)
    for name, start, end in (("from", query.from_, query.to), ("published_from", query.published_from, query.published_to)):
        if start and end and parse_moment(start)[0] > parse_moment(end)[1]:
            notes.append(f"{name} is later than its counterpart, so nothing can match.")
    if query.period and query.period not in SPECIAL_LABELS:
        first, last = label_days(query.period)
        if first and last and first > last:
            notes.append("period ends before it starts, so nothing can match.")
    return notes


def get_statement(session: Session, id_: str) -> Row:
    """One statement with all that its representation shows. Raises NotFoundError, or WithdrawnError when it is gone."""
    row = session.execute(with_neighbours(sa.select(Row).where(Row.id == id_))).scalar_one_or_none()
    if row is None:
        known = session.execute(sa.select(Row.id).order_by(Row.id).limit(5000)).scalars().all()
        raise NotFoundError("statement", id_, nearest(id_, known))
    if row.status == "withdrawn":
        raise WithdrawnError(id_, row.changed_in)
    return row


def get_related(session: Session, row: Row) -> list[tuple[Relation, bool, Row]]:
    """Relations of a statement, whether it is the statement they start from, and the statement at the other end."""
    ends = [(relation.other, True, relation) for relation in row.relations]
    ends.extend((relation.statement, False, relation) for relation in row.related_by)
    ids = {id_ for id_, _, _ in ends}
    rows = session.execute(with_neighbours(sa.select(Row).where(Row.id.in_(ids)))).scalars()
    by_id = {other.id: other for other in rows}
    ends.sort(key=lambda end: (end[0], end[1], end[2].relation))
    return [(relation, starts_here, by_id[id_]) for id_, starts_here, relation in ends]


def stream_statements(
    session: Session, query: StatementFlatQuery, render: Callable[[Row], Any], *, size: int = 500
) -> Iterator[Any]:
    """Every statement asked for, in order, rendered one by one; read `size` rows at a time."""
    order = order_of(query.sort)
    select = with_neighbours(select_statements(query)).order_by(*order.by())
    values_of = (*order.columns, order.key)
    select = select.add_columns(*values_of)
    last: list[Any] | None = None
    while True:
        window = select.where(order.after(last)) if last is not None else select
        rows = session.execute(window.limit(size)).all()
        for row in rows:
            yield render(row[0])
        if len(rows) < size:
            return
        last = list(rows[-1][1:])
        session.expunge_all()
