"""Every locator of the shipped data against the publishers' texts, which are no part of this repository."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from make import SEED

from app.domain.evidence import (
    MAX_RUN_WORDS,
    MAX_SHARE,
    MAX_WORDS,
    Evidence,
    collapse,
    merge_spans,
    paragraph_of,
    quotation_of,
    total_length,
    verify,
    word_count,
)
from app.seed.gather import Entry, gather
from app.seed.shapes import DocumentFile

LONGEST_SENTENCE = 600  # code points; the longest of the five articles has about 520


@cache
def documents() -> list[Entry[DocumentFile]]:
    """The document files of the shipped seed."""
    seed = gather(SEED)
    assert seed.faults == []
    return seed.documents


@pytest.fixture(scope="module")
def attached(texts: Path) -> dict[str, str]:
    """The text of each shipped document, read as the seed counts it: UTF-8, line ends untouched."""
    codes = [entry.shape.document.code for entry in documents()]
    return {code: (texts / f"{code}.txt").read_bytes().decode() for code in codes}


def spans(attached: dict[str, str]) -> Iterator[tuple[str, str, Evidence]]:
    """Statement, text and evidence, all documents in order."""
    for entry in documents():
        code = entry.shape.document.code
        for statement in entry.shape.statements:
            place = statement.evidence
            yield f"{code}.{statement.slug}", attached[code], Evidence(place.exact, place.start, place.end, place.paragraph)


def test_every_span_stands_verified_in_its_paragraph_and_nowhere_else(attached: dict[str, str]) -> None:
    broken = [
        (name, verify(text, place), text.count(place.exact), paragraph_of(text, place.start))
        for name, text, place in spans(attached)
        if verify(text, place) != "verified"
        or text.find(place.exact) != place.start
        or text.find(place.exact, place.start + 1) >= 0
        or paragraph_of(text, place.start) != place.paragraph
    ]
    assert broken == []
    assert sum(1 for _ in spans(attached)) > 200


def test_the_spans_of_a_document_stay_within_their_budget(attached: dict[str, str]) -> None:
    assert [name for name, _, place in spans(attached) if word_count(place.exact) > MAX_WORDS] == []
    for entry in documents():
        text = attached[entry.shape.document.code]
        places = [(each.evidence.start, each.evidence.end) for each in entry.shape.statements]
        assert total_length(places) * MAX_SHARE <= len(text)
        assert [text[start:end] for start, end in merge_spans(places, text) if word_count(text[start:end]) > MAX_RUN_WORDS] == []


def test_every_quotation_is_one_whole_sentence_with_its_figure(attached: dict[str, str]) -> None:
    odd = []
    for name, text, place in spans(attached):
        quote = quotation_of(text, place.start, place.end).quote
        first, last = quote[0], quote.rstrip("\"'”’)")[-1]
        if name == "tech-innovation.cities-future-cooperation":
            last = "."  # the article itself breaks off in the middle of its last sentence
        whole = (first.isupper() or first.isdigit() or first in '"“') and last in ".!?"
        one = len(quote) <= LONGEST_SENTENCE and ". The " not in quote and ". They " not in quote
        if collapse(place.exact) not in quote or not whole or not one:
            odd.append(name)
    assert odd == []


def test_a_changed_figure_is_never_verified(attached: dict[str, str]) -> None:
    for name, text, place in spans(attached):
        at = place.start + next((i for i, char in enumerate(place.exact) if char.isdigit()), 0)
        changed = f"{text[:at]}{'8' if text[at] != '8' else '9'}{text[at + 1 :]}"
        assert verify(changed, place) in ("altered", "missing"), name
