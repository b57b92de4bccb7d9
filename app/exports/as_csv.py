"""Flat rows as CSV (RFC 4180) that a spreadsheet may open without running anything."""

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

RISKY = re.compile(rb'"[-=+@\\]')
"""A JSON text without this has no cell that begins so."""

QUOTE, TWICE = '"', '""'
QUOTED = re.compile('[",\r\n]')
"""What a cell holds that stands in quotes."""

FLAGS = {None: "", False: "false", True: "true"}

NUMBER = re.compile(r"-?\d+(?:\.\d+)?", re.ASCII)
"""Text that is a number is none; it stays as it is."""


def csv_rows(rows: Rows, columns: Columns) -> Iterator[bytes]:
    """A header and one line a row; null is an empty cell, true and false are words."""
    return in_chunks(line.encode() for line in _lines(rows, columns))


def _lines(rows: Rows, columns: Columns) -> Iterator[str]:
    yield _line(list(columns))
    yield from map(_line, _read_lines(rows) if _is_whole(rows, columns) else _read_rows(rows, columns))


def _line(cells: list[str]) -> str:
    """A line as the `csv` module writes it, at a third of the price where nothing is to be quoted."""
    line = ",".join(cells)
    if line.count(",") < len(cells) > 1 and '"' not in line and "\r" not in line and "\n" not in line:
        return f"{line}\r\n"
    quoted = [f'"{cell.replace(QUOTE, TWICE)}"' if QUOTED.search(cell) else cell for cell in cells]
    return f"{','.join(quoted) or TWICE}\r\n"


def _is_whole(rows: Rows, columns: Columns) -> TypeGuard[Lines]:
    return isinstance(rows, Lines) and list(rows.columns) == list(columns)


def _read_rows(rows: Rows, columns: Columns) -> Iterator[list[str]]:
    return ([_cell(row[column]) for column in columns] for row in rows)


def _read_lines(rows: Lines) -> Iterator[list[str]]:
    """The cells of rows that are JSON texts, whose numbers are written as they are to be shown."""
    shape = msgspec.defstruct("Row", [(name, Any) for name in rows.columns], gc=False)
    decode = msgspec.json.Decoder(shape, float_hook=str).decode
    kinds = list(enumerate(rows.columns.values()))
    flags = [place for place, kind in kinds if kind == "flag"]
    numbers = [place for place, kind in kinds if kind in ("number", "whole")]
    for text in rows.texts():
        cells = list(msgspec.structs.astuple(decode(text)))
        for place in flags:
            cells[place] = FLAGS[cells[place]]
        for place in numbers:
            if cells[place].__class__ is int:
                cells[place] = str(cells[place])
        yield list(map(_cell, cells)) if RISKY.search(text) else [cell or "" for cell in cells]


def _cell(value: Any) -> str:
    if isinstance(value, str):
        return f"'{value}" if value.startswith(FORMULA) and not NUMBER.fullmatch(value) else value
    if value is None:
        return ""
    if isinstance(value, bool):
        return FLAGS[value]
    return plain_text(value) if isinstance(value, Decimal) else str(value)
