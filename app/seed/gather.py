"""Reads a whole seed directory into shapes, collecting every fault instead of stopping at the first."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, TypeVar

from pydantic import BaseModel, ValidationError

from app.domain.nearest import nearest
from app.seed.read import Fault, FileFault, Path_, Source, read_yaml
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

FILES: dict[str, type[BaseModel]] = {
    "units": UnitsFile,
    "actors": ActorsFile,
    "regions": RegionsFile,
    "indicators": IndicatorsFile,
    "projects": ProjectsFile,
    "relations": RelationsFile,
}
"""The code lists of a seed directory and the shape of each file; documents stand in `documents/`."""

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
    faults: list[Fault] = field(default_factory=list)


def gather(directory: Path) -> Seed:
    """Read every seed file below `directory`; what is wrong with them stands in `faults`."""
    seed = Seed()
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
            _read_list(path, name, shape, seed)
    for path in sorted((directory / "documents").glob("*.y*ml")):
        _read_document(path, f"documents/{path.name}", seed)
    if not seed.faults and not any(getattr(seed, name) for name in (*FILES, "documents")):
        seed.faults.append(Fault(str(directory), 1, 1, "no seed file was found here (documents/*.yaml, regions.yaml, …)"))
    return seed


def _read_list(path: Path, name: str, shape: type[BaseModel], seed: Seed) -> None:
    source = _read(path, path.name, seed)
    if source is None:
        return
    loaded = _shape(source, shape, seed)
    if loaded is not None:
        entries = [Entry(item, source, (name, index)) for index, item in enumerate(getattr(loaded, name))]
        getattr(seed, name).extend(entries)


def _read_document(path: Path, name: str, seed: Seed) -> None:
    source = _read(path, name, seed)
    if source is None:
        return
    loaded = _shape(source, DocumentFile, seed)
    if isinstance(loaded, DocumentFile):
        seed.documents.append(Entry(loaded, source, ()))
        if path.name != f"{loaded.document.code}.yaml":
            seed.faults.append(
                source.fault(("document", "code"), f"the file of this document is called {loaded.document.code}.yaml")
            )


def _read(path: Path, name: str, seed: Seed) -> Source | None:
    try:
        return read_yaml(path, name)
    except FileFault as error:
        seed.faults.append(error.fault)
        return None


def _shape(source: Source, shape: type[BaseModel], seed: Seed) -> BaseModel | None:
    try:
        return shape.model_validate(source.content)
    except ValidationError as error:
        seed.faults.extend(_faults_of(error, source, shape))
        return None


def _faults_of(error: ValidationError, source: Source, shape: type[BaseModel]) -> Iterator[Fault]:
    for problem in error.errors(include_url=False, include_input=False, include_context=False):
        path = tuple(problem["loc"])
        message = problem["msg"].removeprefix("Value error, ")
        name = str(path[-1]) if path else "the file"
        if problem["type"] == "extra_forbidden":
            guesses = nearest(name, _fields_at(shape, path[:-1]))
            message = f"there is no field {name!r} here" + (f"; did you mean {guesses[0]!r}?" if guesses else "")
        elif problem["type"] == "missing":
            message = f"the field {name!r} is missing"
        else:
            message = f"{name}: {message[:1].lower()}{message[1:]}"
        yield source.fault(path, message)


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
