"""What is wrong with a file is told with line, column and field, all of it at once; then nothing was written."""

import json
import os
import random
import sys
import time
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa
from make import engine_for
from observe import Nursery, address_of, claimbook, digest

from app.bulk.generate import generate
from app.bulk.records import StatementLine, StatementRecord, as_texts
from app.bulk.write import write_generated

RECORDS: list[dict[str, Any]] = json.loads(json.dumps(list(generate(120, 3))))
PLACE = next(
    place
    for place, record in enumerate(RECORDS)
    if record["type"] == "statement"
    and (record["kind"], record.get("measure"), record["period"]["type"]) == ("actual", "level", "span")
    and (record["period"]["basis"], record["attribution"]["basis"]) == ("stated", "none")
    and "form" not in record["quantity"]
)
LINE = PLACE + 1
KILLS = int(os.environ.get("CLAIMBOOK_KILLS", "12")) // 3


def load(engine: sa.Engine, path: Path) -> Any:
    return claimbook("import", path, "--database", address_of(engine))


def lines_of(records: list[dict[str, Any]]) -> list[str]:
    return [json.dumps(record, ensure_ascii=False) for record in records]


def changed(path: str, value: Any) -> dict[str, Any]:
    """The statement with a field set; REMOVED takes it away."""
    record = deepcopy(RECORDS[PLACE])
    *above, last = path.split(".")
    part: Any = record
    for step in above:
        part = part.setdefault(step, {})
    if value is REMOVED:
        del part[last]
    else:
        part[last] = value
    return record


REMOVED = object()

WRONG: list[tuple[str, Any, str]] = [
    ("document", "brief-9", "document: there is no document 'brief-9'; did you mean"),
    ("slug", "Not A Slug", "slug: a code of lower-case letters and digits joined by single hyphens was expected"),
    ("slug", "csv", "slug: 'csv' is a word of the addresses, not a code"),
    ("text", " blank", "text: white space at the ends is not allowed"),
    ("text", "two\nlines", "text: one line without tabs was expected"),
    ("text", "bell\x07", "text: a control character cannot be kept"),
    ("text", REMOVED, "text: the field 'text' is missing"),
    ("txt", "x", "txt: there is no field 'txt' here; did you mean 'text'?"),
    ("kind", "actuall", "kind: one of actual, target, planned, agreed, forecast was expected; did you mean actual?"),
    ("regions", [], "regions: at least 1 item was expected"),
    ("regions", ["lnd"], "regions.0: there is no region 'lnd'; did you mean land?"),
    ("regions", ["land", "land"], "a region is named twice"),
    ("indicator", "economy-outpt", "indicator: there is no indicator 'economy-outpt'; did you mean"),
    ("project", "project-99", "project: there is no project 'project-99'; did you mean"),
    ("quantity.unit", "percent", "quantity.unit: a level of"),
    ("quantity.unit", "furlong", "quantity.unit: there is no unit 'furlong'"),
    ("quantity.value", "many", "quantity.value: a number such as 27900, 7.55 billion or -40"),
    ("quantity.value", 7.5, "quantity.value: a text was expected"),
    ("quantity.value", "-4", "quantity.value: a level is not negative"),
    ("quantity.comparator", "more", "quantity.comparator: one of eq, lt, le, gt, ge was expected"),
    ("quantity.form", "range", "quantity: a range has form: range and value_to; nothing else has value_to"),
    ("quantity.counted", "cats", "quantity.counted:"),
    ("period.when", "2020-13", "period.when: there is no month 13"),
    ("period.when", "2099", "period.when: what is actual has begun by the publication"),
    ("period.basis", "unknown", "period: basis: unknown goes without `when`, every other basis with it"),
    ("attribution.basis", "explicit", "attribution: basis: none goes without a speaker, explicit and inherited with one"),
    ("attribution.speaker", "nobody", "attribution"),
    ("evidence.start", -1, "evidence.start:"),
    ("evidence.end", 10**7, "evidence.start: the span"),
    ("evidence.exact", "other words", "evidence.exact: `exact` has 11 code points, start..end spans"),
    ("base.region", "land", "a base goes with a share, growth, change, multiple or rank"),
    ("type", "statment", "type: one of unit, actor, region, indicator, project, document, statement, relation was"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "value", "message"), WRONG, ids=[f"{path}={str(value)[:12]!r}" for path, value, _ in WRONG])
