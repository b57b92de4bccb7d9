"""What can be asked of the code lists and documents, each row with its counts."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypeAlias, TypeVar

import sqlalchemy as sa
from pydantic import Field
from sqlalchemy.orm import Session, joinedload, selectinload

from app import models
from app.db import contains
from app.domain.nearest import nearest
from app.domain.period import parse_moment
from app.domain.words import ActorKind, StockFlow
from app.errors import NotFoundError
from app.models import (
    Actor,
    Document,
    DocumentAuthor,
    Indicator,
    Project,
    ProjectParty,
    ProjectRegion,
    Region,
    Statement,
    StatementScope,
    Unit,
)
from app.queries.listing import CodeFilters, Codes, Flat, OneOrMore, Order, Paging, stream_rows, words_of
from app.queries.periods import Moment
from app.queries.statements import GONE, regions_within

T = TypeVar("T")


class RegionFilters(CodeFilters):
    """The filters of regions."""

    kind: Annotated[Codes, Field(description="Regions of one of these kinds. Left out: all.")] = []
    within: Annotated[Codes, Field(description="These regions and those that lie in them. Left out: all.")] = []


class RegionListQuery(RegionFilters, Paging):
    """Parameters of the list of regions."""


class RegionFlatQuery(RegionFilters, Flat):
    """Parameters of the flat forms of the list of regions."""


class IndicatorFilters(CodeFilters):
    """The filters of indicators."""

    topic: Annotated[Codes, Field(description="Indicators of one of these topics. Left out: all.")] = []
    stock_flow: Annotated[
        OneOrMore[StockFlow],
        Field(description="`stock`, `flow` or both. Left out: both."),
    ] = []


class IndicatorListQuery(IndicatorFilters, Paging):
    """Parameters of the list of indicators."""


class IndicatorFlatQuery(IndicatorFilters, Flat):
    """Parameters of the flat forms of the list of indicators."""


class UnitListQuery(CodeFilters, Paging):
    """Parameters of the list of units."""


class UnitFlatQuery(CodeFilters, Flat):
    """Parameters of the flat forms of the list of units."""


class ActorFilters(CodeFilters):
    """The filters of actors."""

    kind: Annotated[OneOrMore[ActorKind], Field(description="`person`, `organisation` or both. Left out: both.")] = []


class ActorListQuery(ActorFilters, Paging):
    """Parameters of the list of actors."""


class ActorFlatQuery(ActorFilters, Flat):
    """Parameters of the flat forms of the list of actors."""


class ProjectFilters(CodeFilters):
    """The filters of projects."""

    kind: Annotated[Codes, Field(description="Projects of one of these kinds. Left out: all.")] = []
    region: Annotated[Codes, Field(description="Projects that name one of these regions. Left out: all.")] = []
    within: Annotated[Codes, Field(description="Projects in one of these regions or in any that lies in it. Left out: all.")] = []
    actor: Annotated[Codes, Field(description="Projects in which one of these actors takes part. Left out: all.")] = []


class ProjectListQuery(ProjectFilters, Paging):
    """Parameters of the list of projects."""


class ProjectFlatQuery(ProjectFilters, Flat):
    """Parameters of the flat forms of the list of projects."""


class DocumentFilters(CodeFilters):
    """The filters of documents."""

    publisher: Annotated[Codes, Field(description="Documents that one of these actors published. Left out: all.")] = []
    published_from: Annotated[Moment | None, Field(description="Documents published on this day or later.")] = None
    published_to: Annotated[Moment | None, Field(description="Documents published on this day or earlier.")] = None
    sort: Annotated[
        Literal["code", "published_on", "-published_on"], Field(description="Order; `-` means descending, the code decides ties.")
    ] = "code"


class DocumentListQuery(DocumentFilters, Paging):
    """Parameters of the list of documents."""


class DocumentFlatQuery(DocumentFilters, Flat):
    """Parameters of the flat forms of the list of documents."""


@dataclass(frozen=True, slots=True)
class Counted:
    """A row of a code list and how often it is used."""

    row: Any
    counts: dict[str, int]


def by_code(column: Any) -> Order:
    """Ordered by code."""
    return Order(columns=(), key=column)


def select_regions(query: RegionFilters) -> sa.Select[Region]:
    """Regions with their parents and children."""
    select = sa.select(Region).options(selectinload(Region.parents), selectinload(Region.children))
    if query.kind:
        select = select.where(Region.kind.in_(query.kind))
    if query.within:
        select = select.where(Region.code.in_(regions_within(query.within)))
    return _named(select, Region.folded, query.q)


def select_indicators(query: IndicatorFilters) -> sa.Select[Indicator]:
    """Indicators with what they count."""
    select = sa.select(Indicator).options(selectinload(Indicator.counted))
    if query.topic:
        select = select.where(Indicator.topic.in_(query.topic))
    if query.stock_flow:
        select = select.where(Indicator.stock_flow.in_(query.stock_flow))
    return _named(select, Indicator.folded, query.q)


def select_units(query: CodeFilters) -> sa.Select[Unit]:
    """Units of measure."""
    select = sa.select(Unit)
    if query.q:
        for word in words_of(query.q):
            name = sa.func.lower(Unit.name)
            select = select.where(sa.or_(contains(name, word), contains(Unit.name_zh, word)))
    return select


def select_actors(query: ActorFilters) -> sa.Select[Actor]:
    """Persons and organisations."""
    select = sa.select(Actor)
    if query.kind:
        select = select.where(Actor.kind.in_(query.kind))
    return _named(select, Actor.folded, query.q)


def select_projects(query: ProjectFilters) -> sa.Select[Project]:
    """Projects with their regions, parties and history."""
    select = sa.select(Project).options(
        selectinload(Project.regions).joinedload(ProjectRegion.place),
        selectinload(Project.parties).joinedload(ProjectParty.party),
        selectinload(Project.history),
    )
    if query.kind:
        select = select.where(Project.kind.in_(query.kind))
    if query.region:
        select = select.where(_lies(ProjectRegion.region.in_(query.region)))
    if query.within:
        select = select.where(_lies(ProjectRegion.region.in_(regions_within(query.within))))
    if query.actor:
        parties = sa.select(ProjectParty.project).where(ProjectParty.actor.in_(query.actor))
        select = select.where(Project.code.in_(parties))
    return _named(select, Project.folded, query.q)


def select_documents(query: DocumentFilters) -> sa.Select[Document]:
    """Documents with publisher and authors."""
    select = sa.select(Document).options(
        joinedload(Document.issuer), selectinload(Document.authors).joinedload(DocumentAuthor.author)
    )
    if query.publisher:
        select = select.where(Document.publisher.in_(query.publisher))
    if query.published_from:
        select = select.where(Document.published_on >= parse_moment(query.published_from)[0])
    if query.published_to:
        select = select.where(Document.published_on <= parse_moment(query.published_to)[1])
    return _named(select, Document.folded, query.q)


def documents_of(actor: str) -> sa.Select[Document]:
    """Documents that an actor published or wrote."""
    wrote = sa.select(DocumentAuthor.document).where(DocumentAuthor.actor == actor)
    return select_documents(DocumentFilters()).where(sa.or_(Document.publisher == actor, Document.code.in_(wrote)))


def order_documents(sort: str) -> Order:
    """The order that `sort` names."""
    if sort == "code":
        return by_code(Document.code)
    return Order(columns=(Document.published_on,), key=Document.code, descending=sort.startswith("-"))


def _lies(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    return Project.code.in_(sa.select(ProjectRegion.project).where(condition))


def _named(select: sa.Select[T], folded: Any, q: str | None) -> sa.Select[T]:
    if q is not None:
        for word in words_of(q):
            select = select.where(contains(folded, word))
    return select


def get_one(session: Session, select: sa.Select[Any], column: Any, noun: str, code: str) -> Any:
    """The row with this code. Raises NotFoundError with the nearest codes."""
    row = session.execute(select.where(column == code)).scalar_one_or_none()
    if row is None:
        known = session.execute(sa.select(column).order_by(column).limit(5000)).scalars().all()
        raise NotFoundError(noun, code, nearest(code, known))
    return row


Counter = Callable[[Session, Sequence[str]], dict[str, dict[str, int]]]
"""Counts by name and code, for some codes; one SQL statement."""


def counted(session: Session, rows: Sequence[Any], count: Counter) -> list[Counted]:
    """Rows of a code list with their counts; one SQL statement for all of them."""
    codes = [row.code for row in rows]
    counts = count(session, codes) if codes else {}
    names = counts or {"statements": {}}
    return [Counted(row, {name: by_code.get(row.code, 0) for name, by_code in names.items()}) for row in rows]


def stream_counted(session: Session, select: sa.Select[Any], order: Order, count: Counter) -> Iterator[Counted]:
    """All rows of a code list with their counts, some at a time."""
    return (each for page in stream_rows(session, select, order) for each in counted(session, page, count))


Counting: TypeAlias = Sequence[Any]
"""Selects of code and number, of which those of one code are added up."""


def _count(session: Session, wanted: dict[str, Counting]) -> dict[str, dict[str, int]]:
    """Several counts by code in one SQL statement; codes that were not asked for may stand among them."""
    labelled = [select.add_columns(sa.literal(name)) for name, selects in wanted.items() for select in selects]
    counts: dict[str, dict[str, int]] = {name: {} for name in wanted}
    for code, number, name in session.execute(sa.union_all(*labelled)):
        counts[name][code] = counts[name].get(code, 0) + number
    return counts


def _but_withdrawn(code: Any, all_of_them: Any, joined: Any = None) -> Counting:
    """All statements by a code, which an index counts, without the withdrawn, of which it knows nothing and which are few.

    `joined` is where the code is found, if not in the statements.
    """
    found: Any = sa.select(Statement) if joined is None else joined
    gone = found.where(*GONE).with_only_columns(code, -sa.func.count())
    return (all_of_them.group_by(code), gone.group_by(code))


def _statements_by(column: Any, codes: Sequence[str]) -> Counting:
    return _but_withdrawn(column, sa.select(column, sa.func.count()).where(column.in_(codes)))


def count_regions(session: Session, codes: Sequence[str]) -> dict[str, dict[str, int]]:
    """Statements that name each region."""
    region = StatementScope.region
    own: Any = sa.select(region, sa.func.count()).where(region.in_(codes), StatementScope.own == sa.true()).group_by(region)
    return _count(session, {"statements": [own]})


def count_indicators(session: Session, codes: Sequence[str]) -> dict[str, dict[str, int]]:
    """Statements about each indicator."""
    return _count(session, {"statements": _statements_by(Statement.indicator, codes)})


def count_units(session: Session, codes: Sequence[str]) -> dict[str, dict[str, int]]:
    """Statements in the dimension of each unit, as the filter `unit` finds them."""
    by_base: Any = [select.subquery() for select in _but_withdrawn(Statement.unit, sa.select(Statement.unit, sa.func.count()))]
    used = [sa.select(Unit.code, each.c[1]).join(each, each.c.unit == Unit.base) for each in by_base]
    return _count(session, {"statements": [select.where(Unit.code.in_(codes)) for select in used]})


def count_actors(session: Session, codes: Sequence[str]) -> dict[str, dict[str, int]]:
    """Statements each actor says or whose document it published or wrote, those documents, projects it takes part in."""
    publisher, author, speaker = Document.publisher, DocumentAuthor.actor, Statement.speaker
    published = sa.select(publisher.label("actor"), Document.code.label("document")).where(publisher.in_(codes))
    wrote = sa.select(author, DocumentAuthor.document).where(author.in_(codes))
    made = published.union(wrote).subquery()
    printed = sa.select(made.c.actor, sa.func.count()).join(Statement, Statement.document == made.c.document)
    its_own = sa.or_(
        sa.exists().where(Document.code == Statement.document, publisher == speaker),
        sa.exists().where(DocumentAuthor.document == Statement.document, author == speaker),
    )
    both = sa.select(speaker, -sa.func.count()).where(
        speaker.in_(sa.select(made.c.actor)), Statement.status != "withdrawn", its_own
    )
    parties = sa.select(ProjectParty.actor, ProjectParty.project).where(ProjectParty.actor.in_(codes)).distinct().subquery()
    return _count(
        session,
        {
            "statements": [
                *_statements_by(speaker, codes),
                *_but_withdrawn(made.c.actor, printed, printed),
                both.group_by(speaker),
            ],
            "documents": [_rows_by(made)],
            "projects": [_rows_by(parties)],
        },
    )


def _rows_by(table: sa.Subquery) -> sa.Select[Any, int]:
    return sa.select(table.c.actor, sa.func.count()).group_by(table.c.actor)


def count_projects(session: Session, codes: Sequence[str]) -> dict[str, dict[str, int]]:
    """Statements about each project."""
    return _count(session, {"statements": _statements_by(Statement.project, codes)})


def count_in_documents(session: Session, codes: Sequence[str]) -> dict[str, dict[str, int]]:
    """Statements of each document."""
    return _count(session, {"statements": _statements_by(Statement.document, codes)})


def count_documents(session: Session, codes: Sequence[str]) -> dict[str, dict[str, int]]:
    """Statements and figures of each document, and whether its text is attached."""
    text, document = models.DocumentText.document, Statement.document
    figures = sa.select(document, sa.func.count()).where(document.in_(codes), Statement.status != "withdrawn")
    return _count(
        session,
        {
            "statements": _statements_by(document, codes),
            "quantities": [figures.where(Statement.comparator.is_not(None)).group_by(document)],
            "attached": [sa.select(text, sa.func.count()).where(text.in_(codes)).group_by(text)],
        },
    )


def all_regions(session: Session) -> list[Region]:
    """Every region with its parents and children, by code."""
    select = sa.select(Region).options(selectinload(Region.parents), selectinload(Region.children)).order_by(Region.code)
    return list(session.execute(select).scalars())


def kinds_of(column: Any) -> sa.Select[str]:
    """The words in use in a column without a code list of its own."""
    return sa.select(column).distinct().order_by(column)
