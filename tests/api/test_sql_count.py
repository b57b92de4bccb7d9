"""A page costs a constant number of SQL statements, however many rows it holds."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa
from sqlalchemy import event
from starlette.testclient import TestClient

# Data version and key, the window, and one for each relation with many ends; one more when codes are checked.
PAGES = {
    "/v1/statements?": 5,
    "/v1/statements?within=chongqing&": 7,
    "/v1/statements?indicator=gdp,foreign-trade-volume&region=chongqing&": 6,
    "/v1/statements?include=total&": 6,
    "/v1/regions?": 5,
    "/v1/indicators?": 4,
    "/v1/units?": 3,
    "/v1/actors?": 3,
    "/v1/projects?": 6,
    "/v1/documents?": 4,
    "/v1/changes?": 2,
}


@contextmanager
def counted(engine: sa.Engine) -> Iterator[list[str]]:
    """The SQL statements that run meanwhile."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_costs_a_constant_number_of_sql_statements(client: TestClient, path: str) -> None:
    engine = client.app.state.engine  # type: ignore[attr-defined]
    costs = []
    for limit in (1, 3, 50):
        with counted(engine) as seen:
            assert client.get(f"{path}limit={limit}").status_code == 200
        costs.append(len([each for each in seen if each not in ("BEGIN", "BEGIN IMMEDIATE")]))
    assert costs == [PAGES[path]] * 3


def test_one_statement_costs_a_handful(client: TestClient) -> None:
    engine = client.app.state.engine  # type: ignore[attr-defined]
    with counted(engine) as seen:
        assert client.get("/v1/statements/central-urban-areas.gdp-2021-h1").status_code == 200
    assert len([each for each in seen if each != "BEGIN"]) == 4
