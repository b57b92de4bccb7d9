"""Every question of docs/questions.md has the answer that the page shows, on both databases."""

import json
import re
from decimal import Decimal
from typing import Any, NamedTuple

import pytest
from make import ROOT
from starlette.testclient import TestClient

PAGE = ROOT / "docs" / "questions.md"


class Question(NamedTuple):
    """A question, the address that answers it, and what the answer holds where."""

    title: str
    address: str
    values: list[tuple[str, str]]


def questions() -> list[Question]:
    """The questions of the page, in order."""
    found = []
    for part in PAGE.read_text("utf-8").split("\n## ")[1:]:
        (address,) = re.findall(r"^\$ curl 'http://127\.0\.0\.1:8000(/v1[^']*)'$", part, re.MULTILINE)
        found.append(Question(part.partition("\n")[0], address, re.findall(r"^\| `([^`]+)` \| (.+) \|$", part, re.MULTILINE)))
    return found


QUESTIONS = questions()


def at(body: Any, path: str) -> Any:
    """What stands at `data[0].status` of an answer."""
    for name, index in re.findall(r"([^.\[\]]+)|\[(\d+)\]", path):
        body = body[int(index)] if index else body[name]
    return body


def shown(value: Any) -> str:
    """A value as the page shows it."""
    if isinstance(value, Decimal):
        return format(value, "f")
    return value if isinstance(value, str) else json.dumps(value)


def test_there_are_twenty_numbered_questions() -> None:
    assert [int(question.title.partition(".")[0]) for question in QUESTIONS] == list(range(1, 21))


@pytest.mark.parametrize("question", QUESTIONS, ids=[question.title[:40] for question in QUESTIONS])
def test_a_question_has_the_answer_that_the_page_shows(client: TestClient, question: Question) -> None:
    answer = client.get(question.address)
    assert answer.status_code == 200, answer.text
    body = json.loads(answer.text, parse_float=Decimal)
    assert question.values
    assert [(path, shown(at(body, path))) for path, _ in question.values] == question.values
