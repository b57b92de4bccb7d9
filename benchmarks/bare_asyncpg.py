"""The limit on PostgreSQL: an ASGI application that reads rows with asyncpg and writes them as JSON, and nothing else."""

import os
from urllib.parse import parse_qs

import asyncpg
import msgspec

SQL = """SELECT s.id, s.text, s.indicator, i.name AS indicator_name, s.measure, s.kind, s.value::text, s.lower::text,
s.upper::text, s.unit, s.comparator, s.approximate, s.period_label, s.period_type, s.period_start::text, s.period_end::text,
s.exact, s.document, d.title, d.publisher, d.published_on::text, d.url, s.evidence_start, s.evidence_end, s.paragraph,
s.speaker, s.cell, s.status
FROM statement_scope p JOIN statement s ON s.id = p.statement JOIN document d ON d.code = s.document
LEFT JOIN indicator i ON i.code = s.indicator
WHERE p.region = $1 AND NOT p.own AND p.indicator = $2 ORDER BY p.statement LIMIT 50"""

encode = msgspec.json.Encoder().encode
pools: list[asyncpg.Pool] = []


async def app(scope, receive, send):
    """Answer pages; the pool is made when the server starts."""
    if scope["type"] == "lifespan":
        await receive()
        pools.append(await asyncpg.create_pool(os.environ["ASYNCPG_URL"], min_size=4, max_size=8))
        await send({"type": "lifespan.startup.complete"})
        return
    asked = parse_qs(scope["query_string"].decode())
    async with pools[0].acquire() as connection:
        rows = await connection.fetch(SQL, asked["within"][0], asked["indicator"][0])
    body = encode({"data": [dict(row) for row in rows]})
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})
