"""What does a search ask for, which field of an entry holds it best, and which of its words are to be marked?"""

import hashlib
import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Literal, get_args

from app.domain.text import fold
from app.domain.tokens import Token, find_tokens, fold_with_places, is_cjk, tokens
from app.domain.words import SEARCH_RESOURCES, SearchResource

SearchField = Literal["name", "text", "as_written", "quote", "about", "together"]
SEARCH_FIELDS: tuple[SearchField, ...] = get_args(SearchField)
"""Where a search can be held, best first; `together` is no field of its own: several hold a part each."""

FIRST_DAY = date(1900, 1, 1)
DAYS, HASH = 16, 44
"""Bits of a number that are a day, and those that are a hash."""

SNIPPET = 240
"""Characters of a snippet; of a longer text a part around the first match is shown."""
BEFORE = 60

_PARTS = re.compile(r'["“”„«»]([^"“”„«»]*)["“”„«»]|([^\s"“”„«»]+)')


def number_of(resource: str, code: str, day: date | None) -> int:
    """The place of an entry in the full-text index, 63 bits: its resource, then the newest day first, then a hash of the code.

    So the newest entries that hold a word are read first, and no others; the number is the same on every machine. Days before
    FIRST_DAY, and none, come last.
    """
    last = (1 << DAYS) - 1
    age = last if day is None else last - min(max((day - FIRST_DAY).days, 0), last)
    digest = hashlib.sha256(f"{resource}/{code}".encode()).digest()
    return numbers_of(resource)[0] + (age << HASH) + (int.from_bytes(digest[:8], "big") >> (64 - HASH))


def numbers_of(resource: str) -> tuple[int, int]:
    """The least and the greatest number of an entry of this resource."""
    size = 1 << (DAYS + HASH)
    first = SEARCH_RESOURCES.index(resource) * size
    return first, first + size - 1


def resource_of(number: int) -> SearchResource:
    """What an entry with this number is."""
    return SEARCH_RESOURCES[number >> (DAYS + HASH)]


@dataclass(frozen=True, slots=True)
class Term:
    """Tokens that must stand side by side: a word, or a phrase in quotes. With `prefix` the last one may go on."""

    tokens: tuple[str, ...]
    prefix: bool

    @property
    def pattern(self) -> str:
        """What a field holds that holds this term, when a space stands before and after its tokens."""
        return f" {' '.join(self.tokens)}{'' if self.prefix else ' '}"

    def words(self) -> list[tuple[str, bool]]:
        """The tokens that a full-text index is asked for, and whether each may go on: all that another does not imply.

        The last character of a run of Chinese is implied by the pair that ends with it. As the beginning of a word it would be
        looked up in the lists of all words that begin so.
        """
        *before, last = self.tokens
        implied = len(last) == 1 and is_cjk(last) and before and len(before[-1]) == 2 and before[-1][1] == last
        return [(token, False) for token in before] + ([] if implied else [(last, self.prefix)])


@dataclass(frozen=True)
class Query:
    """Terms that one entry must hold all of."""

    terms: tuple[Term, ...]

    @cached_property
    def phrase(self) -> re.Pattern[str]:
        """All terms side by side, in the order they were asked for."""
        return re.compile(" " + " ".join(re.escape(" ".join(t.tokens)) + ("[^ ]*" if t.prefix else "") for t in self.terms) + " ")

    @cached_property
    def patterns(self) -> tuple[str, ...]:
        """The pattern of every term."""
        return tuple(term.pattern for term in self.terms)

    def words(self) -> list[tuple[str, bool]]:
        """Every word of the terms once."""
        return list(dict.fromkeys(word for term in self.terms for word in term.words()))

    def phrases(self) -> list[str]:
        """The patterns of those terms of which the words alone do not tell whether they are held."""
        return [term.pattern for term in self.terms if len(term.words()) > 1]


def parse_query(text: str, *, typing: bool = False) -> Query:
    """The terms of a text that somebody typed; none when it holds neither letter nor digit. There are no errors.

    "Words in quotes" are a phrase, a word that ends with `*` may go on, and so may, while `typing`, the last one. Everything
    else is taken literally. A word of several tokens (`people's`, `66.7ha`) is a phrase. A single Chinese character at the
    end also stands for the words it begins.
    """
    terms: list[Term] = []
    for match in _PARTS.finditer(fold(text)):
        quoted, word = match.groups()
        found = tuple(tokens(quoted if word is None else word))
        if found:
            begun = word is not None and word.endswith("*")
            terms.append(Term(found, begun or (is_cjk(found[-1]) and len(found[-1]) == 1)))
    if typing and terms:
        terms[-1] = replace(terms[-1], prefix=True)
    return Query(tuple(dict.fromkeys(terms)))


def place_of(query: Query, fields: Mapping[SearchField, str]) -> tuple[SearchField, bool]:
    """The best field that holds all terms, and whether they stand there side by side, from the tokens of each field."""
    for name in SEARCH_FIELDS:
        padded = f" {fields.get(name, '')} "
        if all(pattern in padded for pattern in query.patterns):
            return name, len(query.terms) == 1 or query.phrase.search(padded) is not None
    return "together", False


def marked(text: str, query: Query) -> list[tuple[str, bool]]:
    """The text in segments, each with whether it is what was asked for; long texts are cut around the first match."""
    marks = _marks(text, query)
    first, last = _window(text, marks)
    segments: list[tuple[str, bool]] = []
    before, at = "…" if first else "", first
    for start, end in ((max(start, first), min(end, last)) for start, end in marks if start < last and end > first):
        segments.extend([(before + text[at:start], False), (text[start:end], True)])
        before, at = "", end
    segments.append((before + text[at:last] + ("…" if last < len(text) else ""), False))
    return [segment for segment in segments if segment[0]]


def _window(text: str, marks: Sequence[tuple[int, int]]) -> tuple[int, int]:
    if len(text) <= SNIPPET or not marks or marks[0][1] <= SNIPPET - BEFORE:
        return 0, min(len(text), SNIPPET)
    start = min(marks[0][0] - BEFORE, len(text) - SNIPPET)
    space = text.find(" ", start, start + BEFORE)
    first = space + 1 if space >= 0 else start
    return first, min(first + SNIPPET, len(text))


def _marks(text: str, query: Query) -> list[tuple[int, int]]:
    """Where the terms stand in the text, in order, without overlaps."""
    folded, places = fold_with_places(text)
    found = find_tokens(folded)
    spans = sorted(span for term in query.terms for span in _spans(term, found))
    merged: list[tuple[int, int]] = []
    for start, end in ((places[a], places[bisect_right(places, places[b - 1])]) for a, b in spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _spans(term: Term, found: Sequence[Token]) -> Iterator[tuple[int, int]]:
    """Where a term stands in the folded text. Of a pair of characters only what was asked for is marked, of a word all."""
    *before, last = term.tokens
    for at in range(len(found) - len(before)):
        ending = found[at + len(before)]
        here = [token.text for token in found[at : at + len(before)]]
        if here == before and (ending.text == last or (term.prefix and ending.text.startswith(last))):
            end = ending.start + len(last) if is_cjk(last) else ending.end
            yield found[at].start, end
