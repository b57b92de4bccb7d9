"""What do all lists share? Strict parameters, an explicit order, keyset paging with signed cursors.

A list is built in two steps: a pure function returns a `Select`, and `read_page` orders, pages and runs it.
"""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Generic, Literal, TypeVar

import sqlalchemy as sa
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from sqlalchemy.orm import Session

from app import models
from app.domain.nearest import nearest
from app.domain.text import CODE, MAX_CODE, STATEMENT_ID, text_fault
from app.errors import BadRequestError, Fault

MAX_CODES = 50
MAX_CURSOR = 2000
CURSOR_VERSION = 1

Row = TypeVar("Row")


def _split(value: Any) -> Any:
    """Codes may be repeated or joined by commas; both mean OR."""
    if not isinstance(value, list):
        return value
    return [part.strip() for each in value for part in (each.split(",") if isinstance(each, str) else [each])]


def _text(value: str) -> str:
    fault = text_fault(value)
    if fault:
        raise ValueError(fault)
    return value


Text = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_text)]
CodeIn = Annotated[str, Field(pattern=rf"^{CODE}$", max_length=MAX_CODE)]
UnitIn = Annotated[str, Field(pattern=r"^[A-Za-z0-9]+(-[A-Za-z0-9]+)*$", max_length=20)]
PathCode = Annotated[str, Field(pattern=rf"^{CODE}$", max_length=MAX_CODE, description="The code.")]
PathUnit = Annotated[str, Field(pattern=r"^[A-Za-z0-9]+(-[A-Za-z0-9]+)*$", max_length=20, description="The code.")]
PathStatement = Annotated[str, Field(pattern=rf"^{STATEMENT_ID}$", max_length=2 * MAX_CODE + 1, description="document.slug")]
Codes = Annotated[list[CodeIn], BeforeValidator(_split), Field(max_length=MAX_CODES)]
UnitCodes = Annotated[list[UnitIn], BeforeValidator(_split), Field(max_length=MAX_CODES)]


def one_or_more(*words: str) -> Any:
    """A list parameter whose items are among `words`."""
    return Annotated[list[Literal[words]], BeforeValidator(_split), Field(max_length=MAX_CODES)]  # type: ignore[valid-type]


