"""Flat rows as JSON in three dresses: one array, one object a line (NDJSON), features without a place (GeoJSON)."""

from collections.abc import Iterator

from app.exports.columns import Columns
from app.exports.wire import Rows, in_chunks, row_json


def json_rows(rows: Rows, columns: Columns) -> Iterator[bytes]:
    """A JSON array with one object a line."""
    return in_chunks(_between("[", rows, columns, "{}", "]"))


def ndjson_rows(rows: Rows, columns: Columns) -> Iterator[bytes]:
    """One object a line and nothing between them; no row is no byte."""
    return in_chunks(f"{row_json(row, columns)}\n" for row in rows)


def geojson_rows(rows: Rows, columns: Columns) -> Iterator[bytes]:
    """A feature collection (RFC 7946). No place of a region is certain yet, so every geometry is null."""
    feature = '{"type":"Feature","geometry":null,"properties":{}}'
    return in_chunks(_between('{"type":"FeatureCollection","features":[', rows, columns, feature, "]}"))


def _between(opening: str, rows: Rows, columns: Columns, shape: str, closing: str) -> Iterator[str]:
    """Rows between brackets, each set into `shape` in place of its `{}`."""
    before, after = shape.rsplit("{}", 1)
    yield opening
    for index, row in enumerate(rows):
        yield f"{',' if index else ''}\n{before}{row_json(row, columns)}{after}"
    yield f"\n{closing}\n"
