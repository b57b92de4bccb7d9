"""Flat rows as a workbook with one sheet. Every text is written as text, so that none can run as a formula."""

import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from app.errors import BadRequestError, Fault
from app.exports.columns import Columns
from app.exports.wire import CHUNK, Rows

MOST_ROWS = 1_048_575
"""Rows below the header that a sheet can hold."""

MOST_TEXT = 32_767
"""Characters that a cell can hold."""

OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
    "default_date_format": "yyyy-mm-dd",
}
MADE = datetime(2000, 1, 1, tzinfo=UTC)
"""Stands in every workbook as the time it was made, so that the same rows give the same bytes."""


def xlsx_rows(rows: Rows, columns: Columns) -> Iterator[bytes]:
    """A workbook in pieces; it is written whole, to a scratch directory, before the first leaves.

    Raises BadRequestError (`format-too-small`) for more rows, or a longer text, than a sheet can hold.
    """
    with tempfile.TemporaryDirectory(prefix="claimbook-xlsx-") as scratch:
        path = Path(scratch, "rows.xlsx")
        _write(path, rows, columns)
        with path.open("rb") as file:
            while piece := file.read(CHUNK):
                yield piece


def _write(path: Path, rows: Rows, columns: Columns) -> None:
    from xlsxwriter import Workbook  # an extra: without it every other format works

    with Workbook(path, {**OPTIONS, "tmpdir": path.parent}) as workbook:
        workbook.use_zip64()
        workbook.set_properties({"created": MADE})
        sheet = workbook.add_worksheet("Claimbook")
        sheet.freeze_panes(1, 0)
        sheet.write_row(0, 0, columns)
        writers = {
            "text": sheet.write_string,
            "number": sheet.write_number,
            "whole": sheet.write_number,
            "flag": sheet.write_boolean,
            "day": sheet.write_datetime,
        }
        for index, row in enumerate(rows, 1):
            if index > MOST_ROWS:
                raise _too_small(f"more than {MOST_ROWS:,} rows")
            for place, (name, kind) in enumerate(columns.items()):
                value = row[name]
                if value is not None:
                    writers[kind](index, place, _fitting(value, name))


def _fitting(value: Any, name: str) -> Any:
    if isinstance(value, str) and len(value) > MOST_TEXT:
        raise _too_small(f"a text of more than {MOST_TEXT:,} characters in {name}")
    return value


def _too_small(what: str) -> BadRequestError:
    return BadRequestError(
        "format-too-small",
        f"A sheet cannot hold {what}. Take .csv or .parquet, or narrow the list with filters.",
        [Fault("path", "suffix", "csv or parquet was expected for so much", ["csv", "parquet"])],
    )
