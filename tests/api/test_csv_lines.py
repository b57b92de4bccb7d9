"""Lines of CSV are those of the `csv` module, whichever way the cells came."""

import csv
import io
import re
from random import Random
from typing import Any

from app.exports.as_csv import csv_rows
from app.exports.columns import Columns
from app.exports.lists import STATEMENTS
from app.exports.wire import Lines, row_json

PIECES = (*",\"\r\n-+@\t\\aé中 0'", '""', "\r\n", "=1+1", "-1.5", "null")


def text(dice: Random) -> str | None:
    return dice.choice([None, "".join(dice.choices(PIECES, k=dice.randint(0, 4)))])


def neutral(cell: str | None) -> str | None:
    """A cell of text as it goes into a table: no spreadsheet runs it."""
    return f"'{cell}" if cell and cell[0] in "=+-@\t\r\n" and not re.fullmatch(r"-?\d+(\.\d+)?", cell, re.ASCII) else cell


def test_lines_of_any_texts_are_those_of_the_csv_module() -> None:
    dice = Random(20261123)
    for many in (1, 2, 3):
        columns: Columns = {f"c{number}": "text" for number in range(many)}
        rows = [{name: text(dice) for name in columns} for _ in range(2000)]
        expected = io.StringIO()
        writer = csv.writer(expected, lineterminator="\r\n")
        writer.writerows([list(columns), *([neutral(cell) for cell in row.values()] for row in rows)])
        assert b"".join(csv_rows(rows, columns)) == expected.getvalue().encode()


def test_rows_that_are_json_already_give_the_same_lines() -> None:
    dice = Random(7)
    kinds: dict[str, Any] = {
        "text": lambda: text(dice),
        "flag": lambda: dice.choice([None, True, False]),
        "whole": lambda: dice.choice([None, 0, 1, -5, 1_600_000_000_000]),
        "number": lambda: dice.choice([None, 0, 1, -2.5, 12.25]),
        "day": lambda: dice.choice([None, "2024-02-29"]),
    }
    rows = [{name: kinds[kind]() for name, kind in STATEMENTS.items()} for _ in range(1000)]
    texts = [row_json(row, STATEMENTS) for row in rows]
    assert b"".join(csv_rows(Lines([texts], STATEMENTS), STATEMENTS)) == b"".join(csv_rows(rows, STATEMENTS))
