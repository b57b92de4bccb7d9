"""Do SQLite and PostgreSQL give the same answer, to the byte, to hundreds of good and bad requests?"""

import os
import random
import re
from collections.abc import Callable
from urllib.parse import quote

import pytest
from asking import NOUNS, everything
from starlette.testclient import TestClient

REQUESTS = int(os.environ.get("CLAIMBOOK_REQUESTS", "320"))
# Cursors are signed with each database's own key, and changes are stamped with the time of their commit.
OWN = re.compile(r'cursor=[A-Za-z0-9_-]*|"at":"[^"]*"|"database":"[a-z]*"')

HOSTILE = [
    *("", " ", "%", "_", "\\", "'", '"', "' OR '1'='1", "; DROP TABLE statement;--", "%%", "a%b", "\\%", "NULL", "null", "true"),
    *("\x00", "\ud800", "\x7f", "\u200b", "\ufeff", "é", "É", "ß", "İ", "ǅ", "ﬁ", "Ａ", "重庆", "重", "\U0001f600", "\U0010ffff"),
    *("0", "-0", "-1", "1", "1.0", "1e3", "NaN", "Infinity", "2147483648", "9223372036854775808", "1" * 40, "0x1", "１", "٣"),
    *("2021-02-30", "0000", "9999", "3000", "1000", "2020-02-29", "1900-02-29", "2021-S1", "2021-S3", "2021-Q4", "1609459200"),
    *("1609459200000", "-1", "-62135596800", "99999999999999", "asof", "unknown", "2020..2021", "a AND b", "NEAR(a b)", "col:x"),
    *('"a', "a:* & !b", "../../etc/passwd", "<script>", "{{7*7}}", "$(id)", "a" * 130, "a," * 60, "chongqing,", ",", "CHONGQING"),
]  # fmt: skip
PERIODS = [
    "2016",
    "2019",
    "2020",
    "2020-12-31",
    "2021",
    "2021-S1",
    "2021-Q3",
    "2021-06",
    "2021-09-30",
    "2022-11",
    "2027",
    "1600000000",
]
WORDS = {
    "measure": ["level", "share", "growth", "change", "multiple", "rank"],
    "kind": ["actual", "target", "planned", "agreed", "forecast"],
    "comparator": ["eq", "lt", "le", "gt", "ge"],
    "period_basis": ["stated", "resolved", "inferred", "unknown"],
    "period_type": ["span", "each", "cumulative", "instant", "none"],
    "facets": ["region", "period", "speaker", "has_quantity", "topic"],
    "group_by": ["region", "period", "unit"],
    "status": ["published", "deprecated", "withdrawn"],
}
SORTS = ["id", "period", "published_on", "position", "value", "changed_in"]
SEARCHES = ["gdp", "Chongqing", "重庆", "成都 rail", "1,886", "40%", "trillion", "expressways", "science city", "hospital", "zz"]


