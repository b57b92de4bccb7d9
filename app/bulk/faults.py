"""What is wrong with a file that is loaded: each fault with line and field, as many as a reader can use, all of them counted."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from app.domain.nearest import nearest
from app.errors import SeedError
from app.seed.gather import faults_of
from app.seed.read import Fault, Path_, Source

Shaped = TypeVar("Shaped", bound=BaseModel)

LISTED = 100
"""Faults that are listed; the others are counted."""


@dataclass(slots=True)
class Faults:
    """The faults of a file."""

    file: str
    listed: list[Fault] = field(default_factory=list)
    total: int = 0

    def add(self, faults: Iterable[Fault]) -> None:
        """Take these in."""
        for fault in faults:
            self.total += 1
            if len(self.listed) < LISTED:
                self.listed.append(fault)

    def refuse(self) -> None:
        """Raise SeedError with all of them, if there are any."""
        if not self.total:
            return
        lines = [str(fault) for fault in sorted(self.listed, key=lambda fault: (fault.line, fault.column, fault.message))]
        more = f"; the first {LISTED} are listed" if self.total > LISTED else ""
        lines.append(f"{self.total} fault{'s' if self.total > 1 else ''}{more}; nothing was written.")
        raise SeedError("\n".join(lines))


class Line(Source):
    """A line of a file as the source of faults: one is placed where the field's name stands, and names the field."""

    line: int = 1
    raw: bytes = b""

    @classmethod
    def of(cls, file: str, line: int, raw: bytes = b"") -> "Line":
        """The line with this number; `raw` are its bytes, if columns count its characters."""
        made = cls(file)
        made.line, made.raw = line, raw
        return made

    def fault(self, path: Path_, message: str) -> Fault:
        """A fault at the field with this path."""
        path = path[1:] if len(path) > 1 and path[0] == "document" else path  # a record of a document is its bibliography
        names = [str(step) for step in path]
        at = 0
        for name in (step for step in path if isinstance(step, str)):
            at = max(at, self.raw.find(f'"{name}"'.encode(), at))
        column = len(self.raw[:at].decode("utf-8", "replace")) + 1
        where = ".".join(names)
        told = message if not where or message.startswith(f"{where}: ") else f"{where}: {message.removeprefix(f'{names[-1]}: ')}"
        return Fault(self.file, self.line, column, told)


def shaped(source: Source, record: Any, shape: type[Shaped]) -> tuple[Shaped | None, list[Fault]]:
    """A record in its shape; None, and what is wrong with it, when the shape does not take it."""
    try:
        return shape.model_validate(record), []
    except ValidationError as error:
        return None, list(faults_of(error, source, shape, but=[]))


def shape_faults(source: Source, record: Any, shape: type[BaseModel]) -> list[Fault]:
    """What a shape says is wrong with a record; nothing when it takes it."""
    return shaped(source, record, shape)[1]


def type_fault(source: Source, record: Any, types: Iterable[str]) -> Fault:
    """A fault of a record that says nothing known of what it is."""
    if not isinstance(record, dict):
        return source.fault((), 'an object such as {"type": "statement", …} was expected')
    found = record.get("type")
    guesses = nearest(found, types) if isinstance(found, str) else []
    hint = f"; did you mean {guesses[0]}?" if guesses else ""
    return source.fault(("type",), f"one of {', '.join(types)} was expected{hint}")
