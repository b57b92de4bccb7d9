"""The short way to a page of statements: stored representations read off an index, before routing and in the event loop.

Only questions that the route would answer with the same bytes are answered here; whatever is unusual about a request (a
parameter that does not exist, a filter no index is ordered by, a read that takes long) is left to the route. A plain request,
one that no layer would do anything for, passes none: it gets at once the headers that they would add.
"""

import asyncio
import re
import string
from collections.abc import Callable, Iterable, Sequence
from functools import cache, lru_cache, partial
from typing import Annotated, Any, NamedTuple, get_origin
from urllib.parse import parse_qsl

import sqlalchemy as sa
from pydantic import Field, TypeAdapter, ValidationError
from starlette.types import ASGIApp, Receive, Scope, Send

from app.api.answers import next_address, page_of_stored
from app.api.door import REFUSAL, SEALS
from app.api.negotiation import services_of
from app.api.reader import Found, Read, reader_of
from app.api.remembered import SEEN, TRIED, VERSION, Answer, Made, Version, lines
from app.domain.text import MAX_CODE, STATEMENT_ID
from app.queries.pages import CODES, Listed, prepare, read_listed, read_notes, read_one
from app.queries.statements import StatementListQuery
from app.queries.windows import FEW_STREAMS, SORTED, Execute, Wanted, briefly, how_many
from app.settings import Settings

LIST = "/v1/statements"
ONE = re.compile(rf"/v1/statements/{STATEMENT_ID}")
MAX_PATH = 2 * MAX_CODE
MEAN_BYTES = 1700
"""Bytes that a representation takes in memory, roughly."""

MOST_VALUES = 20_000
"""Values of parameters that are known to be right."""
MOST_LISTS = 5000
"""Lists that are kept ready for their next pages."""
LONGEST = 500
"""Bytes of the longest query of which anything is kept."""


EASY = (string.ascii_letters + string.digits + "._~=,:+*-&").encode()
"""Characters of queries that need no look."""
EASY_BYTES, EASY_PARAMETERS = 2000, 50

FIELDS = {
    field.alias or name: name for name, field in StatementListQuery.model_fields.items() if name in {*Wanted._fields, "limit"}
}
"""Parameter → the field of the query's model, for those that are looked at here."""
REPEATED = {field: get_origin(StatementListQuery.model_fields[field].annotation) is list for field in FIELDS.values()}
"""Field → whether it takes several values."""


