"""What holds the words that somebody asks for? The engines' full-text indexes find it; the order is ours, on both the same."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import sqlalchemy as sa
from pydantic import AfterValidator, Field
from sqlalchemy.orm import Session

from app.db import contains, holding
from app.domain.search import SEARCH_FIELDS, Query, SearchField, Term, marked, parse_query, place_of
from app.domain.words import SearchResource
from app.models import SearchEntry
from app.queries.listing import OneOrMore, Paging, Rows, Text, read_ranked

CAP = 1000
"""Entries of one resource that are ordered: those of the newest documents, then by code. The answer says when there are more."""


def _findable(value: str) -> str:
    if not parse_query(value).terms:
        raise ValueError('at least one letter or digit was expected, such as rail, 重庆, 14,000, "central city" or invest*')
    return value


SearchText = Annotated[
    Text,
    Field(examples=["rail"]),
    AfterValidator(_findable),
]


class SearchQuery(Paging):
    """Parameters of the search."""

    q: Annotated[
        SearchText,
        Field(
            description='What to look for. All words must occur in one entry; "words in quotes" stand side by side; a word that '
            "ends with * may go on. Case, width, apostrophes and thousands separators do not matter. Everything else is literal."
        ),
    ]
    resource: Annotated[OneOrMore[SearchResource], Field(description="Only these resources. Left out: all.")] = []


TOKENS: dict[SearchField, Any] = {
    "name": SearchEntry.name_tokens,
    "text": SearchEntry.text_tokens,
    "as_written": SearchEntry.written_tokens,
    "quote": SearchEntry.quote_tokens,
    "about": SearchEntry.about_tokens,
}
"""Field → the column with its tokens."""

DISPLAYED: dict[SearchField, tuple[str, ...]] = {
    "name": ("name", "name_zh", "code"),
    "text": ("text", "note"),
    "as_written": ("as_written",),
    "quote": ("quote",),
    "about": ("about", "code"),
    "together": ("name", "name_zh", "text", "note", "as_written", "quote", "about", "code"),
}
"""Field → the columns it is shown from."""


@dataclass(frozen=True, slots=True)
class Hit:
    """An entry, the field that holds what was asked for, whether side by side, and the words to show."""

    entry: SearchEntry
    field: SearchField
    phrase: bool
    snippet: list[tuple[str, bool]]


@dataclass(frozen=True, slots=True)
class Answer:
    """A page of hits, and how many entries of each resource were found."""

    rows: Rows[Hit]
    found: dict[str, int]
    notes: list[str]
    """a sentence for each resource asked for of which more was found than is ordered"""


def search(session: Session, query: SearchQuery, *, quotes: bool) -> Answer:
    """What holds every word, best first. Quotes are looked at only with `quotes`. Three SQL statements."""
    asked = parse_query(query.q)
    candidates = _candidates(session, asked, query.resource, quotes=quotes)
    found: dict[str, int] = {row.resource: row.found for row in candidates}
    ranked = sorted(_placed(row, asked, quotes=quotes) for row in candidates if row.resource in (query.resource or found))
    rows = read_ranked(session, ranked, query, name="search", places=4)
    entries = _entries(session, [(resource, code) for resource, code, _, _ in rows.items])
    hits = [
        Hit(entries[resource, code], field, phrase, _snippet(entries[resource, code], field, asked, quotes=quotes))
        for resource, code, field, phrase in rows.items
    ]
    notes = [
        f"Of {number} {name}s found only {CAP} are ordered and listed: those of the newest documents, then by code."
        for name, number in sorted(found.items())
        if number > CAP and name in (query.resource or found)
    ]
    return Answer(Rows(hits, rows.limit, rows.cursor, rows.total, rows.data_version), found, notes)


def holds(session: Session, asked: Query, *, quotes: bool) -> sa.ColumnElement[bool]:
    """Whether an entry holds every term: the full-text index knows of its tokens, the columns whether they stand together."""
    fields = [column for name, column in TOKENS.items() if quotes or name != "quote"]
    phrases = (sa.or_(*(stands_in(column, term) for column in fields)) for term in asked.terms if term.tokens[1:])
    return sa.and_(indexed(session, asked, "words_and_quotes" if quotes else "words"), *phrases)


def indexed(session: Session, asked: Query, within: str) -> sa.ColumnElement[bool]:
    """Whether an entry holds the tokens of all terms somewhere `within` names, words or quotes."""
    return SearchEntry.number.in_(holding(session.get_bind().dialect.name, asked.words(), within))


def stands_in(column: Any, term: Term) -> sa.ColumnElement[bool]:
    """Whether the tokens of a term stand side by side in a column."""
    return contains(sa.literal(" ").concat(column).concat(" "), term.pattern)


def _candidates(session: Session, asked: Query, resources: Sequence[str], *, quotes: bool) -> Sequence[Any]:
    """Of each resource asked for up to CAP entries, with their tokens; of the others one. Each with how many were found."""
    newest = (SearchEntry.published_on.is_(None), SearchEntry.published_on.desc(), SearchEntry.code)
    place = sa.func.row_number().over(partition_by=SearchEntry.resource, order_by=newest).label("place")
    found = sa.func.count().over(partition_by=SearchEntry.resource).label("found")
    inner = (
        sa.select(SearchEntry.number, SearchEntry.resource, place, found).where(holds(session, asked, quotes=quotes)).subquery()
    )
    first = inner.c.place <= (sa.case((inner.c.resource.in_(resources), CAP), else_=1) if resources else CAP)
    columns = (SearchEntry.resource, SearchEntry.code, SearchEntry.published_on, *TOKENS.values(), inner.c.found)
    select = sa.select(*columns).join(inner, inner.c.number == SearchEntry.number).where(first)
    return session.execute(select).all()


def _placed(row: Any, asked: Query, *, quotes: bool) -> tuple[tuple[Any, ...], tuple[str, str, SearchField, bool]]:
    """An entry behind what orders it: best field, side by side before scattered, newest, code, resource."""
    fields = {name: getattr(row, column.key) for name, column in TOKENS.items() if quotes or name != "quote"}
    field, phrase = place_of(asked, fields)
    day = -row.published_on.toordinal() if row.published_on else 0
    place = (SEARCH_FIELDS.index(field) * 2 + (not phrase), day, row.code, row.resource)
    return place, (row.resource, row.code, field, phrase)


def _entries(session: Session, keys: Sequence[tuple[str, str]]) -> dict[tuple[str, str], SearchEntry]:
    by_resource: dict[str, list[str]] = {}
    for resource, code in keys:
        by_resource.setdefault(resource, []).append(code)
    wanted = [
        sa.and_(SearchEntry.resource == resource, SearchEntry.code.in_(codes)) for resource, codes in sorted(by_resource.items())
    ]
    select = sa.select(SearchEntry).where(sa.or_(sa.false(), *wanted))
    return {(row.resource, row.code): row for row in session.execute(select).scalars()}


def _snippet(entry: SearchEntry, field: SearchField, asked: Query, *, quotes: bool) -> list[tuple[str, bool]]:
    """The words to show of the field: of several the one in which most is marked, the first of equals."""
    names = [name for name in DISPLAYED[field] if quotes or name != "quote"]
    shown = [marked(text, asked) for name in names if (text := getattr(entry, name))]
    return max(shown, key=lambda segments: sum(len(text) for text, match in segments if match))
