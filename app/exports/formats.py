"""Writes flat rows as JSON and CSV, piece by piece, the same for the API and the command line."""

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import simplejson

from app.domain.decimals import plain, plain_text
from app.schemas.common import PlainDecimal

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\x00")
"""A cell of text that begins so would run as a formula in a spreadsheet (CWE-1236); it gets a leading apostrophe."""

NUMBER = re.compile(r"-?\d+(?:\.\d+)?", re.ASCII)
"""Text that is a number is none; it stays as it is."""

Rows = Iterable[Mapping[str, Any]]
CHUNK = 64 * 1024


def to_json(value: Any) -> str:
    """JSON with exact decimals as plain numbers and dates as ISO text."""
    return simplejson.dumps(value, use_decimal=True, ensure_ascii=False, separators=(",", ":"), default=_plain_json)


def _plain_json(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} does not go over the wire")


def json_rows(rows: Rows, columns: Sequence[str]) -> Iterator[str]:
    """A JSON array with one object a line, keys in the order of the columns."""
    yield "["
    for index, row in enumerate(rows):
        item = {column: _number(row[column]) for column in columns}
        yield (",\n" if index else "\n") + to_json(item)
    yield "\n]\n"


def _number(value: Any) -> Any:
    return PlainDecimal(plain(value)) if isinstance(value, Decimal) else value


def csv_rows(rows: Rows, columns: Sequence[str]) -> Iterator[str]:
    """CSV (RFC 4180) with a header; null is an empty cell, true and false are words."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_cell(row[column]) for column in columns])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
    yield buffer.getvalue()


def _cell(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return plain_text(value)
    if isinstance(value, str) and value.startswith(FORMULA) and not NUMBER.fullmatch(value):
        return f"'{value}"
    return value


def in_chunks(pieces: Iterable[str]) -> Iterator[bytes]:
    """UTF-8 bytes of about CHUNK each."""
    held: list[str] = []
    size = 0
    for piece in pieces:
        held.append(piece)
        size += len(piece)
        if size >= CHUNK:
            yield "".join(held).encode()
            held, size = [], 0
    if held:
        yield "".join(held).encode()


WRITERS: dict[str, tuple[str, Callable[[Rows, Sequence[str]], Iterator[str]]]] = {
    "json": ("application/json", json_rows),
    "csv": ("text/csv; charset=utf-8; header=present", csv_rows),
}
"""Format → media type and writer."""
