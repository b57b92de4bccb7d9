"""Flat rows as JSON in three dresses: one array, one object a line (NDJSON), features without a place (GeoJSON)."""

from collections.abc import Iterator

from app.exports.columns import Columns
from app.exports.wire import Rows, in_chunks, row_texts


def json_rows(rows: Rows, columns: Columns) -> Iterator[bytes]:
    """A JSON array with one object a line."""
    return in_chunks(_between("[", rows, columns, "{}", "]"))


def ndjson_rows(rows: Rows, columns: Columns) -> Iterator[bytes]:
    """One object a line and nothing between them; no row is no byte."""
    return in_chunks(f"{text}\n" for text in row_texts(rows, columns))


def geojson_rows(rows: Rows, columns: Columns) -> Iterator[bytes]:
    """A feature collection (RFC 7946). No place of a region is certain yet, so every geometry is null."""
    feature = '{"type":"Feature","geometry":null,"properties":{}}'
    return in_chunks(_between('{"type":"FeatureCollection","features":[', rows, columns, feature, "]}"))


def _between(opening: str, rows: Rows, columns: Columns, shape: str, closing: str) -> Iterator[str]:
    """Rows between brackets, each set into `shape` in place of its `{}`."""
    before, after = shape.rsplit("{}", 1)
    yield opening
    for index, text in enumerate(row_texts(rows, columns)):
        yield f"{',' if index else ''}\n{before}{text}{after}"
    yield f"\n{closing}\n"
