"""How values are written: JSON with exact decimals, and lines as pieces of bytes."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec

from app.domain.decimals import plain_text
from app.schemas.common import PlainDecimal

Rows = Iterable[Mapping[str, Any]]
CHUNK = 256 * 1024


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


def row_json(row: Mapping[str, Any], columns: Mapping[str, str]) -> bytes:
    """A flat row as one JSON object on one line, keys in the order of the columns."""
    return json_bytes({name: _number(row[name]) if kind == "number" else row[name] for name, kind in columns.items()})


def _number(value: Any) -> Any:
    return msgspec.Raw(plain_text(value).encode()) if isinstance(value, Decimal) else value


class Lines:
    """Flat rows that are JSON already, in UTF-8, some at a time; to be read once, as texts or as rows."""

    def __init__(self, batches: Iterable[Sequence[bytes]], columns: Mapping[str, str]) -> None:
        self.batches = batches
        self.columns = columns

    def texts(self) -> Iterator[bytes]:
        """Each row as one JSON object on one line."""
        return (text for batch in self.batches for text in batch)

    def __iter__(self) -> Iterator[Mapping[str, Any]]:
        """Each row with exact numbers and with days."""
        decode = msgspec.json.Decoder(dict[str, Any], float_hook=Decimal).decode
        days = [name for name, kind in self.columns.items() if kind == "day"]
        numbers = [name for name, kind in self.columns.items() if kind == "number"]
        for text in self.texts():
            row = decode(text)
            row.update((name, date.fromisoformat(row[name])) for name in days if row[name] is not None)
            row.update((name, Decimal(row[name])) for name in numbers if row[name] is not None)
            yield row


def row_texts(rows: Rows, columns: Mapping[str, str]) -> Iterator[bytes]:
    """Each flat row as one JSON object on one line, keys in the order of the columns."""
    if isinstance(rows, Lines) and list(rows.columns) == list(columns):
        return rows.texts()
    return (row_json(row, columns) for row in rows)


def in_chunks(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The same in pieces of about CHUNK each."""
    held: list[bytes] = []
    size = 0
    for piece in pieces:
        held.append(piece)
        size += len(piece)
        if size >= CHUNK:
            yield b"".join(held)
            held, size = [], 0
    if held:
        yield b"".join(held)
