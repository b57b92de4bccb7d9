"""Flat rows as JSON in three dresses: one array, one object a line (NDJSON), features without a place (GeoJSON)."""

from collections.abc import Iterator

from app.exports.columns import Columns
from app.exports.wire import Rows, in_chunks, row_texts


def json_rows(rows: Rows, columns: Columns) -> Iterator[bytes]:
    """A JSON array with one object a line."""
    return in_chunks(_between(b"[", rows, columns, (b"", b""), b"]"))


def ndjson_rows(rows: Rows, columns: Columns) -> Iterator[bytes]:
    """One object a line and nothing between them; no row is no byte."""
    return in_chunks(text + b"\n" for text in row_texts(rows, columns))


def geojson_rows(rows: Rows, columns: Columns) -> Iterator[bytes]:
    """A feature collection (RFC 7946). No place of a region is certain yet, so every geometry is null."""
    feature = (b'{"type":"Feature","geometry":null,"properties":', b"}")
    return in_chunks(_between(b'{"type":"FeatureCollection","features":[', rows, columns, feature, b"]}"))


def _between(opening: bytes, rows: Rows, columns: Columns, around: tuple[bytes, bytes], closing: bytes) -> Iterator[bytes]:
    """Rows between brackets, each with the same before and after it."""
    before, after = around
    yield opening
    for index, text in enumerate(row_texts(rows, columns)):
        yield b"%s\n%s%s%s" % (b"," if index else b"", before, text, after)
    yield b"\n%s\n" % closing
