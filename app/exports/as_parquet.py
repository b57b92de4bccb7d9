"""Flat rows as Parquet: one fixed type a column, in row groups, so that a reader fetches the columns it wants and no more."""

import io
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from app.exports.columns import Columns, ColumnType
from app.exports.wire import Lines, Rows

GROUP = 10_000
"""Rows of a row group, which is what a writer holds in memory."""


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
    """Tables of one row group each."""
    import pyarrow as pa
    from pyarrow import json

    if isinstance(rows, Lines) and list(rows.columns) == list(columns):
        days = [pa.field(each.name, pa.string()) if each.type == pa.date32() else each for each in schema]
        reading = json.ParseOptions(explicit_schema=pa.schema(days), unexpected_field_behavior="error")
        texts = rows.texts()
        while group := list(islice(texts, GROUP)):
            lines = "\n".join(group).encode()
            whole = json.ReadOptions(block_size=len(lines) + 1)
            yield json.read_json(io.BytesIO(lines), whole, reading).cast(schema)
        return
    following = iter(rows)
    while some := list(islice(following, GROUP)):
        arrays = [pa.array(_values(some, name, columns[name]), schema.field(name).type) for name in columns]
        yield pa.Table.from_arrays(arrays, schema=schema)


def _values(rows: Sequence[Mapping[str, Any]], name: str, kind: ColumnType) -> list[Any]:
    values = [row[name] for row in rows]
    return [None if value is None else float(value) for value in values] if kind == "number" else values
