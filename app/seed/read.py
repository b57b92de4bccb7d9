"""Reads YAML so that every value keeps its line and column.

Every scalar stays text (`7.550` is not a float here); the shapes give it a type. Anchors, aliases, tags, duplicate keys and
files over MAX_BYTES are refused.
"""

import re
from collections.abc import Iterable, Iterator
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
_TOO_LARGE = re.compile(r"\\U(?!000|0010)[0-9A-Fa-f]{8}")  # ruamel lets chr() fail on these


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with seed data: where it stands and what was expected instead."""

    file: str
    line: int
    column: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.message}"


class UnreadableError(Exception):
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
    lost: dict[str, list[Any]] = field(default_factory=dict)
    """list → what `without` took out of it"""

    def fault(self, path: Path_, message: str) -> Fault:
        """A fault at the value with this path, or at the nearest value above it."""
        while path and path not in self.marks:
            path = path[:-1]
        line, column = self.marks.get(path, (1, 1))
        return Fault(self.file, line, column, message)

    def without(self, places: Iterable[Path_]) -> "Source":
        """The same file without the list entries (`statements`, 3), or else the whole values, in which these places lie."""
        gone = {place[:2] if len(place) > 1 and isinstance(place[1], int) else place[:1] for place in places}
        kept: dict[Path_, Path_] = {(): ()}
        content: dict[str, Any] = {}
        lost: dict[str, list[Any]] = {}
        for name, value in self.content.items():
            if (name,) in gone:
                lost[name] = [value]
                continue
            content[name], kept[(name,)] = value, (name,)
            if isinstance(value, list):
                content[name] = [item for index, item in enumerate(value) if (name, index) not in gone]
                lost[name] = [item for index, item in enumerate(value) if (name, index) in gone]
                left = (index for index in range(len(value)) if (name, index) not in gone)
                kept.update({(name, before): (name, after) for after, before in enumerate(left)})
            elif isinstance(value, dict):
                kept.update({(name, key): (name, key) for key in value})
        marks = {kept[path[:2]] + path[2:]: mark for path, mark in self.marks.items() if path[:2] in kept}
        return Source(self.file, content, marks, lost)


def read_yaml(path: Path, name: str) -> Source:
    """The content of a YAML file as dicts, lists, strings and None, with marks. Raises UnreadableError."""
    text = _read_text(path, name)
    source = Source(name)
    try:
        _read_stream(iter(YAML(typ="safe", pure=True).parse(text)), source)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = " ".join(str(error.problem or error.context or "not YAML").split())
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        raise UnreadableError(Fault(name, line, column, f"not valid YAML: {problem}")) from None
    except YAMLError as error:
        before = text[: getattr(error, "position", 0)]
        reason = getattr(error, "reason", None) or str(error)
        raise UnreadableError(_fault_after(before, name, f"not valid YAML: {' '.join(reason.split())}")) from None
    except (ValueError, OverflowError):
        escape = _TOO_LARGE.search(text)
        before = text[: escape.start() if escape else 0]
        raise UnreadableError(_fault_after(before, name, "not valid YAML: no character has this number")) from None
    return source


def _read_text(path: Path, name: str) -> str:
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise UnreadableError(Fault(name, 1, 1, f"{size} bytes; a seed file of at most {MAX_BYTES} bytes was expected"))
        content = path.read_bytes()
    except OSError as error:
        raise UnreadableError(Fault(name, 1, 1, f"the file cannot be read: {error.strerror}")) from None
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8")
        raise UnreadableError(_fault_after(before, name, f"byte {error.start} of the file is not UTF-8 text")) from None


def _fault_after(before: str, name: str, message: str) -> Fault:
    """A fault right after this part of the file."""
    return Fault(name, before.count("\n") + 1, len(before) - before.rfind("\n"), message)


def _read_stream(events: Iterator[Any], source: Source) -> None:
    documents = 0
    for event in events:
        if isinstance(event, StreamStartEvent | StreamEndEvent | DocumentEndEvent):
            continue
        if isinstance(event, DocumentStartEvent):
            documents += 1
            if documents > 1:
                raise UnreadableError(_fault(source, event, "a second YAML document starts here; one was expected"))
            continue
        source.content = _read_value(event, events, source, ())


def _read_value(event: Any, events: Iterator[Any], source: Source, path: Path_) -> Any:
    _refuse_machinery(event, source)
    if len(path) > MAX_DEPTH:
        raise UnreadableError(_fault(source, event, f"nested deeper than {MAX_DEPTH} levels"))
    source.marks.setdefault(path, _position(event))
    if isinstance(event, ScalarEvent):
        return None if not event.style and event.value in _NULLS else event.value
    if isinstance(event, SequenceStartEvent):
        return _read_list(events, source, path)
    if isinstance(event, MappingStartEvent):
        return _read_mapping(events, source, path)
    raise UnreadableError(_fault(source, event, "a value was expected"))


def _refuse_machinery(event: Any, source: Source) -> None:
    if isinstance(event, AliasEvent):
        raise UnreadableError(_fault(source, event, "aliases (*name) are not allowed; write the value out"))
    if getattr(event, "anchor", None):
        raise UnreadableError(_fault(source, event, "anchors (&name) are not allowed"))
    if getattr(event, "tag", None):
        raise UnreadableError(_fault(source, event, "tags (!name) are not allowed"))


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
        _refuse_machinery(event, source)
        if not isinstance(event, ScalarEvent):
            raise UnreadableError(_fault(source, event, "a plain key was expected"))
        key = event.value
        if key in mapping:
            raise UnreadableError(_fault(source, event, f"the key {key!r} stands twice"))
        source.marks[(*path, key)] = _position(event)
        mapping[key] = _read_value(next(events), events, source, (*path, key))
    return mapping


def _position(event: Any) -> tuple[int, int]:
    return event.start_mark.line + 1, event.start_mark.column + 1


def _fault(source: Source, event: Any, message: str) -> Fault:
    line, column = _position(event)
    return Fault(source.file, line, column, message)
