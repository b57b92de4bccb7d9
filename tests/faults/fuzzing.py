"""Requests that nobody would write, by the thousand: good ones of the OpenAPI document with something in them changed."""

import asyncio
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote_from_bytes, unquote

from starlette.types import ASGIApp, Message

TEXTS = [
    *(b"", b" ", b"%", b"_", b"\\", b"'", b'"', b"' OR '1'='1", b"; DROP TABLE statement;--", b"a%b", b"null", b"true", b"[]", b"{}"),
    *(b"\x00", b"a\x00b", b"\xff", b"\xed\xa0\x80", b"\xc0\xaf", b"\x7f", b"\r\nX-A: b", "\u200b\ufeff".encode(), "ǅﬁ".encode()),
    *("重庆".encode(), "Ａ１".encode(), "é".encode(), "\u202e".encode(), "\U0010ffff".encode(), b"a" * 201, b"a," * 60, b"," * 9),
    *(b"0", b"-0", b"-1", b"1", b"1.0", b"1e3", b"1e999", b"NaN", b"Infinity", b"2147483648", b"9223372036854775808", b"1" * 400),
    *(b"1_000", b"0x1", b"+1", b" 1", b"1,5", b"gt:1", b"gt:1e999", b"gt:NaN", b"lt:-1", b"eq:0.1", b"gt:", b":1", b"xx:1"),
    *(b"2021-02-30", b"0000", b"9999", b"10000", b"2020-02-29", b"2021-S3", b"2021-Q9", b"2021-13", b"1609459200", b"-62135596801"),
    *(b"99999999999999", b"9999-12-31T23:59:59-14:00", b"2016-12-31T23:59:60Z", b"2021-01-01T00:00", b"asof", b"..", b"2020..2019"),
    *(b"a AND b", b"NEAR(a b)", b"col:x", b'"a', b"a:* & !b", b"^a", b"(" * 40, b"*", b"-a", b"a" * 20 + b"!" * 20, b"a b c d e " * 9),
    *(b"../../etc/passwd", b"..%2f..", b"<script>alert(1)</script>", b"{{7*7}}", b"${jndi:x}", b"$(id)", b"//evil.example", b"file:///"),
    *(b"chongqing", b"CHONGQING", b"chongqing,", b"gdp", b"CNY", b"last year", b"1 to 2", b"over 5,000", b"id", b"-period", b"whole_quoted"),
]  # fmt: skip
METHODS = ["HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "BREW"]
HEADERS = [
    *((b"accept", b"text/html"), (b"accept", b"*/*;q=0"), (b"accept", b"application/json"), (b"accept", b"\xff"), (b"accept", b"a" * 999)),
    *((b"range", b"bytes=0-1"), (b"range", b"bytes=-1"), (b"range", b"bytes=9-1"), (b"range", b"bytes=0-1,4-5"), (b"range", b"x=1")),
    *((b"if-none-match", b"*"), (b"if-none-match", b'W/"a", "b"'), (b"if-none-match", b'"' * 99), (b"if-range", b"yesterday")),
    *((b"host", b"evil.example"), (b"x-forwarded-host", b"evil.example"), (b"origin", b"null"), (b"accept-encoding", b"br, \xff")),
    *((b"x-request-id", b"a\r\nb"), (b"x-request-id", b"x" * 999), (b"authorization", b"Bearer none"), (b"cookie", b"a=b; " * 99)),
    *((b"content-type", b"text/csv"), (b"content-type", b"application/json; charset=latin-1"), (b"content-encoding", b"gzip")),
    *((b"content-length", b"99999999999999999999"), (b"content-length", b"-1"), (b"expect", b"100-continue"), (b"te", b"trailers")),
]  # fmt: skip
CHECK = {"indicator": "gdp", "region": "chongqing", "value": "1", "unit": "CNY", "period": "2021"}
BODIES = [
    *(b"", b"{", b"[]", b"null", b"NaN", b"\xff", b"\xef\xbb\xbf{}", b'{"a": 1} {}', b'{"checks": 1}', b'{"checks": [{"value": 1e999}]}'),
    *(b"[" * 5000, b'{"a":' * 200, b'{"checks": [' + b"{}," * 500 + b"{}]}", b'{"checks": [], "checks": []}', b"1" * 6000),
    *(b'{"checks": [{"indicator": "gdp", "value": "\\ud800"}]}', b'{"checks": [{"unit": "a\\u0000b"}]}', b"// no\n{}"),
]  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """A request."""

    method: str
    path: bytes
    query: bytes
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes


@dataclass(frozen=True)
class Told:
    """What it was answered."""

    status: int
    headers: dict[str, str]
    body: bytes


def requests(document: dict[str, Any], number: int, seed: int) -> Iterator[Asked]:
    """So many requests; the same for the same document and seed."""
    dice = random.Random(seed)
    operations = sorted(document["paths"].items())
    weights = [1 if "{suffix}" in path or path.endswith(".zip") else 5 for path, _ in operations]  # whole lists take long
    for _ in range(number):
        ((path, known),) = dice.choices(operations, weights)
        post = "post" in known and dice.random() < 0.7
        parameters = known["post" if post else "get"].get("parameters", [])
        headers = tuple(dice.sample(HEADERS, dice.choice((0, 0, 0, 1, 2))))
        method = "POST" if post else dice.choice(METHODS) if dice.random() < 0.06 else "GET"
        body = _body(dice) if post or method != "GET" else b""
        if post and dice.random() < 0.9:
            headers = ((b"content-type", b"application/json"), *headers)
        yield Asked(method, _path(path, parameters, dice), _query(parameters, dice), headers, body)


def _path(path: str, parameters: list[dict[str, Any]], dice: random.Random) -> bytes:
    for each in parameters:
        if each["in"] == "path":
            value = dice.choice(TEXTS) if dice.random() < 0.4 else str(_sound(each, dice)).encode()
            path = path.replace(f"{{{each['name']}}}", quote_from_bytes(value, safe=""))
    raw = path.encode()
    if dice.random() < 0.04:
        raw += dice.choice((b"/", b"//", b".csv", b"/..", b"%00", b";a=b", b".json.json", b"%2e%2e", b"?", b"#"))
    return raw


def _query(parameters: list[dict[str, Any]], dice: random.Random) -> bytes:
    known = [each for each in parameters if each["in"] == "query"]
    chosen = [each for each in known if each.get("required")] + dice.sample(
        known, min(len(known), dice.choice((0, 1, 1, 2, 3, 5)))
    )
    parts = [(each["name"], dice.choice(TEXTS) if dice.random() < 0.35 else str(_sound(each, dice)).encode()) for each in chosen]
    if dice.random() < 0.05:
        parts.append((dice.choice(["regoin", "offset", "__proto__", "q[]", "", "limit"]), dice.choice(TEXTS)))
    if dice.random() < 0.03:
        parts *= dice.choice((2, 60))
    joined = b"&".join(name.encode() + b"=" + quote_from_bytes(value, safe=",:").encode() for name, value in parts)
    if joined and dice.random() < 0.04:
        at = dice.randrange(len(joined))
        joined = joined[:at] + dice.choice((b"%", b"%zz", b"&&", b"=", b"+", b";", b"\xe9", b"%ff")) + joined[at:]
    return joined


def _sound(parameter: dict[str, Any], dice: random.Random) -> Any:
    """A value that the document allows, as far as it shows one."""
    schema = parameter["schema"]
    for part in (schema, schema.get("items", {}), *schema.get("anyOf", ())):
        if part.get("enum"):
            return dice.choice(part["enum"])
        if part.get("examples"):
            found = dice.choice(part["examples"])
            return ",".join(map(str, found)) if isinstance(found, list) else found
        if part.get("type") == "integer":
            return dice.randint(max(0, part.get("minimum", 0)), min(9, part.get("maximum", 9)))
        if part.get("type") == "boolean":
            return dice.choice(("true", "false"))
    return parameter.get("example", dice.choice(("chongqing", "2021", "gdp", "rail", "1")))


def _body(dice: random.Random) -> bytes:
    if dice.random() < 0.4:
        return dice.choice(BODIES)
    checks = []
    for _ in range(dice.choice((0, 1, 1, 2, 5))):
        check: dict[str, Any] = dict(CHECK)
        for name in dice.sample([*CHECK, "kind", "measure", "comparator", "id", "is_admin"], dice.choice((0, 1, 2))):
            text = dice.choice(TEXTS).decode("utf-8", "replace")
            check[name] = dice.choice([text, text, None, 1, -1.5, [], {}, 10**30, True])
        checks.append(check)
    raw = json.dumps({"checks": checks}).encode()
    if dice.random() < 0.1:
        at = dice.randrange(len(raw))
        raw = raw[:at] + bytes([dice.randrange(256)]) + raw[at + 1 :]
    return raw


async def ask(app: ASGIApp, asked: Asked, seconds: float) -> Told:
    """Send a request through all layers, as the server does once it has parsed it."""
    path = asked.path
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": asked.method,
        "scheme": "http",
        "server": ("127.0.0.1", 80),
        "client": ("127.0.0.1", 1),
        "root_path": "",
        "path": unquote(path.decode("ascii")),
        "raw_path": path,
        "query_string": asked.query,
        "headers": list(asked.headers),
        "state": {},
    }
    sent: list[Message] = []
    given = iter([{"type": "http.request", "body": asked.body, "more_body": False}])

    async def receive() -> Message:
        for message in given:
            return message
        await asyncio.Event().wait()  # the client stays
        raise AssertionError

    async def send(message: Message) -> None:
        sent.append(message)

    async with asyncio.timeout(seconds):
        await app(scope, receive, send)
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in sent[0]["headers"]}
    return Told(sent[0]["status"], headers, b"".join(each.get("body", b"") for each in sent[1:]))
