"""Attaches the operator's own copies of documents, recognised by their content, and checks every locator against them."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa

from app import models
from app.db import check_schema, written
from app.domain.evidence import Evidence, verify
from app.domain.nearest import nearest
from app.domain.text import text_fault
from app.errors import ClaimbookError
from app.seed.load import requote
from app.upkeep.everything import follow

MAX_TEXT_BYTES = 50_000_000


@dataclass(frozen=True, slots=True)
class Attached:
    """A text that was attached, and the state of each locator of its document."""

    path: Path
    document: str
    exact_copy: bool
    changed: bool
    """False when this very text was attached before"""
    states: dict[str, str]


@dataclass(frozen=True, slots=True)
class Refused:
    """A file that was not attached, and why."""

    path: Path
    reason: str


class _RefusedError(Exception):
    """Why a file is not attached."""


def attach(engine: sa.Engine, paths: list[Path], *, accept: bool = False) -> tuple[list[Attached], list[Refused]]:
    """Attach each file to the document it is a copy of, in one transaction.

    A copy has the document's SHA-256; failing that, the document of whose spans at least half occur is taken, but only
    with `accept`. Directories stand for the .txt files in them.
    """
    return written(engine, lambda connection: _attach(connection, paths, accept=accept))


def _attach(connection: sa.Connection, paths: list[Path], *, accept: bool) -> tuple[list[Attached], list[Refused]]:
    attached: list[Attached] = []
    refused: list[Refused] = []
    check_schema(connection)
    for path in paths:
        files = sorted(path.glob("*.txt")) if path.is_dir() else [path]
        if not files:
            refused.append(Refused(path, "there is no .txt file in this directory"))
        for file in files:
            try:
                attached.extend(_attach_file(connection, file, accept=accept))
            except _RefusedError as error:
                refused.append(Refused(file, str(error)))
    _count_version(connection, {each.document for each in attached if each.changed})
    return attached, refused


def verify_statements(engine: sa.Engine, document: str | None = None) -> list[tuple[str, str]]:
    """The state of each statement's locator, in order of document and text, checked afresh. Raises ClaimbookError."""
    row = models.Statement
    query = (
        sa.select(row.id, row.document, row.exact, row.evidence_start, row.evidence_end, row.paragraph)
        .where(row.status != "withdrawn")
        .order_by(row.document, row.position, row.id)
    )
    with engine.connect() as connection:
        check_schema(connection)
        if document is not None:
            _check_document(connection, document)
            query = query.where(row.document == document)
        texts = dict(connection.execute(sa.select(models.DocumentText.document, models.DocumentText.text)).all())
        found = connection.execute(query).all()
    return [
        (id_, verify(texts.get(code), Evidence(exact, start, end, paragraph)))
        for id_, code, exact, start, end, paragraph in found
    ]


def _check_document(connection: sa.Connection, document: str) -> None:
    codes = connection.execute(sa.select(models.Document.code)).scalars().all()
    if document not in codes:
        guesses = nearest(document, codes)
        raise ClaimbookError(
            f"There is no document {document!r}" + (f"; did you mean {' or '.join(guesses)}?" if guesses else ".")
        )


def _attach_file(connection: sa.Connection, path: Path, *, accept: bool) -> list[Attached]:
    content, text = _read(path)
    digest = hashlib.sha256(content).hexdigest()
    row = models.Document
    copied = list(connection.execute(sa.select(row.code).where(row.text_sha256 == digest).order_by(row.code)).scalars())
    found: list[Attached] = []
    for document in copied or [_most_like(connection, text, accept=accept)]:
        changed = _store(connection, document, text, digest)
        found.append(Attached(path, document, bool(copied), changed, requote(connection, document)))
    follow(connection, {}, documents=[each.document for each in found])
    return found


def _read(path: Path) -> tuple[bytes, str]:
    try:
        if path.stat().st_size > MAX_TEXT_BYTES:
            raise _RefusedError(f"larger than {MAX_TEXT_BYTES} bytes")
        content = path.read_bytes()
        text = content.decode("utf-8")
    except OSError as error:
        raise _RefusedError(f"cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise _RefusedError(f"byte {error.start} is not UTF-8 text") from None
    fault = text_fault(text)
    if fault:
        raise _RefusedError(fault)
    return content, text


def _most_like(connection: sa.Connection, text: str, *, accept: bool) -> str:
    """The document of whose spans the largest part, and at least half, occurs in the text."""
    row = models.Statement
    query = sa.select(row.document, row.exact).where(row.status != "withdrawn").order_by(row.document)
    spans: dict[str, list[bool]] = {}
    for document, exact in connection.execute(query):
        spans.setdefault(document, []).append(exact in text)
    shares = {document: sum(occurs) / len(occurs) for document, occurs in spans.items()}
    best = max(shares, key=lambda document: shares[document], default=None)
    if best is None or shares[best] < 0.5:
        raise _RefusedError("no document has this text: neither its SHA-256 nor half of the spans of one occur")
    if not accept:
        raise _RefusedError(f"{shares[best]:.0%} of the spans of {best} occur, but its SHA-256 differs; --accept takes it")
    return best


def _store(connection: sa.Connection, document: str, text: str, digest: str) -> bool:
    """Keep the text; False when it is the one that is kept already."""
    table = models.DocumentText
    stored = connection.execute(sa.select(table.sha256).where(table.document == document)).scalar_one_or_none()
    if stored is None:
        connection.execute(sa.insert(table).values(document=document, text=text, sha256=digest))
    elif stored != digest:
        connection.execute(sa.update(table).where(table.document == document).values(text=text, sha256=digest))
    return stored != digest


def _count_version(connection: sa.Connection, documents: Iterable[str]) -> None:
    """Attaching changes answers (quotes, verification), so it is a data version with a line in the change log."""
    at = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    version = connection.execute(sa.select(models.DataVersion.version)).scalar_one() + 1
    rows = [
        {"version": version, "resource": "document", "code": code, "operation": "updated", "fields": "text", "at": at}
        for code in sorted(documents)
    ]
    if rows:
        connection.execute(sa.update(models.DataVersion).values(version=version))
        connection.execute(sa.insert(models.Change), rows)
