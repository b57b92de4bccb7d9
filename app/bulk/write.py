"""Writes a generated data set: records as NDJSON, or its statements as a table."""

import csv
import sys
from collections.abc import Iterable
from contextlib import nullcontext
from pathlib import Path
from typing import IO, Any

import msgspec

from app.bulk.flat import FIELDS, FORMS, cell_of
from app.bulk.generate import generate
from app.bulk.made_lists import Record
from app.errors import ClaimbookError


def write_generated(statements: int, seed: int, out: str) -> None:
    """Write `statements` statements and all they refer to; a table (.csv) holds the statements only. `-` is standard output."""
    path = None if out == "-" else Path(out)
    if path and path.suffix not in (".ndjson", ".csv"):
        raise ClaimbookError(f"{path.name}: a file that ends in .ndjson or .csv was expected, or - to print.")
    try:
        with nullcontext(sys.stdout.buffer) if path is None else path.open("wb") as file:
            write = _csv if path and path.suffix == ".csv" else _ndjson
            write(generate(statements, seed), file)
    except BrokenPipeError:
        sys.stderr.close()  # the reader has seen enough
    except OSError as error:
        raise ClaimbookError(f"{out} cannot be written: {error.strerror}") from None


def _ndjson(records: Iterable[Record], file: IO[bytes]) -> None:
    encode = msgspec.json.Encoder().encode
    file.writelines(encode(record) + b"\n" for record in records)


def _csv(records: Iterable[Record], file: IO[bytes]) -> None:
    lines = csv.writer(_Encoded(file), lineterminator="\r\n")
    lines.writerow(FIELDS)
    lines.writerows(_cells(record) for record in records if record["type"] == "statement")


class _Encoded:
    """A file of bytes that takes text."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def write(self, text: str) -> int:
        """Write text as UTF-8."""
        return self._file.write(text.encode())


def _cells(record: Record) -> list[str]:
    """A record in the columns that are read; how a figure is worded stands where its rule would."""
    quantity = record.get("quantity") or {}
    form = quantity.get("form")
    values: dict[str, Any] = {
        "id": f"{record['document']}.{record['slug']}",
        "interval_basis": form if form in FORMS else None,
        "value": None if form == "range" else quantity.get("value"),
        "value_text": None,
        "lower": quantity.get("value") if form == "range" else None,
        "upper": quantity.get("value_to"),
        "comparator": quantity.get("comparator", "eq") if quantity else None,
        "status": "published",
    }
    return [cell_of(values[name] if name in values else _at(record, path)) for name, path in FIELDS.items()]


def _at(record: Record, path: tuple[str | int, ...]) -> Any:
    value: Any = record
    for step in path:
        value = (value or {}).get(step)
    return value
