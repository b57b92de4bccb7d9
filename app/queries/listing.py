"""What do all lists share? Strict parameters, an explicit order, keyset paging with signed cursors.

A list is built in two steps: a pure function returns a `Select`, and `read_page` orders, pages and runs it.
"""

import base64
import binascii
import hmac
import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import blake2b
from typing import Annotated, Any, Generic, Literal, TypeVar

import msgspec
import sqlalchemy as sa
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from sqlalchemy.orm import Session

from app import models
from app.domain.nearest import nearest
from app.domain.text import CODE, MAX_CODE, STATEMENT_ID, fold, text_fault
from app.errors import BadRequestError, Fault

MAX_CODES = 50
MAX_WORDS = 20
MAX_CURSOR = 2000
CURSOR_VERSION = 1
NOT_FILTERS = frozenset({"cursor", "limit", "include", "fields"})
"""Parameters that a cursor does not depend on."""

NOUNS = {
    "within": "region",
    "publisher": "actor",
    "unit_as": "unit",
    "base_region": "region",
    "counted": "thing counted",
    "base_indicator": "indicator",
}
"""What a parameter's codes are, where its name does not say so."""

SORTED = msgspec.json.Encoder(order="deterministic")

Row = TypeVar("Row")
Word = TypeVar("Word")


def _split(value: Any) -> Any:
    """Codes may be repeated or joined by commas; both mean OR."""
    if not isinstance(value, list):
        return value
    parts = [part for each in value for part in (each.split(",") if isinstance(each, str) else [each])]
    return [part.strip() if isinstance(part, str) else part for part in parts]


def _text(value: str) -> str:
    fault = text_fault(value)
    if fault:
        raise ValueError(fault)
    return value


def _search(value: str) -> str:
    words = fold(_text(value)).split()
    if not 1 <= len(words) <= MAX_WORDS:
        raise ValueError(f"1 to {MAX_WORDS} words were expected")
    return value


def _word(value: str) -> str:
    if re.fullmatch(r"[a-z]+(_[a-z]+)*", value) is None:
        raise ValueError("a word such as date_part was expected: lower-case letters joined by single underscores")
    return value


Text = Annotated[
    str,
    Field(min_length=1, max_length=200, json_schema_extra={"pattern": r"^[^\x00]*[^\s\x00][^\x00]*$"}),
    AfterValidator(_search),
]
"""A search text: words parted by white space."""
CodeIn = Annotated[str, Field(pattern=rf"^{CODE}$", max_length=MAX_CODE)]
UnitIn = Annotated[str, Field(pattern=r"^[A-Za-z0-9]+(-[A-Za-z0-9]+)*$", max_length=20)]
PathCode = Annotated[str, Field(pattern=rf"^{CODE}$", max_length=MAX_CODE, description="The code.")]
PathUnit = Annotated[str, Field(pattern=r"^[A-Za-z0-9]+(-[A-Za-z0-9]+)*$", max_length=20, description="The code.")]
PathStatement = Annotated[str, Field(pattern=rf"^{STATEMENT_ID}$", max_length=2 * MAX_CODE + 1, description="document.slug")]
Codes = Annotated[list[CodeIn], BeforeValidator(_split), Field(max_length=MAX_CODES)]
Words = Annotated[
    list[Annotated[str, Field(max_length=40, json_schema_extra={"pattern": r"^[a-z]+(_[a-z]+)*$"}), AfterValidator(_word)]],
    BeforeValidator(_split),
    Field(max_length=MAX_CODES),
]
UnitCodes = Annotated[list[UnitIn], BeforeValidator(_split), Field(max_length=MAX_CODES)]


OneOrMore = Annotated[list[Word], BeforeValidator(_split), Field(max_length=MAX_CODES)]
"""A list parameter whose items are words of a closed list, such as `OneOrMore[Measure]`."""


def _digits(value: Any) -> Any:
    if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,20}", value) is None:
        raise ValueError("a whole number in digits was expected")
    return value


DIGITS = BeforeValidator(_digits)
"""For whole numbers, after their bounds: written in plain digits, neither 1_000 nor 5.0 nor spaces."""