class Strict(BaseModel):
    """Base of all query models: a parameter that is not declared is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Paging(Strict):
    """The parameters of every paged list."""

    limit: Annotated[int, Field(ge=1, le=1000, description="Most rows on the page.")] = 50
    cursor: Annotated[
        str | None,
        Field(min_length=1, max_length=MAX_CURSOR, description="Where to go on: the `next` address of a page holds it. Opaque."),
    ] = None
    include: Annotated[
        one_or_more("total"), Field(description="`total` counts the whole list; it costs a second query.")  # type: ignore[valid-type]
    ] = []


class CodeListQuery(Paging):
    """Parameters of the lists of codes."""

    q: Annotated[
        Text | None, Field(description="Every word must occur in the English or Chinese name, in any case. Left out: all.")
    ] = None


@dataclass(frozen=True, slots=True)
class Order:
    """How a list is ordered: columns with direction, nulls last; the key column decides ties."""

    columns: tuple[Any, ...]
    key: Any
    descending: bool = False

    def by(self) -> list[Any]:
        """The ORDER BY of both databases."""
        clauses: list[Any] = []
        for column in self.columns:
            clauses.append(column.is_(None))
            clauses.append(column.desc() if self.descending else column.asc())
        clauses.append(self.key.asc())
        return clauses

    def after(self, values: Sequence[Any]) -> sa.ColumnElement[bool]:
        """Rows that come after the one with these values (of the columns, then of the key)."""
        same: list[sa.ColumnElement[bool]] = []
        later: list[sa.ColumnElement[bool]] = []
        for column, value in zip(self.columns, values[:-1], strict=True):
            if value is not None:
                beyond = column < value if self.descending else column > value
                later.append(sa.and_(*same, sa.or_(beyond, column.is_(None))))
                same.append(column == value)
            else:
                same.append(column.is_(None))
        later.append(sa.and_(*same, self.key > values[-1]))
        return sa.or_(*later)


@dataclass(frozen=True, slots=True)
class Rows(Generic[Row]):
    """A page of rows with where to go on."""

    items: list[Row]
    limit: int
    cursor: str | None
    total: int | None
    data_version: int


def read_page(session: Session, select: sa.Select[Any], order: Order, query: Paging, *, name: str) -> Rows[Any]:
    """Run a list: order it, take one page after the cursor, and say where to go on.

    `name` is the list's path; together with the filters it is signed into the cursor, so that a cursor of another list or of
    other filters is refused. Raises BadRequestError (`invalid-cursor`).
    """
    version, key = session.execute(
        sa.select(models.DataVersion.version, models.Instance.key).join(models.Instance, sa.true())
    ).one()
    scope = _scope(name, query)
    window = select.order_by(*order.by()).limit(query.limit + 1)
    values_of = (*order.columns, order.key)
    if query.cursor is not None:
        window = window.where(order.after(read_cursor(query.cursor, key, scope, size=len(values_of))))
    rows = session.execute(window.add_columns(*(column.label(f"_order_{i}") for i, column in enumerate(values_of)))).all()
    page = rows[: query.limit]
    cursor = None
    if len(rows) > query.limit:
        cursor = write_cursor([getattr(page[-1], f"_order_{i}") for i in range(len(values_of))], key, scope)
    total = None
    if "total" in query.include:
        total = session.execute(sa.select(sa.func.count()).select_from(select.order_by(None).subquery())).scalar_one()
    width = len(values_of)
    items = [row[0] if len(row) - width == 1 else tuple(row)[: len(row) - width] for row in page]
    return Rows(items=items, limit=query.limit, cursor=cursor, total=total, data_version=version)


def data_version(session: Session) -> int:
    """The number of committed writes that this session sees."""
    return session.execute(sa.select(models.DataVersion.version)).scalar_one()


def _scope(name: str, query: Paging) -> str:
    filters = query.model_dump(mode="json", exclude={"cursor", "limit", "include", "fields"}, exclude_defaults=True)
    text = json.dumps([name, filters], sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def write_cursor(values: Sequence[Any], key: str, scope: str) -> str:
    """An opaque, signed position in a list: dates as ISO text, everything else as it is."""
    plain = [value.isoformat() if isinstance(value, date) else value for value in values]
    marks = ["d" if isinstance(value, date) else "" for value in values]
    body = json.dumps([CURSOR_VERSION, scope, plain, marks], ensure_ascii=True, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(_sign(body, key) + body).decode().rstrip("=")


def read_cursor(cursor: str, key: str, scope: str, *, size: int) -> list[Any]:
    """The values of a cursor. Raises BadRequestError when it was not made by this database for this list and filters."""
    refused = BadRequestError(
        "invalid-cursor",
        "The cursor was not made by this database for this list with these filters; start again without `cursor`.",
        [Fault("query", "cursor", "a cursor from the `next` address of the same list was expected")],
    )
    try:
        raw = base64.b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        mac, body = raw[:16], raw[16:]
        if not hmac.compare_digest(mac, _sign(body, key)):
            raise refused
        version, made_for, values, marks = json.loads(body)
    except (UnicodeEncodeError, binascii.Error, ValueError):
        raise refused from None
    if (version, made_for, len(values)) != (CURSOR_VERSION, scope, size):
        raise refused
    return [date.fromisoformat(value) if mark == "d" else value for value, mark in zip(values, marks, strict=True)]


def _sign(body: bytes, key: str) -> bytes:
    return hmac.digest(bytes.fromhex(key), b"cursor" + body, "sha256")[:16]


def require_codes(session: Session, wanted: dict[str, tuple[Any, Sequence[str]]]) -> None:
    """Raise BadRequestError naming every filter value that no code list holds, with the nearest that one does.

    `wanted` maps a parameter to the column that holds its codes and the values asked for. One SQL statement, and one more
    for each parameter with an unknown value.
    """
    asked = {name: (column, set(values)) for name, (column, values) in wanted.items() if values}
    if not asked:
        return
    parts = [sa.select(sa.literal(name), column).where(column.in_(values)).distinct() for name, (column, values) in asked.items()]
    found = {(name, code) for name, code in session.execute(sa.union_all(*parts))}
    faults = []
    for name, (column, values) in asked.items():
        for value in sorted(each for each in values if (name, each) not in found):
            known = session.execute(sa.select(column).distinct().order_by(column)).scalars().all()
            faults.append(Fault("query", name, f"no {name} has the code {value!r}", nearest(value, known)))
    if faults:
        names = ", ".join(dict.fromkeys(fault.name for fault in faults))
        raise BadRequestError("unknown-code", f"Unknown code in {names}; each code list is at /v1.", faults)


def words_of(q: str, folded: str) -> list[str]:
    """The words of a search text, folded as the search columns are; an empty search is refused."""
    words = folded.split()
    if not words:
        raise BadRequestError(
            "invalid-parameter", f"{q!r} holds no word to search for.", [Fault("query", "q", "a word was expected")]
        )
    return words[:20]
