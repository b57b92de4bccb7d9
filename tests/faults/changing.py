"""Databases that a command changes: what they say before and after it, and whether they are whole."""

import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from make import SEED, engine_for, write_seed
from observe import digest

from app.bulk.write import write_generated

CHANGED = "documents/tech-innovation.yaml"


@dataclass(frozen=True)
class Change:
    """A command line, the file it starts from, and the two states it may leave."""

    arguments: tuple[str, ...]
    template: Path
    old: str
    new: str

    def copied(self, directory: Path) -> Path:
        """A database of its own to change."""
        target = directory / "claimbook.db"
        for file in directory.glob("claimbook.db*"):
            file.unlink()
        shutil.copy(self.template, target)
        return target


def state(engine: sa.Engine) -> str:
    """What the database says, once it is found to be sound below the rows."""
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalars().all() == ["ok"]
        assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []
        tables = sa.inspect(connection).has_table("data_version")
    return digest(engine) if tables else "no tables"


def state_of(file: Path) -> str:
    """The state of a database file."""
    engine = engine_for(f"sqlite:///{file}")
    try:
        return state(engine)
    finally:
        engine.dispose()


def changes(directory: Path, templates: Callable[[str, str], str], run: Callable[..., object]) -> dict[str, Change]:
    """A seed that rewrites every statement of a document, an import into empty tables, and a migration of an empty file."""
    content = re.sub(r"(?m)^  text: (['\"]?)", r"  text: \1Indeed, ", (SEED / CHANGED).read_text("utf-8"))
    seed = write_seed(directory / "seed", {CHANGED: content})
    file = directory / "made.ndjson"
    write_generated(300, 3, str(file))
    empty = directory / "empty.db"
    empty.touch()
    made = {}
    for name, arguments, kind in (
        ("seed", ("seed", "--from", str(seed)), "seeded"),
        ("import", ("import", str(file)), "migrated"),
        ("migrate", ("migrate",), None),
    ):
        template = empty if kind is None else Path(sa.make_url(templates("sqlite", kind)).database or "")
        change = Change(arguments, template, "", "")
        target = change.copied(directory)
        old = state_of(target)
        run(*arguments, "--database", f"sqlite:///{target}")
        made[name] = Change(arguments, template, old, state_of(target))
        assert made[name].old != made[name].new
    return made
