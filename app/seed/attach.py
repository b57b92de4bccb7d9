"""Attaches the operator's own copies of documents, recognised by their content, and checks every locator against them."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa

from app import models
from app.db import check_schema, writing
from app.domain.evidence import Evidence, verify
from app.domain.text import text_fault
from app.errors import ClaimbookError
from app.seed.load import requote

MAX_TEXT_BYTES = 50_000_000


@dataclass(frozen=True, slots=True)
class Attached:
    """A text that was attached, and the state of each locator of its document."""

    path: Path
    document: str
    exact_copy: bool
    states: dict[str, str]


@dataclass(frozen=True, slots=True)
class Refused:
    """A file that was not attached, and why."""

    path: Path
    reason: str


def attach(engine: sa.Engine, paths: list[Path], *, accept: bool = False) -> tuple[list[Attached], list[Refused]]:
    """Attach each file to the document it is a copy of, in one transaction.

    A copy has the document's SHA-256; failing that, the document of whose spans at least half occur is taken, but only
    with `accept`. Directories stand for the .txt files in them.
    """
    attached: list[Attached] = []
    refused: list[Refused] = []
    with writing(engine) as connection:
        check_schema(connection)
        for path in _files(paths):
            found = _attach_one(connection, path, accept=accept)
            if isinstance(found, Attached):
                attached.append(found)
            else:
                refused.append(found)
        if any(each for each in attached if _is_new(connection, each)):
            _count_version(connection, [each.document for each in attached])
    return attached, refused


def verify_statements(engine: sa.Engine, document: str | None = None) -> list[tuple[str, str]]:
    """The state of each statement's locator, in order of document and text, checked afresh. Raises ClaimbookError."""
    statement = models.Statement
    with engine.connect() as connection:
        check_schema(connection)
        query = (
            sa.select(
                statement.id,
                statement.exact,
                statement.evidence_start,
                statement.evidence_end,
                statement.paragraph,
                statement.document,
            )
            .where(statement.status != "withdrawn")
            .order_by(statement.document, statement.position)
        )
        if document is not None:
            if connection.get(models.Document, document) if False else not _exists(connection, document):
                raise ClaimbookError(f"There is no document {document!r}.")
            query = query.where(statement.document == document)
        texts = dict(connection.execute(sa.select(models.DocumentText.document, models.DocumentText.text)).tuples())
        return [
            (id_, verify(texts.get(code), Evidence(exact, start, end, paragraph)))
            for id_, exact, start, end, paragraph, code in connection.execute(query)
        ]


def _exists(connection: sa.Connection, document: str) -> bool:
    return connection.execute(sa.select(models.Document.code).where(models.Document.code == document)).first() is not None


def _files(paths: list[Path]) -> list[Path]:
    files: list[Path] = []
    for path in paths:
        files.extend(sorted(path.glob("*.txt")) if path.is_dir() else [path])
    return files


def _attach_one(connection: sa.Connection, path: Path, *, accept: bool) -> Attached | Refused:
    try:
        if path.stat().st_size > MAX_TEXT_BYTES:
            return Refused(path, f"larger than {MAX_TEXT_BYTES} bytes")
        content = path.read_bytes()
        text = content.decode("utf-8")
    except OSError as error:
        return Refused(path, f"cannot be read: {error.strerror}")
    except UnicodeDecodeError as error:
        return Refused(path, f"byte {error.start} is not UTF-8 text")
    fault = text_fault(text)
    if fault:
        return Refused(path, fault)
    digest = hashlib.sha256(content).hexdigest()
    document = connection.execute(
        sa.select(models.Document.code).where(models.Document.text_sha256 == digest)
    ).scalar_one_or_none()
    exact_copy = document is not None
    if document is None:
        document, share = _most_like(connection, text)
        if document is None:
            return Refused(path, "no document has this text: neither its SHA-256 nor half of the spans of one occur")
        if not accept:
            return Refused(path, f"{share:.0%} of the spans of {document} occur, but its SHA-256 differs; --accept takes it")
    _store(connection, document, text, digest)
    return Attached(path, document, exact_copy, requote(connection, document))


def _most_like(connection: sa.Connection, text: str) -> tuple[str | None, float]:
    """The document of whose spans the largest part (at least half) occurs in the text, and that part."""
    spans: dict[str, list[bool]] = {}
    statement = models.Statement
    query = sa.select(statement.document, statement.exact).where(statement.status != "withdrawn")
    for document, exact in connection.execute(query):
        spans.setdefault(document, []).append(exact in text)
    best = max(spans, key=lambda code: (sum(spans[code]) / len(spans[code]), code), default=None)
    if best is None or sum(spans[best]) * 2 < len(spans[best]):
        return None, 0.0
    return best, sum(spans[best]) / len(spans[best])


def _store(connection: sa.Connection, document: str, text: str, digest: str) -> None:
    table = models.DocumentText
    if connection.execute(sa.select(table.document).where(table.document == document)).first():
        connection.execute(sa.update(table).where(table.document == document).values(text=text, sha256=digest))
    else:
        connection.execute(sa.insert(table).values(document=document, text=text, sha256=digest))


def _is_new(connection: sa.Connection, attached: Attached) -> bool:
    return _exists(connection, attached.document)


def _count_version(connection: sa.Connection, documents: list[str]) -> None:
    """Attaching changes answers (quotes, verification), so it is a data version with a line in the change log."""
    version = connection.execute(sa.select(models.DataVersion.version)).scalar_one() + 1
    connection.execute(sa.update(models.DataVersion).values(version=version))
    at = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    for document in sorted(set(documents)):
        connection.execute(
            sa.insert(models.Change).values(
                version=version, resource="document", code=document, operation="updated", fields="text", at=at
            )
        )