class Quick:
    """Reads shortly what a request asks for."""

    def __init__(self, *, engine: sa.Engine, settings: Settings) -> None:
        self.address = settings.address
        self.quotes = settings.quotes
        self.reader = reader_of(engine)
        self.known = Known(settings.remember_bytes // 2)

    def at_once(self, scope: Scope) -> Found | None:
        """The answer to a GET, where it is read without waiting; None where it is not short."""
        read = self._read(scope) if self.reader.is_here else None
        return None if read is None else self._tried(scope, self.reader.run_here(read, scope.get(VERSION)))

    async def find(self, scope: Scope) -> Found | None:
        """The answer to a GET; None where it is not short."""
        read = self._read(scope)
        return None if read is None else self._tried(scope, await self.reader.run(read, scope.get(VERSION)))

    def _tried(self, scope: Scope, found: Found | None) -> Found | None:
        if found is None:
            scope[TRIED] = True
        return found

    def _read(self, scope: Scope) -> Read | None:
        """What answers this request shortly, or None."""
        path: str = scope["path"]
        if TRIED in scope:
            return None
        if path == LIST:
            return partial(self._page, scope["query_string"])
        if ONE.fullmatch(path) and len(path) < MAX_PATH and not scope["query_string"]:
            return partial(self._one, path.rpartition("/")[2])
        return None

    def _page(self, query: bytes, execute: Execute, now: Version) -> Found | None:
        known = self.known.at(now)
        asked, cursor = _parted(query)
        page = known.pages.get(asked) or known.learn(asked, self._prepared(asked, execute, known))
        if page is None:
            return None
        rows = read_listed(execute, page.listed, cursor, now, quotes=self.quotes, held=known.held)
        known.trim(self.known.most_bytes)
        following = f"{page.address}{rows.cursor}" if rows.cursor else None
        return Found(now, following, page_of_stored(rows, following, page.notes))

    def _prepared(self, asked: bytes, execute: Execute, known: "Facts") -> "Page | None":
        wanted, limit = _wanted(asked)
        notes = wanted and known.notes_on(execute, wanted)
        listed = None if wanted is None or notes is None else prepare(execute, wanted, limit)
        if listed is None or notes is None or how_many(listed.window[0]) > FEW_STREAMS:
            return None
        if self.reader.is_here:
            listed = listed._replace(window=briefly(listed.window))
        return Page(listed, next_address(f"{self.address}{LIST}", asked, ""), notes)

    def _one(self, id_: str, execute: Execute, now: Version) -> Found | None:
        known = self.known.at(now)
        body = known.held.get(id_) or read_one(execute, id_, quotes=self.quotes)
        if body is None:
            return None
        known.held[id_] = body
        known.trim(self.known.most_bytes)
        return Found(now, None, body)


class Shortly:
    """A thin ASGI layer just before the routes: takes the short way where there is one."""

    def __init__(self, app: ASGIApp, *, quick: Quick) -> None:
        self.app = app
        self.quick = quick

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a page, or a statement, where that is short; leave the rest to the routes."""
        found = await self.quick.find(scope) if scope["type"] == "http" and scope["method"] == "GET" else None
        if found is None:
            await self.app(scope, receive, send)
            return
        if SEEN in scope:
            scope[SEEN].append(found.version.number)
        headers = [(b"content-length", b"%d" % len(found.body)), (b"content-type", b"application/json")]
        if found.following:
            headers.append((b"link", _next(found.following)))
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": found.body})


OF_ALL = ((b"content-type", b"application/json"), (b"accept-ranges", b"bytes"), *SEALS)
"""Headers that every such answer has."""
HEAD_OF_ALL = lines(OF_ALL) + b"\r\n"


class Straight:
    """Answers plain requests as all layers together would."""

    def __init__(self, quick: Quick, name_of: Callable[[Version, Scope], bytes], address: str) -> None:
        self.quick = quick
        self.name_of = name_of
        self.services = services_of(address).encode("latin-1")

    def at_once(self, scope: Scope) -> Made | None:
        """The whole answer, if nothing must be waited for."""
        try:
            return self._made(scope, self.quick.at_once(scope)) if _is_easy(scope["query_string"]) else None
        except Exception:  # whatever it is, the layers inside meet it again and say it as a problem
            return None

    async def __call__(self, scope: Scope) -> Made | None:
        """The whole answer, if it is short to make."""
        try:
            return self._made(scope, await self.quick.find(scope)) if _is_easy(scope["query_string"]) else None
        except asyncio.CancelledError:
            scope.setdefault("state", {})[REFUSAL] = "too-busy"  # the server is being stopped, which the door tells
            return None
        except Exception:  # as above
            return None

    def _made(self, scope: Scope, found: Found | None) -> Made | None:
        if found is None:
            return None
        link = b"%s, %s" % (_next(found.following), self.services) if found.following else self.services
        of_this = ((b"content-length", b"%d" % len(found.body)), (b"link", link), (b"etag", self.name_of(found.version, scope)))
        return found.version, Answer(of_this + OF_ALL, found.body, head=lines(of_this) + HEAD_OF_ALL)


def _is_easy(query: bytes) -> bool:
    return not query.translate(None, EASY) and len(query) <= EASY_BYTES and query.count(b"&") < EASY_PARAMETERS


def _next(following: str) -> bytes:
    return f'<{following}>; rel="next"'.encode("latin-1")


def _parted(query: bytes) -> tuple[bytes, str | None]:
    """What is asked for, and the cursor, if that stands at the end; elsewhere it is left where it is."""
    asked, mark, cursor = query.rpartition(b"cursor=")
    if not mark or b"&" in cursor or not cursor or asked[-1:] not in (b"", b"&"):
        return query, None
    return asked[:-1], cursor.decode("latin-1")


def _wanted(asked: bytes) -> tuple[Wanted | None, int]:
    """What a request wants, and at most how much, if it is plainly right and windows may know it; None for every other."""
    given: dict[str, tuple[str, ...]] = {}
    for name, value in _pairs(asked):
        field = FIELDS.get(name)
        if field is None or (field in given and not REPEATED[field]):
            return None, 0
        given[field] = (*given.get(field, ()), value)
    check = _checked if len(asked) <= LONGEST else _checked.__wrapped__
    try:
        values = {field: check(field, each) for field, each in given.items()}
    except ValidationError:
        return None, 0
    limit = values.pop("limit", StatementListQuery.model_fields["limit"].default)
    return (Wanted(**values) if values.get("sort", "id") in SORTED else None), limit


def _pairs(asked: bytes) -> Iterable[tuple[str, str]]:
    text = asked.decode("latin-1")
    if "%" in text or "+" in text or not text:
        return parse_qsl(text, keep_blank_values=True)
    return [part.partition("=")[::2] for part in text.split("&") if part]


@lru_cache(maxsize=MOST_VALUES)
def _checked(field: str, values: tuple[str, ...]) -> Any:
    """The value of one parameter, checked as the model of all checks it. Raises ValidationError."""
    return _check_of(field)(list(values) if REPEATED[field] else values[0])


@cache
def _check_of(field: str) -> Callable[[Any], Any]:
    """Checks one parameter; the model would look at every one that may be there."""
    declared = StatementListQuery.model_fields[field]
    told: Any = Annotated[declared.annotation, Field(), *declared.metadata]
    adapter: TypeAdapter[Any] = TypeAdapter(told)
    return adapter.validate_python


class Page(NamedTuple):
    """A list as it is asked for again and again, each time for another page."""

    listed: Listed
    address: str
    """of the next page, but for the cursor"""
    notes: Sequence[str]


class Known:
    """What was read at the newest data version that anyone saw."""

    def __init__(self, most_bytes: int) -> None:
        self.most_bytes = most_bytes
        self._facts = Facts(Version(-1, ""))

    def at(self, now: Version) -> "Facts":
        """What is known at this data version; another read may see another one at the same time."""
        facts = self._facts
        if facts.now != now:
            facts = self._facts = Facts(now)
        return facts


class Facts:
    """What was read at one data version: representations by id, lists, and what is to be said of codes.

    Several threads may add.
    """

    def __init__(self, now: Version) -> None:
        self.now = now
        self.held: dict[str, bytes] = {}
        self.notes: dict[tuple[str, str], list[str]] = {}
        self.pages: dict[bytes, Page] = {}

    def learn(self, asked: bytes, page: Page | None) -> Page | None:
        """Keep a list for who goes on in it; all are forgotten when they are too many."""
        if page is not None and len(asked) <= LONGEST:
            if len(self.pages) >= MOST_LISTS:
                self.pages.clear()
            self.pages[asked] = page
        return page

    def notes_on(self, execute: Execute, wanted: Wanted) -> list[str] | None:
        """The remarks on the codes that are named; None when a code list does not hold one."""
        found: dict[tuple[str, str], list[str]] = {}
        for name in CODES:
            for code in getattr(wanted, name):
                notes = self.notes.get((name, code))
                if notes is None:
                    notes = read_notes(execute, name, code)
                    if notes is None:
                        return None
                    self.notes[name, code] = notes
                found[name, code] = notes
        return [note for each in sorted(found) for note in found[each]]

    def trim(self, most_bytes: int) -> None:
        """Forget what was read first when there is too much: a quarter at once, so that this is seldom."""
        most = most_bytes // MEAN_BYTES
        if len(self.held) > most:
            held = list(self.held.items())
            self.held = dict(held[len(held) - most * 3 // 4 :])
