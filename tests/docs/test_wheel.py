"""The README's first command does what it says: the package is built, installed with all it needs, and serves by itself."""

import os
import re
import shutil
import sys
import zipfile
from pathlib import Path
from urllib.request import ProxyHandler, build_opener

import pytest
from docpages import README, SERVE, blocks, project_files, run, serving
from make import ROOT

pytestmark = pytest.mark.slow

BUILD = "python3 -m pip wheel . --no-deps --wheel-dir dist"


def environment(directory: Path) -> dict[str, str]:
    """What a reader's shell has, with this Python as `python3`; nothing of this checkout."""
    base = Path(sys._base_executable)  # type: ignore[attr-defined]
    python = directory / "bin" / "python3"
    python.parent.mkdir()
    python.write_text(f"#!/bin/sh\nexec '{base}' \"$@\"\n")
    python.chmod(0o755)
    dropped = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "DATABASE_URL")
    kept = {name: value for name, value in os.environ.items() if name not in dropped and not name.startswith("CLAIMBOOK_")}
    path = f"{python.parent}{os.pathsep}{os.environ['PATH']}"
    return {**kept, "PATH": path, "CLAIMBOOK_PORT": "0", "NO_PROXY": "127.0.0.1"}


def clone(target: Path) -> Path:
    """The files of the repository and no others."""
    for path in project_files():
        copy = target / path.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)
    return target


def test_the_first_command_of_the_readme_serves_from_an_empty_directory(tmp_path: Path) -> None:
    assert blocks(README, "sh")[0].strip() == SERVE
    here, surroundings = clone(tmp_path / "clone"), environment(tmp_path)
    make, install, serve = SERVE.split(" && ")
    for line in (make, install):
        done = run(line, here, surroundings)
        assert done.returncode == 0, done.stdout + done.stderr
    for path in here.iterdir():  # what was installed must do without the repository
        if path.name != ".venv":
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    with serving(serve, here, surroundings) as (address, said):
        assert re.search(r"^Loaded the shipped data: \d+ statements\.$", said, re.MULTILINE)
        get = build_opener(ProxyHandler({})).open
        answer = get(f"{address}/v1/statements?within=chongqing&indicator=gdp").read()
        assert b'"id":"central-urban-areas.gdp-2021-h1"' in answer
        assert b"/static/swagger-ui-bundle.js" in get(f"{address}/docs").read()
        assert len(get(f"{address}/static/swagger-ui-bundle.js").read()) > 100_000
        assert b'"openapi":"3.1' in get(f"{address}/openapi.json").read()
        assert b'"name":"Claimbook"' in get(f"{address}/").read()
    assert (here / "claimbook.db").is_file()


def test_the_wheel_holds_migrations_and_data_and_no_tests(tmp_path: Path) -> None:
    here, surroundings = clone(tmp_path / "clone"), environment(tmp_path)
    done = run(BUILD, here, surroundings)
    assert done.returncode == 0, done.stdout + done.stderr
    (wheel,) = (here / "dist").glob("*.whl")
    held = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert {name.split("/", 1)[0] for name in held} == {"app"}
    for folder in ("migrations", "seed_data"):
        files = {path.relative_to(ROOT).as_posix() for path in project_files() if path.is_relative_to(ROOT / folder)}
        assert {f"app/{name}" for name in files} <= held
    assert {name for name in held if "test" in name} == set()