@pytest.fixture(scope="module")
def requests(clients: Callable[[str], TestClient]) -> list[str]:
    """The same requests on every run: filters with values of the data and with hostile ones, on every list."""
    client = clients("sqlite")
    dice = random.Random(20261122)
    codes = {noun: [row["code"] for row in everything(client, f"/v1/{noun}")] for noun in NOUNS}
    ids = [row["id"] for row in everything(client)]
    topics = sorted({row["topic"] for row in everything(client, "/v1/indicators")})
    values: dict[str, list[str]] = {
        **WORDS,
        **{name: codes[noun] for noun, name in NOUNS.items()},
        "within": codes["regions"],
        "publisher": codes["actors"],
        "topic": topics,
        "period": [*PERIODS[:-1], "asof", "unknown", "2016-01-01..2020-12-31", "..2021-03-03"],
        **dict.fromkeys(("from", "to", "published_from", "published_to"), PERIODS),
        "period_match": ["overlaps", "within", "equals"],
        "q": SEARCHES,
        "has_quantity": ["true", "false"],
        "cumulative": ["true", "false"],
        "sort": [sign + name for name in SORTS for sign in ("", "-")],
        "limit": ["1", "2", "7", "30"],
        "include": ["total"],
        "fields": ["id", "text", "quantity", "period", "regions,document"],
    }
    single = {
        "period",
        "from",
        "to",
        "published_from",
        "published_to",
        "period_match",
        "q",
        "has_quantity",
        "cumulative",
        "sort",
        "limit",
    }
    made = []
    for _ in range(REQUESTS):
        names = dice.sample(sorted(values), dice.choice((1, 1, 2, 2, 3, 4)))
        parts = []
        for name in names:
            chosen = dice.sample(values[name], min(len(values[name]), 1 if name in single else dice.choice((1, 1, 2, 3))))
            parts.append((name, ",".join(chosen)))
        if dice.random() < 0.35:
            parts[dice.randrange(len(parts))] = (dice.choice(names), dice.choice(HOSTILE))
        if dice.random() < 0.05:
            parts.append((dice.choice(("regoin", "from_", "offset", "q", "limit", "[]", "__proto__")), dice.choice(HOSTILE)))
        if "limit" not in names and dice.random() < 0.9:
            parts.append(("limit", dice.choice("1359")))
        query = "&".join(f"{name}={quote(value.encode('utf-8', 'surrogatepass'), safe=',')}" for name, value in parts)
        made.append(f"{dice.choice(PATHS)}?{query}" if dice.random() < 0.2 else f"/v1/statements?{query}")
    hostile = [quote(each.encode("utf-8", "surrogatepass"), safe="") for each in HOSTILE]
    made += [f"/v1/{noun}/{dice.choice([*codes[noun], *hostile])}" for noun in NOUNS for _ in range(8)]
    made += [
        f"/v1/statements/{dice.choice([*ids, *hostile])}{end}"
        for end in ("", "/evidence", "/related", "/citation")
        for _ in range(8)
    ]
    made += [f"/v1/{noun}.{suffix}" for noun in (*NOUNS, "statements") for suffix in ("json", "csv", "xml")]
    made += [
        "/",
        "/v1",
        "/v1/regions/tree",
        "/v1/changes?limit=1000",
        "/v1/coverage",
        "/healthz",
        "/readyz",
        "/openapi.json",
        "/docs",
        "/x",
    ]
    return [*dict.fromkeys(made)]


PATHS = [
    "/v1/statements.json",
    "/v1/statements.csv",
    "/v1/regions",
    "/v1/projects",
    "/v1/documents",
    "/v1/indicators",
    "/v1/actors",
]


def test_both_databases_give_the_same_answer_to_every_request(requests: list[str], clients: Callable[[str], TestClient]) -> None:
    sqlite, postgresql = clients("sqlite"), clients("postgresql")
    seen: dict[int, int] = {}
    rows = 0
    for path in requests:
        one, other = sqlite.get(path), postgresql.get(path)
        assert one.status_code == other.status_code, path
        assert OWN.sub("", one.text) == OWN.sub("", other.text), path
        assert one.headers["Content-Type"] == other.headers["Content-Type"]
        assert OWN.sub("", one.headers.get("Link", "")) == OWN.sub("", other.headers.get("Link", ""))
        assert one.status_code < 500, path
        seen[one.status_code] = seen.get(one.status_code, 0) + 1
        rows += one.status_code == 200 and '"data":[{' in one.text
    assert len(requests) >= 300
    assert seen[200] > 150
    assert seen[422] > 50
    assert seen[404] > 10
    assert rows > 80
    print(f"{len(requests)} requests to both databases, 0 differences; answers: {dict(sorted(seen.items()))}")


def test_both_databases_page_alike(clients: Callable[[str], TestClient]) -> None:
    for sort in ("period", "value"):
        one: str | None = f"/v1/statements?sort=-{sort}&limit=60&fields=id"
        other: str | None = one
        while one and other:
            left, right = clients("sqlite").get(one).json(), clients("postgresql").get(other).json()
            assert left["data"] == right["data"]
            one, other = left["page"]["next"], right["page"]["next"]
        assert one is other is None
