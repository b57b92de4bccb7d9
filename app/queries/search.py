"""What holds the words that somebody asks for? The engines' full-text indexes find it; the order is ours, on both the same."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import sqlalchemy as sa
from pydantic import AfterValidator, Field
from sqlalchemy.orm import Session

from app.db import contains, holding
from app.domain.search import SEARCH_FIELDS, Query, SearchField, Term, marked, numbers_of, parse_query, place_of
from app.domain.words import SEARCH_RESOURCES, SearchResource
from app.models import SearchEntry
from app.queries.listing import OneOrMore, Paging, Rows, Text, read_ranked

CAP = 1000
"""Entries of one resource that are ordered: those of the newest documents. The answer says when there are more."""
LOOKED = 10_000
"""Entries of one resource that are looked at and counted at most, the newest first, so that a common word costs no more."""


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
    """What holds every word, best first. Quotes are looked at only with `quotes`. Four SQL statements."""
    asked = parse_query(query.q)
    resources = sorted(set(query.resource or SEARCH_RESOURCES))
    counts = _counts(session, asked, quotes=quotes)
    ranked = sorted(_placed(row, asked, quotes=quotes) for row in _candidates(session, asked, resources, quotes=quotes))
    rows = read_ranked(session, ranked, query, name="search", places=4)
    entries = _entries(session, [(resource, code) for resource, code, _, _ in rows.items])
    hits = [
        Hit(entries[resource, code], field, phrase, _snippet(entries[resource, code], field, asked, quotes=quotes))
        for resource, code, field, phrase in rows.items
    ]
    notes = [note for name in resources for note in _notes(counts[name], name)]
    found = {name: count.held for name, count in counts.items()}
    return Answer(Rows(hits, rows.limit, rows.cursor, rows.total, rows.data_version), found, notes)


def indexed(session: Session, asked: Query, within: str, resource: str, most: int = LOOKED) -> sa.Select[int]:
    """Numbers of the entries of a resource that hold the tokens of all terms somewhere `within` names, words or quotes: the
    newest `most`, in order.
    """
    held = holding(session.get_bind().dialect.name, asked.words(), within)
    number = held.selected_columns[0]
    return held.where(number.between(*numbers_of(resource))).order_by(number).limit(most)


def _phrases(asked: Query, *, quotes: bool) -> list[sa.ColumnElement[bool]]:
    """What the full-text index does not know: whether tokens stand side by side."""
    fields = [column for name, column in TOKENS.items() if quotes or name != "quote"]
    return [sa.or_(*(stands_in(column, term) for column in fields)) for term in asked.terms if term.tokens[1:]]


def stands_in(column: Any, term: Term) -> sa.ColumnElement[bool]:
    """Whether the tokens of a term stand side by side in a column."""
    return contains(sa.literal(" ").concat(column).concat(" "), term.pattern)


@dataclass(frozen=True, slots=True)
class Count:
    """How many of the entries that were looked at hold the terms, and whether there were more to look at."""

    held: int
    more: bool


def _counts(session: Session, asked: Query, *, quotes: bool) -> dict[str, Count]:
    """Of every resource."""
    phrases = _phrases(asked, quotes=quotes)
    parts: list[sa.Select[Any]] = []
    for resource in SEARCH_RESOURCES:
        looked = indexed(session, asked, _within(quotes), resource, LOOKED + 1).subquery()
        numbered: Any = sa.select(sa.literal(resource), sa.literal(False), sa.func.count()).select_from(looked)
        parts.append(numbered)
        if phrases:
            first = indexed(session, asked, _within(quotes), resource).subquery()
            together = sa.join(first, SearchEntry, SearchEntry.number == first.c.number)
            held: Any = sa.select(sa.literal(resource), sa.literal(True), sa.func.count()).select_from(together)
            parts.append(held.where(*phrases))
    counted = {(resource, bool(held)): number for resource, held, number in session.execute(sa.union_all(*parts))}
    return {
        resource: Count(
            held=counted.get((resource, True), min(counted[resource, False], LOOKED)), more=counted[resource, False] > LOOKED
        )
        for resource in SEARCH_RESOURCES
    }


def _notes(count: Count, name: str) -> Iterator[str]:
    if count.held > CAP:
        number = f"more than {count.held}" if count.more else count.held
        yield f"Of {number} {name}s found only {CAP} are ordered and listed: those of the newest documents."
    elif count.more:
        yield f"More than {LOOKED} {name}s hold these words; where they stand side by side was looked up in the newest {LOOKED}."


def _candidates(session: Session, asked: Query, resources: Sequence[str], *, quotes: bool) -> Sequence[Any]:
    """Of each of these resources up to CAP entries, the newest first, with their tokens."""
    phrases = _phrases(asked, quotes=quotes)
    parts: list[Any] = []
    for resource in resources:
        first = indexed(session, asked, _within(quotes), resource, LOOKED if phrases else CAP).subquery()
        if phrases:
            together = sa.join(first, SearchEntry, SearchEntry.number == first.c.number)
            held = sa.select(SearchEntry.number).select_from(together).where(*phrases)
            first = held.order_by(SearchEntry.number).limit(CAP).subquery()
        parts.append(sa.select(first.c.number))
    numbers = sa.union_all(*parts).subquery()
    columns = (SearchEntry.resource, SearchEntry.code, SearchEntry.published_on, *TOKENS.values())
    select = sa.select(*columns).join(numbers, numbers.c.number == SearchEntry.number)
    return session.execute(select).all()


def _within(quotes: bool) -> str:
    return "words_and_quotes" if quotes else "words"


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
