"""The same question about the same data is answered from memory, before every other layer: whole answers as they were sent."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol, TypeAlias

from starlette.types import ASGIApp, Message, Receive, Scope, Send

LARGEST = 1024 * 1024
"""Bytes of the largest answer that is remembered."""
OWN_BYTES = 1500
"""Bytes that an answer takes besides its body, roughly: its headers, twice, and a name of usual length."""
LONGEST_NAME = 1000
"""Bytes of a query, and of what else an answer depends on, above which it is not remembered."""
VERSION = "claimbook.version"
"""Where a scope says which data version was read after the request arrived."""

TRIED = "claimbook.tried"
"""Key of a scope for which the short way was taken in vain."""
SEEN = "claimbook.seen"
"""Where a scope lists the data versions that those saw who made the answer, where they say so."""

TELLING = frozenset({b"accept", b"accept-encoding", b"if-none-match"})
"""Headers that an answer depends on by their text; of `Origin` it only matters that it is there."""
PLAIN = frozenset({(b"accept", b"*/*"), (b"accept", b"application/json"), (b"accept-encoding", b"identity")})
"""Headers of these that change nothing."""
CUTTING = frozenset(
    {b"range", b"if-range", b"if-match", b"if-modified-since", b"if-unmodified-since", b"content-length", b"transfer-encoding"}
)
"""Headers of requests that are never answered from memory."""

Header = tuple[bytes, bytes]


class Version(NamedTuple):
    """The state of the data: the number of committed writes, and the database's own key."""

    number: int
    key: str


@dataclass(slots=True)
class Answer:
    """An answer as it was sent."""

    headers: tuple[Header, ...]
    body: bytes
    status: int = 200
    head: bytes = b""
    """its headers as they go over the wire, with the length of the body"""

    def __post_init__(self) -> None:
        if not self.head:
            told = {name.lower(): value for name, value in self.headers}
            if self.status == 200:
                told[b"content-length"] = b"%d" % len(self.body)
            self.head = lines(told.items()) + b"\r\n"


def lines(headers: Iterable[Header]) -> bytes:
    """Headers as they go over the wire."""
    return b"".join([b"%s: %s\r\n" % each for each in headers])


MOST_NAMES = 50_000
"""Names of answers that were made once."""


Made: TypeAlias = tuple[Version, Answer]
"""An answer, and the data version that it shows."""


class Store:
    """Answers by name, of one version only, the least recently asked for forgotten first."""

    def __init__(self, most_bytes: int, largest: int) -> None:
        self.most_bytes = most_bytes
        self.largest = min(largest, most_bytes)
        self._version: Version | None = None
        self._held: OrderedDict[Hashable, Answer] = OrderedDict()
        self._once: set[int] = set()
        self._size = 0
        self._lock = threading.Lock()

    def holds(self, name: Hashable) -> bool:
        """Whether there is an answer of this name, of whichever version."""
        return name in self._held

    def get(self, version: Version, name: Hashable) -> Answer | None:
        """The answer of this name, if it is remembered."""
        with self._lock:
            if version != self._version:
                return None
            answer = self._held.get(name)
            if answer is not None:
                self._held.move_to_end(name)
            return answer

    def put_again(self, version: Version, name: Hashable, answer: Answer) -> None:
        """Remember an answer that is cheap to make if it had to be made before: most are asked for once, and writing over
        memory that was long unused costs a tenth of making one."""
        if hash(name) in self._once:
            self.put(version, name, answer)
            return
        if len(self._once) >= MOST_NAMES:
            self._once.clear()
        self._once.add(hash(name))

    def put(self, version: Version, name: Hashable, answer: Answer) -> None:
        """Remember an answer; those of another version are forgotten."""
        size = len(answer.body) + OWN_BYTES
        if size > self.largest:
            return
        with self._lock:
            if version != self._version:
                if self._version and version.key == self._version.key and version.number < self._version.number:
                    return  # it took long, and someone wrote meanwhile
                self._version, self._size = version, 0
                self._held.clear()
            if name not in self._held:
                self._size += size
            self._held[name] = answer
            while self._size > self.most_bytes:
                self._size -= len(self._held.popitem(last=False)[1].body) + OWN_BYTES


