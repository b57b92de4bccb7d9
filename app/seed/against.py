"""Checks a document against its text: every span and number stands where it says, and little of the text is kept."""

from collections.abc import Iterator

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
from app.seed.shapes import DocumentFile


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
        elif not each.reason and not stating(each, statements):
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
        elif statement.quantity and not any(statement in stating(each, [statement]) for each in entry.shape.mentions or ()):
            yield entry.fault("the span of a figure holds no number of `mentions`", "statements", index, "evidence")
    found = {(each.start, each.end): each.number for each in find_mentions(text)}
    listed = {(each.start, each.end): index for index, each in enumerate(entry.shape.mentions or ())}
    for (start, end), number in found.items():
        if (start, end) not in listed:
            paragraph = paragraph_of(text, start)
            yield entry.fault(
                f"the number {number!r} at {start}..{end} (paragraph {paragraph}) is not accounted for in `mentions`", "mentions"
            )
    for (start, end), index in listed.items():
        if (start, end) not in found:
            yield entry.fault(f"the text holds no number at {start}..{end}", "mentions", index, "start")


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
