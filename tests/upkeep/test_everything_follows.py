"""Whatever is written, what follows from the rows is what a fresh making of all of it would give."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest
import sqlalchemy as sa
from make import SEED, SMALL_SEED, migrated, write_seed
from observe import rows_of

from app.bulk.generate import generate
from app.bulk.load import load_file
from app.db import RENDERING, check_schema, writing
from app.errors import SchemaMismatchError
from app.exports.lists import STATEMENTS
from app.exports.wire import json_bytes, row_json
from app.models import Instance, Representation, Statement
from app.queries.shown import Shelf, these
from app.queries.statements import with_neighbours
from app.rendering import statements as rendering
from app.seed.attach import attach
from app.seed.load import seed_directory
from app.upgrade import migrate
from app.upkeep.everything import rebuild
from app.upkeep.representations import BLANK

FOLLOWING = ("comparison", "document_group", "search_entry", "statement_scope", "period", "representation")
Record = dict[str, Any]


def stored(engine: sa.Engine) -> dict[str, list[Any]]:
    return {name: rows_of(engine, name) for name in FOLLOWING}


def made_anew(engine: sa.Engine) -> dict[str, list[Any]]:
    with writing(engine) as connection:
        rebuild(connection)
    return stored(engine)


def edit(record: Record, records: list[Record], dice: Random) -> Record:
    """A record with one thing changed, whatever it is of."""
    kind, new = record["type"], dict(record)
    if kind == "statement":
        change = dice.randrange(5)
        regions = [each["code"] for each in records if each["type"] == "region"]
        if change == 0:
            new["text"] += " Or so."
        elif change == 1:
            new["regions"] = dice.sample(regions, dice.randint(1, 3))
        elif change == 2:
            new["status"] = "deprecated"
        elif change == 3:
            new["period"] = {"type": "span", "when": dice.choice(["2019", "2020-Q2", "2015..2018"]), "basis": "stated"}
        else:
            new["kind"] = "target"
    elif kind == "region" and record["parents"] and dice.random() < 0.5:
        tops = [each["code"] for each in records if each["type"] == "region" and not each["parents"]]
        new["parents"] = [dice.choice(tops)] if record["code"] not in tops else []
    elif kind == "document":
        new["title"] += " II"
    elif kind == "relation":
        new["note"] = f"seen {dice.random()}"
    elif kind != "unit":
        new["name"] += " II"
    return new


def test_after_random_edits_all_that_is_stored_is_as_made_anew(empty: sa.Engine, tmp_path: Path) -> None:
    dice = Random(20261122)
    records: list[Record] = json.loads(json.dumps(list(generate(220, 3))))

    def load(given: list[Record]) -> None:
        path = tmp_path / "some.ndjson"
        path.write_text("".join(json.dumps(record) + "\n" for record in given), "utf-8")
        load_file(empty, path)

    load(records)
    assert stored(empty) == made_anew(empty)
    by_kind: dict[str, list[int]] = {}
    for number, record in enumerate(records):
        by_kind.setdefault(record["type"], []).append(number)
    for step in range(30):
        chosen = [dice.choice(by_kind[kind]) for kind in dice.choices(list(by_kind), k=dice.randint(1, 4))]
        for number in set(chosen):
            records[number] = edit(records[number], records, dice)
        load([records[number] for number in sorted(set(chosen))])
        assert stored(empty) == made_anew(empty), (step, [records[number] for number in chosen])


def test_a_seed_that_changes_loses_or_withdraws_statements_is_followed(empty: sa.Engine, tmp_path: Path) -> None:
    files = dict(SMALL_SEED)
    seed_directory(empty, write_seed(tmp_path / "0", files))
    harbour = files["documents/harbour.yaml"]
    for number, document in enumerate((harbour.split("- slug: ships-2026")[0].rstrip(" "), harbour, None, harbour)):
        files = {name: text for name, text in SMALL_SEED.items() if name != "documents/harbour.yaml" or document}
        if document:
            files["documents/harbour.yaml"] = document
        seed_directory(empty, write_seed(tmp_path / f"step{number}", files), prune=True)
        assert stored(empty) == made_anew(empty), number


def test_an_attached_text_brings_its_words_into_what_is_stored(loaded: sa.Engine, texts: Path) -> None:
    quoted = sa.select(sa.func.count()).select_from(Representation).where(Representation.whole_quoted.is_not(None))
    with loaded.connect() as connection:
        assert connection.execute(quoted).scalar() == 0
    attach(loaded, sorted(texts.glob("*.txt")))
    with loaded.connect() as connection:
        assert connection.execute(quoted).scalar_one() > 200
    assert stored(loaded) == made_anew(loaded)


def test_what_is_stored_is_what_the_model_renders_from_the_rows_of_the_orm(loaded: sa.Engine) -> None:
    with sa.orm.Session(loaded) as session:
        kept = {row.statement: row for row in session.execute(sa.select(Representation)).scalars()}
        rows = session.execute(with_neighbours(sa.select(Statement))).scalars().all()
        light = {row.id: row for row in Shelf(session.connection()).read(these([row.id for row in rows]))}
        assert len(kept) == len(rows) == len(light) > 200
        for row in rows:
            fresh = rendering.statement(row, quotes=False)
            assert kept[row.id].whole.encode() == json_bytes(fresh.model_dump())
            assert kept[row.id].flat == row_json({**rendering.flat(row, quotes=False), **BLANK}, STATEMENTS).decode()
            assert rendering.citation(row, address="x") == rendering.citation(light[row.id], address="x")


def test_another_rendering_asks_for_a_migration_which_makes_all_anew(loaded: sa.Engine) -> None:
    before = stored(loaded)
    with writing(loaded) as connection:
        connection.execute(sa.update(Representation).values(whole="{}"))
        connection.execute(sa.update(Instance).values(rendering=RENDERING - 1))
    with pytest.raises(SchemaMismatchError, match="claimbook migrate"), writing(loaded) as connection:
        check_schema(connection)
    migrate(loaded)
    assert stored(loaded) == before


def test_the_rendering_has_a_new_number_whenever_it_makes_something_else(new_database: Callable[..., str]) -> None:
    """Of the same rows: raise `RENDERING` in app/db.py together with the digest here."""
    engine = migrated(new_database("sqlite"))
    seed_directory(engine, SEED)
    digest = hashlib.sha256()
    for row in rows_of(engine, "representation"):
        digest.update(json.dumps(list(row)).encode())
    engine.dispose()
    assert (RENDERING, digest.hexdigest()[:16]) == (1, "f30eff6b66d454c7")
