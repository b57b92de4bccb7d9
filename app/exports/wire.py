"""How values are written as text: JSON with exact decimals, and text as pieces of bytes."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import simplejson

from app.domain.decimals import plain
from app.schemas.common import PlainDecimal

Rows = Iterable[Mapping[str, Any]]
CHUNK = 64 * 1024


def to_json(value: Any) -> str:
    """JSON with exact decimals as plain numbers and dates as ISO text."""
    return simplejson.dumps(value, use_decimal=True, ensure_ascii=False, separators=(",", ":"), default=_plain_json)


def _plain_json(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} does not go over the wire")


def row_json(row: Mapping[str, Any], columns: Iterable[str]) -> str:
    """A flat row as one JSON object on one line, keys in the order of the columns."""
    return to_json({column: _number(row[column]) for column in columns})


def _number(value: Any) -> Any:
    return PlainDecimal(plain(value)) if isinstance(value, Decimal) else value


def in_chunks(pieces: Iterable[str]) -> Iterator[bytes]:
    """UTF-8 bytes of about CHUNK each."""
    held: list[str] = []
    size = 0
    for piece in pieces:
        held.append(piece)
        size += len(piece)
        if size >= CHUNK:
            yield "".join(held).encode()
            held, size = [], 0
    if held:
        yield "".join(held).encode()
