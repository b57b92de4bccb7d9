"""How well the finder reads sentences that were labelled by hand.

The file holds one sentence a line with the half it is of: `a` by the finder's author, `b` by a reader who had not seen it.
Both halves were read again and settled on these conventions, where `docs/data-model.md` leaves more than one reading:

- `times` and 倍 belong to a multiple as `-fold` does; `1990s` stands without its article, and only a year has a value.
- 成 counts tenths in words, a fraction as `a third` is; `minus 12` and 零下15 are one number below zero.
- The unit is the code of what stands beside the number, 岁 and `year-old` being years; a thing counted is none, nor is `km/h` km.
- `just below` is `just under`. The finder's `scale` is a note for the reader and has no label.
"""

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from app.domain.mentions import Mention, find_mentions

CORPUS = Path(__file__).parent.parent / "data" / "mentions.jsonl"
LEAST = 300  # sentences, fewer say too little
RECALL, PRECISION, AGREEMENT = 0.99, 0.98, 0.98
NAMELESS = ("name", "identifier", "time")  # kinds whose number means no value
PARTS = ("ab", "a", "b")

Span = tuple[int, int]


@pytest.fixture(scope="module")
def corpus() -> list[dict[str, Any]]:
    return [json.loads(line) for line in CORPUS.read_text(encoding="utf-8").splitlines() if line.strip()]


@pytest.fixture(params=PARTS, ids=["whole", "half-a", "half-b"])
def sentences(corpus: list[dict[str, Any]], request: pytest.FixtureRequest) -> list[dict[str, Any]]:
    """The whole corpus and each half of it in turn."""
    return [sentence for sentence in corpus if sentence["half"] in request.param]


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


def told(name: str, wrong: list[Any], total: int) -> str:
    """The figure and what lowers it, for whoever reads the failure."""
    return "\n".join([f"{name} {1 - len(wrong) / total:.4f}: {len(wrong)} of {total}", *map(str, wrong)])


def test_the_corpus_is_of_two_halves_and_no_sentence_stands_twice(corpus: list[dict[str, Any]]) -> None:
    assert len(corpus) >= LEAST
    assert {sentence["half"] for sentence in corpus} == {"a", "b"}
    assert len({sentence["text"] for sentence in corpus}) == len(corpus)


def test_labels_slice_back_to_their_numbers_and_do_not_overlap(corpus: list[dict[str, Any]]) -> None:
    for sentence in corpus:
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
    assert 1 - len(missed) / total >= RECALL, told("recall", missed, total)


def test_hardly_any_number_is_invented(sentences: list[dict[str, Any]]) -> None:
    invented, total = [], 0
    for sentence in sentences:
        labelled, found = spans(sentence)
        total += len(found)
        invented += [(found[place].number, sentence["text"]) for place in found.keys() - labelled.keys()]
    assert 1 - len(invented) / total >= PRECISION, told("precision", invented, total)


@pytest.mark.parametrize("field", ["kind", "value", "value_to", "unit", "comparator", "approximate"])
def test_what_is_found_is_read_as_labelled(sentences: list[dict[str, Any]], field: str) -> None:
    pairs = list(both(sentences))
    other = [
        (label["number"], label[field], getattr(mention, field), text)
        for text, label, mention in pairs
        if not (field in ("value", "value_to") and label["kind"] in NAMELESS)
        and as_value(label[field], field) != getattr(mention, field)
    ]
    assert 1 - len(other) / len(pairs) >= AGREEMENT, told(f"agreement on {field}", other, len(pairs))


def as_value(value: Any, field: str) -> Any:
    """The labelled value as the finder gives it."""
    return Decimal(value) if field in ("value", "value_to") and value is not None else value