class Now(Protocol):
    """Reads the version of the data; None when the database cannot say."""

    def at_once(self) -> Version | None:
        """The version, where it is read without waiting."""

    async def read(self) -> Version | None:
        """The version."""

    def saw(self, version: Version) -> None:
        """Somebody else has read this one."""


class Direct(Protocol):
    """Answers plain requests without the layers inside, at the newest data version; None to what it cannot."""

    def at_once(self, scope: Scope) -> Made | None:
        """The answer, where it is made without waiting."""

    async def __call__(self, scope: Scope) -> Made | None:
        """The answer."""


class Remembered:
    """A thin ASGI layer. `follows` tells which paths depend on the data only."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        follows: Callable[[str], bool],
        now: Now,
        straight: Direct,
        most_bytes: int,
        answers: dict[str, int],
    ) -> None:
        self.app = app
        self.answers = answers
        self.follows = follows
        self.now = now
        self.straight = straight
        self.store = Store(most_bytes, LARGEST)

    def at_once(self, scope: Scope) -> Answer | None:
        """The answer to a GET, if nothing must be waited for."""
        name = _name(scope) if self.follows(scope["path"]) else None
        if name is None:
            return None
        if not self.store.holds(name):
            return self._made(name, self.straight.at_once(scope)) if _is_plain(name) else None
        version = self.now.at_once()
        return self._held(version, name) if version else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer from memory what was asked and answered before; remember the rest as it is sent."""
        if scope["type"] != "http" or scope["method"] != "GET" or not self.follows(scope["path"]):
            await self.app(scope, receive, send)
            return
        name = _name(scope)
        version: Version | None = None
        held: Answer | None = None
        if name and self.store.holds(name):
            version = await self.now.read()
            held = self._held(version, name) if version else None
        if held is None and name and _is_plain(name) and TRIED not in scope:
            held = self._made(name, await self.straight(scope))
        if held is not None:
            await send({"type": "http.response.start", "status": held.status, "headers": list(held.headers)})
            await send({"type": "http.response.body", "body": held.body})
            return
        version = version or await self.now.read()
        if version is not None:
            scope[VERSION] = version
            send = _Remembering(self.store, send, version, name) if name else send
        await self.app(scope, receive, send)

    def _held(self, version: Version, name: Hashable) -> Answer | None:
        answer = self.store.get(version, name)
        if answer is not None:
            self.answers["not_modified" if answer.status == 304 else "remembered"] += 1
        return answer

    def _made(self, name: Hashable, made: Made | None) -> Answer | None:
        if made is None:
            return None
        self.now.saw(made[0])
        self.store.put_again(made[0], name, made[1])
        self.answers["made"] += 1
        return made[1]


class _Remembering:
    """Sends an answer on, and remembers it when it has an ETag, that is, shows the version that was read."""

    def __init__(self, store: Store, send: Send, version: Version, name: Hashable) -> None:
        self.store, self.send, self.version, self.name = store, send, version, name
        self.headers: tuple[Header, ...] | None = None
        self.status = 200
        self.pieces: list[bytes] = []
        self.size = 0

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            if self.status in (200, 304) and any(name.lower() == b"etag" for name, _ in message["headers"]):
                self.headers = tuple(message["headers"])
        elif message["type"] == "http.response.body" and self.headers is not None:
            self._keep(message)
        await self.send(message)

    def _keep(self, message: Message) -> None:
        body = message.get("body", b"")
        self.size += len(body)
        if self.size > self.store.largest or self.headers is None:
            self.headers = None
            self.pieces.clear()
            return
        self.pieces.append(body)
        if not message.get("more_body", False):
            self.store.put(self.version, self.name, Answer(self.headers, b"".join(self.pieces), self.status))


def _name(scope: Scope) -> tuple[Any, ...] | None:
    """All that the answer depends on besides the data; None for a request that is not answered from memory."""
    told: list[Header] = []
    foreign, size = False, len(scope["query_string"])
    for header in scope["headers"]:
        if header[0] in TELLING:
            told.append(header)
            size += len(header[1])
        elif header[0] in CUTTING:
            return None
        elif header[0] == b"origin":
            foreign = True
    return (scope["path"], scope["query_string"], foreign, *told) if size <= LONGEST_NAME else None


def _is_plain(name: tuple[Any, ...]) -> bool:
    """Whether no header of the request so named asks for anything of its own."""
    _path, _query, foreign, *told = name
    return not foreign and PLAIN.issuperset(told)
