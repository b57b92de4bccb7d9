"""The house is as the README draws it: imports point down, files are short and say what they are for."""

import ast
import os
import re
import sys
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from docpages import README, blocks, project_files, runs_of, words_of
from make import ROOT

APP = ROOT / "app"
LONGEST_FILE = 500
LONGEST_PAGE_OF_TABLES = 640  # models.py: all tables on one page, half of it comments on columns
LONGEST_QUOTE = 11

BELOW = "everything below"
NOTHING = "nothing"

MAY_IMPORT = {
    "cli": BELOW,
    "exporting": "main, exports, errors, settings",
    "serving": "main, seed, queries, upgrade, db, errors, paths, settings",
    "mcp": "api, rendering, queries, models, schemas, exports, db, errors, settings, version, domain",
    "main": "routes, web, api, exports, db, settings, version",
    "routes": "web, api",
    "web": "api, rendering, queries, exports, models, schemas, domain, errors, paths, settings, version",
    "api": "rendering, queries, exports, models, schemas, db, wal_index, domain, errors, paths, settings, version",
    "bulk": "seed, upkeep, models, schemas, exports, db, domain, errors",
    "seed": "upkeep, models, db, domain, errors",
    "upgrade": "upkeep, db, errors, paths",
    "upkeep": "rendering, queries, exports, models, db, full_text, domain",
    "rendering": "queries, models, schemas, domain",
    "queries": "models, schemas, db, full_text, domain, errors",
    "exports": "schemas, domain, errors",
    "models": "db, domain",
    "schemas": "domain",
    "db": "domain, errors, settings",
    "full_text": NOTHING,
    "wal_index": NOTHING,
    "domain": NOTHING,
    "errors": NOTHING,
    "paths": NOTHING,
    "settings": NOTHING,
    "version": NOTHING,
}
"""Part of `app` → the parts it may import; each stands above all that it imports."""

MODULES = {".".join(path.relative_to(ROOT).with_suffix("").parts): path for path in sorted(APP.rglob("*.py"))}


