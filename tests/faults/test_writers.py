"""Readers page through a list while others write; exports are killed; the clock jumps: does anyone see half of anything?"""

import random
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from changing import CHANGED
from conftest import client_for
from make import SEED, engine_for, write_seed
from observe import Nursery, address_of, claimbook, digest
from rounds import rounds
from shim import CALL, built_shim
from sqlalchemy.exc import OperationalError
from starlette.testclient import TestClient

from app.seed.gather import Seed, gather
from app.seed.load import load_seed

pytestmark = pytest.mark.slow

WRITERS = 4
WALKS = rounds(6)
KILLS = rounds(6)
SORTS = ("id", "-period", "value", "-published_on")

Database = Callable[..., str]


@pytest.fixture(scope="module")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> list[Seed]:
    """One for each writer; each rewrites every statement of one document."""
    content = (SEED / CHANGED).read_text("utf-8")
    texts = [re.sub(r"(?m)^  text: (['\"]?)", rf"  text: \1Writer {number} says ", content) for number in range(WRITERS)]
    return [gather(write_seed(tmp_path_factory.mktemp("seed"), {CHANGED: text})) for text in texts]


def pages(client: TestClient, address: str) -> Iterator[dict[str, Any]]:
    """The pages of a list, by following `next`."""
    following: str | None = address
    while following:
        answer = client.get(following)
        assert answer.status_code == 200, answer.text
        yield answer.json()
        following = answer.json()["page"]["next"]


def test_each_walk_gives_every_row_once_while_four_seeders_write(loaded: sa.Engine, seeds: list[Seed]) -> None:
    client, over, written = client_for(loaded), threading.Event(), []
    expected = sorted(row["id"] for page in pages(client, "/v1/statements?limit=1000&fields=id") for row in page["data"])

    def write(seed: Seed, turn: int) -> None:
        engine = engine_for(address_of(loaded))
        while not over.is_set():
            with suppress(OperationalError):  # each waits for the others for a bounded time, and then tries again
                written.append(load_seed(engine, seed).version)
            time.sleep(0.05 * turn)
        engine.dispose()

    writers = [threading.Thread(target=write, args=(seed, turn)) for turn, seed in enumerate(seeds)]
    for writer in writers:
        writer.start()
    try:
        versions = set()
        for walk in range(WALKS):
            address = f"/v1/statements?limit={37 + walk % 5}&sort={SORTS[walk % 4]}&fields=id,text,document"
            found: list[str] = []
            for page in pages(client, address):
                found += [row["id"] for row in page["data"]]
                versions.add(page["meta"]["data_version"])
                whose = {row["text"][:9] for row in page["data"] if row["document"]["code"] == "tech-innovation"}
                assert len(whose) <= 1 or not any(text.startswith("Writer") for text in whose), whose
            assert sorted(found) == expected
    finally:
        over.set()
        for writer in writers:
            writer.join()
    print(f"{loaded.dialect.name}: {WALKS} walks over {len(versions)} of {max(written)} data versions, 0 doubles, 0 missing")
    assert len(set(written)) > 1


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    made = Nursery()
    yield made
    made.close()


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_a_killed_export_leaves_the_old_file_or_the_new(
    backend: str, suffix: str, new_database: Database, templates: Callable[[str, str], str], nursery: Nursery, tmp_path: Path
) -> None:
    address, out, dice = new_database(backend, like=templates(backend, "seeded")), tmp_path / f"out.{suffix}", random.Random(3)
    arguments = ["export", f"statements.{suffix}", "--out", str(out), "--database", address]
    began = time.perf_counter()
    assert claimbook(*arguments).code == 0
    seconds, whole, stopped = time.perf_counter() - began, out.read_bytes(), 0
    for kill in range(KILLS):
        before = b"what was there" if kill % 2 else None
        if before:
            out.write_bytes(before)
        else:
            out.unlink(missing_ok=True)
        command = ["claimbook", *arguments]
        source = f"sys.argv = {command!r}; main()"
        stopped += nursery.kill(source, lambda: time.sleep(dice.uniform(0, 1.5 * seconds + 0.1)))
        assert (out.read_bytes() if out.exists() else None) in (before, whole)
        assert claimbook(*arguments).code == 0
        assert out.read_bytes() == whole
    print(f"export of .{suffix} on {backend}: {KILLS} kills, {stopped} before the end")


DAY = 86_400


@pytest.mark.parametrize("shift", [-DAY, DAY, 13 * 365 * DAY, 100], ids=["a day back", "a day ahead", "after 2038", "a little"])
def test_a_clock_that_jumps_changes_no_order_and_no_answer(
    backend: str, shift: int, new_database: Database, templates: Callable[[str, str], str], tmp_path: Path
) -> None:
    shifted = Nursery(LD_PRELOAD=str(built_shim(tmp_path)))
    content = (SEED / CHANGED).read_text("utf-8")
    addresses = [new_database(backend, like=templates(backend, "seeded")) for _ in range(2)]
    for number, jump in enumerate((shift, -shift, 0)):
        text = re.sub(r"(?m)^  text: (['\"]?)", rf"  text: \1Time {number} says ", content)
        directory = write_seed(tmp_path / str(number), {CHANGED: text})
        for address, seconds in zip(addresses, (0, jump), strict=True):
            source = f"{CALL}; shim.shim_clock(ctypes.c_long({seconds}))"
            ran = shifted.run(source, tmp_path, "seed", "--from", directory, "--database", address)
            assert ran.code == 0, ran
    shifted.close()
    calm, jumped = (engine_for(address) for address in addresses)
    assert digest(calm) == digest(jumped)
    at = [row["at"] for row in sorted(rows_of_changes(jumped), key=lambda row: row["version"])]
    assert at != sorted(at), "the clock did not jump"
    lists = [client_for(engine).get("/v1/changes?since=1&limit=1000").json()["data"] for engine in (calm, jumped)]
    untimed = [[{key: value for key, value in row.items() if key != "at"} for row in rows] for rows in lists]
    assert untimed[0] == untimed[1]
    assert [row["version"] for row in lists[1]] == sorted(row["version"] for row in lists[1])
    calm.dispose()
    jumped.dispose()


def rows_of_changes(engine: sa.Engine) -> list[dict[str, Any]]:
    with engine.connect() as connection:
        return [dict(row) for row in connection.execute(sa.text("SELECT version, at FROM change")).mappings()]
