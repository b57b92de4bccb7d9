"""What an assistant can ask, and what it is told: the queries of the API, each answer with the place of the words and links."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from pydantic import BaseModel
from sqlalchemy.orm import Session

from app.api.checks import check_number as relate
from app.errors import BadRequestError, Fault
from app.mcp.arguments import CompareArguments, CoverageArguments, SearchArguments, StatementArguments
from app.models import Document, Statement
from app.queries.checks import CheckQuery
from app.queries.codes import DocumentFilters, get_one, select_documents
from app.queries.comparisons import Cell, ComparisonListQuery, get_cell, order_of, read_cells, select_comparisons
from app.queries.coverage import ORDER, MentionListQuery, count_mentions, select_mentions
from app.queries.listing import data_version, read_page
from app.queries.search import SearchQuery
from app.queries.search import search as find
from app.queries.statements import check_codes, get_statement, notes_for, with_neighbours
from app.rendering import comparisons as comparing
from app.rendering import coverage as covering
from app.rendering import search as searching
from app.rendering import statements as stating
from app.schemas.common import Meta
from app.schemas.tools import (
    CheckAnswer,
    ComparisonAnswer,
    CoverageAnswer,
    FoundThing,
    LinkedComparison,
    LinkedCoverage,
    Located,
    SearchAnswer,
    StatementAnswer,
)
from app.settings import Settings


@dataclass(frozen=True, slots=True)
class Tool:
    """Something an assistant can ask: what it takes, what it answers, and how."""

    title: str
    description: str
    takes: type[BaseModel]
    answers: type[BaseModel]
    ask: Callable[[Session, Any, Settings], BaseModel]


def search(session: Session, asked: SearchArguments, settings: Settings) -> SearchAnswer:
    """Everything that holds the words, best first."""
    query = SearchQuery(q=asked.q, resource=asked.resource, limit=asked.limit)
    found = find(session, query, quotes=settings.quotes)
    hits = [searching.hit(each) for each in found.rows.items]
    places = {each.statement: each for each in _located(session, _of(hits, "statement"), settings)}
    pages = _pages(session, _of(hits, "document"))
    things = []
    for each in hits:
        evidence = places.get(each.code) if each.resource == "statement" else None
        url = evidence.url if evidence else pages.get(each.code) if each.resource == "document" else None
        things.append(FoundThing(**dict(each), link=f"{settings.address}{each.path}", url=url, evidence=evidence))
    meta = searching.meta(found)
    return SearchAnswer(hits=things, found=meta.found, meta=Meta(data_version=meta.data_version, notes=meta.notes))


def _of(hits: Iterable[Any], resource: str) -> set[str]:
    return {each.code for each in hits if each.resource == resource}


def statement(session: Session, asked: StatementArguments, settings: Settings) -> StatementAnswer:
    """One statement with the words that claim it."""
    row = get_statement(session, asked.id)
    evidence = stating.evidence(row, quotes=settings.quotes)
    return StatementAnswer(
        statement=stating.statement(row, quotes=settings.quotes),
        evidence=evidence,
        citation=stating.citation(row, address=settings.address).text,
        link=_link(row.id, settings),
        url=evidence.url,
    )


def compare(session: Session, asked: CompareArguments, settings: Settings) -> ComparisonAnswer:
    """What the statements of cells say of each other."""
    given = asked.model_fields_set - {"limit"}
    if not given or (asked.cell and given != {"cell"}):
        message = "a cell alone was expected, or an indicator, with a region and a period if you like"
        raise BadRequestError("invalid-parameter", message, [Fault("body", "cell", message)])
    if asked.cell:
        cells, total, notes = [get_cell(session, asked.cell)], 1, list[str]()
    else:
        query = ComparisonListQuery(**asked.model_dump(exclude={"cell"}, exclude_unset=True), sort="-gap", include=["total"])
        check_codes(session, query)
        rows = read_page(session, select_comparisons(query), order_of(query.sort), query, name="comparisons")
        cells, total, notes = read_cells(session, rows.items), rows.total or 0, notes_for(session, query)
    return ComparisonAnswer(
        comparisons=[_linked(each, settings) for each in cells],
        total=total,
        evidence=_located(session, {row.id for cell in cells for row in cell.members}, settings),
        meta=Meta(data_version=data_version(session), notes=notes),
    )


def _linked(cell: Cell, settings: Settings) -> LinkedComparison:
    told = comparing.comparison(cell)
    return LinkedComparison(**dict(told), link=f"{settings.address}{told.links.self}")


def check_number(session: Session, asked: CheckQuery, settings: Settings) -> CheckAnswer:
    """What the documents say of a number from outside."""
    told = relate(session, asked)
    compared = [each.statement for each in (*told.supporting, *told.contradicting, *told.neutral)]
    others = [each.statement for each in told.not_compared.statements]
    return CheckAnswer(**dict(told), evidence=_located(session, {*compared, *others}, settings))


def coverage(session: Session, asked: CoverageArguments, settings: Settings) -> CoverageAnswer:
    """How much of the documents was read; of one, its numbers too."""
    mentions, notes = [], []
    if asked.document is not None:
        get_one(session, select_documents(DocumentFilters()), Document.code, "document", asked.document)
        query = MentionListQuery(state=asked.state, limit=asked.limit, include=["total"])
        rows = read_page(session, select_mentions(asked.document, query), ORDER, query, name=f"mentions/{asked.document}")
        mentions = [covering.mention(row) for row in rows.items]
        if rows.cursor is not None:
            notes = [f"Of {rows.total} numbers the first {len(mentions)} are listed; `state` and `limit` choose others."]
    counts = count_mentions(session, asked.document)
    told = covering.coverage_report(counts)
    titles, pages = _titles(session, counts), _pages(session, counts)
    return CoverageAnswer(
        documents=[
            LinkedCoverage(
                **dict(each),
                title=titles[each.document],
                link=f"{settings.address}/v1/documents/{each.document}/mentions",
                url=pages[each.document],
            )
            for each in told.data
        ],
        total=told.total,
        mentions=mentions,
        evidence=_located(session, {id_ for each in mentions for id_ in each.statements}, settings),
        meta=Meta(data_version=data_version(session), notes=notes),
    )


def _located(session: Session, ids: Iterable[str], settings: Settings) -> list[Located]:
    """Where the words of these statements stand, by id."""
    wanted = sorted(ids)
    if not wanted:
        return []
    select = with_neighbours(sa.select(Statement).where(Statement.id.in_(wanted)).order_by(Statement.id))
    rows = session.execute(select).scalars()
    return [_place(row, settings) for row in rows]


def _place(row: Statement, settings: Settings) -> Located:
    told = stating.evidence(row, quotes=settings.quotes)
    shown = {name: getattr(told, name) for name in Located.model_fields if name != "link"}
    return Located(**shown, link=_link(row.id, settings))


def _link(statement: str, settings: Settings) -> str:
    return f"{settings.address}/v1/statements/{statement}"


def _pages(session: Session, codes: Iterable[str]) -> Mapping[str, str]:
    return _said(session, Document.url, codes)


def _titles(session: Session, codes: Iterable[str]) -> Mapping[str, str]:
    return _said(session, Document.title, codes)


def _said(session: Session, column: Any, codes: Iterable[str]) -> Mapping[str, str]:
    """A column of these documents, by code."""
    rows = session.execute(sa.select(Document.code, column).where(Document.code.in_(list(codes))))
    return {row[0]: row[1] for row in rows}


TOOLS: dict[str, Tool] = {
    "search": Tool(
        title="Find words",
        description="Find statements, documents, regions, indicators, projects, actors and units by words, English or Chinese. "
        "Use it first: it names the codes that the other tools take.",
        takes=SearchArguments,
        answers=SearchAnswer,
        ask=search,
    ),
    "get_statement": Tool(
        title="Read a statement",
        description="One statement in full: the figure as written, its value and the interval it stands for, period, speaker, "
        "document, the place of its words, a citation, and links to cite.",
        takes=StatementArguments,
        answers=StatementAnswer,
        ask=statement,
    ),
    "compare": Tool(
        title="Do the documents agree?",
        description="The statements that speak of the same thing, place and time side by side: whether they agree, and why. Give "
        "a `cell`, or an `indicator` with a `region` and a `period` if you like.",
        takes=CompareArguments,
        answers=ComparisonAnswer,
        ask=compare,
    ),
    "check_number": Tool(
        title="Check a number",
        description="What the documents say of a number from outside: not_covered, contradicted, disputed, supported or "
        "compatible, with the statements for and against. It relates numbers to sources and judges nothing true or false.",
        takes=CheckQuery,
        answers=CheckAnswer,
        ask=check_number,
    ),
    "coverage": Tool(
        title="What was read?",
        description="How many numbers of each document are said by statements, dismissed for a reason, or not yet read; of one "
        "document every number with its place. Ask it before concluding that a document does not say something.",
        takes=CoverageArguments,
        answers=CoverageAnswer,
        ask=coverage,
    ),
}
"""Every tool there is, by name; none writes."""