def test_a_fault_is_told_with_its_line_and_nothing_is_written(
    path: str, value: Any, message: str, loaded_lists: sa.Engine, tmp_path: Path
) -> None:
    record = changed(path, value)
    file = tmp_path / "wrong.ndjson"
    file.write_text("\n".join(lines_of([*RECORDS[:PLACE], record, *RECORDS[PLACE + 1 :]])) + "\n", "utf-8")
    before = digest(loaded_lists)
    done = load(loaded_lists, file)
    assert (done.code, done.out) == (1, "")
    *faults, summary = done.err.splitlines()
    assert summary.endswith("nothing was written.")
    mine = [fault.split(":", 3) for fault in faults if fault.startswith(f"wrong.ndjson:{LINE}:")]
    assert any(told[3].strip().startswith(message) for told in mine), faults
    assert digest(loaded_lists) == before


@pytest.mark.parametrize(("path", "value", "message"), WRONG, ids=[f"{path}={str(value)[:12]!r}" for path, value, _ in WRONG])
def test_a_record_takes_what_a_seed_shape_takes(path: str, value: Any, message: str) -> None:
    record = changed(path, value)
    if path == "type":
        return
    fields = as_texts({key: each for key, each in record.items() if key != "type"})
    assert takes(lambda: msgspec.json.decode(json.dumps(record).encode(), type=StatementRecord)) == takes(
        lambda: StatementLine.model_validate(fields)
    )


def takes(read: Callable[[], Any]) -> bool:
    try:
        read()
    except ValueError:
        return False
    return True


def test_every_generated_record_is_taken_by_both(tmp_path: Path) -> None:
    for record in RECORDS:
        if record["type"] == "statement":
            msgspec.json.decode(json.dumps(record).encode(), type=StatementRecord)
            StatementLine.model_validate(as_texts({key: each for key, each in record.items() if key != "type"}))


@pytest.fixture(scope="module")
def with_lists(new_database: Callable[..., str], templates: Callable[[str, str], str], tmp_path_factory: Any) -> Any:
    """A database that holds the made set, so that every code is there."""
    file = tmp_path_factory.mktemp("lists") / "all.ndjson"
    file.write_text("\n".join(lines_of(RECORDS)) + "\n", "utf-8")
    url = new_database("sqlite", like=templates("sqlite", "migrated"))
    assert claimbook("import", file, "--database", url).code == 0
    engine = engine_for(url)
    yield engine
    engine.dispose()


@pytest.fixture
def loaded_lists(with_lists: sa.Engine) -> sa.Engine:
    return with_lists


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "not valid JSON: "),
        ("[1]", 'an object such as {"type": "statement", …} was expected'),
        ('{"type": "region", "code": "x", "name": "X", "kind": "city", "parents": ["y"]}', "parents.0: there is no region 'y'"),
        ('{"type": "unit", "code": "x"}', "name: the field 'name' is missing"),
        ('{"type": "relation", "statement": "a.b", "relation": "part_of", "other": "a.b"}', "other: a statement is not related"),
        (
            '{"type": "relation", "statement": "a.b", "relation": "part_of", "other": "a.c"}',
            "statement: there is no statement 'a.b'",
        ),
    ],
)
def test_other_lines_are_refused_too(empty: sa.Engine, line: str, message: str, tmp_path: Path) -> None:
    file = tmp_path / "wrong.ndjson"
    file.write_text("\n".join([*lines_of(RECORDS), line]) + "\n", "utf-8")
    before = digest(empty)
    done = load(empty, file)
    assert (done.code, done.out) == (1, "")
    assert f"wrong.ndjson:{len(RECORDS) + 1}:" in done.err
    assert message in done.err
    assert digest(empty) == before


