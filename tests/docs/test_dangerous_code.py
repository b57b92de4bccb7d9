"""The program runs nothing that it is given and fetches nothing: it holds no call, and no module, that would."""

import ast

from make import ROOT

DANGEROUS = {"eval", "exec", "compile", "__import__"}
MODULES = {"pickle", "marshal", "shelve", "subprocess", "yaml", "requests", "httpx", "urllib.request", "http.client"}
ALLOWED = {"backup.py: subprocess"}
"""PostgreSQL's own programs write and read a backup; the operator names the file, and no shell reads the line."""


def test_the_program_runs_nothing_that_it_is_given_and_fetches_nothing() -> None:
    found = set()
    for path in sorted((ROOT / "app").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            called = node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""
            found |= {f"{path.name}: {name}" for name in {*names, called} if name in MODULES | DANGEROUS}
    assert found == ALLOWED
