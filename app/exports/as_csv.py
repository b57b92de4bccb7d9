"""Flat rows as CSV (RFC 4180) that a spreadsheet may open without running anything."""

import csv
import io
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from app.domain.decimals import plain_text
from app.exports.columns import Columns
from app.exports.wire import Rows, in_chunks

BYTE_ORDER_MARK = "\ufeff".encode()
"""Some spreadsheets take UTF-8 for another encoding unless a file begins so."""

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\x00")
"""A cell of text that begins so would run as a formula in a spreadsheet (CWE-1236); it gets a leading apostrophe."""

NUMBER = re.compile(r"-?\d+(?:\.\d+)?", re.ASCII)
"""Text that is a number is none; it stays as it is."""


def csv_rows(rows: Rows, columns: Columns) -> Iterator[bytes]:
    """A header and one line a row; null is an empty cell, true and false are words."""
    return in_chunks(_lines(rows, columns))


def _lines(rows: Rows, columns: Columns) -> Iterator[str]:
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
