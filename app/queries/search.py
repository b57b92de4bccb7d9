"""What holds the words that somebody asks for? The engines' full-text indexes find it; the order is ours, on both the same."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any

import sqlalchemy as sa
from pydantic import AfterValidator, Field
from sqlalchemy.orm import Session

from app.domain.search import SEARCH_FIELDS, Query, SearchField, marked, numbers_of, parse_query, place_of, resource_of
from app.domain.words import SEARCH_RESOURCES, SearchResource
from app.full_text import asked_words, holding
from app.models import SearchEntry
from app.queries.listing import OneOrMore, Paging, Rows, Text, read_ranked

CAP = 500
"""Entries of one resource that are ordered: those of the newest documents. The answer says when there are more."""
LOOKED = 1_000
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
    """A row of `search_entry`, the field that holds what was asked for, whether side by side, and the words to show."""

    entry: Any
    field: SearchField
    phrase: bool
    snippet: list[tuple[str, bool]]


@dataclass(frozen=True, slots=True)
class Held:
    """The entries of a resource that hold the terms, the newest first, of those that were looked at."""

    numbers: list[int]
    more: bool
    """Whether there were more to look at."""


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
    held = _held(session, asked, quotes=quotes)
    numbers = [number for resource in resources for number in held[resource].numbers[:CAP]]
    ranked = sorted(_placed(row, asked) for row in _tokens(session, numbers, quotes=quotes))
    rows = read_ranked(session, ranked, query, name="search", places=4)
    entries = _entries(session, [number for number, _, _ in rows.items])
    hits = [
        Hit(entries[number], field, phrase, _snippet(entries[number], field, asked, quotes=quotes))
        for number, field, phrase in rows.items
    ]
    notes = [note for name in resources for note in _notes(held[name], name)]
    found = {name: len(each.numbers) for name, each in held.items()}
    return Answer(Rows(hits, rows.limit, rows.cursor, rows.total, rows.data_version), found, notes)


def newest(dialect: str, within: str, resource: str) -> sa.Select[int]:
    """Numbers of the `:most` newest entries of a resource that hold `:words` somewhere `within` names, words or quotes."""
    held = holding(dialect, within)
    number = held.selected_columns[0]
    window = held.where(number.between(*numbers_of(resource))).order_by(number)
    return window.limit(sa.bindparam("most", type_=sa.Integer()))


def stands_in(column: Any, pattern: Any) -> sa.ColumnElement[bool]:
    """Whether a column of tokens holds the pattern of a term. Neither holds a wildcard of LIKE."""
    return sa.literal(" ").concat(column).concat(" ").contains(pattern)


def _held(session: Session, asked: Query, *, quotes: bool) -> dict[str, Held]:
    """Of every resource, in the newest LOOKED of those that hold the words."""
    dialect, phrases = session.get_bind().dialect.name, asked.phrases()
    values = {
        "words": asked_words(dialect, asked.words(), _within(quotes)),
        "most": LOOKED + 1,
        **{f"phrase_{at}": phrase for at, phrase in enumerate(phrases)},
    }
    looked: dict[str, list[tuple[int, bool]]] = defaultdict(list)
    for number, together in session.execute(_looking(dialect, len(phrases), quotes=quotes), values).all():
        looked[resource_of(number)].append((number, together))
    return {resource: _counted(sorted(looked[resource])) for resource in SEARCH_RESOURCES}


def _counted(looked: Sequence[tuple[int, bool]]) -> Held:
    return Held([number for number, together in looked[:LOOKED] if together], len(looked) > LOOKED)


@lru_cache(maxsize=32)
def _looking(dialect: str, phrases: int, *, quotes: bool) -> sa.CompoundSelect[Any]:
    """The newest entries of every resource that hold the words, each with whether so many phrases stand side by side in it.

    That the full-text index does not know.
    """
    parts: list[sa.Select[Any]] = []
    for resource in SEARCH_RESOURCES:
        first = newest(dialect, _within(quotes), resource).subquery()
        if phrases:
            entries = sa.join(first, SearchEntry, SearchEntry.number == first.c.number)
            parts.append(sa.select(first.c.number, _together(phrases, quotes=quotes)).select_from(entries))
        else:
            parts.append(sa.select(first.c.number, sa.literal(True)))
    return sa.union_all(*parts)


def _together(phrases: int, *, quotes: bool) -> sa.ColumnElement[bool]:
    patterns = [sa.bindparam(f"phrase_{at}", type_=sa.Text()) for at in range(phrases)]
    return sa.and_(*(sa.or_(*(stands_in(column, each) for column in _columns(quotes).values())) for each in patterns))


def _notes(held: Held, name: str) -> Iterator[str]:
    found = len(held.numbers)
    if found > CAP:
        number = f"more than {found}" if held.more else found
        yield f"Of {number} {name}s found only {CAP} are ordered and listed: those of the newest documents."
    elif held.more:
        yield f"More than {LOOKED} {name}s hold these words; where they stand side by side was looked up in the newest {LOOKED}."


def _tokens(session: Session, numbers: Sequence[int], *, quotes: bool) -> Sequence[Any]:
    """What places these entries: number, resource, code, day, and tokens by field."""
    select = sa.select(SearchEntry.number, SearchEntry.resource, SearchEntry.code, SearchEntry.published_on)
    tokens = [column.label(name) for name, column in _columns(quotes).items()]
    return session.execute(select.add_columns(*tokens).where(SearchEntry.number.in_(numbers))).all()


def _within(quotes: bool) -> str:
    return "words_and_quotes" if quotes else "words"


def _columns(quotes: bool) -> dict[SearchField, Any]:
    return {name: column for name, column in TOKENS.items() if quotes or name != "quote"}


def _placed(row: Any, asked: Query) -> tuple[tuple[Any, ...], tuple[int, SearchField, bool]]:
    """An entry behind what orders it: best field, side by side before scattered, newest, code, resource."""
    number, resource, code, published_on, *_ = row
    field, phrase = place_of(asked, row._mapping)
    day = -published_on.toordinal() if published_on else 0
    return (SEARCH_FIELDS.index(field) * 2 + (not phrase), day, code, resource), (number, field, phrase)


def _entries(session: Session, numbers: Sequence[int]) -> dict[int, Any]:
    select = sa.select(SearchEntry.__table__).where(SearchEntry.number.in_(numbers))
    return {row.number: row for row in session.execute(select)}


def _snippet(entry: Any, field: SearchField, asked: Query, *, quotes: bool) -> list[tuple[str, bool]]:
    """The words to show of the field: of several the one in which most is marked, the first of equals."""
    names = [name for name in DISPLAYED[field] if quotes or name != "quote"]
    shown = [marked(text, asked) for name in names if (text := getattr(entry, name))]
    return max(shown, key=lambda segments: sum(len(text) for text, match in segments if match))
