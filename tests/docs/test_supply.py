"""What the program is made of: everything pinned and hashed, nothing older than it may be, nothing that runs what it is given."""

import ast
import re

import pytest
from make import ROOT

LOCK = (ROOT / "requirements.txt").read_text("utf-8")
PINNED = dict(re.findall(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^ ;\\]+)", LOCK, re.MULTILINE))
DANGEROUS = {"eval", "exec", "compile", "__import__"}
MODULES = {"pickle", "marshal", "shelve", "subprocess", "yaml", "requests", "httpx", "urllib.request", "http.client"}


def version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", text)[:3])


def test_everything_the_server_needs_is_pinned_and_hashed() -> None:
    entries = re.split(r"\n(?=[A-Za-z0-9])", re.sub(r"(?m)^#.*\n", "", LOCK).strip())
    assert len(entries) == len(PINNED) > 20
    assert [entry.splitlines()[0] for entry in entries if "--hash=sha256:" not in entry] == []


@pytest.mark.parametrize(("name", "floor"), [("starlette", "1.3.1"), ("h11", "0.16.0")])
def test_nothing_is_older_than_a_known_hole_allows(name: str, floor: str) -> None:
    assert version(PINNED[name]) >= version(floor)


def test_no_parser_of_forms_is_there() -> None:
    assert "python-multipart" not in PINNED


def test_the_program_runs_nothing_that_it_is_given_and_fetches_nothing() -> None:
    found = []
    for path in sorted((ROOT / "app").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            called = node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""
            found += [f"{path.name}: {name}" for name in {*names, called} if name in MODULES | DANGEROUS]
    assert found == []


def test_the_image_does_not_run_as_root() -> None:
    assert re.search(r"^USER [1-9]", (ROOT / "Dockerfile").read_text("utf-8"), re.MULTILINE)
