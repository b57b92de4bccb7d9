"""Does /llms.txt name every path of the running application, with addresses that answer?"""

import re

import pytest
import sqlalchemy as sa
from conftest import ADDRESS, client_for
from starlette.testclient import TestClient

LINK = re.compile(r"^- \[([^\]]+)\]\((\S+)\): (.+)$", re.MULTILINE)


@pytest.fixture
def page(client: TestClient) -> str:
    answer = client.get("/llms.txt")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    return answer.text


def test_it_has_a_title_a_summary_and_sections_of_links(page: str) -> None:
    title, _, summary, *_ = page.splitlines()
    assert title == "# Claimbook"
    assert summary.startswith("> Every figure a document claims")
    sections = re.findall(r"^## (.+)$", page, re.MULTILINE)
    assert sections[0] == "Documentation"
    assert sections[-1] == "Optional"
    for section in page.split("\n## ")[1:]:
        assert LINK.search(section), section


def test_every_link_answers(page: str, client: TestClient) -> None:
    links = LINK.findall(page)
    assert len(links) == page.count("](")
    for name, address, told in links:
        assert address.startswith(f"{ADDRESS}/"), name
        assert told.strip()
        assert client.get(address.removeprefix(ADDRESS)).status_code == 200, address


def test_every_path_is_named_and_flat_forms_are_told_of_once(page: str, client: TestClient) -> None:
    named = {name for name, _, _ in LINK.findall(page) if name.startswith("/")}
    paths = set(client.get("/openapi.json").json()["paths"])
    assert named == {path for path in paths if not path.endswith(".{suffix}")}
    for word in (".csv", ".json", ".ndjson", ".parquet", ".xlsx", "`gt`", "period_basis", "evidence_url"):
        assert word in page


def test_an_empty_database_leads_nowhere_that_is_not_there(empty: sa.Engine) -> None:
    client = client_for(empty)
    for _, address, _ in LINK.findall(client.get("/llms.txt").text):
        assert client.get(address.removeprefix(ADDRESS)).status_code in (200, 422), address
