"""Where in an attached text do statements and numbers stand? The text in pieces: plain, said, or left out with a reason."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from app.domain.evidence import paragraphs as parts
from app.models import Mention, Statement
from app.web import words

MOST_CHARACTERS = 50_000
"""Code points of a text that a page shows."""


@dataclass(frozen=True, slots=True)
class Span:
    """A place in the text: a statement's words, or a number."""

    start: int
    end: int
    statement: str | None = None
    dismissed: str | None = None
    stated: bool = False


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text of which the same is to be said."""

    text: str
    statement: str | None
    """the statement whose words it belongs to"""
    number: bool
    """whether it belongs to a number that is stated"""
    dismissed: str | None
    """why its number is no claim, said once, at its end"""
    unread: bool
    """a number that nobody has read yet"""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of the text with the statements that begin in it."""

    pieces: list[Piece]
    statements: list[str]


def paragraphs(text: str, statements: Sequence[Statement], mentions: Sequence[Mention]) -> list[Paragraph]:
    """The text by its paragraphs; what does not stand where it should is not marked."""
    spans = [
        Span(each.evidence_start, each.evidence_end, statement=each.id)
        for each in statements
        if text[each.evidence_start : each.evidence_end] == each.exact
    ]
    numbers = [_number(each) for each in mentions if text[each.start : each.end] == each.number]
    begun = [(each.evidence_start, each.id) for each in statements]
    return [
        Paragraph(
            pieces=list(_pieces(text, start, end, spans, numbers)),
            statements=[id_ for place, id_ in begun if start <= place < end],
        )
        for start, end in parts(text[:MOST_CHARACTERS])
    ]


def _number(each: Mention) -> Span:
    reason = (each.reason or "") if each.state == "dismissed" else None
    return Span(each.start, each.end, dismissed=reason, stated=each.state == "stated")


def _pieces(text: str, start: int, end: int, spans: Sequence[Span], numbers: Sequence[Span]) -> Iterator[Piece]:
    """The paragraph cut wherever a span or a number begins or ends."""
    here = [each for each in (*spans, *numbers) if each.start < end and each.end > start]
    cuts = sorted({start, end, *(min(max(place, start), end) for each in here for place in (each.start, each.end))})
    for begin, stop in pairwise(cuts):
        over = [each for each in here if each.start <= begin and stop <= each.end]
        statement = min(
            (each for each in over if each.statement), key=lambda each: (each.end - each.start, each.start), default=None
        )
        number = next((each for each in over if each.statement is None), None)
        left_out = number is not None and number.dismissed is not None and number.end == stop
        yield Piece(
            text=text[begin:stop],
            statement=statement.statement if statement else None,
            number=number is not None and number.stated,
            dismissed=words.said(words.REASON, number.dismissed) if left_out and number else None,
            unread=number is not None and not number.stated and number.dismissed is None,
        )
