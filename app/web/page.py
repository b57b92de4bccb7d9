"""How does a page come about: its template, its policy, its address below /v1, and what it offers to download?"""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from urllib.parse import parse_qsl, quote, urlencode

from fastapi import Request
from jinja2 import Environment, FileSystemLoader, select_autoescape
from starlette.responses import HTMLResponse, Response

from app.exports.formats import FORMATS
from app.paths import TEMPLATES
from app.schemas.comparisons import Member
from app.version import VERSION
from app.web import words

PAGE_CSP = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {"Content-Security-Policy": PAGE_CSP, "Vary": "Accept", "Cache-Control": "no-cache"}
"""What is said of every page, also when it is known already."""
PAGING = ("limit", "cursor", "include", "shape", "gaps", "fields", "facets", "group_by")
"""Parameters that flat rows do not take."""


def _live(url: str) -> str:
    """An address of the web as it is; anything else, which a browser might run, leads nowhere."""
    return url if url.startswith(("https://", "http://")) else "#"


def _linked(text: str, members: Sequence[Member]) -> list[tuple[str, str | None]]:
    """A sentence with the ids of statements in it replaced by their words, which lead to them."""
    by_id = {each.statement: each for each in members}
    if not by_id:
        return [(text, None)]
    ids = "|".join(re.escape(id_) for id_ in sorted(by_id, key=len, reverse=True))
    parts = re.split(rf"({ids})(?![\w.-]*\w)", text)
    return [(f"“{by_id[part].as_written}”", f"/statements/{part}") if part in by_id else (part, None) for part in parts]


def _count(number: int) -> str:
    return f"{number:,}"


def _place(value: float) -> str:
    """A place in a drawing, to a tenth of a pixel."""
    return f"{value:.1f}".removesuffix(".0")


templates = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=select_autoescape(), trim_blocks=True, lstrip_blocks=True)
templates.filters.update(
    amount=words.amount,
    interval=words.interval_words,
    ends=words.ends_words,
    unit=words.unit_name,
    day=words.day_words,
    live=_live,
    count=_count,
    px=_place,
    said=lambda code, table: words.said(getattr(words, table), code),
    path=lambda text: quote(text, safe="~"),
    full=words.in_full,
    brief=words.brief,
    rounded=words.rounded,
    based=words.based,
    spelled=words.spelled,
    dated=words.dated,
    label=words.label_words,
    linked=_linked,
    scale=lambda values: ticks_scale(values.low, values.high),
)
templates.globals.update(when=words.when)


def page(request: Request, template: str, /, *, http_status: int = 200, **context: object) -> Response:
    """A page with a strict content security policy. It names its data twin where it has one."""
    html = templates.get_template(template).render(version=VERSION, path=request.scope["path"], **context)
    return HTMLResponse(html, status_code=http_status, headers=HEADERS)


def twin(request: Request) -> str:
    """The address of the same data for programs: that of the page below /v1."""
    path = request.scope["path"].rstrip("/")
    query = request.scope["query_string"].decode("latin-1")
    return f"{request.app.state.settings.address}/v1{quote(path, safe='/~')}" + (f"?{query}" if query else "")


Formats = tuple[str, list[tuple[str, str]]]
"""What is offered, and the formats it comes in, each with its address."""


def downloads(request: Request, path: str | None = None, query: str | None = None, *, what: str = "all rows") -> Formats:
    """The formats in which a list can be had here, each with its address; all of it, not one page."""
    path = path or request.scope["path"]
    asked = parse_qsl(request.scope["query_string"].decode("latin-1") if query is None else query)
    kept = urlencode([(name, value) for name, value in asked if name not in PAGING])
    able = [suffix for suffix, each in FORMATS.items() if each.available and suffix != "geojson"]
    return what, [(suffix, f"/v1{path}.{suffix}" + (f"?{kept}" if kept else "")) for suffix in able]


def address(path: str, asked: Mapping[str, str | Sequence[str] | None]) -> str:
    """The address of a page with these parameters; empty ones are left out, several values are joined by commas."""
    given = {
        name: value if isinstance(value, str) else ",".join(value)
        for name, value in asked.items()
        if value  # neither None nor empty
    }
    return f"{path}?{urlencode(given, safe=',')}" if given else path


def following(request: Request, cursor: str | None) -> str | None:
    """The address of the next page of a list; None on the last."""
    if cursor is None:
        return None
    asked = parse_qsl(request.scope["query_string"].decode("latin-1"))
    kept = [(name, value) for name, value in asked if name != "cursor"]
    return f"{request.scope['path']}?{urlencode([*kept, ('cursor', cursor)])}"


def ticks_scale(low: Decimal, high: Decimal) -> tuple[Decimal, str]:
    """By what the numbers of an axis are divided, and the word for it."""
    largest = max(abs(low), abs(high))
    for power, word in words.SCALES:
        if largest >= Decimal(10) ** power:
            return Decimal(10) ** power, word
    return Decimal(1), ""
