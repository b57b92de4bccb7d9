"""Reads tables (CSV, Parquet) of statements a batch at a time, and looks up what is stored of them."""

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
import sqlalchemy as sa

from app.bulk.difference import stored
from app.bulk.faults import Faults, Line, shape_faults
from app.bulk.flat import COLUMNS, FIELDS, Cells, DisagreeError, cell_of, record_of
from app.bulk.read import BATCH, Batch, Said
from app.bulk.records import StatementLine, StatementRecord, as_texts
from app.domain.nearest import nearest
from app.errors import ClaimbookError
from app.exports.as_csv import FORMULA
from app.seed.read import Fault, Path_
from app.seed.rows import Row

Rows = Iterator[tuple[list[tuple[int, bytes, Cells]], int, int]]
"""Rows in batches, each with its line, the header and its cells; how much is done, and how much there is."""


class FlatLine(Line):
    """A row of a table as the source of faults: `raw` is its header, and a fault names the column."""

    def fault(self, path: Path_, message: str) -> Fault:
        """A fault at the column that fills the field with this path."""
        field = tuple(step for step in path if isinstance(step, str))
        names = [name for name, filled in FIELDS.items() if filled == field]
        name = names[0] if names else field[-1] if field else ""
        columns = self.raw.decode().split(",")
        told = message.removeprefix(f"{field[-1]}: ") if field else message
        return Fault(self.file, self.line, columns.index(name) + 1 if name in columns else 1, f"{name}: {told}" if name else told)


def read_table(path: Path, faults: Faults, connection: sa.Connection | None) -> Iterator[tuple[Batch, int]]:
    """The statements of a table in batches, with its size; stored statements are looked up through `connection`."""
    for rows, done, total in _rows(path, faults):
        batch = Batch(done=done)
        ids = sorted({cells["id"] for _, _, cells in rows if cells.get("id")})
        before = {row["id"]: row for row in stored(connection, "statement", "id", ids)} if connection else {}
        if connection:
            for each in sorted(stored(connection, "statement_region", "statement", ids), key=lambda row: row["region"]):
                before[each["statement"]].setdefault("regions", []).append(each["region"])
        for number, header, cells in rows:
            said = _said(number, header, cells, before.get(cells.get("id", "")), faults)
            if said:
                batch.statements.append(said)
        yield batch, total


def ids_in_table(path: Path) -> Iterator[tuple[int, bytes, str, str]]:
    """Line, header, type and id of each row; for looking at a file again."""
    for rows, _, _ in _rows(path, Faults(path.name)):
        for number, header, cells in rows:
            yield number, header, "statement", cells.get("id", "")


def _said(number: int, header: bytes, cells: Cells, before: Row | None, faults: Faults) -> Said | None:
    line = FlatLine.of(faults.file, number, header)
    try:
        record, kept = record_of(cells, before)
        return Said(number, header, msgspec.convert({"type": "statement", **record}, StatementRecord), kept)
    except DisagreeError as error:
        faults.add([line.fault(error.path, str(error))])
    except msgspec.ValidationError as error:
        said = str(error)
        faults.add(shape_faults(line, as_texts(record), StatementLine) or [line.fault((), said[:1].lower() + said[1:])])
    return None


def _rows(path: Path, faults: Faults) -> Rows:
    return _csv(path, faults) if path.suffix == ".csv" else _parquet(path, faults)


def _header(path: Path, columns: Sequence[str], faults: Faults) -> bytes | None:
    """The header as it is kept with each row; None when the columns are not understood."""
    header = ",".join(columns).encode()
    line, before = FlatLine.of(path.name, 1, header), faults.total
    for name in columns:
        if name not in COLUMNS:
            guesses = nearest(name, COLUMNS)
            hint = f"; did you mean {guesses[0]!r}?" if guesses else ""
            faults.add([line.fault((name,), f"there is no column {name!r}{hint}")])
        elif columns.count(name) > 1:
            faults.add([line.fault((name,), f"the column {name!r} stands twice")])
    if "id" not in columns:
        faults.add([line.fault((), "a column `id` was expected")])
    return header if faults.total == before else None


def _csv(path: Path, faults: Faults) -> Rows:
    total = path.stat().st_size
    with path.open("rb") as raw, io.TextIOWrapper(raw, "utf-8-sig", newline="") as file:
        reader = csv.reader(file, strict=True)
        try:
            columns = next(reader, [])
            header = _header(path, columns, faults)
            rows: list[tuple[int, bytes, Cells]] = []
            line = reader.line_num + 1
            for values in reader if header else ():
                if len(values) != len(columns):
                    message = f"{len(columns)} cells were expected, as in the header; here are {len(values)}"
                    faults.add([FlatLine.of(path.name, line).fault((), message)])
                elif header:
                    rows.append((line, header, {name: _bare(value) for name, value in zip(columns, values, strict=True)}))
                line = reader.line_num + 1
                if len(rows) == BATCH:
                    yield rows, min(raw.tell(), total), total
                    rows = []
            yield rows, total, total
        except csv.Error as error:
            faults.add([FlatLine.of(path.name, reader.line_num).fault((), f"not valid CSV: {error}")])
        except UnicodeDecodeError:
            faults.add([FlatLine.of(path.name, reader.line_num + 1).fault((), "text in UTF-8 was expected")])


def _bare(text: str) -> str:
    """The cell without the apostrophe that keeps spreadsheets from taking it for a formula."""
    return text[1:] if text[:1] == "'" and text[1:].startswith(FORMULA) else text


def _parquet(path: Path, faults: Faults) -> Rows:
    try:
        from pyarrow import ArrowInvalid  # noqa: PLC0415 - an extra
        from pyarrow.parquet import ParquetFile  # noqa: PLC0415
    except ModuleNotFoundError:
        raise ClaimbookError("Parquet needs the extra: pip install 'claimbook[export]'.") from None
    try:
        file = ParquetFile(path)
    except ArrowInvalid as error:
        raise ClaimbookError(f"{path.name} is no Parquet file: {str(error).splitlines()[0]}") from None
    columns, total, done = file.schema_arrow.names, file.metadata.num_rows, 0
    header = _header(path, columns, faults)
    read = [name for name in columns if name in FIELDS]
    for batch in file.iter_batches(batch_size=BATCH, columns=read) if header else ():
        rows: list[tuple[int, bytes, Cells]] = []
        for values in batch.to_pylist():
            done += 1
            rows.append((done, header or b"", {name: cell_of(value) for name, value in values.items()}))
        yield rows, done, total
