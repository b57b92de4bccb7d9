"""Flat rows as Parquet: one fixed type a column, in row groups, so that a reader fetches the columns it wants and no more."""

import io
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, TypeVar

from app.exports.columns import Columns, ColumnType
from app.exports.wire import Lines, Rows

Row = TypeVar("Row")

GROUP = 10_000
"""Rows of a row group, which is what a writer holds in memory."""

AT_ONCE = 1_000
"""Rows that are read as text at a time."""


class _Pieces(io.RawIOBase):
    """A file that nobody keeps: what is written waits to be taken away."""

    def __init__(self) -> None:
        self.waiting: list[bytes] = []
        self.place = 0

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self.place

    def write(self, data: Any) -> int:
        piece = bytes(data)
        self.waiting.append(piece)
        self.place += len(piece)
        return len(piece)

    def take(self) -> bytes:
        taken = b"".join(self.waiting)
        self.waiting.clear()
        return taken


def parquet_rows(rows: Rows, columns: Columns) -> Iterator[bytes]:
    """Parquet in pieces of one row group each; the same rows always give the same bytes."""
    import pyarrow as pa  # an extra: without it every other format works
    from pyarrow import parquet

    types = {"text": pa.string(), "number": pa.float64(), "whole": pa.int64(), "flag": pa.bool_(), "day": pa.date32()}
    schema = pa.schema([(name, types[kind]) for name, kind in columns.items()])
    pieces = _Pieces()
    bounded = [name for name, kind in columns.items() if kind != "text"]  # a reader skips row groups by their bounds
    options = {"compression": "zstd", "write_statistics": bounded, "store_schema": False}  # short, so that one read has it all
    with parquet.ParquetWriter(pieces, schema, **options) as writer:
        for table in _tables(rows, columns, schema):
            writer.write_table(table, row_group_size=GROUP)
            yield pieces.take()
    yield pieces.take()


def _tables(rows: Rows, columns: Columns, schema: Any) -> Iterator[Any]:
    """Tables of one row group each, put together of pieces, so that no text and no row of a whole group is held beside them."""
    import pyarrow as pa

    if isinstance(rows, Lines) and list(rows.columns) == list(columns):
        pieces = (_parsed(texts, schema) for texts in _batches(rows.texts()))
    else:
        pieces = (_built(some, columns, schema) for some in _batches(iter(rows)))
    while group := list(islice(pieces, GROUP // AT_ONCE)):
        yield pa.concat_tables(group)


def _batches(each: Iterator[Row]) -> Iterator[list[Row]]:
    while some := list(islice(each, AT_ONCE)):
        yield some


def _parsed(texts: Sequence[bytes], schema: Any) -> Any:
    """JSON objects as a table. On this thread: every thread of the parser would keep memory of its own for good."""
    import pyarrow as pa
    from pyarrow import json

    days = [pa.field(each.name, pa.string()) if each.type == pa.date32() else each for each in schema]
    reading = json.ParseOptions(explicit_schema=pa.schema(days), unexpected_field_behavior="error")
    lines = b"\n".join(texts)
    whole = json.ReadOptions(use_threads=False, block_size=len(lines) + 1)
    return json.read_json(pa.BufferReader(lines), whole, reading).cast(schema)


def _built(rows: Sequence[Mapping[str, Any]], columns: Columns, schema: Any) -> Any:
    import pyarrow as pa

    arrays = [pa.array(_values(rows, name, columns[name]), schema.field(name).type) for name in columns]
    return pa.Table.from_arrays(arrays, schema=schema)


def _values(rows: Sequence[Mapping[str, Any]], name: str, kind: ColumnType) -> list[Any]:
    values = [row[name] for row in rows]
    return [None if value is None else float(value) for value in values] if kind == "number" else values
