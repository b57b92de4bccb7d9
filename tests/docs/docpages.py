"""Reads the pages of the repository as a reader would: blocks, tables, links; and runs commands where a reader would."""

import fnmatch
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from make import ROOT
from pydantic_core import PydanticUndefined

from app.settings import Settings

README = ROOT / "README.md"
PAGES = [README, ROOT / "CHANGELOG.md", ROOT / "seed_data" / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
ADDRESS = "http://127.0.0.1:8000"
DATABASE = "postgresql+psycopg://user:password@host/name"

SERVE = "python3 -m venv .venv && .venv/bin/pip install . && .venv/bin/claimbook serve"
TEST = "python3 -m venv .venv && .venv/bin/pip install '.[test]' && .venv/bin/pytest"
COMPOSE = "docker compose up --build --wait"

PATIENCE = 120
"""Seconds after which a command is taken to hang; no claim about speed."""

_BLOCK = re.compile(r"^```(?P<language>\w+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Command:
    """A command of a page, and the output that the page shows for it."""

    line: str
    output: str


def blocks(page: Path, language: str) -> list[str]:
    """The fenced blocks of a page in this language, in order."""
    return [match["text"] for match in _BLOCK.finditer(page.read_text("utf-8")) if match["language"] == language]


def commands(page: Path) -> list[Command]:
    """The commands of a page that are shown with their output."""
    return [command for block in blocks(page, "console") for command in commands_of(block)]


def commands_of(block: str) -> Iterator[Command]:
    """The commands of a block that shows their output."""
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        line, _, output = part.partition("\n")
        yield Command(line, output)


@dataclass(frozen=True)
class Step:
    """A fenced block of a page: the file that it is the content of, if the line above names one, its language and its text."""

    file: str | None
    language: str
    text: str


_STEP = re.compile(
    r"(?:`(?P<file>[\w./-]+\.(?:yaml|txt))`:\n\n)?^```(?P<language>\w+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL
)


def steps(page: Path) -> list[Step]:
    """The fenced blocks of a page, in order, as one who follows it to the letter meets them."""
    return [Step(match["file"], match["language"], match["text"]) for match in _STEP.finditer(page.read_text("utf-8"))]


def tables(page: Path) -> dict[str, list[list[str]]]:
    """The rows of the tables of a page, by their header line."""
    found: dict[str, list[list[str]]] = {}
    header = ""
    lines = page.read_text("utf-8").splitlines()
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        if not line.startswith("|"):
            header = ""
        elif re.fullmatch(r"[|-]+", following):
            header = line
            found.setdefault(header, [])
        elif header and not re.fullmatch(r"[|-]+", line):
            found[header].append([cell.strip() for cell in line.strip("|").split(" | ")])
    return found


def settings_table() -> str:
    """The settings as a table, from the class itself."""
    rows = ["| variable | default | meaning |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        variable = field.validation_alias or f"CLAIMBOOK_{name.upper()}"
        default = "none" if field.default in (None, PydanticUndefined) else f"`{field.default}`"
        rows.append(f"| `{variable}` | {default} | {field.description} |")
    return "\n".join(rows) + "\n"


def project_files() -> list[Path]:
    """Every file that belongs to the repository: all but what `.gitignore` leaves out. Works in a copy without git too."""
    ignored = [line.strip("/") for line in (ROOT / ".gitignore").read_text("utf-8").split()]

    def walk(directory: Path) -> Iterator[Path]:
        for path in sorted(directory.iterdir()):
            if path.name == ".git" or any(fnmatch.fnmatch(path.name, pattern) for pattern in ignored):
                continue
            if path.is_dir():
                yield from walk(path)
            elif path.is_file():
                yield path

    return list(walk(ROOT))


def reader(directory: Path) -> dict[str, str]:
    """Give a directory the command `claimbook` as `.venv/bin/claimbook` and on the path; returns the environment."""
    shim = directory / ".venv" / "bin" / "claimbook"
    shim.parent.mkdir(parents=True)
    shim.write_text(f"#!/bin/sh\nexec '{sys.executable}' -c 'from app.cli import main; main()' \"$@\"\n")
    shim.chmod(0o755)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CLAIMBOOK_") and name != "DATABASE_URL"}
    path = f"{shim.parent}{os.pathsep}{os.environ['PATH']}"
    return {**kept, "PATH": path, "PYTHONPATH": str(ROOT), "CLAIMBOOK_PORT": "0", "NO_PROXY": "127.0.0.1"}


def run(line: str, directory: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a command line in a shell, as a reader would, and wait for its end."""
    done = subprocess.run(["sh", "-c", line], cwd=directory, env=environment, capture_output=True, timeout=300)
    return subprocess.CompletedProcess(line, done.returncode, done.stdout.decode(), done.stderr.decode())


@contextmanager
def serving(line: str, directory: Path, environment: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Run a command line that serves; gives the address it prints and all it printed till then, and stops it in the end."""
    with (directory / "serve.log").open("wb") as log:
        process = subprocess.Popen(
            ["sh", "-c", f"exec {line}"],
            cwd=directory,
            env={**environment, "PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    assert process.stdout is not None
    said = ""
    try:
        for printed in process.stdout:
            said += printed
            if printed.startswith("Stop with"):
                break
        found = re.search(r"serves at (\S+)", said)
        assert found, f"{line} did not serve: {said}{(directory / 'serve.log').read_text('utf-8')}"
        yield found[1], said
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()


@contextmanager
def watching(line: str, directory: Path, environment: dict[str, str]) -> Iterator[Callable[[str], None]]:
    """Run a command line that goes on until Ctrl+C; gives a function that waits until it has printed a text, anew each time."""
    log, read = directory / "watch.log", 0
    with log.open("wb") as out:
        process = subprocess.Popen(
            ["sh", "-c", f"exec {line}"], cwd=directory, env=environment, stdout=out, stderr=subprocess.STDOUT
        )

    def wait_for(text: str) -> None:
        nonlocal read
        end = time.monotonic() + PATIENCE
        while (found := log.read_text("utf-8").find(text, read)) < 0:
            assert time.monotonic() < end, f"{line} did not print {text!r}: {log.read_text('utf-8')}"
            time.sleep(0.05)
        read = found + len(text)

    try:
        yield wait_for
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=PATIENCE) == 0
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def shown(text: str) -> str:
    """Output as a page shows it: line ends of CSV are plain ones, and the last line of a block ends."""
    plain = text.replace("\r\n", "\n")
    return plain if plain.endswith("\n") or not plain else f"{plain}\n"


def words_of(text: str) -> list[str]:
    """The words of a text, in lower case, without punctuation; an escaped line break is white space."""
    return re.findall(r"\w+", text.replace("\\n", " ").casefold())


def runs_of(words: Sequence[str], length: int) -> set[tuple[str, ...]]:
    """Every run of so many words."""
    return {tuple(words[index : index + length]) for index in range(len(words) - length + 1)}
