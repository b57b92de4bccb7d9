"""A read that takes too long is stopped on either database, and the problem names the filters that would have made it short."""

import time

import pytest
import sqlalchemy as sa
from conftest import client_for
from made import made
from observe import address_of

from app.db import make_engine, writing
from app.settings import Settings
from app.upkeep.everything import rebuild


@pytest.fixture
def hurried(empty: sa.Engine) -> sa.Engine:
    return make_engine(Settings(database_url=address_of(made(empty, 3000)), statement_timeout=0.001))


def test_a_read_beyond_the_time_limit_is_a_problem_that_says_what_would_be_short(hurried: sa.Engine) -> None:
    client = client_for(hurried)
    answers = [client.get(f"/v1/statements?q=e&sort=value&include=total&limit={limit}") for limit in range(1, 40)]
    refused = [answer for answer in answers if answer.status_code != 200]
    assert refused
    for answer in refused:
        assert (answer.status_code, answer.json()["code"]) == (503, "query-too-slow")
        assert "within" in answer.json()["detail"]
        assert answer.headers["retry-after"]
    hurried.dispose()


def test_writers_have_all_the_time_they_need(empty: sa.Engine) -> None:
    limited = make_engine(Settings(database_url=address_of(made(empty, 3000)), statement_timeout=0.1))
    began = time.monotonic()
    with writing(limited) as connection:
        rebuild(connection)
    assert time.monotonic() - began > 0.1
    limited.dispose()
