"""What `tests/clients/run` installed for the tests beside pip's packages, and how the tests run it."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

HERE = Path(__file__).parent
PLACE = os.environ.get("CLAIMBOOK_CLIENTS")
"""The directory that `tests/clients/run` installs into: `tools` is an environment of Python, `npm` holds packages of npm."""

PATIENCE = 300


def tool(name: str) -> str:
    """The path of a program, or a skip that says what would bring it."""
    found = shutil.which(name, path=f"{PLACE}/tools/bin") if PLACE else None
    found = found or shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed; tests/clients/run says how")
    return found


def rscript() -> str:
    """The path of R's command, or a skip where it or one of its packages is not there."""
    found = tool("Rscript")
    if subprocess.run([found, "-e", "library(readr); library(jsonlite)"], capture_output=True, check=False).returncode:
        pytest.skip("R has no readr or no jsonlite; tests/clients/run says how")
    return found


def needs_run() -> None:
    """Skip what takes long and is tried in another way elsewhere, unless `tests/clients/run` asks for it."""
    if not PLACE:
        pytest.skip("takes long; tests/clients/run tries it")


def package(name: str) -> Path:
    """Where a package of npm lies, or a skip that says what would bring it."""
    found = Path(PLACE or ".") / "npm" / "node_modules" / name
    if not PLACE or not found.is_dir():
        pytest.skip(f"npm's {name} is not installed; tests/clients/run installs it")
    return found


def ran(*command: str | Path, cwd: Path | None = None, **environment: str) -> str:
    """What a program prints; one that fails fails the test with all that it said."""
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=without_proxies(environment),
        text=True,
        capture_output=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}"
    return done.stdout


def without_proxies(more: Mapping[str, str]) -> dict[str, str]:
    """The environment with nothing between a client and a server on this machine."""
    kept = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    return {**kept, "NO_PROXY": "*", **more}


def node(script: str, *arguments: str, needs: str, directory: Path) -> str:
    """What a script of this directory prints, run where npm's packages are."""
    packages = package(needs).parents[needs.count("/")]
    shutil.copy(HERE / script, directory)
    (directory / "node_modules").symlink_to(packages)
    return ran(tool("node"), directory / script, *arguments, cwd=directory)
