"""What do the statements of a cell say of each other, and which cells are there?"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import attrgetter
from typing import Annotated, Any, Literal

import sqlalchemy as sa
from pydantic import Field
from sqlalchemy.orm import Session

from app.domain.comparison import COMPARISON_STATUSES, MOST_FIGURES, ComparisonStatus, Figure, compare
from app.domain.comparison import Comparison as Result
from app.domain.nearest import nearest
from app.errors import NotFoundError
from app.models import Comparison, Document, DocumentGroup, Relation, Statement
from app.queries.conditions import Condition, read_condition
from app.queries.listing import Flat, OneOrMore, Order, Paging
from app.queries.shown import Shelf
from app.queries.statements import WITHDRAWN, StatementFilters, select_statements

ComparisonSort = Literal["cell", "-cell", "gap", "-gap", "-documents", "-statements"]

SORTS: dict[str, tuple[Any, ...]] = {
    "cell": (),
    "gap": (Comparison.gap_key,),
    "documents": (Comparison.documents,),
    "statements": (Comparison.statements,),
}


class ComparisonFilters(StatementFilters):
    """Which cells: those that hold a statement every filter matches, and that compare so."""

    # Not the status of the statements: only published ones are compared.
    status: Annotated[
        OneOrMore[ComparisonStatus],
        Field(description="Comparisons of one of these statuses. Left out: all."),
    ] = []  # type: ignore[assignment]
    gap: Annotated[
        Condition | None,
        Field(
            description="Cells whose largest relative gap between two figures stands so to a number: `ge:0.01` is one percent "
            "or more. Cells without a conflict have no gap and never match."
        ),
    ] = None
    weak_period: Annotated[
        bool | None, Field(description="Only cells that rest (true) or do not rest (false) on a weak period. Left out: both.")
    ] = None


class ComparisonListQuery(ComparisonFilters, Paging):
    """Parameters of the list of comparisons."""

    sort: Annotated[
        ComparisonSort,
        Field(description="Order; `-` means descending. Cells without a gap come last, the cell decides ties."),
    ] = "cell"


class ComparisonFlatQuery(ComparisonFilters, Flat):
    """Parameters of the flat forms of the list of comparisons."""

    sort: Annotated[
        ComparisonSort,
        Field(description="Order; `-` means descending. Cells without a gap come last, the cell decides ties."),
    ] = "cell"


@dataclass(frozen=True)
class Cell:
    """A cell with its statements, the guest last, and what they say of each other."""

    row: Comparison
    members: list[Statement]
    """By id, at most MOST_FIGURES; the guest, if there is one, at the end."""
    groups: Mapping[str, str]
    """Independence group by document."""
    conversions: Mapping[str, list[str]]
    """Statement → those that restate it in another unit."""
    apart: Mapping[frozenset[str], str]
    """Pairs that curators marked as look-alikes, with the reason."""

    @cached_property
    def figures(self) -> list[Figure]:
        """The members as figures, in the same order."""
        return [figure_of(each, self.groups) for each in self.members]

    @cached_property
    def result(self) -> Result:
        """What the figures say of each other."""
        return compare(self.figures, self.apart)

    @property
    def guest(self) -> str | None:
        """Id of the guest."""
        return self.row.guest


def select_comparisons(query: ComparisonFilters) -> sa.Select[Comparison]:
    """The comparisons asked for, without order."""
    select = sa.select(Comparison)
    if query.status:
        select = select.where(Comparison.status.in_(query.status))
    if query.gap is not None:
        select = select.where(read_condition(query.gap).on(Comparison.gap_key))
    if query.weak_period is not None:
        select = select.where(Comparison.weak_period.is_(query.weak_period))
    if _narrows(query):
        of_statements = query.model_copy(update={"status": ["published"]})
        cells = select_statements(of_statements).with_only_columns(Statement.cell).where(Statement.cell.is_not(None))
        select = select.where(Comparison.cell.in_(cells))
    return select


def count_statuses(session: Session) -> dict[ComparisonStatus, int]:
    """How many comparisons have each status; one SQL statement."""
    found = {row[0]: row[1] for row in session.execute(sa.select(Comparison.status, sa.func.count()).group_by(Comparison.status))}
    return {status: found.get(status, 0) for status in COMPARISON_STATUSES}


def _narrows(query: ComparisonFilters) -> bool:
    """Whether any filter of statements is set."""
    return bool((set(StatementFilters.model_fields) - {"status"}) & query.model_fields_set)


def order_of(sort: str) -> Order:
    """The order that `sort` names."""
    name, descending = sort.removeprefix("-"), sort.startswith("-")
    if name == "cell" and descending:
        return Order(columns=(Comparison.cell,), key=Comparison.cell, descending=True)
    return Order(columns=SORTS[name], key=Comparison.cell, descending=descending)


def read_cells(session: Session, rows: Sequence[Comparison]) -> list[Cell]:
    """The cells of these rows with their statements; a constant number of SQL statements."""
    if not rows:
        return []
    members = read_members(session, rows)
    ids = {each.id for shown in members.values() for each in shown}
    by_id = {row.id: row for row in Shelf(session.connection()).figures(ids)}
    groups = read_groups(session, {statement.document for statement in by_id.values()})
    conversions, apart = read_restated(session, by_id, "conversion_of"), _look_alikes(session, by_id)
    return [Cell(row, [by_id[each.id] for each in members[row.cell]], groups, conversions, apart) for row in rows]


def read_members(session: Session, rows: Sequence[Comparison], *columns: Any) -> dict[str, list[Any]]:
    """Cell → its latest figures that there is room for, by id, and its guest at the end, each with these columns."""
    wanted = sa.or_(Statement.cell.in_({row.cell for row in rows}), Statement.id.in_({row.guest for row in rows if row.guest}))
    select = sa.select(Statement.id, Statement.cell, Document.published_on, *columns)
    select = select.join(Document, Document.code == Statement.document).where(wanted, Statement.status == "published")
    by_id = {row.id: row for row in sorted(session.execute(select), key=attrgetter("id"))}
    by_cell: dict[str, list[Any]] = defaultdict(list)
    for row in by_id.values():
        by_cell[row.cell].append(row)
    return {row.cell: _latest(by_cell[row.cell], by_id.get(row.guest or "")) for row in rows}


def _latest(members: Sequence[Any], guest: Any) -> list[Any]:
    room = MOST_FIGURES - (guest is not None)
    latest = sorted(members, key=attrgetter("published_on"), reverse=True)[:room]
    return sorted(latest, key=attrgetter("id")) + ([guest] if guest else [])


def stream_cells(session: Session, query: ComparisonFlatQuery, *, size: int = 200) -> Iterator[Cell]:
    """Every comparison asked for, in order; read `size` at a time."""
    order = order_of(query.sort)
    values_of = (*order.columns, order.key)
    select = select_comparisons(query).order_by(*order.by()).add_columns(*values_of)
    last: list[Any] | None = None
    while True:
        window = select.where(order.after(last)) if last is not None else select
        rows = session.execute(window.limit(size)).all()
        yield from read_cells(session, [row[0] for row in rows])
        if len(rows) < size:
            return
        last = list(rows[-1][1:])
        session.expunge_all()


def read_restated(session: Session, ids: Collection[str], relation: str) -> dict[str, list[str]]:
    """Statement → those that stand to it in this relation, by id, but for withdrawn ones: its conversions, its updates."""
    select = sa.select(Relation.other, Relation.statement).where(Relation.relation == relation, Relation.other.in_(ids))
    found: dict[str, list[str]] = {id_: [] for id_ in ids}
    for other, statement in session.execute(select.where(Relation.statement.not_in(WITHDRAWN)).order_by(Relation.statement)):
        found[other].append(statement)
    return found


def figure_of(row: Statement, groups: Mapping[str, str]) -> Figure:
    """A statement as what a comparison needs of it. The statement has a quantity."""
    interval = row.interval
    if interval is None:
        raise ValueError(f"{row.id} has no quantity")
    return Figure(row.id, row.document, interval, row.value, row.approximate, groups[row.document])


def read_groups(session: Session, documents: set[str]) -> dict[str, str]:
    """Independence group by document."""
    select = sa.select(DocumentGroup.document, DocumentGroup.group_code).where(DocumentGroup.document.in_(documents))
    return {row.document: row.group_code for row in session.execute(select)}


def _look_alikes(session: Session, ids: Mapping[str, Any]) -> dict[frozenset[str], str]:
    select = sa.select(Relation.statement, Relation.other, Relation.note)
    select = select.where(Relation.relation == "look_alike", Relation.statement.in_(ids))
    rows = (row for row in session.execute(select) if row.other in ids)  # two long lists in SQL are slow on SQLite
    return {frozenset({row.statement, row.other}): row.note or "look-alike" for row in rows}


def get_cell(session: Session, cell: str) -> Cell:
    """One cell. One that holds only conversions is answered by the cell of the figures they convert.

    Raises NotFoundError with the nearest cells.
    """
    row = session.get(Comparison, cell) or session.get(Comparison, _converted(session, cell) or "")
    if row is None:
        known = session.execute(sa.select(Comparison.cell).order_by(Comparison.cell).limit(5000)).scalars().all()
        raise NotFoundError("comparison", cell, nearest(cell, known))
    return read_cells(session, [row])[0]


def _converted(session: Session, cell: str) -> str | None:
    """The cell of a statement that one of this cell restates."""
    restates = sa.select(Relation.other).join(Statement, Statement.id == Relation.statement)
    restates = restates.where(Statement.cell == cell, Relation.relation == "conversion_of")
    select = sa.select(Statement.cell).where(Statement.id.in_(restates)).order_by(Statement.id).limit(1)
    return session.execute(select).scalar_one_or_none()


def comparisons_of(session: Session, rows: Sequence[Statement]) -> dict[str, tuple[Comparison, Comparison | None]]:
    """The comparison each of these statements takes part in, and the one it is a guest in, by its id."""
    origin = {row.id: next((each.other for each in row.relations if each.relation == "conversion_of"), row.id) for row in rows}
    select = sa.select(Statement.id, Statement.cell).where(Statement.id.in_(set(origin.values())))
    cells = {each.id: each.cell for each in session.execute(select)}
    own = {row.id: row.cell for row in rows}
    wanted = sa.or_(Comparison.cell.in_({*cells.values(), *own.values()}), Comparison.guest.in_(set(own)))
    found = session.execute(sa.select(Comparison).where(wanted)).scalars().all()
    by_cell = {each.cell: each for each in found}
    by_guest = {each.guest: each for each in found if each.guest}
    answer = {}
    for row in rows:
        comparison = by_cell.get(row.cell or "") or by_cell.get(cells.get(origin[row.id]) or "")
        if comparison is not None:
            answer[row.id] = (comparison, by_guest.get(row.id))
    return answer
