"""Reads YAML so that every value keeps its line and column.

Every scalar stays text (`7.550` is not a float here); the shapes give it a type. Anchors, aliases, tags, duplicate keys and
files over MAX_BYTES are refused.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
    StreamStartEvent,
)

MAX_BYTES = 5_000_000
MAX_DEPTH = 32

Path_ = tuple[str | int, ...]
_NULLS = ("", "~", "null", "Null", "NULL")


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with seed data: where it stands and what was expected instead."""

    file: str
    line: int
    column: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.message}"


class FileFault(Exception):
    """A file that cannot be read at all."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(str(fault))
        self.fault = fault


@dataclass(slots=True)
class Source:
    """A file that was read: its plain content, and where each value of it stands."""

    file: str
    content: Any = None
    marks: dict[Path_, tuple[int, int]] = field(default_factory=dict)

    def fault(self, path: Path_, message: str) -> Fault:
        """A fault at the value with this path, or at the nearest value above it."""
        while path and path not in self.marks:
            path = path[:-1]
        line, column = self.marks.get(path, (1, 1))
        return Fault(self.file, line, column, message)


def read_yaml(path: Path, name: str) -> Source:
    """The content of a YAML file as dicts, lists, strings and None, with marks. Raises FileFault."""
    source = Source(name)
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise FileFault(source.fault((), f"{size} bytes; a seed file of at most {MAX_BYTES} bytes was expected"))
        text = path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        raise FileFault(source.fault((), f"byte {error.start} is not UTF-8 text")) from None
    except OSError as error:
        raise FileFault(source.fault((), f"the file cannot be read: {error.strerror}")) from None
    try:
        events = iter(YAML(typ="safe", pure=True).parse(text))
        _read_stream(events, source)
    except MarkedYAMLError as error:
        mark = error.problem_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        problem = " ".join(str(error.problem or error.context or "not YAML").split())
        raise FileFault(Fault(name, line, column, f"not valid YAML: {problem}")) from None
    except YAMLError as error:
        line = text[: getattr(error, "position", 0) or 0].count("\n") + 1
        raise FileFault(Fault(name, line, 1, f"not valid YAML: {' '.join(str(error).split())}")) from None
    return source


def _read_stream(events: Iterator[Any], source: Source) -> None:
    documents = 0
    for event in events:
        if isinstance(event, StreamStartEvent | StreamEndEvent | DocumentEndEvent):
            continue
        if isinstance(event, DocumentStartEvent):
            documents += 1
            if documents > 1:
                raise FileFault(_fault(source, event, "a second YAML document starts here; one was expected"))
            continue
        source.content = _read_value(event, events, source, ())


def _read_value(event: Any, events: Iterator[Any], source: Source, path: Path_) -> Any:
    if isinstance(event, AliasEvent):
        raise FileFault(_fault(source, event, "aliases (*name) are not allowed; write the value out"))
    if getattr(event, "anchor", None):
        raise FileFault(_fault(source, event, "anchors (&name) are not allowed"))
    if getattr(event, "tag", None) and str(event.tag) != "!":
        raise FileFault(_fault(source, event, "tags (!name) are not allowed"))
    if len(path) > MAX_DEPTH:
        raise FileFault(_fault(source, event, f"nested deeper than {MAX_DEPTH} levels"))
    source.marks.setdefault(path, _position(event))
    if isinstance(event, ScalarEvent):
        plain = event.style is None or event.style == ""
        return None if plain and event.value in _NULLS else event.value
    if isinstance(event, SequenceStartEvent):
        return _read_list(events, source, path)
    if isinstance(event, MappingStartEvent):
        return _read_mapping(events, source, path)
    raise FileFault(_fault(source, event, "a value was expected"))


def _read_list(events: Iterator[Any], source: Source, path: Path_) -> list[Any]:
    items: list[Any] = []
    for event in events:
        if isinstance(event, SequenceEndEvent):
            break
        items.append(_read_value(event, events, source, (*path, len(items))))
    return items


def _read_mapping(events: Iterator[Any], source: Source, path: Path_) -> dict[str, Any]:
    mapping: dict[str, Any] = {}
    for event in events:
        if isinstance(event, MappingEndEvent):
            break
        if not isinstance(event, ScalarEvent):
            raise FileFault(_fault(source, event, "a plain key was expected"))
        key = event.value
        if key in mapping:
            raise FileFault(_fault(source, event, f"the key {key!r} stands twice"))
        source.marks[(*path, key)] = _position(event)
        mapping[key] = _read_value(next(events), events, source, (*path, key))
    return mapping


def _position(event: Any) -> tuple[int, int]:
    return event.start_mark.line + 1, event.start_mark.column + 1


def _fault(source: Source, event: Any, message: str) -> Fault:
    line, column = _position(event)
    return Fault(source.file, line, column, message)
