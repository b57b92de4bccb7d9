"""Flat rows as CSV (RFC 4180) that a spreadsheet may open without running anything."""

import csv
import io
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, TypeGuard

import msgspec

from app.domain.decimals import plain_text
from app.exports.columns import Columns
from app.exports.wire import Lines, Rows, in_chunks

BYTE_ORDER_MARK = "\ufeff".encode()
"""Some spreadsheets take UTF-8 for another encoding unless a file begins so."""

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\x00")
"""A cell of text that begins so would run as a formula in a spreadsheet (CWE-1236); it gets a leading apostrophe."""

RISKY = re.compile(r'"[-=+@\\]')
"""A JSON text without this has no cell that begins so."""

AT_ONCE = 50
"""Lines that are taken from the writer together."""

NUMBER = re.compile(r"-?\d+(?:\.\d+)?", re.ASCII)
"""Text that is a number is none; it stays as it is."""


def csv_rows(rows: Rows, columns: Columns) -> Iterator[bytes]:
    """A header and one line a row; null is an empty cell, true and false are words."""
    return in_chunks(_lines(rows, columns))


def _lines(rows: Rows, columns: Columns) -> Iterator[str]:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(columns)
    for number, cells in enumerate(_read_lines(rows) if _is_whole(rows, columns) else _read_rows(rows, columns)):
        writer.writerow(cells)
        if number % AT_ONCE == 0:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()


def _is_whole(rows: Rows, columns: Columns) -> TypeGuard[Lines]:
    return isinstance(rows, Lines) and list(rows.columns) == list(columns)


def _read_rows(rows: Rows, columns: Columns) -> Iterator[list[Any]]:
    return ([_cell(row[column]) for column in columns] for row in rows)


def _read_lines(rows: Lines) -> Iterator[list[Any]]:
    """The cells of rows that are JSON texts, whose numbers are written as they are to be shown."""
    shape = msgspec.defstruct("Row", [(name, Any) for name in rows.columns], gc=False)
    decode = msgspec.json.Decoder(shape, float_hook=str).decode
    words = [place for place, kind in enumerate(rows.columns.values()) if kind == "flag"]
    for text in rows.texts():
        cells = list(msgspec.structs.astuple(decode(text)))
        if RISKY.search(text):
            yield [each if each.__class__ is int else _cell(each) for each in cells]
            continue
        for place in words:
            cells[place] = _cell(cells[place])
        yield cells


def _cell(value: Any) -> Any:
    if isinstance(value, str):
        return f"'{value}" if value.startswith(FORMULA) and not NUMBER.fullmatch(value) else value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return plain_text(value) if isinstance(value, Decimal) else value
