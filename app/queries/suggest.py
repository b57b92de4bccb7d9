"""Which names go on as somebody types?"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import sqlalchemy as sa
from pydantic import Field
from sqlalchemy.orm import Session

from app.domain.search import parse_query
from app.domain.tokens import BREAK, tokens
from app.full_text import asked_words
from app.models import SearchEntry
from app.queries.codes import count_actors, count_in_documents, count_indicators, count_projects, count_regions
from app.queries.listing import DIGITS, Strict
from app.queries.search import SearchText, newest, stands_in

MOST = 20
CAP = 1000
"""Names of one resource that are set beside each other, the shortest."""
LOOKED = 10_000
"""Names of one resource that are looked at, those of the newest documents."""

COUNTERS: dict[str, Callable[[Session, Sequence[str]], dict[str, dict[str, int]]]] = {
    "region": count_regions,
    "indicator": count_indicators,
    "project": count_projects,
    "actor": count_actors,
    "document": count_in_documents,
}
"""Resources that are suggested, and what counts the statements of each."""


class SuggestQuery(Strict):
    """Parameters of the suggestions."""

    q: Annotated[
        SearchText,
        Field(description="What was typed so far: its words must occur in one name or code, and the last may go on."),
    ]
    limit: Annotated[int, Field(ge=1, le=MOST, description="Most suggestions."), DIGITS] = 10


@dataclass(frozen=True, slots=True)
class Suggested:
    """A thing with a name, and how many statements belong to it."""

    entry: Any
    statements: int


def suggest(session: Session, query: SuggestQuery) -> list[Suggested]:
    """The names that go on as typed: that very name, names that begin so, names with a word that does.

    Within these the one with most statements comes first, then by code. One SQL statement, and one for each resource.
    """
    typed = " ".join(tokens(query.q))
    rows = _candidates(session, query.q)
    counts = {
        resource: COUNTERS[resource](session, codes)["statements"]
        for resource in COUNTERS
        if (codes := [row.code for row in rows if row.resource == resource])
    }
    found = [Suggested(row, counts[row.resource].get(row.code, 0)) for row in rows]
    found.sort(
        key=lambda each: (_nearness(each.entry.name_tokens, typed), -each.statements, each.entry.code, each.entry.resource)
    )
    return found[: query.limit]


def _candidates(session: Session, q: str) -> Sequence[Any]:
    """The names that hold what was typed; of each resource the shortest, when there are very many."""
    asked = parse_query(q, typing=True)
    dialect = session.get_bind().dialect.name
    name = SearchEntry.name_tokens
    shortest = (sa.func.length(name), SearchEntry.code)
    number = sa.func.row_number().over(partition_by=SearchEntry.resource, order_by=shortest).label("number")
    parts = (newest(dialect, "names", resource).subquery() for resource in COUNTERS)
    held = sa.union_all(*(sa.select(part.c.number) for part in parts)).subquery()
    window = (
        sa.select(SearchEntry.resource, SearchEntry.code, SearchEntry.name, SearchEntry.name_zh, name, number)
        .join(held, held.c.number == SearchEntry.number)
        .where(*(stands_in(name, term.pattern) for term in asked.terms))
        .subquery()
    )
    values = {"words": asked_words(dialect, asked.words(), "names"), "most": LOOKED}
    return session.execute(sa.select(window).where(window.c.number <= CAP), values).all()


def _nearness(names: str, typed: str) -> int:
    """0 when a name or the code is what was typed, 1 when one begins so, 2 when a word within one does."""
    parts = names.split(f" {BREAK} ")
    return 0 if typed in parts else 1 if any(part.startswith(typed) for part in parts) else 2
