"""One character of an attached text is changed: exactly the statements whose words it touches are told, on both databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from conftest import client_for
from make import SEED, SMALL_SEED, SMALL_TEXT, write_seed
from observe import rows_of

from app.domain.evidence import Evidence, verify
from app.seed.attach import attach, verify_statements
from app.seed.gather import gather
from app.seed.load import seed_directory

EDITS = {"another": lambda char: "~" if char != "~" else "#", "none": lambda char: "", "two": lambda char: f"{char}~"}
"""What stands in the place of a character."""


def changed(text: str, place: int, edit: str) -> str:
    return text[:place] + EDITS[edit](text[place]) + text[place + 1 :]


def expected(exact: str, start: int, *, place: int, edit: str) -> str:
    """The state of a span once the character at `place` is changed; worked out from places alone."""
    end = start + len(exact)
    if place >= end or (edit == "two" and place == end - 1):  # what is put in stands behind the words
        return "verified"
    if start <= place:
        return "altered"
    return "verified" if edit == "another" else "moved"


@pytest.fixture
def harbour(empty: sa.Engine, tmp_path: Path) -> sa.Engine:
    """A database with the small seed."""
    seed_directory(empty, write_seed(tmp_path / "small", SMALL_SEED))
    return empty


@pytest.mark.parametrize("edit", EDITS)
def test_every_character_of_a_text_tells_exactly_the_statements_it_stands_in(
    harbour: sa.Engine, edit: str, tmp_path: Path
) -> None:
    spans = {row["id"]: (row["exact"], row["evidence_start"]) for row in rows_of(harbour, "statement")}
    copy, turned = tmp_path / "copy.txt", set[str]()
    for place in range(len(SMALL_TEXT)):
        copy.write_bytes(changed(SMALL_TEXT, place, edit).encode())
        ((attached,), _) = attach(harbour, [copy], accept=True)
        for id_, state in attached.states.items():
            exact, start = spans[id_]
            assert state == expected(exact, start, place=place, edit=edit), (place, id_)
        turned |= {id_ for id_, state in attached.states.items() if state != "verified"}
        assert dict(verify_statements(harbour)) == attached.states
    assert turned == set(spans)


def test_the_api_tells_the_change_and_quotes_the_words_no_more(harbour: sa.Engine, tmp_path: Path) -> None:
    client, copy = client_for(harbour, serve_quotes=True), tmp_path / "copy.txt"

    def told() -> dict[str, tuple[str, bool]]:
        rows = client.get("/v1/statements?sort=position").json()["data"]
        return {row["id"]: (row["evidence"]["verification"], row["evidence"]["quote"] is not None) for row in rows}

    copy.write_text(SMALL_TEXT, "utf-8")
    attach(harbour, [copy])
    assert set(told().values()) == {("verified", True)}
    copy.write_text(SMALL_TEXT.replace("40%", "4O%"), "utf-8")
    attach(harbour, [copy], accept=True)
    assert told() == {
        "harbour.ships-2024": ("verified", True),
        "harbour.ships-share-2024": ("altered", False),
        "harbour.ships-2026": ("verified", True),
    }
    copy.write_text(SMALL_TEXT.replace("6,000", "6000"), "utf-8")
    attach(harbour, [copy], accept=True)
    assert [state for state, _ in told().values()] == ["altered", "moved", "moved"]


def shipped(texts: Path) -> Iterator[tuple[str, list[Evidence]]]:
    """Each article with its spans."""
    for entry in gather(SEED).documents:
        text = (texts / f"{entry.shape.document.code}.txt").read_bytes().decode()
        places = [each.evidence for each in entry.shape.statements]
        yield text, [Evidence(each.exact, each.start, each.end, each.paragraph) for each in places]


def test_every_character_of_the_five_articles_tells_exactly_the_statements_it_stands_in(texts: Path) -> None:
    altered = 0
    for text, spans in shipped(texts):
        for place in range(len(text)):
            other = changed(text, place, "another")
            for span in spans:
                if span.start <= place < span.end:
                    state = verify(other, span)
                    altered += 1
                    assert state == "altered", (place, span)
                else:
                    assert other[span.start : span.end] == span.exact  # which is what `verified` is
    assert altered > 5000


def test_a_character_taken_out_of_the_five_articles_moves_all_that_stands_behind_it(texts: Path) -> None:
    for text, spans in shipped(texts):
        for place in range(0, len(text), 97):
            other = changed(text, place, "none")
            for span in spans:
                state = verify(other, span)
                if place >= span.end:
                    assert state == "verified"
                elif place < span.start:
                    assert state == "moved"
                else:
                    assert state == "altered"