class Strict(BaseModel):
    """Base of all query models: a parameter that is not declared is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Paging(Strict):
    """The parameters of every paged list."""

    limit: Annotated[int, Field(ge=1, le=1000, description="Most rows on the page."), DIGITS] = 50
    cursor: Annotated[
        str | None,
        Field(min_length=1, max_length=MAX_CURSOR, description="Where to go on: the `next` address of a page holds it. Opaque."),
    ] = None
    include: Annotated[
        OneOrMore[Literal["total"]], Field(description="`total` counts the whole list; it costs a second query.")
    ] = []


class Flat(Strict):
    """The parameters of every list as flat rows."""

    bom: Annotated[
        bool, Field(description="Only with `.csv`: begin with a byte order mark, by which some spreadsheets know UTF-8.")
    ] = False


class CodeFilters(Strict):
    """The filters of every list of codes."""

    q: Annotated[
        Text | None, Field(description="Every word must occur in the English or Chinese name, in any case. Left out: all.")
    ] = None


@dataclass(frozen=True, slots=True)
class Order:
    """How a list is ordered: columns with direction, nulls last; the key column decides ties."""

    columns: tuple[Any, ...]
    key: Any
    descending: bool = False
    key_descending: bool = False

    def by(self) -> list[Any]:
        """The ORDER BY of both databases."""
        clauses: list[Any] = []
        for column in self.columns:
            clauses.append(column.is_(None))
            clauses.append(column.desc() if self.descending else column.asc())
        clauses.append(self.key.desc() if self.key_descending else self.key.asc())
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
        later.append(sa.and_(*same, self.key < values[-1] if self.key_descending else self.key > values[-1]))
        return sa.or_(*later)


@dataclass(frozen=True, slots=True)
class Rows(Generic[Row]):
    """A page of rows with where to go on."""

    items: list[Row]
    limit: int
    cursor: str | None
    total: int | None
    data_version: int


NOW: Any = sa.select(models.DataVersion.version, models.Instance.key).join(models.Instance, sa.true())
"""The data version, and the key that signs cursors."""


def read_page(session: Session, select: sa.Select[Any], order: Order, query: Paging, *, name: str) -> Rows[Any]:
    """Run a list: order it, take one page after the cursor, and say where to go on.

    `name` is the list's path; together with the filters it is signed into the cursor, so that a cursor of another list or of
    other filters is refused. Raises BadRequestError (`invalid-cursor`).
    """
    version, key = session.execute(NOW).one()
    scope = cursor_scope(name, query)
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


def read_ranked(
    session: Session, ranked: Sequence[tuple[tuple[Any, ...], Row]], query: Paging, *, name: str, places: int
) -> Rows[Row]:
    """A page of rows that were ordered in Python; each stands behind the `places` values, unique to it, that order it.

    The cursor works as that of `read_page`. Raises BadRequestError (`invalid-cursor`).
    """
    version, key = session.execute(NOW).one()
    scope = cursor_scope(name, query)
    start = 0
    if query.cursor is not None:
        start = bisect_right([place for place, _ in ranked], tuple(read_cursor(query.cursor, key, scope, size=places)))
    page = ranked[start : start + query.limit]
    more = start + query.limit < len(ranked)
    cursor = write_cursor(page[-1][0], key, scope) if more else None
    total = len(ranked) if "total" in query.include else None
    return Rows(items=[row for _, row in page], limit=query.limit, cursor=cursor, total=total, data_version=version)


def stream_rows(session: Session, select: sa.Select[Any], order: Order, *, size: int = 500) -> Iterator[list[Any]]:
    """All rows of a list, in order, `size` at a time; what was read before is forgotten."""
    values_of = (*order.columns, order.key)
    select = select.order_by(*order.by()).add_columns(*values_of)
    last: list[Any] | None = None
    while True:
        window = select.where(order.after(last)) if last is not None else select
        rows = session.execute(window.limit(size)).all()
        yield [row[0] for row in rows]
        if len(rows) < size:
            return
        last = list(rows[-1][1:])
        session.expunge_all()


def data_version(session: Session) -> int:
    """The number of committed writes that this session sees."""
    return session.execute(sa.select(models.DataVersion.version)).scalar_one()


def cursor_scope(name: str, query: Paging) -> str:
    """A short digest of a list and its filters, by which a cursor of another one is known."""
    shape = type(query).model_fields
    given = {field: getattr(query, field) for field in query.model_fields_set - NOT_FILTERS}
    return scope_of(
        name, {field: value for field, value in given.items() if value not in (None, []) and value != shape[field].default}
    )


def scope_of(name: str, filters: Mapping[str, Any]) -> str:
    """The same of filters that were given and are not as they are by default, under the names of their fields."""
    return blake2b(SORTED.encode([name, filters]), digest_size=8).hexdigest()


def write_cursor(values: Sequence[Any], key: str, scope: str) -> str:
    """An opaque, signed position in a list: dates as ISO text, everything else as it is."""
    plain = [value.isoformat() if isinstance(value, date) else value for value in values]
    marks = ["d" if isinstance(value, date) else "" for value in values]
    body = msgspec.json.encode([CURSOR_VERSION, scope, plain, marks])
    return _opaque(_sign(body, key) + body)


def read_cursor(cursor: str, key: str, scope: str, *, size: int) -> list[Any]:
    """The values of a cursor. Raises BadRequestError when it was not made by this database for this list and filters."""
    try:
        raw = base64.b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        mac, body = raw[:16], raw[16:]
        if not hmac.compare_digest(mac, _sign(body, key)) or _opaque(raw) != cursor:
            raise _refused()
        version, made_for, values, marks = msgspec.json.decode(body)
    except (UnicodeEncodeError, binascii.Error, ValueError):
        raise _refused() from None
    if (version, made_for, len(values)) != (CURSOR_VERSION, scope, size):
        raise _refused()
    return [date.fromisoformat(value) if mark == "d" else value for value, mark in zip(values, marks, strict=True)]


def _refused() -> BadRequestError:
    return BadRequestError(
        "invalid-cursor",
        "The cursor was not made by this database for this list with these filters; start again without `cursor`.",
        [Fault("query", "cursor", "a cursor from the `next` address of the same list was expected")],
    )


def _opaque(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _sign(body: bytes, key: str) -> bytes:
    return blake2b(body, key=bytes.fromhex(key), digest_size=16, person=b"cursor").digest()


def require_codes(session: Session, wanted: Mapping[str, tuple[Any, Sequence[str]]]) -> None:
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
            noun = NOUNS.get(name, name)
            held = sa.select(column).where(column.is_not(None)).distinct().order_by(column)
            known = session.execute(held).scalars().all()
            faults.append(Fault("query", name, f"no {noun} has the code {value!r}", nearest(value, known)))
    if faults:
        names = ", ".join(dict.fromkeys(fault.name for fault in faults))
        raise BadRequestError("unknown-code", f"Unknown code in {names}; each code list is at /v1.", faults)


def words_of(q: str) -> list[str]:
    """The words of a search text, folded as the search columns are."""
    return fold(q).split()
