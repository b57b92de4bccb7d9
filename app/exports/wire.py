"""How values are written as text: JSON with exact decimals, and text as pieces of bytes."""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

import msgspec

from app.domain.decimals import plain_text
from app.schemas.common import PlainDecimal

Rows = Iterable[Mapping[str, Any]]
CHUNK = 64 * 1024


def json_bytes(value: Any) -> bytes:
    """JSON with exact decimals as plain numbers and dates as ISO text, in UTF-8."""
    return _ENCODER.encode(value)


def to_json(value: Any) -> str:
    """The same as text."""
    return json_bytes(value).decode()


def _plain_json(value: Any) -> Any:
    if isinstance(value, PlainDecimal):
        return msgspec.Raw(str(value).encode())
    raise TypeError(f"{type(value).__name__} does not go over the wire")


_ENCODER = msgspec.json.Encoder(decimal_format="number", enc_hook=_plain_json)


def row_json(row: Mapping[str, Any], columns: Mapping[str, str]) -> str:
    """A flat row as one JSON object on one line, keys in the order of the columns."""
    return to_json({name: _number(row[name]) if kind == "number" else row[name] for name, kind in columns.items()})


def _number(value: Any) -> Any:
    return msgspec.Raw(plain_text(value).encode()) if isinstance(value, Decimal) else value


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
