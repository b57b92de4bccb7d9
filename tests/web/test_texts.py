"""An attached text stands beside its statements, every number marked, and only where the operator lets it be shown."""

import pytest
import sqlalchemy as sa
from conftest import ADDRESS
from reading import local, parsed, read, text_of
from starlette.testclient import TestClient

from app.main import create_app
from app.models import Mention, Statement
from app.settings import Settings
from app.web.reading import paragraphs

TEXT = "Trade grew in 2021.\n\nExports exceeded 5 billion yuan, up 7%, in 2021.\n"


def statement(id_: str, exact: str) -> Statement:
    start = TEXT.find(exact)
    return Statement(id=id_, exact=exact, evidence_start=start, evidence_end=start + len(exact))


def mention(number: str, start: int, state: str, reason: str | None = None) -> Mention:
    return Mention(document="d", start=start, end=start + len(number), number=number, state=state, reason=reason)


def test_a_text_is_cut_where_words_and_numbers_begin_and_end() -> None:
    numbers = [
        mention("2021", TEXT.find("2021"), "dismissed", "date_part"),
        mention("5 billion", TEXT.find("5 billion"), "stated"),
        mention("7%", TEXT.find("7%"), "unaccounted"),
    ]
    first, second = paragraphs(TEXT, [statement("d.exports", "exceeded 5 billion yuan")], numbers)
    assert "".join(piece.text for piece in first.pieces) == "Trade grew in 2021."
    assert [(piece.text, piece.dismissed) for piece in first.pieces if piece.dismissed] == [("2021", "date")]
    assert [piece.text for piece in second.pieces if piece.statement] == ["exceeded ", "5 billion", " yuan"]
    assert [piece.text for piece in second.pieces if piece.number] == ["5 billion"]
    assert [piece.text for piece in second.pieces if piece.unread] == ["7%"]
    assert (first.statements, second.statements) == ([], ["d.exports"])


def test_what_does_not_stand_there_is_not_marked() -> None:
    moved = Statement(id="d.moved", exact="elsewhere", evidence_start=3, evidence_end=12)
    pieces = [piece for each in paragraphs(TEXT, [moved], [mention("99", 0, "stated")]) for piece in each.pieces]
    assert not any(piece.statement or piece.number for piece in pieces)


def client_on(engine: sa.Engine, **settings: object) -> TestClient:
    app = create_app(Settings(remember_bytes=0, **settings), engine=engine)  # type: ignore[arg-type]
    return TestClient(app, base_url=ADDRESS)


@pytest.fixture
def attached(loaded: sa.Engine) -> sa.Engine:
    """The shipped data with a text of our own making in place of an article."""
    from app.db import writing
    from app.models import DocumentText

    with writing(loaded) as connection:
        row = connection.execute(
            sa.select(Statement.id, Statement.exact, Statement.evidence_start).where(Statement.document == "tech-innovation")
        )
        text = list("·" * 6000)
        for _, exact, start in row:
            text[start : start + len(exact)] = exact
        for number, start in connection.execute(
            sa.select(Mention.number, Mention.start).where(Mention.document == "tech-innovation")
        ):
            text[start : start + len(number)] = number
        connection.execute(sa.insert(DocumentText).values(document="tech-innovation", text="".join(text), sha256="0" * 64))
    return loaded


def test_the_text_shows_every_number_stated_or_left_out_with_its_reason(attached: sa.Engine) -> None:
    client = client_on(attached)
    page = read(client, "/documents/tech-innovation")
    numbers = client.get("/v1/documents/tech-innovation/mentions?limit=1000").json()["data"]
    classes = [(each.get("class") or "", text_of(each)) for each in page.iter() if local(each) in ("a", "span", "mark")]
    left_out = [text for name, text in classes if name == "out"]
    assert len(left_out) == len([each for each in numbers if each["state"] == "dismissed"]) == 13
    assert any(text.endswith("date") for text in left_out)
    marked = "".join(text for name, text in classes if name == "said number")
    for each in numbers:
        if each["state"] == "stated":
            assert each["number"].split()[0] in marked
    targets = {each.get("href") for each in page.iter() if (each.get("class") or "").startswith("said")}
    ids = {f"#{each.get('id')}" for each in page.iter() if each.get("id")}
    assert targets <= ids
    assert len(targets) > 10


@pytest.mark.parametrize("backend", ["sqlite"])  # pages are the same on both: a test of test_rooms.py shows it
@pytest.mark.parametrize(
    ("settings", "shown"),
    [
        ({}, True),
        ({"host": "0.0.0.0"}, False),
        ({"base_url": "https://claims.example.org"}, False),
        ({"base_url": "http://localhost:8000"}, True),
        ({"serve_quotes": False}, False),
        ({"host": "0.0.0.0", "serve_quotes": True}, False),
        ({"host": "0.0.0.0", "serve_quotes": True, "serve_texts": True}, True),
        ({"host": "0.0.0.0", "serve_texts": True}, False),
        ({"serve_texts": False}, False),
    ],
)
def test_a_text_is_shown_to_this_machine_only_unless_the_operator_says_so(
    attached: sa.Engine, settings: dict[str, object], shown: bool
) -> None:
    page = client_on(attached, **settings).get("/documents/tech-innovation", headers={"Accept": "text/html"}).text
    assert ("·····" in page) == shown
    assert ("is not shown to other machines" in page) == (not shown)
    parsed(page)
    data = client_on(attached, **settings).get("/v1/documents/tech-innovation").text
    assert "·····" not in data, "the API shows no text"


def test_without_a_copy_the_statements_stand_alone(client: TestClient) -> None:
    page = read(client, "/documents/tech-innovation")
    words = text_of(page)
    assert "not attached here" in words
    assert "25 stated, 13 dismissed with a reason, 0 left out" in words
    assert len([each for each in page.iter() if local(each) == "tr" and each.get("id")]) == 31
    assert "Numbers that are no claim, and why" in words
