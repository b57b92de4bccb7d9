"""Does every answer of a deprecated route say since when, until when, and what to take instead? Nothing is deprecated now."""

from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime

import pytest
import sqlalchemy as sa
from conftest import client_for
from fastapi import FastAPI
from starlette.responses import JSONResponse, Response
from starlette.testclient import TestClient

from app.api.deprecation import leaving

SINCE, UNTIL = date(2027, 1, 15), date(2027, 7, 31)


@pytest.fixture
def leaver(loaded: sa.Engine) -> TestClient:
    """The application with one route that goes, one that goes without a day, and one that stays."""
    client = client_for(loaded, remember_bytes=1_000_000)
    app = client.app
    assert isinstance(app, FastAPI)

    @app.get("/v1/old/{code}", deprecated=True, openapi_extra=leaving(SINCE, UNTIL, "/v1/new"))
    def old(code: str) -> Response:
        """An address that goes."""
        return JSONResponse({"code": code}, headers={"Link": '</v1/old?cursor=x>; rel="next"'})

    @app.get("/v1/older", deprecated=True, openapi_extra=leaving(SINCE))
    def older() -> Response:
        """One that goes some day."""
        return JSONResponse({}, status_code=422)

    @app.get("/v1/new")
    def new() -> Response:
        """One that stays."""
        return JSONResponse({})

    return client


def test_an_answer_says_since_when_until_when_and_what_to_take_instead(leaver: TestClient) -> None:
    for answer in (leaver.get("/v1/old/a"), leaver.head("/v1/old/b"), leaver.get("/v1/old/a")):
        assert answer.status_code == 200
        assert answer.headers["Deprecation"].startswith("@")
        assert datetime.fromtimestamp(int(answer.headers["Deprecation"][1:]), UTC).date() == SINCE
        assert answer.headers["Sunset"] == "Sat, 31 Jul 2027 00:00:00 GMT"
        assert parsedate_to_datetime(answer.headers["Sunset"]).date() == UNTIL
        links = answer.links
        assert links["next"]["url"] == "/v1/old?cursor=x"
        assert links["successor-version"]["url"] == "/v1/new"
        assert leaver.get(links["deprecation"]["url"]).status_code == 200


def test_an_error_and_what_is_known_already_say_so_too(leaver: TestClient) -> None:
    failed = leaver.get("/v1/older")
    assert (failed.status_code, failed.headers["Deprecation"]) == (422, "@1799971200")
    assert "Sunset" not in failed.headers
    assert "successor-version" not in failed.links
    etag = leaver.get("/v1/old/a").headers["ETag"]
    known = leaver.get("/v1/old/a", headers={"If-None-Match": etag})
    assert (known.status_code, known.headers["Deprecation"]) == (304, "@1799971200")


def test_scripts_of_other_origins_can_read_it(leaver: TestClient) -> None:
    shown = leaver.get("/v1/old/a", headers={"Origin": "https://example.org"}).headers["Access-Control-Expose-Headers"]
    assert {"Deprecation", "Sunset"} <= set(shown.split(", "))


def test_the_document_says_so_too(leaver: TestClient) -> None:
    operation = leaver.get("/openapi.json").json()["paths"]["/v1/old/{code}"]["get"]
    told = {name: value for name, value in operation.items() if name.startswith("x-")}
    assert operation["deprecated"] is True
    assert told == {"x-deprecated-on": "2027-01-15", "x-sunset-on": "2027-07-31", "x-successor": "/v1/new"}


def test_what_stays_says_nothing_and_nothing_goes_now(leaver: TestClient, client: TestClient) -> None:
    for path in ("/v1/new", "/v1", "/v1/statements", "/healthz", "/nowhere"):
        assert "Deprecation" not in leaver.get(path).headers
    document = client.get("/openapi.json").json()["paths"]
    assert [path for path, operations in document.items() for each in operations.values() if each.get("deprecated")] == []
