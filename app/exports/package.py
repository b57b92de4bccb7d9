"""What is in the data package, to the byte? Files of CSV, measured as they are written, and one archive of all of them."""

import hashlib
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.exports.as_csv import csv_rows
from app.exports.describe import CSVW_FILE, PACKAGE_FILE, README_FILE, Measured, as_text, csvw, data_package, readme
from app.exports.tables import TABLES, Table
from app.exports.wire import CHUNK, Lines, Rows

ARCHIVE = "package.zip"
MADE = (1980, 1, 1, 0, 0, 0)
"""The time of every file in the archive, so that the same data give the same bytes; zip knows no earlier one."""

MODE = 0o644 << 16
RowsOf = Callable[[Table], Rows]
"""The rows of a table, read as they are asked for."""


@dataclass
class Meter:
    """Passes bytes on and keeps their number and their SHA-256."""

    rows: int = 0
    size: int = 0

    def __post_init__(self) -> None:
        self._digest = hashlib.sha256()

    def file_of(self, table: Table, rows: Rows) -> Iterator[bytes]:
        """The file of a table, in pieces."""
        for piece in csv_rows(self._counted(rows), table.columns):
            self._digest.update(piece)
            self.size += len(piece)
            yield piece

    def _counted(self, rows: Rows) -> Rows:
        return Lines(self._texts(rows), rows.columns) if isinstance(rows, Lines) else self._each(rows)

    def _texts(self, lines: Lines) -> Iterator[Sequence[bytes]]:
        for batch in lines.batches:
            self.rows += len(batch)
            yield batch

    def _each(self, rows: Rows) -> Iterator[Mapping[str, Any]]:
        for row in rows:
            self.rows += 1
            yield row

    def result(self) -> Measured:
        """What has been measured."""
        return Measured(rows=self.rows, size=self.size, sha256=self._digest.hexdigest())


def measure(rows_of: RowsOf) -> dict[str, Measured]:
    """Rows, bytes and SHA-256 of every table's file; nothing of them is kept."""
    measured = {}
    for table in TABLES:
        meter = Meter()
        for _ in meter.file_of(table, rows_of(table)):
            pass
        measured[table.name] = meter.result()
    return measured


def archive(rows_of: RowsOf, version: int, *, licensed: bool) -> Iterator[bytes]:
    """The whole package as a zip file, in pieces; it is written to a scratch directory before the first leaves.

    Files stand uncompressed and in a fixed order with a fixed time, so that its bytes depend on the data alone and on no
    library's way to compress. `licensed` says that all the data came with the program. Raises OSError when there is no room.
    """
    with tempfile.TemporaryDirectory(prefix="claimbook-package-") as scratch:
        path = Path(scratch, ARCHIVE)
        _write(path, rows_of, version, licensed=licensed)
        with path.open("rb") as file:
            while piece := file.read(CHUNK):
                yield piece


def _write(path: Path, rows_of: RowsOf, version: int, *, licensed: bool) -> None:
    measured = {}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as zipped:
        _add(zipped, README_FILE, [readme(version, licensed=licensed).encode()])
        for table in TABLES:
            meter = Meter()
            _add(zipped, table.file, meter.file_of(table, rows_of(table)))
            measured[table.name] = meter.result()
        _add(zipped, CSVW_FILE, [as_text(csvw(version, licensed=licensed)).encode()])
        _add(zipped, PACKAGE_FILE, [as_text(data_package(version, measured, licensed=licensed)).encode()])


def _add(zipped: zipfile.ZipFile, name: str, pieces: Iterable[bytes]) -> None:
    entry = zipfile.ZipInfo(name, MADE)
    entry.create_system = 3  # what other systems would write here differs
    entry.external_attr = MODE
    with zipped.open(entry, "w", force_zip64=True) as file:
        for piece in pieces:
            file.write(piece)
