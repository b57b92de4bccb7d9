"""Checks a document against its text: every span and number stands where it says, and little of the text is kept."""

import re
from collections.abc import Iterator
from typing import Any

from app.domain.evidence import (
    MAX_RUN_WORDS,
    MAX_SHARE,
    Evidence,
    merge_spans,
    paragraph_of,
    total_length,
    word_count,
)
from app.domain.evidence import verify as stand
from app.domain.mentions import find_mentions
from app.seed.gather import Entry
from app.seed.read import Fault
from app.seed.rows import stating
from app.seed.shapes import DocumentFile, StatementShape


def accounted(entry: Entry[DocumentFile]) -> Iterator[Fault]:
    """Every number is said by a statement or dismissed for a reason."""
    length, statements = entry.shape.document.text_length, entry.shape.statements
    mentions = entry.shape.mentions
    for index, each in enumerate(mentions or ()):
        if not each.start < each.end <= length:
            message = f"the number {each.start}..{each.end} lies outside the text of {length} code points"
            yield entry.fault(message, "mentions", index, "start")
        elif each.end - each.start != len(each.number):
            message = f"`number` has {len(each.number)} code points, start..end spans {each.end - each.start}"
            yield entry.fault(message, "mentions", index, "number")
        elif not (each.reason or stating(each, statements) or _unread(entry, "statements", each.start, each.end)):
            message = f"no span of a statement holds {each.number!r}; make a statement of it, or give the reason why it is none"
            yield entry.fault(message, "mentions", index, "start")


def against(entry: Entry[DocumentFile], text: str) -> Iterator[Fault]:
    """With the text at hand: every span stands where it says, and no number is left out or made up."""
    if len(text) != entry.shape.document.text_length:
        yield entry.fault(f"the text has {len(text)} code points", "document", "text_length")
        return
    for index, statement in enumerate(entry.shape.statements):
        span = statement.evidence
        if text[span.start : span.end] != span.exact:
            state = stand(text, Evidence(span.exact, span.start, span.end, span.paragraph))
            message = f"the words do not stand at {span.start}..{span.end} of the text: {state}"
            yield entry.fault(message, "statements", index, "evidence", "exact")
        elif paragraph_of(text, span.start) != span.paragraph:
            message = f"the span starts in paragraph {paragraph_of(text, span.start)}"
            yield entry.fault(message, "statements", index, "evidence", "paragraph")
        elif statement.quantity and not _holds_a_number(entry, statement):
            yield entry.fault("the span of a figure holds no number of `mentions`", "statements", index, "evidence")
    found = {(each.start, each.end): each.number for each in find_mentions(text)}
    listed = {(each.start, each.end): index for index, each in enumerate(entry.shape.mentions or ())}
    for (start, end), number in found.items():
        if (start, end) not in listed and not _unread(entry, "mentions", start, end):
            paragraph = paragraph_of(text, start)
            yield entry.fault(
                f"the number {number!r} at {start}..{end} (paragraph {paragraph}) is not accounted for in `mentions`", "mentions"
            )
    for (start, end), index in listed.items():
        if (start, end) not in found:
            yield entry.fault(f"the text holds no number at {start}..{end}", "mentions", index, "start")


def _holds_a_number(entry: Entry[DocumentFile], statement: StatementShape) -> bool:
    if any(stating(each, [statement]) for each in entry.shape.mentions or ()):
        return True
    span = statement.evidence
    places = [_place(each) for each in entry.source.lost.get("mentions", ())]
    return any(place is None or (span.start <= place[0] and place[1] <= span.end) for place in places)


def _unread(entry: Entry[DocumentFile], name: str, start: int, end: int) -> bool:
    """Whether an entry of a list that could not be read, for faults of its own, may hold this place."""
    places = [_place(each) for each in entry.source.lost.get(name, ())]
    return any(place is None or (place[0] <= start and end <= place[1]) for place in places)


def _place(lost: Any) -> tuple[int, int] | None:
    """Where a statement or a number that could not be read stands; None when that cannot be read either."""
    held = lost.get("evidence", lost) if isinstance(lost, dict) else None
    start, end = (str(held.get(name)) if isinstance(held, dict) else "" for name in ("start", "end"))
    numbers = all(re.fullmatch(r"\d{1,12}", each, re.ASCII) for each in (start, end))
    return (int(start), int(end)) if numbers else None


def sparing(entry: Entry[DocumentFile], text: str | None) -> Iterator[Fault]:
    """The budget of spans: short runs, and a small part of the text altogether."""
    spans = [(each.evidence.start, each.evidence.end) for each in entry.shape.statements]
    length = entry.shape.document.text_length
    total = total_length(spans)
    if total * MAX_SHARE > length:
        yield entry.fault(f"spans hold {total} of {length} code points; at most one in {MAX_SHARE} may be kept", "statements")
    if text is None:
        return
    for start, end in merge_spans(spans, text):
        words = word_count(text[start:end])
        if words > MAX_RUN_WORDS:
            index = next(i for i, span in enumerate(spans) if span[0] == start)
            yield entry.fault(
                f"spans that stand together run over {words} words; at most {MAX_RUN_WORDS} may",
                "statements",
                index,
                "evidence",
            )
