"""Bytes that flip, in files that are loaded and in the database itself: refused, or sound, or a problem; nothing else."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from conftest import client_for
from make import SMALL_SEED, engine_for, write_seed
from observe import claimbook, digest
from rounds import rounds

from app.bulk.write import write_generated
from app.db import make_engine
from app.settings import Settings

pytestmark = pytest.mark.slow

FLIPS = rounds(40)


def flipped(content: bytes, dice: random.Random) -> bytes:
    """The content with one to three bytes changed, or cut off, or some of it twice."""
    changed = bytearray(content)
    for _ in range(dice.choice((1, 1, 1, 2, 3))):
        changed[dice.randrange(len(changed))] ^= 1 << dice.randrange(8)
    if dice.random() < 0.1:
        del changed[dice.randrange(len(changed)) :]
    if dice.random() < 0.05:
        changed += changed[dice.randrange(len(changed)) :]
    return bytes(changed)


def refused_or_done(command: list[str], engine: sa.Engine, before: str) -> bool:
    """Whether a command was refused; then in so many words, and nothing was written."""
    ran = claimbook(*command)
    assert ran.code in (0, 1), ran
    assert "Traceback" not in ran.err
    if ran.code == 1:
        assert ran.out == ""
        assert ran.err.splitlines()[-1].startswith("claimbook: ")
        assert digest(engine) == before
    return ran.code == 1


@pytest.mark.parametrize("kind", ["seed", "import"])
def test_a_file_with_flipped_bytes_is_refused_whole_or_loaded_whole(
    kind: str, new_database: Callable[..., str], templates: Callable[[str, str], str], tmp_path: Path
) -> None:
    dice, refused = random.Random(kind), 0
    template = templates("sqlite", "migrated")
    if kind == "seed":
        directory = write_seed(tmp_path / "seed", SMALL_SEED)
        files, command = [*directory.rglob("*.yaml")], ["seed", "--from", str(directory)]
    else:
        write_generated(40, 3, str(tmp_path / "made.ndjson"))
        files, command = [tmp_path / "made.ndjson"], ["import", str(tmp_path / "made.ndjson")]
    address = new_database("sqlite", like=template)
    engine = engine_for(address)
    before = digest(engine)
    for _ in range(FLIPS):
        file = dice.choice(files)
        content = file.read_bytes()
        file.write_bytes(flipped(content, dice))
        if refused_or_done([*command, "--database", address], engine, before):
            refused += 1
        else:
            engine.dispose()
            address = new_database("sqlite", like=template)
            engine = engine_for(address)
        file.write_bytes(content)
    engine.dispose()
    print(f"{kind}: {FLIPS} files with flipped bytes, {refused} refused whole, {FLIPS - refused} sound and loaded whole")
    assert refused > FLIPS / 4


READ = ["/v1", "/v1/statements?limit=1000", "/v1/regions.csv", "/v1/comparisons", "/v1/search?q=rail", "/v1/coverage", "/readyz"]


def test_a_damaged_database_answers_with_its_rows_or_a_problem_that_tells_nothing(
    templates: Callable[[str, str], str], tmp_path: Path
) -> None:
    template, dice = Path(sa.make_url(templates("sqlite", "seeded")).database or ""), random.Random(7)
    content, seen = template.read_bytes(), dict[int, int]()
    for number in range(max(FLIPS // 4, 4)):
        damaged = bytearray(content)
        for _ in range(dice.choice((1, 10, 100, 1000))):
            damaged[dice.randrange(len(damaged))] = dice.randrange(256)
        if dice.random() < 0.3:
            del damaged[dice.randrange(len(damaged)) :]
        file = tmp_path / f"damaged{number}.db"
        file.write_bytes(damaged)
        engine = make_engine(Settings(database_url=f"sqlite:///{file}"))
        client = client_for(engine)
        for path in READ:
            answer = client.get(path)
            seen[answer.status_code] = seen.get(answer.status_code, 0) + 1
            assert answer.status_code in (200, 503), (path, answer.text)
            for secret in ("Traceback", "SELECT", str(tmp_path), "Error:"):
                assert answer.status_code == 200 or secret not in answer.text
            if answer.status_code == 503:
                assert answer.headers["Retry-After"] == "2"
                assert answer.json()["code"] in ("database-corrupt", "database-unavailable", "schema-mismatch")
        assert client.get("/healthz").status_code == 200
        engine.dispose()
        file.unlink()
    print(f"damaged database files: answers {seen}")