def imported(path: Path) -> set[str]:
    """The modules of ours that a file imports anywhere in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are written in full"
            inner = {f"{node.module}.{alias.name}" for alias in node.names}
            modules = inner & MODULES.keys()
            found.update(modules or {str(node.module)})
    return {name for name in found if name.split(".")[0] == "app"}


def part_of(module: str) -> str:
    return module.split(".")[1]


def allowed(part: str) -> set[str]:
    order = list(MAY_IMPORT)
    told = MAY_IMPORT[part]
    return set(order[order.index(part) + 1 :]) if told == BELOW else set(told.split(", ")) - {NOTHING}


def test_the_readme_draws_the_rules_that_are_tested() -> None:
    drawn = [line.split("→") for line in blocks(README, "text")[1].splitlines()]
    assert {part.strip(): told.strip() for part, told in drawn} == MAY_IMPORT
    assert [part.strip() for part, _ in drawn] == list(MAY_IMPORT)


def test_every_part_of_the_program_has_its_place() -> None:
    assert {part_of(name) for name in MODULES if name != "app.__init__"} == set(MAY_IMPORT)


def test_the_rules_point_down() -> None:
    order = list(MAY_IMPORT)
    for part in order:
        assert allowed(part) <= set(order[order.index(part) + 1 :]), part


@pytest.mark.parametrize("part", MAY_IMPORT)
def test_imports_keep_to_the_rules(part: str) -> None:
    for name, path in MODULES.items():
        if name != "app.__init__" and part_of(name) == part:
            strange = {each for each in imported(path) if part_of(each) not in allowed(part) | {part}}
            assert strange == set(), name


def test_no_import_is_allowed_that_nothing_needs() -> None:
    used: dict[str, set[str]] = {part: set() for part in MAY_IMPORT}
    for name, path in MODULES.items():
        if name != "app.__init__":
            used[part_of(name)].update(map(part_of, imported(path)))
    idle = {part: left for part, told in MAY_IMPORT.items() if told != BELOW and (left := allowed(part) - used[part])}
    assert idle == {}


def test_imports_run_in_no_circle() -> None:
    try:
        TopologicalSorter({name: imported(path) for name, path in MODULES.items()}).prepare()
    except CycleError as error:
        pytest.fail(f"a circle: {' → '.join(error.args[1])}")


def test_migrations_know_the_tables_only() -> None:
    assert imported(ROOT / "migrations" / "env.py") == {"app.models"}
    for path in (ROOT / "migrations" / "versions").glob("*.py"):
        assert imported(path) == set(), "a migration stands for itself: what it imports may change"


def test_package_files_say_nothing() -> None:
    assert [name for name, path in MODULES.items() if path.name == "__init__.py" and path.read_text("utf-8")] == []


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        name
        for name, path in MODULES.items()
        if path.name != "__init__.py" and not ast.get_docstring(ast.parse(path.read_text("utf-8")))
    ]
    assert silent == []


def test_no_file_is_long() -> None:
    lengths = {name: len(path.read_text("utf-8").splitlines()) for name, path in MODULES.items()}
    limits = {"app.models": LONGEST_PAGE_OF_TABLES}
    assert {name: length for name, length in lengths.items() if length > limits.get(name, LONGEST_FILE)} == {}


TOP = {
    *("app", "migrations", "seed_data", "tests", "docs", "benchmarks", ".ci"),
    *("pyproject.toml", "requirements.txt", "README.md", "CHANGELOG.md", "LICENSE", "Dockerfile", "docker-compose.yml"),
    *(".dockerignore", ".gitignore"),
}


def test_the_top_holds_what_people_expect_and_only_pictures_are_no_text() -> None:
    names = {path.relative_to(ROOT) for path in project_files()}
    assert {name.parts[0] for name in names} <= TOP
    texts = texts_of_the_project()
    assert {name.suffix for name in names if name.as_posix() not in texts} <= {".png"}


def texts_of_the_project() -> dict[str, str]:
    found = {}
    for path in project_files():
        try:
            found[path.relative_to(ROOT).as_posix()] = path.read_text("utf-8")
        except UnicodeDecodeError:
            continue
    return found


def hosts() -> set[str]:
    """Hosts of package registries: the public ones, and those that this machine is told to use."""
    joined = ["py pi.org", "pythonhosted .org", "npm js", "crates .io", "docker .io", "ghcr .io", "quay .io", "proxy .golang"]
    words = {word.replace(" ", "") for word in joined}
    for name in ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "UV_INDEX_URL", "UV_DEFAULT_INDEX", "NPM_CONFIG_REGISTRY"):
        words.update(host for url in os.environ.get(name, "").split() if (host := urlsplit(url).hostname))
    return words


def places() -> set[str]:
    """Paths of this machine: homes, working directories, this checkout and this Python."""
    told = {f"/{word}/" for word in ("home", "Users", "work", "opt", "mnt", "srv")} | {"/ro" + "ot/", "C:" + "\\"}
    return told | {f"{ROOT}", f"{Path.home()}/", f"{sys.base_prefix}/lib"} - {"//", "//lib"}


def test_no_file_names_a_registry_or_a_place_of_one_machine() -> None:
    strange = {
        f"{name}: {word}"
        for name, text in texts_of_the_project().items()
        for word in (*hosts(), *places())
        if re.search(rf"(?<![\w.]){re.escape(word)}" if word.startswith("/") else re.escape(word), text)
    }
    assert strange == set()


def test_no_file_holds_a_sentence_of_an_article(texts: Path) -> None:
    written = set[tuple[str, ...]]()
    for path in texts.glob("*.txt"):
        written |= runs_of(words_of(path.read_text("utf-8")), LONGEST_QUOTE + 1)
    assert written
    copied = {
        f"{name}: {' '.join(run)}"
        for name, text in texts_of_the_project().items()
        for run in runs_of(words_of(text), LONGEST_QUOTE + 1) & written
    }
    assert copied == set()
