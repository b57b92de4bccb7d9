"""Does the data package hold everything, describe it truly, lead nowhere in vain, and have the same bytes everywhere?"""

import csv
import hashlib
import io
import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from asking import Row, Served, everything, exact, serving
from conftest import BACKENDS, client_for
from made import made
from make import SMALL_SEED, SMALL_TEXT, write_seed
from observe import claimbook
from starlette.testclient import TestClient

from app.api import ranges
from app.api.spool import PREFIX
from app.exports.tables import BY_NAME, TABLES, Field
from app.models import Table
from app.seed.attach import attach
from app.seed.load import seed_directory

served = pytest.fixture(serving)

DESCRIPTION = "/v1/exports/datapackage.json"
ARCHIVE = "/v1/exports/package.zip"

NOT_HELD = {
    *("alembic_version", "data_version", "instance", "change"),  # of the database, not of the data
    *("document_text", "quotation"),  # sentences of documents
    *("comparison", "document_group", "search_entry", "statement_scope", "period", "representation"),  # follow from the rest
}
HELD = {
    "statement": "statements",
    "statement_region": "statement-regions",
    "relation": "relations",
    "document": "documents",
    "document_author": "document-authors",
    "mention": "mentions",
    "mention_statement": "mention-statements",
    "region": "regions",
    "region_parent": "region-parents",
    "indicator": "indicators",
    "indicator_counted": "indicator-counted",
    "unit": "units",
    "actor": "actors",
    "project": "projects",
    "project_region": "project-regions",
    "project_party": "project-parties",
    "project_status": "project-steps",
}
"""Table of the database → table of the package."""
UNTOLD = {"folded", "position"}
"""Columns that no package needs: made for search, and the order of a document's statements, which their places give."""


def unzipped(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def rows_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode(), newline=""), strict=True))


def package(client: TestClient) -> tuple[Row, dict[str, list[dict[str, str]]]]:
    """The description in the archive, and the rows of each table."""
    files = unzipped(client.get(ARCHIVE).content)
    description = json.loads(files["datapackage.json"])
    return description, {each["name"]: rows_of(files[each["path"]]) for each in description["resources"]}


def test_the_index_lists_every_table_in_every_format_and_each_is_there(client: TestClient) -> None:
    index = client.get("/v1/exports").json()
    assert [table["name"] for table in index["tables"]] == [table.name for table in TABLES]
    assert index["licence"] == "CC-BY-4.0"
    for table in index["tables"]:
        assert client.get(f"/v1/exports/{table['name']}").json() == {**table, "meta": index["meta"]}
        assert list(table["files"]) == ["json", "csv", "ndjson", "parquet", "xlsx"]
        rows = exact(client.get(table["files"]["json"]).text)
        assert len(rows) == table["rows"]
        assert list(rows[0]) == [field["name"] for field in table["fields"]]
        for path in table["files"].values():
            assert client.head(path).status_code == 200
    for file in index["files"]:
        answer = client.get(file["path"])
        assert answer.headers["Content-Type"] == file["media_type"]
        assert answer.headers["ETag"]


def test_every_table_of_the_data_is_in_the_package() -> None:
    assert set(HELD) | NOT_HELD >= set(Table.metadata.tables)
    assert list(HELD.values()) == [table.name for table in TABLES]
    for name, told in HELD.items():
        if name != "statement":
            columns = set(Table.metadata.tables[name].columns.keys()) - UNTOLD
            assert columns == set(BY_NAME[told].columns) - UNTOLD, name


