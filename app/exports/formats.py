"""Which formats do flat rows come in? One table for routes, negotiation, documentation and the command line."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from typing import Literal

from app.exports.as_csv import csv_rows
from app.exports.as_json import geojson_rows, json_rows, ndjson_rows
from app.exports.as_parquet import parquet_rows
from app.exports.as_xlsx import xlsx_rows
from app.exports.columns import Columns
from app.exports.wire import Rows

Suffix = Literal["json", "csv", "ndjson", "parquet", "xlsx"]
"""What every list comes in."""

PlaceSuffix = Literal["json", "csv", "ndjson", "parquet", "xlsx", "geojson"]
"""What a list of places comes in."""


@dataclass(frozen=True, slots=True)
class Format:
    """A format: how it is named on the wire and how it is written."""

    media_type: str
    """Without parameters, as clients ask for it."""
    write: Callable[[Rows, Columns], Iterator[bytes]]
    parameters: str = ""
    """What follows the media type in `Content-Type`."""
    needs: str | None = None
    """The module of the extra `[export]` without which it cannot be written."""
    whole: bool = False
    """Whether it is of no use before its last byte, and so is sent only when it is complete."""

    @property
    def content_type(self) -> str:
        """What an answer says it is."""
        return self.media_type + self.parameters

    @property
    def available(self) -> bool:
        """Whether this installation can write it."""
        return self.needs is None or find_spec(self.needs) is not None


FORMATS: dict[str, Format] = {
    "json": Format("application/json", json_rows),
    "csv": Format("text/csv", csv_rows, parameters="; charset=utf-8; header=present"),
    "ndjson": Format("application/x-ndjson", ndjson_rows),
    "parquet": Format("application/vnd.apache.parquet", parquet_rows, needs="pyarrow", whole=True),
    "xlsx": Format(
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", xlsx_rows, needs="xlsxwriter", whole=True
    ),
    "geojson": Format("application/geo+json", geojson_rows),
}
"""By suffix."""

ZIP = "application/zip"
"""The media type of the data package."""
WHOLE = frozenset({ZIP, *(each.media_type for each in FORMATS.values() if each.whole)})
"""Media types of what is sent only when it is complete."""


def writers() -> str:
    """The libraries that write and their versions: another one may write other bytes for the same rows."""
    needed = (each.needs for each in FORMATS.values() if each.needs and each.available)
    return " ".join(f"{name} {version(name)}" for name in needed)
