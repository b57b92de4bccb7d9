"""A large file is loaded wholly or not at all, twice is once, and what follows from its rows is what a rebuild would make."""

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from conftest import client_for
from make import engine_for
from observe import address_of, changes_in, claimbook, digest, rows_of, snapshot

from app.bulk import load as bulk_load
from app.bulk.generate import generate
from app.bulk.write import write_generated
from app.db import writing
from app.models import Table
from app.upkeep.everything import rebuild

STATEMENTS = 400
DERIVED = ("comparison", "document_group", "search_entry", "statement_scope", "period", "representation")

Lines = list[dict[str, Any]]


@pytest.fixture(scope="module")
def records() -> Lines:
    return json.loads(json.dumps(list(generate(STATEMENTS, 7))))


def write_lines(path: Path, records: Lines) -> Path:
    path.write_text("".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records), "utf-8")
    return path


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory, records: Lines) -> Path:
    return write_lines(tmp_path_factory.mktemp("made") / "made.ndjson", records)


@pytest.fixture(scope="module")
def made(new_database: Callable[..., str], templates: Callable[[str, str], str], file: Path) -> Callable[[str], str]:
    """The address of a database filled from the file, on each backend, to be copied."""
    found: dict[str, str] = {}

    def get(backend: str) -> str:
        if backend not in found:
            url = new_database(backend, like=templates(backend, "migrated"))
            done = claimbook("import", file, "--database", url)
            assert (done.code, done.err) == (0, ""), done.err
            engine = engine_for(url)
            if backend == "sqlite":
                with engine.connect() as connection:
                    connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            engine.dispose()
            found[backend] = url
        return found[backend]

    return get


@pytest.fixture
def filled(backend: str, new_database: Callable[..., str], made: Callable[[str], str]) -> Any:
    engine = engine_for(new_database(backend, like=made(backend)))
    yield engine
    engine.dispose()


def load(engine: sa.Engine, path: Path, *options: str) -> Any:
    return claimbook("import", path, "--database", address_of(engine), *options)


def indices(engine: sa.Engine) -> set[tuple[str, str]]:
    inspector = sa.inspect(engine)
    names = {(table, str(index["name"])) for table in Table.metadata.tables for index in inspector.get_indexes(table)}
    keys = {(table, str(key["name"])) for table in Table.metadata.tables for key in inspector.get_foreign_keys(table)}
    return names | keys


def test_a_generated_file_is_the_same_for_the_same_numbers_and_of_every_kind(tmp_path: Path, records: Lines) -> None:
    write_generated(STATEMENTS, 7, str(tmp_path / "a.ndjson"))
    write_generated(STATEMENTS, 8, str(tmp_path / "b.ndjson"))
    lines = (tmp_path / "a.ndjson").read_text("utf-8").splitlines()
    assert [json.loads(line) for line in lines] == records
    assert lines != (tmp_path / "b.ndjson").read_text("utf-8").splitlines()
    statements = [record for record in records if record["type"] == "statement"]
    assert len(statements) == STATEMENTS
    assert {record["period"]["type"] for record in statements} == {"span", "each", "cumulative", "instant", "none"}
    quantities = [record["quantity"] for record in statements if "quantity" in record]
    assert {each.get("comparator", "eq") for each in quantities} == {"eq", "lt", "le", "gt", "ge"}
    assert {record["kind"] for record in statements} >= {"actual", "target"}
    assert any(len(record["regions"]) > 1 for record in statements)
    shares = Counter(record["indicator"] for record in statements).most_common()
    assert shares[0][1] > 5 * shares[-1][1]


def test_what_is_generated_and_loaded_is_there_and_follows_as_a_rebuild_would_make_it(filled: sa.Engine, records: Lines) -> None:
    held = Counter(record["type"] for record in records)
    for name in ("statement", "relation", "region", "indicator", "unit", "actor", "project", "document"):
        assert len(rows_of(filled, name)) == held[name], name
    assert len(rows_of(filled, "statement_region")) == sum(
        len(each["regions"]) for each in records if each["type"] == "statement"
    )
    assert Counter(resource for resource, _ in changes_in(filled, 1)) == held
    assert {done for done, _ in changes_in(filled, 1).values()} == {"created"}
    statuses = Counter(row["status"] for row in rows_of(filled, "comparison"))
    assert set(statuses) >= {"single", "conflicting"}
    before = snapshot(filled)
    with writing(filled) as connection:
        rebuild(connection)
    assert snapshot(filled) == before


def test_the_constraints_that_were_passed_over_hold(filled: sa.Engine, empty: sa.Engine) -> None:
    assert indices(filled) == indices(empty)
    if filled.dialect.name == "sqlite":
        with filled.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA ignore_check_constraints").scalar() == 0
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalars().all() == ["ok"]
            assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []


