"""Writes what a list answers into a file: the routes are asked as over HTTP, so the bytes are those of the API."""

import asyncio
import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, Any, NoReturn
from urllib.parse import quote, urlencode

import sqlalchemy as sa
from starlette.types import Message

from app.errors import ClaimbookError
from app.exports.formats import FORMATS
from app.exports.package import ARCHIVE
from app.main import create_routes
from app.settings import Settings

STANDARD_OUTPUT = Path("-")
PACKAGE = ("package", ARCHIVE)
"""How the archive of everything is asked for."""


def export(settings: Settings, engine: sa.Engine, name: str, filters: Iterable[str], out: Path) -> int:
    """Write the list `name` as flat rows and return the number of bytes; the file is there whole or not at all.

    Without a suffix the list takes that of the file. Raises ClaimbookError with what the API would have answered.
    """
    path = address_of(name, out)
    with _target(out) as file:
        answer = _Answer(file)
        scope: dict[str, Any] = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.4"},
            "http_version": "1.1",
            "method": "GET",
            "scheme": "http",
            "path": path,
            "raw_path": quote(path).encode(),
            "root_path": "",
            "query_string": query_of(filters).encode(),
            "headers": [],
            "client": None,
            "server": None,
        }
        asyncio.run(create_routes(settings, engine)(scope, answer.receive, answer.send))
        if answer.status != 200:
            _fail(answer.problem)
        return answer.size


def address_of(name: str, out: Path) -> str:
    """The path of a flat list below /v1: `statements.csv`, or `statements` with a file that ends in .csv; or of the package."""
    name = name.strip("/").removeprefix("v1/")
    if name.removeprefix("exports/") in PACKAGE:
        return f"/v1/exports/{ARCHIVE}"
    list_, dot, suffix = name.rpartition(".")
    if not dot:
        list_, suffix = suffix, out.suffix[1:]
    if suffix not in FORMATS:
        formats = ", ".join(FORMATS)
        raise ClaimbookError(f"Which format? LIST.FORMAT was expected, or a file that ends with it; formats: {formats}.")
    return f"/v1/{list_}.{suffix}"


def query_of(filters: Iterable[str]) -> str:
    """One query from query strings (`?` before or `&` in them) and NAME=VALUE pairs, whose values stand as they are."""
    parts = []
    for each in filters:
        name, equals, value = each.partition("=")
        if each.startswith("?") or "&" in each:
            parts.append(each.removeprefix("?"))
        elif equals:
            parts.append(urlencode({name: value}))
        else:
            raise ClaimbookError(f"NAME=VALUE or a query string was expected, not {each!r}.")
    return "&".join(parts)


class _Answer:
    """Receives an answer: a good one goes to the file, a problem is kept."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file
        self.status = 0
        self.size = 0
        self.problem = b""

    async def receive(self) -> Message:
        """The request has no body, and whoever asks stays to the end."""
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(self, message: Message) -> None:
        """Take the next part of the answer."""
        body = message.get("body", b"")
        if message["type"] == "http.response.start":
            self.status = message["status"]
        elif self.status == 200:
            self.file.write(body)
            self.size += len(body)
        else:
            self.problem += body


def _fail(content: bytes) -> NoReturn:
    told: dict[str, Any] = json.loads(content)
    hints = [f"{each['name']}: {each['detail']}" for each in told["errors"]]
    raise ClaimbookError(" ".join([told["detail"], *(f"({hint})" for hint in hints)]))


@contextmanager
def _target(out: Path) -> Iterator[IO[bytes]]:
    """A file that takes its name when all is written; `-` is standard output. What is no file, such as a pipe or a device, is
    written to as it is."""
    if out == STANDARD_OUTPUT:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    try:
        target = out.resolve()  # a link stays one
        if target.exists() and not target.is_file():
            with target.open("wb") as special:
                yield special
            return
        file = NamedTemporaryFile(dir=target.parent, prefix=f".{target.name}.", delete=False)  # noqa: SIM115
    except OSError as error:
        raise ClaimbookError(f"{out} cannot be written: {error.strerror}.") from None
    try:
        with file:
            yield file
        Path(file.name).chmod(0o644)
        Path(file.name).replace(target)
    except OSError as error:
        raise ClaimbookError(f"{out} cannot be written: {error.strerror}.") from None
    finally:
        with suppress(OSError):
            Path(file.name).unlink(missing_ok=True)
