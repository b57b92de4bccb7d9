"""Reads NDJSON a batch at a time: how large the file is does not matter, a line may be so long and no longer."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from app.bulk.faults import Faults, Line, shape_faults, type_fault
from app.bulk.lists import LISTS, Given
from app.bulk.records import SHAPES, StatementLine, StatementRecord, as_texts, decode, untyped

BATCH = 2000  # statements and relations written at once
DOCUMENTS = 1000  # documents written at once; the other code lists are kept whole
MAX_LINE = 1_000_000  # bytes


@dataclass(slots=True)
class Said:
    """A statement, where it stands, and columns of its row that stay as they are stored."""

    number: int
    raw: bytes
    record: StatementRecord
    kept: dict[str, Any] | None = None

    @property
    def id(self) -> str:
        """The id of the statement."""
        return f"{self.record.document}.{self.record.slug}"


@dataclass(slots=True)
class Batch:
    """Records that are written together: code lists and documents first, then statements, then relations."""

    lists: list[Given] = field(default_factory=list)
    documents: int = 0
    statements: list[Said] = field(default_factory=list)
    relations: list[Given] = field(default_factory=list)
    done: int = 0
    """Bytes (of a table: rows) read so far."""

    @property
    def full(self) -> bool:
        """Whether it is time to write it."""
        return len(self.statements) + len(self.relations) >= BATCH or self.documents >= DOCUMENTS


def read_ndjson(path: Path, faults: Faults) -> Iterator[Batch]:
    """The records of a file in batches; what cannot be read goes to `faults`."""
    batch, done = Batch(), 0
    for number, raw in _lines(path, faults):
        done += len(raw)
        if not raw.strip():
            continue
        found = _read(number, raw, faults)
        if isinstance(found, Said):
            batch.statements.append(found)
        elif found is not None and found[1]["type"] == "relation":
            batch.relations.append(found)
        elif found is not None:
            if batch.statements or batch.relations:
                batch.done = done
                yield batch
                batch = Batch()
            batch.lists.append(found)
            batch.documents += found[1]["type"] == "document"
        if batch.full:
            batch.done = done
            yield batch
            batch = Batch()
    batch.done = done
    yield batch


def ids_in(path: Path) -> Iterator[tuple[int, bytes, str, str]]:
    """Line, its bytes, type and code of each record; for looking at a file again."""
    for number, raw in _lines(path, Faults(path.name)):
        if raw.strip():
            found = _read(number, raw, Faults(path.name))
            if isinstance(found, Said):
                yield number, raw, "statement", found.id
            elif found is not None:
                yield number, raw, *name_of(found[1])


def name_of(record: dict[str, Any]) -> tuple[str, str]:
    """What a record is about: its type and code; a relation has none but its parts."""
    if record["type"] in LISTS or record["type"] == "document":
        return record["type"], str(record.get("code"))
    return "relation", "~".join(str(record.get(part)) for part in ("statement", "relation", "other"))


def _lines(path: Path, faults: Faults) -> Iterator[tuple[int, bytes]]:
    with path.open("rb") as file:
        for number, raw in enumerate(iter(partial(file.readline, MAX_LINE), b""), start=1):
            if len(raw) == MAX_LINE and not raw.endswith(b"\n"):
                faults.add([Line.of(path.name, number).fault((), f"a line of at most {MAX_LINE} bytes was expected")])
                return
            yield number, raw.removeprefix(b"\xef\xbb\xbf") if number == 1 else raw


def _read(number: int, raw: bytes, faults: Faults) -> Said | Given | None:
    try:
        record = decode(raw)
    except UnicodeDecodeError as error:
        faults.add([Line.of(faults.file, number, b"").fault((), f"not valid UTF-8 at byte {error.start + 1} of a text")])
        return None
    except msgspec.MsgspecError as error:
        faults.add(_faults(Line.of(faults.file, number, raw), raw, str(error)))
        return None
    if isinstance(record, StatementRecord):
        return Said(number, raw, record)
    return Line.of(faults.file, number, raw), record


def _faults(line: Line, raw: bytes, said: str) -> Any:
    """What is wrong with a line that is no record, in the words of a seed file."""
    try:
        record = untyped(raw)
    except msgspec.MsgspecError:
        return [line.fault((), f"not valid JSON: {said}")]
    if not isinstance(record, dict) or record.get("type") not in SHAPES:
        return [type_fault(line, record, SHAPES)]
    fields = as_texts({key: value for key, value in record.items() if key != "type"})
    return shape_faults(line, fields, StatementLine) or [line.fault((), said[:1].lower() + said[1:])]
