"""Reads a whole seed directory into shapes, collecting every fault instead of stopping at the first."""

import re
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from app.domain.expected import expected
from app.domain.nearest import nearest
from app.seed.read import Fault, Path_, Source, UnreadableError, read_yaml
from app.seed.shapes import (
    ActorsFile,
    ActorShape,
    DocumentFile,
    IndicatorsFile,
    IndicatorShape,
    ProjectsFile,
    ProjectShape,
    RegionsFile,
    RegionShape,
    RelationsFile,
    RelationShape,
    UnitsFile,
    UnitShape,
)

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

FILES: dict[str, type[BaseModel]] = {
    "units": UnitsFile,
    "actors": ActorsFile,
    "regions": RegionsFile,
    "indicators": IndicatorsFile,
    "projects": ProjectsFile,
    "relations": RelationsFile,
}
"""The code lists of a seed directory and the shape of each file; documents stand in `documents/`."""

GAP = "TODO"
"""What `claimbook draft` writes where the curator has to."""

T = TypeVar("T", bound=BaseModel)


@dataclass(slots=True)
class Entry(Generic[T]):
    """A shape and where it was read."""

    shape: T
    source: Source
    path: Path_

    def fault(self, message: str, *path: str | int) -> Fault:
        """A fault at a field of this entry."""
        return self.source.fault((*self.path, *path), message)


@dataclass(slots=True)
class Seed:
    """Everything a seed directory holds, in the order of the files."""

    units: list[Entry[UnitShape]] = field(default_factory=list)
    actors: list[Entry[ActorShape]] = field(default_factory=list)
    regions: list[Entry[RegionShape]] = field(default_factory=list)
    indicators: list[Entry[IndicatorShape]] = field(default_factory=list)
    projects: list[Entry[ProjectShape]] = field(default_factory=list)
    relations: list[Entry[RelationShape]] = field(default_factory=list)
    documents: list[Entry[DocumentFile]] = field(default_factory=list)
    lists: set[str] = field(default_factory=set)
    """code lists whose file is there"""
    faults: list[Fault] = field(default_factory=list)
    broken: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """list → codes of entries that are there but have faults; so that what refers to them is no fault too"""
    unread: set[str] = field(default_factory=set)
    """code lists, and documents as `documents/<code>`, of whose entries not even the codes could be read"""
    texts: list[str] = field(default_factory=list)
    """texts at hand, of whatever documents"""


def gather(directory: Path, texts: Path | None = None) -> Seed:
    """Read every seed file below `directory`; what is wrong with them stands in `faults`.

    `texts` is a directory of the operator's own copies (*.txt); those that are the text of a document are checked against it.
    """
    seed = Seed(texts=_read_texts(texts) if texts else [])
    known = {f"{name}.yaml" for name in FILES}
    if not directory.is_dir():
        seed.faults.append(Fault(str(directory), 1, 1, "a directory with seed files was expected"))
        return seed
    for path in sorted(directory.glob("*.y*ml")):
        if path.name not in known:
            guess = nearest(path.name, known)
            hint = f"; did you mean {guess[0]}?" if guess else f"; one of {', '.join(sorted(known))} was expected"
            seed.faults.append(Fault(path.name, 1, 1, f"no seed file has this name{hint}"))
    for name, shape in FILES.items():
        path = directory / f"{name}.yaml"
        if path.exists():
            seed.lists.add(name)
            _read_list(path, name, shape, seed)
    for path in sorted((directory / "documents").glob("*.y*ml")):
        _read_document(path, seed)
    if not seed.faults and not seed.lists and not seed.documents:
        seed.faults.append(Fault(str(directory), 1, 1, "no seed file was found here (documents/*.yaml, regions.yaml, …)"))
    return seed


def _read_texts(directory: Path) -> list[str]:
    """Every text that can be read; what is not UTF-8 is the text of no document."""
    found = []
    for path in sorted(directory.glob("*.txt")):
        with suppress(OSError, UnicodeDecodeError):
            found.append(path.read_bytes().decode("utf-8"))
    return found


def _read_list(path: Path, name: str, shape: type[BaseModel], seed: Seed) -> None:
    source = _read(path, path.name, seed)
    if source is None:
        seed.unread.add(name)
        return
    loaded, sound = _shape(source, shape, seed)
    if loaded is None:
        seed.unread.add(name)
        return
    entries = getattr(loaded, name)
    seed_list = getattr(seed, name)
    seed_list.extend(Entry(item, sound, (name, index)) for index, item in enumerate(entries))
    seed.broken[name].update(_words(source.content, name, "code") - {getattr(item, "code", "") for item in entries})