def test_the_rows_are_those_that_piece_by_piece_makes(
    filled: sa.Engine, empty: sa.Engine, records: Lines, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = next(place for place, record in enumerate(records) if record["type"] == "statement")
    parts = [records[: first + 1], records[first + 1 :]]
    monkeypatch.setattr(bulk_load, "REBUILD_FROM", 10**9)
    for number, part in enumerate(parts):
        assert load(empty, write_lines(tmp_path / f"{number}.ndjson", part)).err == ""
    whole, pieces = snapshot(filled), snapshot(empty)
    for name in set(whole) - {"change", "data_version"}:
        assert [unversioned(row) for row in pieces[name]] == [unversioned(row) for row in whole[name]], name


def unversioned(row: dict[str, Any]) -> dict[str, Any]:
    """A row without the data version that changed it, which stands in its texts too."""
    texts = {name: re.sub(r'"changed_in":\d+', "", value) for name, value in row.items() if isinstance(value, str)}
    return {**row, "changed_in": 0, **texts}


def test_loading_twice_changes_nothing(filled: sa.Engine, file: Path) -> None:
    before = digest(filled)
    done = load(filled, file)
    assert (done.code, done.out) == (0, "Nothing has changed; the database stays at data version 1.\n")
    assert digest(filled) == before


def test_a_check_writes_nothing(empty: sa.Engine, file: Path, tmp_path: Path) -> None:
    before = digest(empty)
    done = load(empty, file, "--check")
    assert (done.code, done.err) == (0, "")
    assert f"statement: {STATEMENTS} created" in done.out
    assert done.out.endswith("The data are sound; nothing was written.\n")
    assert digest(empty) == before
    nowhere = tmp_path / "none.db"
    assert claimbook("import", file, "--check", "--database", f"sqlite:///{nowhere}").out == done.out
    assert not nowhere.exists()


def test_a_statement_that_differs_is_updated_and_the_rest_stays(filled: sa.Engine, records: Lines, tmp_path: Path) -> None:
    old = next(each for each in records if each["type"] == "statement" and "quantity" in each)
    id_ = f"{old['document']}.{old['slug']}"
    new = {**old, "text": "Told anew.", "regions": ["land", "circle-0"]}
    assert load(filled, write_lines(tmp_path / "new.ndjson", [new])).out.startswith("statement: 1 updated\n")
    changed = changes_in(filled, 2)
    assert changed[("statement", id_)][0] == "updated"
    assert set(changed) == {("statement", id_)}
    row = next(row for row in rows_of(filled, "statement") if row["id"] == id_)
    assert (row["version"], row["changed_in"], row["text"]) == (2, 2, "Told anew.")
    assert {each["region"] for each in rows_of(filled, "statement_region") if each["statement"] == id_} == {"land", "circle-0"}
    before = {name: rows_of(filled, name) for name in DERIVED}
    with writing(filled) as connection:
        rebuild(connection)
    assert {name: rows_of(filled, name) for name in DERIVED} == before


def export(engine: sa.Engine) -> str:
    return client_for(engine).get("/v1/statements.csv?status=published,deprecated").text


def test_a_csv_of_the_api_loads_again_without_a_change(loaded: sa.Engine, filled: sa.Engine, tmp_path: Path) -> None:
    for engine in (loaded, filled):
        before, table = digest(engine), tmp_path / "export.csv"
        table.write_bytes(export(engine).encode())
        done = load(engine, table)
        assert (done.code, done.out) == (0, "Nothing has changed; the database stays at data version 1.\n"), done.err
        assert digest(engine) == before


def test_an_edited_csv_changes_what_was_edited_and_computes_the_rest(loaded: sa.Engine, tmp_path: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(export(loaded), newline="")))
    row = next(row for row in rows if row["interval_basis"] == "rounding" and row["unit"] == "CNY")
    other = next(each for each in rows if each["interval_basis"] == "exact" and each is not row)
    row["value"], other["text"] = "4.2 billion", "Said in other words."
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    table = tmp_path / "edited.csv"
    table.write_bytes(out.getvalue().encode())
    assert load(loaded, table).out.startswith("statement: 2 updated\n")
    changed = changes_in(loaded, 2)
    assert changed == {
        ("statement", row["id"]): ("updated", "lower;upper;value"),
        ("statement", other["id"]): ("updated", "text"),
    }
    stored = next(each for each in rows_of(loaded, "statement") if each["id"] == row["id"])
    assert [str(stored[name]) for name in ("value", "lower", "upper")] == ["4200000000", "4150000000", "4250000000"]
    assert digest(loaded) == digest_after_rebuild(loaded)


def digest_after_rebuild(engine: sa.Engine) -> str:
    with writing(engine) as connection:
        rebuild(connection)
    return digest(engine)


def test_a_table_of_the_generated_statements_says_the_same(
    empty: sa.Engine, filled: sa.Engine, records: Lines, tmp_path: Path
) -> None:
    lists = [record for record in records if record["type"] not in ("statement", "relation")]
    assert load(empty, write_lines(tmp_path / "lists.ndjson", lists)).err == ""
    write_generated(STATEMENTS, 7, str(tmp_path / "made.csv"))
    assert load(empty, tmp_path / "made.csv").err == ""
    one, other = snapshot(filled), snapshot(empty)
    assert [{**row, "changed_in": 1} for row in other["statement"]] == one["statement"]
    assert other["statement_region"] == one["statement_region"]


def test_parquet_loads_like_csv(loaded: sa.Engine, tmp_path: Path) -> None:
    from pyarrow import csv as arrow_csv
    from pyarrow import parquet

    table = arrow_csv.read_csv(io.BytesIO(export(loaded).encode()), parse_options=arrow_csv.ParseOptions(newlines_in_values=True))
    parquet.write_table(table, tmp_path / "export.parquet")  # types as another program guesses them: doubles, days, truths
    done = load(loaded, tmp_path / "export.parquet")
    assert (done.code, done.out) == (0, "Nothing has changed; the database stays at data version 1.\n"), done.err
