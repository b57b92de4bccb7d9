"""What somebody should look at again: does a figure say what its span prints, and a sentence what it means in our words?

Nothing of this is a fault for sure. A reader of numbers may misread, and names that are long stand in a row of words.
"""

from bisect import bisect_left
from collections.abc import Collection, Iterator, Mapping, Sequence

from app.domain.agreement import Entered, disagreement, loosened
from app.domain.evidence import COPIED_WORDS, copied
from app.domain.quantity import is_magnitude, parse_written
from app.domain.units import Unit
from app.seed.gather import Entry
from app.seed.read import Fault
from app.seed.shapes import DocumentFile, EvidenceShape, MentionShape, QuantityShape, StatementShape

READ = ("en", "zh")
"""Languages whose number words are read."""


def of_numbers(entry: Entry[DocumentFile], units: Mapping[str, Unit], conversions: Collection[str]) -> Iterator[Fault]:
    """Figures that seem to contradict the words they are tied to, and orders of magnitude that begin at no power of ten.

    `conversions` are ids of statements that inherit their comparator. A note excuses a bound that the entry reads otherwise,
    but never another number.
    """
    code = entry.shape.document.code
    spoken = entry.shape.document.language.partition("-")[0] in READ
    mentions = sorted(entry.shape.mentions or (), key=lambda each: each.start)
    for index, statement in enumerate(entry.shape.statements):
        entered = entered_by(statement, units)
        if entered is None or statement.quantity is None:
            continue
        words = completed(statement.evidence, mentions)
        if statement.quantity.form == "magnitude" and not is_magnitude(entered.value.value):
            message = f"a magnitude begins at a power of ten (dozens: 10); {statement.quantity.value} is none"
            yield entry.fault(message, "statements", index, "quantity", "value")
        reads = disagreement(words, entered, units, whole=entry.shape.mentions is not None, spoken=spoken)
        if reads:
            message = f"the span reads {reads}; the entry says {_given(statement.quantity)}"
            yield entry.fault(message, "statements", index, "quantity", "value")
        elif not statement.note and f"{code}.{statement.slug}" not in conversions and (lost := loosened(words, entered, units)):
            yield entry.fault(f"{lost}; correct it or say why in a note", "statements", index, "quantity")


def of_words(entry: Entry[DocumentFile], text: str | None) -> Iterator[Fault]:
    """Sentences that have many words in a row in common with the text, where that is at hand."""
    sentences = [statement.text for statement in entry.shape.statements] if text is not None else []
    for index, words in enumerate(copied(sentences, text or "")):
        if words:
            message = f"text: shares {COPIED_WORDS} words in a row with the document ({words}); say it in words of our own"
            yield entry.fault(message, "statements", index, "text")


def _given(quantity: QuantityShape) -> str:
    ends = f"{quantity.value} to {quantity.value_to}" if quantity.value_to else quantity.value
    return f"{ends} {quantity.unit}"


def entered_by(statement: StatementShape, units: Mapping[str, Unit]) -> Entered | None:
    """The figure that a statement claims; None when it claims none, or what it claims has faults of its own."""
    quantity = statement.quantity
    unit = units.get(quantity.unit) if quantity else None
    if quantity is None or unit is None or unit.factor <= 0 or statement.measure is None or statement.status == "withdrawn":
        return None
    value, value_to = parse_written(quantity.value), parse_written(quantity.value_to) if quantity.value_to else None
    if statement.measure == "share" and not all(0 <= each.value <= 100 for each in (value, value_to) if each):
        return None
    return Entered(
        value=value,
        value_to=value_to,
        unit=unit,
        measure=statement.measure,
        comparator=quantity.comparator,
        approximate=quantity.approximate,
        form=quantity.form,
    )


def completed(span: EvidenceShape, mentions: Sequence[MentionShape]) -> str:
    """The words of a span with what it cuts off the numbers at its ends; the mentions stand in the order of the text."""
    first, last = _across(span.start, mentions), _across(span.end, mentions)
    before = first.number[: span.start - first.start] if first else ""
    return before + span.exact + (last.number[span.end - last.start :] if last else "")


def _across(place: int, mentions: Sequence[MentionShape]) -> MentionShape | None:
    """The number that begins before a place of the text and ends after it."""
    index = bisect_left(mentions, place, key=lambda each: each.start) - 1
    found = mentions[index] if index >= 0 else None
    return found if found and place < found.end and len(found.number) == found.end - found.start else None