def test_the_description_gives_bytes_hash_and_rows_of_each_file(client: TestClient) -> None:
    description = client.get(DESCRIPTION).json()
    files = unzipped(client.get(ARCHIVE).content)
    assert list(files) == ["README.md", *(f"{table.name}.csv" for table in TABLES), "csv-metadata.json", "datapackage.json"]
    for each in description["resources"]:
        content = client.get(f"/v1/exports/{each['path']}").content
        assert content == files[each["path"]]
        assert each["bytes"] == len(content)
        assert each["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
        assert each["rows"] == len(rows_of(content))
    for path in ("datapackage.json", "csv-metadata.json"):
        assert client.get(f"/v1/exports/{path}").content == files[path]
    assert "Data version 1." in files["README.md"].decode()


def fits(field: Field, cell: str) -> bool:
    """Whether a cell keeps what its column promises."""
    if not cell:
        return not field.required
    patterns = {"number": r"-?\d+(\.\d+)?", "whole": r"-?\d+", "flag": "true|false", "day": r"\d{4}-\d\d-\d\d", "text": r"(?s).+"}
    if not re.fullmatch(patterns[field.type], cell) or (field.words and cell not in field.words):
        return False
    return (field.pattern is None or re.match(field.pattern, cell) is not None) and (
        field.least is None or int(cell) >= field.least
    )


def test_every_cell_keeps_its_promise_every_key_is_unique_and_every_reference_leads_to_a_row(client: TestClient) -> None:
    _, rows = package(client)
    references = 0
    for table in TABLES:
        for row in rows[table.name]:
            wrong = [field.name for field in table.fields if not fits(field, row[field.name])]
            assert wrong == [], (table.name, row)
        keys = [tuple(row[name] for name in table.key) for row in rows[table.name]]
        assert len(set(keys)) == len(keys)
        assert keys == sorted(keys, key=lambda key: [(len(part), part) if part.isdigit() else (0, part) for part in key])
        for link in table.links:
            there = {tuple(row[name] for name in link.key) for row in rows[link.table]}
            named = {tuple(row[name] for name in link.fields) for row in rows[table.name]} - {("",) * len(link.fields)}
            assert named <= there, (table.name, link)
            references += len(named)
    assert references > 1000
    for field in {field.unit_in for table in TABLES for field in table.fields if field.unit_in}:
        assert field in {each.name for table in TABLES for each in table.fields}


def test_the_package_says_what_the_api_says(client: TestClient) -> None:
    _, rows = package(client)
    flat = {row["id"]: row for row in rows_of(client.get("/v1/statements.csv").content)}
    assert {row["id"] for row in rows["statements"]} == set(flat)
    for row in rows["statements"]:
        assert {name: row[name] for name in row if name not in ("role", "note")} == {
            name: flat[row["id"]][name] for name in row if name not in ("role", "note")
        }
    listed = everything(client)
    assert {row["id"]: row["note"] or None for row in rows["statements"]} == {row["id"]: row["note"] for row in listed}
    joined = sorted((row["id"], region["code"]) for row in listed for region in row["regions"])
    assert [(row["statement"], row["region"]) for row in rows["statement-regions"]] == joined
    for noun in ("regions", "indicators", "units", "actors", "projects", "documents"):
        assert [row["code"] for row in rows[noun]] == [row["code"] for row in everything(client, f"/v1/{noun}")]
    steps = [
        (project["code"], step["status"], step["statement"] or "")
        for project in everything(client, "/v1/projects")
        for step in project["status"]
    ]
    assert [(row["project"], row["status"], row["statement"]) for row in rows["project-steps"]] == steps


def test_both_databases_the_command_line_and_every_worker_give_the_same_bytes(
    clients: Callable[[str], TestClient], templates: Callable[[str, str], str], tmp_path: Path
) -> None:
    made_here = {backend: clients(backend).get(ARCHIVE).content for backend in BACKENDS}
    assert made_here["sqlite"] == made_here["postgresql"] == clients("sqlite").get(ARCHIVE).content
    for backend in BACKENDS:
        for name in ("package.zip", "package", "exports/package.zip"):
            out = tmp_path / "all.zip"
            ran = claimbook("export", name, "--out", out, "--database", templates(backend, "seeded"))
            assert (ran.code, ran.err) == (0, "")
            assert out.read_bytes() == made_here["sqlite"]
    ran = claimbook(
        "export", "exports/datapackage.json", "--out", tmp_path / "d.json", "--database", templates("sqlite", "seeded")
    )
    assert (tmp_path / "d.json").read_bytes() == clients("sqlite").get(DESCRIPTION).content


def test_the_archive_is_named_by_the_data_version_and_can_be_had_in_parts(client: TestClient) -> None:
    whole = client.get(ARCHIVE)
    assert whole.headers["Content-Disposition"] == 'attachment; filename="claimbook-1.zip"'
    part = client.get(ARCHIVE, headers={"Range": "bytes=100-199", "If-Range": whole.headers["ETag"]})
    assert (part.status_code, part.content) == (206, whole.content[100:200])
    assert client.get(ARCHIVE, headers={"If-None-Match": whole.headers["ETag"]}).status_code == 304


def test_every_file_of_the_archive_has_the_same_time_and_no_compression(client: TestClient) -> None:
    with zipfile.ZipFile(io.BytesIO(client.get(ARCHIVE).content)) as archive:
        told = {(each.date_time, each.compress_type, each.create_system, each.external_attr) for each in archive.infolist()}
    assert told == {((1980, 1, 1, 0, 0, 0), zipfile.ZIP_STORED, 3, 0o644 << 16)}


def test_the_package_changes_with_the_data_and_leaves_out_the_withdrawn_and_what_names_them(
    empty: sa.Engine, tmp_path: Path
) -> None:
    files = dict(SMALL_SEED)
    first = write_seed(tmp_path / "first", files)
    seed_directory(empty, first)
    client = client_for(empty)
    before, rows = package(client)
    gone = rows["statements"][-1]["id"]
    slug = gone.partition(".")[2]
    document = files["documents/harbour.yaml"]
    files["documents/harbour.yaml"] = document.split(f"- slug: {slug}")[0].rstrip(" ")
    seed_directory(empty, write_seed(tmp_path / "second", files))
    after, left = package(client)
    assert (before["version"], after["version"]) == ("1", "2")
    assert gone in {row["id"] for row in rows["statements"]}
    for table in TABLES:
        assert not [row for row in left[table.name] if gone in row.values()], table.name


def test_no_sentence_of_a_document_enters_the_package(empty: sa.Engine, tmp_path: Path) -> None:
    seed_directory(empty, write_seed(tmp_path / "seed", SMALL_SEED))
    client = client_for(empty)
    before = client.get(ARCHIVE).content
    text = tmp_path / "harbour.txt"
    text.write_text(SMALL_TEXT, "utf-8")
    attached, _ = attach(empty, [text])
    assert attached
    sentence = "In 2024 the port of Northport handled more than 6,000 ships"
    assert sentence in client.get("/v1/statements.csv").text
    content = client.get(ARCHIVE).content
    assert sentence.encode() not in content
    tables = [
        {name: content for name, content in unzipped(each).items() if name != "statements.csv"} for each in (before, content)
    ]
    assert tables[0].keys() == tables[1].keys()


def test_a_table_that_is_not_there_names_the_nearest(client: TestClient) -> None:
    for path in ("regionz", "regionz.csv"):
        answer = client.get(f"/v1/exports/{path}")
        assert answer.status_code == 404
        assert "regions" in answer.json()["errors"][0]["did_you_mean"]
    for path in ("Regions.csv", "regions.doc", "package.tar", "datapackage.xml"):
        assert client.get(f"/v1/exports/{path}").status_code == 404
    assert client.get(f"{DESCRIPTION}?x=1").json()["code"] == "unknown-parameter"


def test_accept_chooses_the_format_of_a_table_and_never_spoils_a_file(client: TestClient) -> None:
    asked = client.get("/v1/exports/units", headers={"Accept": "text/csv"})
    assert asked.content == client.get("/v1/exports/units.csv").content
    assert asked.headers["Content-Location"] == "/v1/exports/units.csv"
    for accept in ("text/csv", "application/ld+json", "application/zip", "image/png"):
        for path in (ARCHIVE, DESCRIPTION, "/v1/exports/csv-metadata.json"):
            assert client.head(path, headers={"Accept": accept}).status_code == 200


def test_a_csv_file_says_what_describes_it(client: TestClient) -> None:
    link = client.get("/v1/exports/regions.csv").headers["Link"]
    assert '</v1/exports/csv-metadata.json>; rel="describedby"; type="application/csvm+json"' in link


def test_what_a_spreadsheet_would_run_is_text_in_the_package_too(served: Served, tmp_path: Path) -> None:
    files = {path: text.replace("name: Northport", "name: '=1+1'") for path, text in SMALL_SEED.items()}
    _, client = served(write_seed(tmp_path / "seed", files))
    _, rows = package(client)
    assert "'=1+1" in {row["name"] for row in rows["regions"]}


def test_a_large_package_is_kept_on_disk_and_read_in_parts(
    empty: sa.Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ranges, "MOST_IN_MEMORY", 500_000)
    engine = made(empty, 1_500)
    client = client_for(engine, spool_dir=tmp_path)
    head = client.head(ARCHIVE)
    size = int(head.headers["Content-Length"])
    assert size > 600_000
    assert [path.name.startswith(PREFIX) for path in tmp_path.iterdir()] == [True]
    half = size // 2
    parts = [client.get(ARCHIVE, headers={"Range": each}).content for each in (f"bytes=0-{half}", f"bytes={half + 1}-")]
    files = unzipped(b"".join(parts))
    described: Any = json.loads(files["datapackage.json"])["resources"]
    assert described[0]["rows"] == client.get("/v1").json()["counts"]["statements"] > 1_000
    assert described[0]["hash"] == f"sha256:{hashlib.sha256(files['statements.csv']).hexdigest()}"
    refused = client_for(engine, spool_bytes=0).get(ARCHIVE)
    assert (refused.status_code, refused.json()["code"]) == (507, "insufficient-storage")


def test_a_disk_without_room_is_a_problem_and_no_half_archive(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", "/dev/full/nowhere")
    answer = client.get(ARCHIVE)
    assert (answer.status_code, answer.json()["code"]) == (507, "insufficient-storage")


def test_an_empty_database_has_a_package_of_headers(empty: sa.Engine) -> None:
    client = client_for(empty)
    description, rows = package(client)
    assert {each["rows"] for each in description["resources"]} == {0}
    assert all(not each for each in rows.values())
    assert client.get("/v1/exports/dataset.jsonld").json()["isBasedOn"] == []
