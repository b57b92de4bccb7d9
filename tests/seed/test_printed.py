"""A figure that contradicts the words it is tied to is told as a doubt, and no shipped figure does."""

from pathlib import Path

import pytest
from make import SEED, SMALL_SEED, write_seed

from app.domain.agreement import disagreement
from app.domain.quantity import parse_written
from app.domain.units import Unit
from app.seed.gather import Seed, gather
from app.seed.printed import completed, entered_by
from app.seed.read import Fault
from app.seed.verify import Known, doubts, verify

HARBOUR = "documents/harbour.yaml"
NOTE = "\n          note: Read as the table beside it says."


def faults(tmp_path: Path, old: str, new: str, more: str = "") -> list[str]:
    """What is wrong with the small seed when some words of its document are others."""
    document = SMALL_SEED[HARBOUR]
    assert old in document
    files = {**SMALL_SEED, HARBOUR: document.replace(old, new) + more}
    return [str(fault) for fault in found_in(gather(write_seed(tmp_path, files)))]


def place_of(what: str, tmp_path: Path) -> str:
    """`file:line:column` of the first of these words in the document."""
    text = (tmp_path / HARBOUR).read_text("utf-8")
    at = text.index(what)
    return f"{HARBOUR}:{text.count(chr(10), 0, at) + 1}:{at - text.rfind(chr(10), 0, at)}"


def test_another_number_than_the_span_prints_is_a_doubt(tmp_path: Path) -> None:
    found = faults(tmp_path, "{value: 7000, ", "{value: 700, ")
    assert found == [f"{place_of('value: 700,', tmp_path)}: the span reads 7,000; the entry says 700 count"]


def test_a_note_excuses_no_other_number(tmp_path: Path) -> None:
    quantity = "quantity: {value: 40, unit: percent, approximate: true}"
    (found,) = faults(tmp_path, quantity, f"quantity: {{value: 14, unit: percent, approximate: true}}{NOTE}")
    assert found.endswith(": the span reads 40%; the entry says 14 percent")


def test_a_bound_that_is_dropped_is_a_doubt_unless_a_note_says_why(tmp_path: Path) -> None:
    quantity, plain = "quantity: {value: 6000, unit: count, comparator: gt}", "quantity: {value: 6000, unit: count}"
    (found,) = faults(tmp_path / "plain", quantity, plain)
    message = "the span hedges the number with 'more than' (comparator: gt); the entry says the plain number"
    assert found == f"{place_of(plain, tmp_path / 'plain')}: {message}; correct it or say why in a note"
    assert faults(tmp_path / "noted", quantity, plain + NOTE) == []


def test_what_is_withdrawn_may_say_what_it_said(tmp_path: Path) -> None:
    quantity = "quantity: {value: 7000, unit: count}"
    assert faults(tmp_path, quantity, "quantity: {value: 700, unit: count}\n          status: withdrawn") == []


def test_a_span_that_cuts_a_listed_number_is_read_to_its_end(tmp_path: Path) -> None:
    """Where no numbers are listed, a scale may stand beyond the span."""
    whole, cut = (
        '{exact: "7,000 ships by 2026", start: 183, end: 202, paragraph: 4}',
        '{exact: "7", start: 183, end: 184, paragraph: 4}',
    )
    assert faults(tmp_path / "unlisted", whole, cut) == []
    listed = 'mentions:\n        - {start: 183, end: 188, number: "7,000"}\n'
    assert faults(tmp_path / "listed", whole, cut, listed) == []
    seven = SMALL_SEED[HARBOUR].replace("{value: 7000, ", "{value: 7, ").replace(whole, cut)
    files = write_seed(tmp_path / "other", {**SMALL_SEED, HARBOUR: seven + listed})
    assert [fault.message for fault in found_in(gather(files))] == ["the span reads 7,000; the entry says 7 count"]


@pytest.fixture(scope="module")
def shipped() -> Seed:
    return gather(SEED)


@pytest.fixture(scope="module")
def units(shipped: Seed) -> dict[str, Unit]:
    shapes = [each.shape for each in shipped.units]
    return {
        each.code: Unit(each.code, each.dimension, each.family, each.base, parse_written(each.factor).value) for each in shapes
    }


def found_in(seed: Seed) -> list[Fault]:
    known = Known()
    verify(seed, known)
    return doubts(seed, known)


def test_no_shipped_figure_is_doubted(shipped: Seed) -> None:
    assert found_in(shipped) == []


def test_nearly_every_shipped_figure_is_held_to_its_words(shipped: Seed, units: dict[str, Unit]) -> None:
    """Said ten thousand times what it is and a little, almost each is told to be another number."""
    figures = held = 0
    for document in shipped.documents:
        for statement in document.shape.statements:
            entered = entered_by(statement, units)
            quantity = statement.quantity
            if entered is None or quantity is None:
                continue
            figures += 1
            other = statement.model_copy(
                update={"quantity": quantity.model_copy(update={"value": "98.7654321", "value_to": None})}
            )
            changed = entered_by(other, units)
            words = completed(statement.evidence, document.shape.mentions or ())
            held += changed is not None and disagreement(words, changed, units, whole=True) is not None
    assert figures > 160
    assert held >= 0.98 * figures
