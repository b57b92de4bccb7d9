"""How an answer leaves: one model as JSON, a page of a list with its `next`, flat rows as a stream."""

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Any
from urllib.parse import parse_qsl, urlencode

from fastapi import Request
from pydantic import BaseModel
from starlette.responses import Response, StreamingResponse

from app.api.negotiation import suffixes_of
from app.api.problems import MEDIA_TYPE
from app.errors import BadRequestError, Fault
from app.exports.as_csv import BYTE_ORDER_MARK
from app.exports.columns import Columns, columns_of
from app.exports.flat import flatten
from app.exports.formats import FORMATS
from app.exports.wire import json_bytes, to_json
from app.queries.listing import Flat, Rows
from app.schemas.common import Meta, Page, PageInfo
from app.schemas.service import Problem

ODD = re.compile(rb"[^A-Za-z0-9._~%=,:+*-]")
"""Characters that cannot stand in an address as they are, or not everywhere."""

Responses = dict[int | str, dict[str, Any]]


def problem_response(description: str) -> dict[str, Any]:
    """How OpenAPI describes a problem."""
    return {"description": description, "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}}


NO_SUCH = problem_response("There is no such resource; the nearest codes are named.")
COMMON: Responses = {
    414: problem_response("The query is longer than 8192 bytes."),
    416: problem_response("`Range` begins beyond the end of the answer; `Content-Range` says how long it is."),
    422: problem_response("A parameter is unknown, repeated, malformed or names no known code; each is named."),
    503: problem_response("The database is not available; Retry-After says when to try again."),
}
LISTED: Responses = {**COMMON, 400: problem_response("The cursor is not one of this list with these filters.")}
FOUND: Responses = {**COMMON, 404: NO_SUCH}
FLAT: Responses = {
    **FOUND,
    200: {"description": "Flat rows, not paged.", "content": {}},
    406: problem_response("This installation cannot write the format; those it can are named."),
    507: problem_response("The answer is above 8 MiB and there was no room to keep it."),
}
"""The document names the formats of each list from the table of formats."""


def answer(model: BaseModel, *, headers: Mapping[str, str] | None = None, only_set: bool = False) -> Response:
    """One model as JSON, decimals exact; with `only_set` without the keys that were not asked for."""
    content = to_json(model.model_dump(by_alias=True, exclude_unset=only_set))
    return Response(content.encode(), media_type="application/json", headers=dict(headers or {}))


def answer_page(
    request: Request,
    rows: Rows[Any],
    items: Sequence[BaseModel | dict[str, Any]],
    *,
    notes: Sequence[str] = (),
    meta: Meta | None = None,
    key: str = "data",
    beside: Mapping[str, Any] | None = None,
) -> Response:
    """A page in its envelope; `next` is absolute, built from the configured address, and stands in `Link` too.

    `meta` says more than data version and notes, where an answer has more to say; `key` names the rows if they are no data;
    `beside` stands beside them.
    """
    following = _next(request, rows.cursor)
    content = {
        key: [item.model_dump() if isinstance(item, BaseModel) else item for item in items],
        "page": PageInfo(limit=rows.limit, next=following, total=rows.total).model_dump(),
        "meta": (meta or Meta(data_version=rows.data_version, notes=list(notes))).model_dump(),
        **(beside or {}),
    }
    headers = {"Link": f'<{following}>; rel="next"'} if following else {}
    return Response(to_json(content).encode(), media_type="application/json", headers=headers)


def answer_stored(request: Request, rows: Rows[bytes], *, notes: Sequence[str]) -> Response:
    """A page of stored representations, byte for byte as `answer_page` would have made it."""
    following = _next(request, rows.cursor)
    headers = {"Link": f'<{following}>; rel="next"'} if following else {}
    return Response(page_of_stored(rows, following, notes), media_type="application/json", headers=headers)


def page_of_stored(rows: Rows[bytes], following: str | None, notes: Sequence[str]) -> bytes:
    """Its body; `following` is the address of the next page."""
    page = json_bytes({"limit": rows.limit, "next": following, "total": rows.total})
    meta = json_bytes({"data_version": rows.data_version, "notes": notes})
    pieces = rows.items[:] or [b""]
    pieces[0] = b'{"data":[' + pieces[0]
    pieces[-1] += b'],"page":%s,"meta":%s}' % (page, meta)
    return b",".join(pieces)  # once, since a page is long


def _next(request: Request, cursor: str | None) -> str | None:
    if cursor is None:
        return None
    return next_address(f"{request.app.state.settings.address}{request.scope['path']}", request.scope["query_string"], cursor)


def next_address(address: str, query: bytes, cursor: str) -> str:
    """The address of the page behind `cursor` of the list at `address` with this query."""
    kept = [part for part in query.split(b"&") if part and not part.startswith(b"cursor=")]
    if any(ODD.search(part) for part in kept):
        pairs = parse_qsl(b"&".join(kept).decode("latin-1"), keep_blank_values=True)
        kept = [urlencode(pairs).encode()]
    return f"{address}?{b'&'.join([*kept, b'cursor=']).decode()}{cursor}"


def answer_flat(request: Request, suffix: str, query: Flat, columns: Columns, rows: Iterable[Mapping[str, Any]]) -> Response:
    """Flat rows as a stream; the request's session stays open until its end, so that all rows are of one snapshot.

    The first rows are read before the answer begins, so that what can go wrong is still answered as a problem.
    Raises BadRequestError for a format that this installation cannot write, and for `bom` with any but CSV.
    """
    form = FORMATS[suffix]
    if not form.available:
        able = [name for name in suffixes_of(request.scope["route"]) if FORMATS[name].available]
        detail = f"This installation cannot write .{suffix}, which needs the extra `claimbook[export]`."
        raise BadRequestError("not-acceptable", detail, [Fault("path", "suffix", f"one of {', '.join(able)} was expected")])
    if "bom" in query.model_fields_set and suffix != "csv":
        detail = "`bom` goes with `.csv` only."
        raise BadRequestError("invalid-parameter", detail, [Fault("query", "bom", "no `bom` was expected with this format")])
    chunks = form.write(rows, columns)
    first = (BYTE_ORDER_MARK if query.bom else b"") + next(chunks, b"")
    name = request.scope["path"].rsplit("/", 1)[-1]
    headers = {"Content-Disposition": f'{"attachment" if form.whole else "inline"}; filename="{name}"'}
    return StreamingResponse(chain([first], chunks), media_type=form.content_type, headers=headers)


def flat_codes(request: Request, suffix: str, query: Flat, shape: type[BaseModel], items: Iterable[BaseModel]) -> Response:
    """A list whose rows have a shape of their own as flat rows."""
    return answer_flat(request, suffix, query, columns_of(shape), map(flatten, items))


__all__ = [
    "COMMON",
    "FLAT",
    "FOUND",
    "LISTED",
    "Page",
    "Problem",
    "answer",
    "answer_flat",
    "answer_page",
    "flat_codes",
]
