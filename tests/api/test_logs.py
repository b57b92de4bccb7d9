"""What does the log say, what does it never say, and does every line of it stay one line?"""

import io
import json
import logging
import logging.config
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from asking import broken_client
from conftest import client_for
from observe import claimbook
from served import serving

from app.api.logs import CONFIGURATION, formatter
from app.db import make_engine
from app.settings import Settings

SECRET = "hunter2-s3cret"
"""Stands in every part of a request, and in the password of the database."""


@pytest.fixture
def lines() -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """What is logged from now on, each line parsed as JSON."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter())
    access = logging.getLogger("claimbook.access")
    logging.root.addHandler(handler)
    access.setLevel(logging.INFO)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    logging.root.removeHandler(handler)
    access.setLevel(logging.NOTSET)


Lines = Callable[[], list[dict[str, Any]]]


@pytest.mark.parametrize("sent", ["a", "A-9", "0" * 64, "2026-11-22-abc"])
def test_a_client_may_choose_the_id_of_its_request(loaded: sa.Engine, lines: Lines, sent: str) -> None:
    client = client_for(loaded, access_log=True)
    assert client.get("/v1/units", headers={"X-Request-Id": sent}).headers["X-Request-Id"] == sent
    assert client.get("/nowhere", headers={"X-Request-Id": sent}).headers["X-Request-Id"] == sent
    assert [line["request_id"] for line in lines()] == [sent, sent]


@pytest.mark.parametrize("sent", ["", "a b", "a" * 65, "a\tb", "é", "<script>", "a;b", "../x", '"', "a_b", "\x1b[31m"])
def test_an_id_that_is_none_is_replaced_and_echoed_nowhere(loaded: sa.Engine, lines: Lines, sent: str) -> None:
    client = client_for(loaded, access_log=True)
    headers = {"X-Request-Id": sent.encode("utf-8")}
    assert "X-Request-Id" not in client.get("/v1/units", headers=headers).headers
    answer = client.get("/nowhere", headers=headers)
    assert len(answer.headers["X-Request-Id"]) == 16
    assert lines()[1]["request_id"] == answer.headers["X-Request-Id"]
    assert sent in ("", '"') or sent not in json.dumps(lines(), ensure_ascii=False)


def test_an_answer_is_one_line_of_json_with_what_an_operator_needs(loaded: sa.Engine, lines: Lines) -> None:
    client_for(loaded, access_log=True).get("/v1/statements?region=chongqing&limit=1")
    [line] = lines()
    assert (line["event"], line["status"], line["parameters"]) == ("GET /v1/statements", 200, "limit,region")
    assert (line["level"], line["logger"]) == ("info", "claimbook.access")
    assert line["milliseconds"] >= 0
    assert line["time"].endswith("Z")


@pytest.mark.parametrize("text", ["a\r\nb", "\x1b[2J", "\u2028", '"} {"event": "forged"', "重庆"])
def test_whatever_a_path_holds_the_log_stays_one_line_of_ascii(loaded: sa.Engine, lines: Lines, text: str) -> None:
    logging.getLogger("claimbook").error("odd: %s", text)
    [line] = lines()
    assert line["event"] == f"odd: {text}"
    written = formatter().format(logging.LogRecord("x", 40, "", 1, f"{text}\ud800", (), None))
    assert written.isascii()
    assert "\n" not in written
    assert "\x1b" not in written


def test_an_error_of_our_own_is_one_line_with_its_trace_under_the_id_that_the_client_got(loaded: sa.Engine, lines: Lines) -> None:
    answer = broken_client(loaded).get("/broken")
    [line] = lines()
    assert line["request_id"] == answer.headers["X-Request-Id"]
    assert "RuntimeError" in line["exception"]


def test_a_secret_in_a_request_is_in_no_answer_and_in_no_line_of_the_log(loaded: sa.Engine, lines: Lines) -> None:
    client = client_for(loaded, access_log=True)
    headers = {
        "Authorization": f"Bearer {SECRET}",
        "Cookie": f"session={SECRET}",
        "X-Api-Key": SECRET,
        "User-Agent": SECRET,
        "Referer": f"https://a.example/{SECRET}",
        "X-Request-Id": f"{SECRET} ",
    }
    body = json.dumps({"token": SECRET}).encode()
    for method, path in (
        ("GET", "/v1/statements?limit=1"),
        ("GET", f"/v1/statements?api_key={SECRET}"),
        ("GET", f"/v1/statements?limit={SECRET}"),
        ("GET", f"/v1/statements?cursor={SECRET}"),
        ("POST", "/v1/checks"),
        ("PUT", "/v1/units"),
    ):
        answer = client.request(method, path, headers=headers, content=body if method != "GET" else None)
        assert SECRET not in answer.text, path
        assert SECRET not in str(dict(answer.headers)), path
    with loaded.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE search_entry RENAME TO gone")
    assert client.get(f"/v1/search?q={SECRET}", headers=headers).status_code == 503
    assert lines()
    assert SECRET not in json.dumps(lines())


def test_the_parameters_of_a_failing_query_are_not_told(loaded: sa.Engine) -> None:
    with loaded.connect() as connection, pytest.raises(sa.exc.DBAPIError) as raised:
        connection.execute(sa.text("SELECT :word FROM nowhere"), {"word": SECRET})
    assert SECRET not in str(raised.value)


def test_the_password_of_the_database_is_in_no_message_repr_or_trace(postgres: str, tmp_path: Any) -> None:
    wrong = (
        sa.make_url(postgres).set(database="nowhere", password=SECRET, username="stranger").render_as_string(hide_password=False)
    )
    settings = Settings(database_url=wrong)
    engine = make_engine(settings)
    assert SECRET not in repr(settings) + str(settings) + repr(engine) + str(engine.url)
    client = client_for(engine)
    for path in ("/readyz", "/v1/statements", "/openapi.json", "/"):
        answer = client.get(path)
        assert SECRET not in answer.text + str(dict(answer.headers))
        assert "stranger" not in answer.text
    for command in ("migrate", "verify", "seed"):
        ran = claimbook(command, "--database", wrong)
        assert (ran.code, ran.err.count("\n")) == (1, 1)
        assert SECRET not in ran.out + ran.err
    ran = claimbook("verify", "--database", f"postgresql+psycopg://u:{SECRET}@[/x")
    assert SECRET not in ran.out + ran.err
    engine.dispose()


@pytest.mark.slow
def test_a_server_logs_answers_as_json_on_standard_output(new_database: Callable[..., str], templates: Any) -> None:
    import urllib.request

    address = new_database("sqlite", like=templates("sqlite", "seeded"))
    with serving("--database", address, "--access-log") as server:
        urllib.request.urlopen(server.urls["start"], timeout=10).close()
        ended = server.stop()
    [line] = [json.loads(each) for each in ended.out.splitlines()]
    assert (line["event"], line["status"]) == ("GET /", 200)
    assert ended.err == ""


def test_the_configuration_of_the_log_is_one_that_python_takes() -> None:
    logging.config.DictConfigurator({**CONFIGURATION, "loggers": {}, "root": {}}).configure()
