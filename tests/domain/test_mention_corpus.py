"""How well the finder reads sentences that were labelled by hand; the file holds one sentence a line (`docs/data-model.md`)."""

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from app.domain.mentions import Mention, find_mentions

CORPUS = Path(__file__).parent.parent / "data" / "mentions.jsonl"
RECALL, PRECISION, AGREEMENT = 0.99, 0.98, 0.98
NAMELESS = ("name", "identifier", "time")  # kinds whose number means no value

Span = tuple[int, int]


@pytest.fixture(scope="module")
def sentences() -> list[dict[str, Any]]:
    return [json.loads(line) for line in CORPUS.read_text(encoding="utf-8").splitlines() if line.strip()]


def spans(sentence: dict[str, Any]) -> tuple[dict[Span, dict[str, Any]], dict[Span, Mention]]:
    """What the label says and what the finder says, by place."""
    labelled = {(label["start"], label["end"]): label for label in sentence["mentions"]}
    found = {(mention.start, mention.end): mention for mention in find_mentions(sentence["text"])}
    return labelled, found


def both(sentences: list[dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any], Mention]]:
    """Every mention that stands in the labels and was found."""
    for sentence in sentences:
        labelled, found = spans(sentence)
        yield from ((sentence["text"], labelled[place], found[place]) for place in labelled.keys() & found.keys())


def test_labels_slice_back_to_their_numbers_and_do_not_overlap(sentences: list[dict[str, Any]]) -> None:
    for sentence in sentences:
        end = 0
        for label in sorted(sentence["mentions"], key=lambda label: int(label["start"])):
            assert sentence["text"][label["start"] : label["end"]] == label["number"]
            assert label["start"] >= end
            end = label["end"]


def test_nearly_every_labelled_number_is_found(sentences: list[dict[str, Any]]) -> None:
    missed, total = [], 0
    for sentence in sentences:
        labelled, found = spans(sentence)
        total += len(labelled)
        missed += [(labelled[place]["number"], sentence["text"]) for place in labelled.keys() - found.keys()]
    assert 1 - len(missed) / total >= RECALL, missed


def test_hardly_any_number_is_invented(sentences: list[dict[str, Any]]) -> None:
    invented, total = [], 0
    for sentence in sentences:
        labelled, found = spans(sentence)
        total += len(found)
        invented += [(found[place].number, sentence["text"]) for place in found.keys() - labelled.keys()]
    assert 1 - len(invented) / total >= PRECISION, invented


@pytest.mark.parametrize("field", ["kind", "value", "value_to", "comparator", "approximate"])
def test_what_is_found_is_read_as_labelled(sentences: list[dict[str, Any]], field: str) -> None:
    pairs = list(both(sentences))
    other = [
        (label["number"], label[field], getattr(mention, field), text)
        for text, label, mention in pairs
        if not (field in ("value", "value_to") and label["kind"] in NAMELESS)
        and as_value(label[field], field) != getattr(mention, field)
    ]
    assert 1 - len(other) / len(pairs) >= AGREEMENT, other


def test_currencies_and_percent_are_read_as_labelled(sentences: list[dict[str, Any]]) -> None:
    chosen = [(text, label, mention) for text, label, mention in both(sentences) if label["kind"] in ("money", "percent")]
    other = [
        (label["number"], label["unit"], mention.unit, text) for text, label, mention in chosen if label["unit"] != mention.unit
    ]
    assert 1 - len(other) / len(chosen) >= AGREEMENT, other


def as_value(value: Any, field: str) -> Any:
    """The labelled value as the finder gives it."""
    return Decimal(value) if field in ("value", "value_to") and value is not None else value