def test_what_stands_twice_is_refused_wherever_it_stands(empty: sa.Engine, tmp_path: Path) -> None:
    file = tmp_path / "twice.ndjson"
    again = {**RECORDS[PLACE], "text": "Said otherwise."}
    file.write_text("\n".join(lines_of([*RECORDS, again])) + "\n", "utf-8")
    before = digest(empty)
    done = load(empty, file)
    id_ = f"{again['document']}.{again['slug']}"
    assert done.err.splitlines() == [
        f"twice.ndjson:{len(RECORDS) + 1}:1: the statement {id_!r} stands twice; first in line {LINE}",
        "claimbook: 1 fault; nothing was written.",
    ]
    assert digest(empty) == before


def test_a_hundred_faults_are_listed_and_all_are_counted(empty: sa.Engine, tmp_path: Path) -> None:
    wrong = [{**changed("kind", "actuall"), "slug": f"w{number}"} for number in range(250)]
    file = tmp_path / "many.ndjson"
    file.write_text("\n".join(lines_of([*RECORDS, *wrong])) + "\n", "utf-8")
    done = load(empty, file)
    assert done.err.count("many.ndjson:") == 100
    assert done.err.endswith("claimbook: 250 faults; the first 100 are listed; nothing was written.\n")


def test_faults_of_a_table_name_row_and_column(loaded_lists: sa.Engine, tmp_path: Path) -> None:
    table = tmp_path / "made.csv"
    write_generated(120, 3, str(table))
    header, first, *rest = table.read_text("utf-8").splitlines()
    table.write_text(
        "\n".join([header, first, first.replace("brief-0000000.s0000", "brief-0000000.new").replace(",land", ",lnd"), *rest])
    )
    table.write_text(table.read_text("utf-8").replace(",reporter,", ",reportr,", 1), "utf-8")
    done = load(loaded_lists, table)
    assert done.code == 1
    assert "attribution_mode: one of direct_quote, indirect, reporter was expected; did you mean reporter?" in done.err
    columns = header.split(",")
    assert f":{columns.index('attribution_mode') + 1}: attribution_mode" in done.err
    table.write_text(f"{header.replace('paragraph', 'paragrph')}\n{first}\n", "utf-8")
    assert "there is no column 'paragrph'; did you mean 'paragraph'?" in load(loaded_lists, table).err


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("none.ndjson", "There is no file"),
        ("data.xlsx", "data.xlsx: a file that ends in .ndjson, .csv, .parquet was expected."),
        ("text.parquet", "text.parquet is no Parquet file"),
    ],
)
def test_a_file_that_is_none_is_one_line(loaded_lists: sa.Engine, name: str, message: str, tmp_path: Path) -> None:
    if not name.startswith("none"):
        (tmp_path / name).write_text("x")
    done = load(loaded_lists, tmp_path / name)
    assert (done.code, done.out, done.err.count("\n")) == (1, "", 1)
    assert message in done.err


def test_parquet_without_the_extra_says_what_to_install(
    loaded_lists: sa.Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.parquet").write_text("x")
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    assert (
        load(loaded_lists, tmp_path / "a.parquet").err == "claimbook: Parquet needs the extra: pip install 'claimbook[export]'.\n"
    )


@pytest.mark.slow
def test_a_killed_import_leaves_the_old_data_or_the_new(
    backend: str, new_database: Callable[..., str], templates: Callable[[str, str], str], tmp_path: Path
) -> None:
    file, template, chance = tmp_path / "all.ndjson", templates(backend, "migrated"), random.Random(5)
    write_generated(1500, 3, str(file))
    whole = engine_for(new_database(backend, like=template))
    old, began = digest(whole), time.perf_counter()
    assert load(whole, file).code == 0
    new, seconds = digest(whole), time.perf_counter() - began
    whole.dispose()
    nursery, stopped = Nursery(), 0
    for _ in range(KILLS):
        engine = engine_for(new_database(backend, like=template))
        command = ["claimbook", "import", str(file), "--database", address_of(engine)]
        stopped += nursery.kill(f"sys.argv = {command!r}; main()", lambda: time.sleep(chance.uniform(0, 1.2 * seconds)))
        assert digest(engine) in (old, new)
        assert load(engine, file).code == 0
        assert digest(engine) == new
        engine.dispose()
    nursery.close()
    print(f"{KILLS} kills of an import on {backend}: {stopped} came before the end, 0 left half of it")
