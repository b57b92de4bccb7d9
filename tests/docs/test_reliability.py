"""Does every promise of the page on reliability have a test, and does that test exist?"""

import ast
import re

from docpages import tables
from make import ROOT

from tests.faults.run import FAULTS

PAGE = ROOT / "docs" / "reliability.md"


def functions_of(file: str) -> set[str]:
    found = ast.walk(ast.parse((ROOT / file).read_text("utf-8")))
    return {node.name for node in found if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}


def test_every_promise_names_tests_that_exist() -> None:
    promises = tables(PAGE)["| promise | kept by |"]
    assert len(promises) > 30
    for promise, kept in promises:
        named = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", kept)
        assert named, promise
        for file, test in named:
            assert test in functions_of(file), f"{file}::{test}"


def test_every_fault_of_the_plan_has_its_files() -> None:
    for command in FAULTS.values():
        files, _, words = command.partition(" -k ")
        names = {name for file in files.split() for name in functions_of(file)}
        assert [word for word in words.split(" or ") if not any(word in name for name in names)] == []
    for name in re.findall(r"run\.py ([a-z -]+?)(?: --|\n|$)", PAGE.read_text("utf-8")):
        assert set(name.split()) <= set(FAULTS)
