"""Flat rows as Parquet: one fixed type a column, in row groups, so that a reader fetches the columns it wants and no more."""

import io
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from app.exports.columns import Columns, ColumnType
from app.exports.wire import Rows

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
    pieces, following = _Pieces(), iter(rows)
    bounded = [name for name, kind in columns.items() if kind != "text"]  # a reader skips row groups by their bounds
    options = {"compression": "zstd", "write_statistics": bounded, "store_schema": False}  # short, so that one read has it all
    with parquet.ParquetWriter(pieces, schema, **options) as writer:
        while group := list(islice(following, GROUP)):
            arrays = [pa.array(_values(group, name, columns[name]), types[columns[name]]) for name in columns]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema), row_group_size=GROUP)
            yield pieces.take()
    yield pieces.take()


def _values(rows: Sequence[Mapping[str, Any]], name: str, kind: ColumnType) -> list[Any]:
    values = [row[name] for row in rows]
    return [None if value is None else float(value) for value in values] if kind == "number" else values
