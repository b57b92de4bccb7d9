"""Whatever is done to a seed file, it loads or is refused with located faults; nothing else happens, and never half of it."""

import contextlib
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from make import SEED, SMALL_SEED, engine_for, migrated, write_seed
from observe import digest, snapshot_within

from app.db import writing
from app.errors import SeedError
from app.seed.gather import Seed, gather
from app.seed.load import check_seed, load_into, load_seed

LOCATED = re.compile(r"[^\n]+?:[1-9]\d*:[1-9]\d*: [^\n]+")
SHIPPED = "documents/tech-innovation.yaml"
HARBOUR = "documents/harbour.yaml"

PIECES = (
    *(
        "",
        "\n",
        "  ",
        "\t",
        "- ",
        ": ",
        "{",
        "}",
        "[",
        "]",
        ", ",
        "#",
        "&a ",
        "*a",
        "!!str ",
        "|",
        ">",
        "? ",
        "---\n",
        "...\n",
        "%YAML 1.1\n",
    ),
    *(
        '"',
        "'",
        "\\",
        "\0",
        "\x85",
        "\u2028",
        "\ufeff",
        "é",
        "重庆",
        "\U0001f6a2",
        r'"\ud800"',
        r'"\U00110000"',
        r'"\0"',
        r'"\uD83D\uDE00"',
    ),
    *("null", "~", "true", "0", "-1", "1e999", "NaN", "10000000000000000000", "2024", "2025-02-30", "..", "2024..2023", "١٢"),
    *(
        "code",
        "slug: ships-2024",
        "count",
        "percent",
        "level",
        "share",
        "stock",
        "gt",
        "range",
        "none",
        "withdrawn",
        "northport",
        "csv",
    ),
)
"""What a slip of the hand, a bad editor or an enemy may put into a file."""


Edit = tuple[str, float, float, str]
"""What is done, where (part of the file), how much, and what is put in."""

Mutation = tuple[str, list[Edit]]
"""A file and what is done to it."""


def examples_of(number: int) -> settings:
    """Settings for so many examples; CLAIMBOOK_EXAMPLES asks for more."""
    return settings(
        max_examples=int(os.environ.get("CLAIMBOOK_EXAMPLES", number)), deadline=None, suppress_health_check=list(HealthCheck)
    )


@st.composite
def mutations(draw: st.DrawFn, names: tuple[str, ...]) -> Mutation:
    """One of the files and some edits."""
    edits = st.tuples(
        st.sampled_from(("line", "copy", "cut", "word", "bytes")),
        st.floats(0, 1, exclude_max=True),
        st.floats(0, 1),
        st.sampled_from(PIECES) | st.text(max_size=5),
    )
    return draw(st.sampled_from(names)), draw(st.lists(edits, min_size=1, max_size=4))


def mutated(content: bytes, edits: list[Edit]) -> bytes:
    """The content after the edits."""
    for kind, where, size, piece in edits:
        put_in = piece.encode("utf-8", "surrogatepass")
        if kind == "bytes":
            start = int(where * len(content))
            content = content[:start] + put_in + content[start + int(size**3 * 200) :]
        elif kind == "word":
            words = list(re.finditer(rb"[\w.-]+", content))
            if words:
                word = words[int(where * len(words))]
                content = content[: word.start()] + put_in + content[word.end() :]
        else:
            lines = content.splitlines(keepends=True) or [b""]
            index = int(where * len(lines))
            count = 1 + int(size**3 * 12)
            chosen = {"line": [put_in + b"\n"], "copy": lines[index : index + count] * 2, "cut": []}[kind]
            content = b"".join([*lines[:index], *chosen, *lines[index + count :]])
    return content


def refusal(run: Callable[[], object]) -> str | None:
    """The faults, or None when it loads; any other error is a failure."""
    try:
        run()
    except SeedError as error:
        *faults, summary = str(error).splitlines()
        assert faults
        assert all(LOCATED.fullmatch(fault) for fault in faults), faults
        assert re.fullmatch(r"\d+ faults?; nothing was written\.", summary)
        return str(error)
    return None


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_seed(tmp_path_factory.mktemp("small"), SMALL_SEED)


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A shipped document without the code lists; they stand in the database."""
    return write_seed(tmp_path_factory.mktemp("one"), {SHIPPED: (SEED / SHIPPED).read_text("utf-8")})


@pytest.fixture(scope="module")
def engines(new_database: Callable[..., str], templates: Callable[[str, str], str]) -> Iterator[dict[str, sa.Engine]]:
    """An empty database of each backend, and a loaded one; at the end they say what they said."""
    made = {backend: migrated(new_database(backend)) for backend in ("sqlite", "postgresql")}
    made["loaded"] = engine_for(new_database("sqlite", like=templates("sqlite", "seeded")))
    before = {name: digest(engine) for name, engine in made.items()}
    yield made
    assert {name: digest(engine) for name, engine in made.items()} == before
    for engine in made.values():
        engine.dispose()


class RolledBackError(Exception):
    """Ends a transaction without a trace."""


def rows_after(engine: sa.Engine, seed: Seed) -> dict[str, object]:
    """What the database would say after the load, which is rolled back; loading twice is loading once."""
    rows: dict[str, object] = {}
    with contextlib.suppress(RolledBackError), writing(engine) as connection:
        load_into(connection, seed)
        rows = snapshot_within(connection)
        assert not load_into(connection, seed).changed
        raise RolledBackError
    return rows


def gather_mutated(directory: Path, mutation: Mutation) -> Seed:
    """The seed with a mutated file, which is put right again."""
    name, edits = mutation
    original = (directory / name).read_bytes()
    (directory / name).write_bytes(mutated(original, edits))
    try:
        return gather(directory)
    finally:
        (directory / name).write_bytes(original)


@examples_of(100)
@given(mutations(tuple(SMALL_SEED)))
@example((HARBOUR, [("word", 0.999, 0, r'"\U00110000"')]))
@example((HARBOUR, [("bytes", 0.0, 0, "\ufeff")]))
def test_a_mutated_small_seed_loads_alike_on_both_databases_or_is_refused(
    small: Path, engines: dict[str, sa.Engine], mutation: Mutation
) -> None:
    seed = gather_mutated(small, mutation)
    if not refusal(lambda: check_seed(seed)):
        assert rows_after(engines["sqlite"], seed) == rows_after(engines["postgresql"], seed)


@examples_of(20)
@given(mutations((SHIPPED,)))
def test_a_mutated_shipped_document_loads_over_the_old_one_or_is_refused(
    one: Path, engines: dict[str, sa.Engine], mutation: Mutation
) -> None:
    seed = gather_mutated(one, mutation)
    refused = refusal(lambda: load_seed(engines["loaded"], seed, check=True))
    assert refused == refusal(lambda: rows_after(engines["loaded"], seed))