def _read_document(path: Path, seed: Seed) -> None:
    source = _read(path, f"documents/{path.name}", seed)
    if source is None:
        seed.unread.add(f"documents/{path.stem}")
        return
    loaded, sound = _shape(source, DocumentFile, seed)
    if isinstance(loaded, DocumentFile):
        code = loaded.document.code
        seed.documents.append(Entry(loaded, sound, ()))
        if path.name != f"{code}.yaml":
            seed.faults.append(sound.fault(("document", "code"), f"the file of this document is called {code}.yaml"))
    else:
        code = path.stem
        seed.broken["documents"].add(code)
    slugs = {each.slug for each in loaded.statements} if isinstance(loaded, DocumentFile) else set()
    lost = sound.lost.get("statements", [])
    if len(_words({"statements": lost}, "statements", "slug")) < len(lost):
        seed.unread.add(f"documents/{code}")
    seed.broken["statements"].update(f"{code}.{slug}" for slug in _words(source.content, "statements", "slug") - slugs)


def _read(path: Path, name: str, seed: Seed) -> Source | None:
    try:
        return read_yaml(path, name)
    except UnreadableError as error:
        seed.faults.append(error.fault)
        return None


def _words(content: Any, name: str, key: str) -> set[str]:
    """The codes under `key` in the entries of a list, whatever else is wrong with the file."""
    entries = content.get(name) if isinstance(content, dict) else None
    found = [entry.get(key) for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []
    return {word for word in found if isinstance(word, str) and re.fullmatch(r"[A-Za-z0-9-]+", word)}


def _shape(source: Source, shape: type[BaseModel], seed: Seed) -> tuple[BaseModel | None, Source]:
    """The shape of the file without its faulty entries, and that part of the file; every fault is kept."""
    gaps = list(_gaps(source.content))
    seed.faults.extend(source.fault(path, f"{_field(path)}: a gap to fill") for path in gaps)
    try:
        return shape.model_validate(source.content), source
    except ValidationError as error:
        seed.faults.extend(faults_of(error, source, shape, but=gaps))
        places = [problem["loc"] for problem in error.errors(include_url=False, include_input=False, include_context=False)]
    if not isinstance(source.content, dict):
        return None, source
    sound = source.without(places)
    try:
        return shape.model_validate(sound.content), sound
    except ValidationError:
        return None, sound


def _gaps(content: Any, path: Path_ = ()) -> Iterator[Path_]:
    """Where a draft still has its gaps: TODO, and slugs such as todo-7."""
    if isinstance(content, dict | list):
        for key, value in content.items() if isinstance(content, dict) else enumerate(content):
            yield from _gaps(value, (*path, key))
    elif content == GAP or (path and path[-1] == "slug" and re.fullmatch(r"todo-\d+", content or "")):
        yield path


def _field(path: Path_) -> str:
    """The name of the field that a path leads to or into."""
    return next((step for step in reversed(path) if isinstance(step, str)), "")


def faults_of(error: ValidationError, source: Source, shape: type[BaseModel], *, but: list[Path_]) -> Iterator[Fault]:
    """Each fault, `but` those at places that have one already."""
    for problem in error.errors(include_url=False):
        path = tuple(problem["loc"])
        if path in but:
            continue
        name = str(path[-1]) if path else ""
        if not path and problem["type"] == "model_type":
            message = f"a file that begins with `{next(iter(shape.model_fields))}:` was expected"
        elif problem["type"] == "extra_forbidden":
            guesses = nearest(name, _fields_at(shape, path[:-1]))
            message = f"there is no field {name!r} here" + (f"; did you mean {guesses[0]!r}?" if guesses else "")
        elif problem["type"] == "missing":
            message = f"the field {name!r} is missing"
        else:
            message = _said(problem) if not name or name.isdigit() else f"{name}: {_said(problem)}"
        yield source.fault(path, message)


def _said(problem: "ErrorDetails") -> str:
    """What was expected, in the words of a curator rather than of a type."""
    context = problem.get("ctx", {})
    match problem["type"]:
        case "literal_error":
            words = [word.strip("'") for word in str(context["expected"]).replace(" or ", ", ").split(", ")]
            guesses = nearest(str(problem["input"]), words)
            return f"one of {', '.join(words)} was expected" + (f"; did you mean {guesses[0]}?" if guesses else "")
        case "string_type":
            return "a text was expected"
        case "string_unicode":
            return "a lone surrogate is not text"
        case "list_type":
            return "a list was expected"
        case "model_type":
            return "fields with values were expected"
        case _:
            message = expected(problem["type"], context) or problem["msg"].removeprefix("Value error, ")
            return message[:1].lower() + message[1:]


def _fields_at(shape: type[BaseModel], path: Path_) -> list[str]:
    """The field names of the model that stands at `path` below `shape`."""
    for step in path:
        if isinstance(step, int) or step not in shape.model_fields:
            continue
        found = _model_in(shape.model_fields[step].annotation)
        if found is None:
            return []
        shape = found
    return list(shape.model_fields)


def _model_in(annotation: object) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for part in getattr(annotation, "__args__", ()):
        found = _model_in(part)
        if found is not None:
            return found
    return None
