"""One box over everything: what it finds, in which order, how it follows the data, and that both databases say the same."""

import random
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import sqlalchemy as sa
from asking import Served, everything, pages, serving
from conftest import BACKENDS, client_for
from make import SMALL_MENTIONS, SMALL_SEED, SMALL_TEXT, write_seed
from observe import edit
from starlette.testclient import TestClient

from app.db import writing
from app.models import DocumentText, SearchEntry
from app.queries import search as search_module
from app.queries import suggest as suggest_module
from app.seed.attach import attach
from app.seed.load import requote, seed_directory
from app.upkeep import search as upkeep
from app.upkeep.everything import follow

OWN = re.compile(r'cursor=[^"&]*')
Row = dict[str, Any]


def ask(client: TestClient, q: str, **more: Any) -> Row:
    answer = client.get("/v1/search", params={"q": q, **more})
    assert answer.status_code == 200, answer.text
    body: Row = answer.json()
    return body


def hits(client: TestClient, q: str, **more: Any) -> list[str]:
    return [f"{hit['resource']}/{hit['code']}" for hit in ask(client, q, limit=1000, **more)["data"]]


def suggested(client: TestClient, q: str, **more: Any) -> list[str]:
    answer = client.get("/v1/search/suggest", params={"q": q, **more})
    assert answer.status_code == 200, answer.text
    return [f"{row['resource']}/{row['code']}" for row in answer.json()["data"]]


def shown(hit: Row) -> str:
    return "".join(f"[{part['text']}]" if part["match"] else part["text"] for part in hit["snippet"])


# The shipped data


def test_a_chinese_name_finds_the_thing_and_what_is_said_of_it(client: TestClient) -> None:
    found = hits(client, "重庆")
    assert {"region/chongqing", "region/chongqing-central-city", "project/western-chongqing-science-city"} <= set(found)
    statements = {row["id"] for row in everything(client) if "chongqing" in [region["code"] for region in row["regions"]]}
    assert {f"statement/{id_}" for id_ in statements} <= set(found)


def test_one_chinese_character_is_enough_and_may_stand_anywhere(client: TestClient) -> None:
    for character in "重庆市":
        assert "region/chongqing" in hits(client, character)
    assert shown(ask(client, "庆", resource="region")["data"][0]) == "重[庆]市"
    assert "region/chongqing" not in hits(client, "成")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("people's", "people’s"),
        ("14,000", "14000"),
        ("GDP", "ｇｄｐ"),
        ("7.55", "7.55 "),
        ("central-urban", '"central urban"'),
        ("expressw*", "EXPRESSW*"),
    ],
)
def test_two_ways_of_typing_find_the_same(client: TestClient, one: str, other: str) -> None:
    found = hits(client, one)
    assert found == hits(client, other)
    assert found


def test_a_number_is_found_as_it_is_typed(client: TestClient) -> None:
    trains = ["statement/central-urban-areas.railway-express-trains", "statement/economic-circle-overview.freight-trains-total"]
    assert sorted(hits(client, "14000 trains")) == trains
    assert hits(client, "7.55") == ["statement/central-urban-areas.wafer-line-investment"]
    assert "statement/central-urban-areas.wafer-line-investment" not in hits(client, "55")


def test_all_words_must_occur_and_a_phrase_side_by_side(client: TestClient) -> None:
    both = set(hits(client, "science city"))
    assert both <= set(hits(client, "science")) & set(hits(client, "city"))
    assert set(hits(client, "city science")) == both
    assert set() < set(hits(client, '"science city"')) <= both
    assert hits(client, '"city science"') == []


def test_a_star_lets_a_word_go_on(client: TestClient) -> None:
    assert hits(client, "expressw") == []
    assert set(hits(client, "expressw*")) >= set(hits(client, "expressways")) != set()


def test_the_id_of_a_statement_finds_it(client: TestClient) -> None:
    assert hits(client, "central-urban-areas.gdp-2021-h1")[0] == "statement/central-urban-areas.gdp-2021-h1"


def test_a_hit_says_what_it_is_and_where_to_go_on(client: TestClient) -> None:
    body = ask(client, "wafer 7.55")
    assert body["page"] == {"limit": 50, "next": None, "total": None}
    [hit] = body["data"]
    assert hit.keys() == {
        *("resource", "code", "name", "name_zh", "text", "field", "phrase", "snippet", "document", "published_on", "path")
    }
    assert (hit["name"], hit["field"], hit["phrase"], hit["document"]) == (None, "text", False, "central-urban-areas")
    assert hit["published_on"] == "2021-09-30"
    assert client.get(hit["path"]).json()["text"] == hit["text"]
    for row in ask(client, "chongqing", limit=1000)["data"]:
        assert client.get(row["path"]).status_code == 200, row["path"]


def test_the_counts_by_resource_do_not_depend_on_the_resource_asked_for(client: TestClient) -> None:
    whole = ask(client, "chongqing", limit=1000, include="total")
    counts: dict[str, int] = {}
    for hit in whole["data"]:
        counts[hit["resource"]] = counts.get(hit["resource"], 0) + 1
    assert {name: number for name, number in whole["meta"]["found"].items() if number} == counts
    assert whole["page"]["total"] == sum(counts.values())
    part = ask(client, "chongqing", resource="region,project", include="total")
    assert part["meta"]["found"] == whole["meta"]["found"]
    assert part["page"]["total"] == counts["region"] + counts["project"]
    assert {hit["resource"] for hit in part["data"]} == {"region", "project"}


def test_pages_hold_every_hit_once_in_order(client: TestClient) -> None:
    whole = hits(client, "chongqing")
    paged = [
        f"{hit['resource']}/{hit['code']}" for page in pages(client, "/v1/search?q=chongqing&limit=7") for hit in page["data"]
    ]
    assert paged == whole
    assert len(whole) > 50
    cursor = ask(client, "chongqing", limit=1)["page"]["next"].partition("cursor=")[2]
    assert client.get(f"/v1/search?q=rail&cursor={cursor}").status_code == 400
    assert client.get("/v1/search?q=rail&cursor=x").status_code == 400


def test_names_are_suggested_as_one_types(client: TestClient) -> None:
    assert suggested(client, "chongqing")[0] == "region/chongqing"
    assert suggested(client, "重")[0] == "region/chongqing"
    assert suggested(client, "成都", limit=1) == ["region/chengdu"]
    assert suggested(client, "gdp")[0] == "indicator/gdp"
    assert suggested(client, "western-chongqing-sc")[:2] == [
        *("region/western-chongqing-science-city", "project/western-chongqing-science-city")
    ]
    assert suggested(client, "zebra") == []
    assert len(suggested(client, "c")) == 10
    assert len(suggested(client, "c", limit=20)) == 20
    assert suggested(client, "c", limit=20)[:10] == suggested(client, "c")
    counts = client.get("/v1/search/suggest", params={"q": "chong", "limit": 20}).json()["data"]
    for row in counts:
        assert client.get(row["path"]).json()["statements"] == row["statements"]


@pytest.mark.parametrize("path", ["/v1/search", "/v1/search/suggest"])
@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("", "q"),
        ("q=", "q"),
        ("q=%20%20", "q"),
        ("q=!!!", "at least one letter or digit was expected"),
        ("q=" + quote("“” … *** ，"), "at least one letter or digit was expected"),
        ("q=" + quote("\U0001f600"), "at least one letter or digit was expected"),
        ("q=" + "a" * 201, "200"),
        ("q=" + "+".join(["a"] * 99), "1 to 20 words were expected"),
        ("q=" + "+".join(["ab"] * 1000), "200"),
        ("q=rail&q=time", "once"),
        ("q=rail&limit=0", "limit"),
        ("q=rail&limit=1001", "limit"),
        ("q=rail&limit=1e1", "limit"),
        ("q=a%00b", "NUL"),
        ("q=%ED%A0%80", "UTF-8"),
        ("q=rail&sort=id", "sort"),
    ],
)
def test_what_cannot_be_looked_for_is_refused_with_what_would_work(client: TestClient, path: str, query: str, told: str) -> None:
    answer = client.get(f"{path}?{query}")
    assert answer.status_code == 422
    assert told in answer.text


HOSTILE = [
    *("a AND b", "AND", "OR NOT", "NEAR(a b)", "NEAR/2", "name_tokens : rail", "-rail", "^rail", "rail +time", "{rail}"),
    *("(rail", '"rail', 'rail"', '"""rail"""', '"rail" "', "'rail'", "rail'", "''", "rail%", "%rail%", "r_il", "_rail"),
    *("\\rail", "rail\\", "rail:*", "rail & time", "rail | time", "!rail", "rail <-> time", "rail:A", "*rail*", "ra*il"),
    *("r*", "1*", "é*", "重*", "؀rail", "مرحبا rail", "שלום", "\u202erail", "ra\u200bil", "rail\ufeff", "\U0001f600 rail"),
    *(
        "👩\u200d👩\u200d👧 rail",
        "ﷺ",
        "İ",
        "ß",
        "½",
        "²",
        "Ⅷ",
        "٣",
        "１４，０００",
        "a\u0301" * 90,
        "x" * 200,
        "重" * 200,
        "a " * 20,
    ),
    *("1,000,000,000,000", "1.2.3.4", "0x1F", "-1", "'; DROP TABLE search_entry;--", "rail\t\n\rtime", "NULL", "true"),
    *("<script>alert(1)</script>", "../../etc/passwd", "%00", "rank", "search_index", "a OR b*", '"a* b"*', '" " rail'),
]


@pytest.fixture(scope="module")
def questions(clients: Callable[[str], TestClient]) -> list[str]:
    """The same searches on every run: words, pairs, phrases and beginnings drawn from the data, and hostile ones."""
    client, dice = clients("sqlite"), random.Random(20261122)
    texts = [f"{row['text']} {row['evidence']['exact']}" for row in everything(client)]
    for noun in ("regions", "indicators", "projects", "actors"):
        texts += [f"{row['name']} {row['name_zh'] or ''} {row['code']}" for row in everything(client, f"/v1/{noun}")]
    made = list(HOSTILE)
    for _ in range(40):
        words = dice.choice(texts).split()
        at = dice.randrange(len(words))
        some = words[at : at + dice.choice((2, 3, 4))]
        made += [
            dice.choice(words),
            " ".join(some),
            f'"{" ".join(some)}"',
            f"{dice.choice(words)[:3]}*",
            " ".join(dice.sample(words, 2)),
        ]
    return [each for each in dict.fromkeys(made) if len(each) <= 200]


def test_both_databases_give_the_same_bytes(questions: list[str], clients: Callable[[str], TestClient]) -> None:
    assert len(questions) >= 180
    seen: dict[int, int] = {}
    for number, q in enumerate(questions):
        for path in (f"/v1/search?q={quote(q)}&limit={(3, 50)[number % 2]}&include=total", f"/v1/search/suggest?q={quote(q)}"):
            one, other = (clients(backend).get(path) for backend in BACKENDS)
            assert (one.status_code, OWN.sub("", one.text)) == (other.status_code, OWN.sub("", other.text)), q
            assert one.status_code < 500, q
            seen[one.status_code] = seen.get(one.status_code, 0) + ('"data":[{' in one.text or one.status_code != 200)
    assert seen[200] > 200


# Rows of our own


def told(slug: str, text: str, exact: str, start: int) -> str:
    end = start + len(exact)
    return f"""
        - slug: {slug}
          text: {text}
          evidence: {{exact: "{exact}", start: {start}, end: {end}, paragraph: 3}}
          kind: actual
          regions: [northport]
          period: {{type: none, basis: unknown}}
          attribution: {{mode: reporter, basis: none}}
        """.rstrip(" ").lstrip("\n")


def document(code: str, day: str, *statements: str) -> str:
    head = SMALL_SEED["documents/harbour.yaml"].partition("        statements:")[0]
    head = (
        head.replace("code: harbour\n", f"code: {code}\n")
        .replace("2025-01-10", day)
        .replace("text_length: 205", "text_length: 9000")
    )
    return head.replace("Northport counts its ships", "Of boats") + "        statements:\n" + "".join(statements)


def ordered_seed(directory: Path) -> Path:
    old = [
        told("anchor-lantern", "Says nothing.", "aaa bbb", 100),
        told("one", "A lantern hangs by the anchor.", "ccc ddd", 200),
        told("two", "The anchor lantern hangs.", "eee fff", 300),
        told("three", "It is lit.", "anchor by lantern", 400),
        told("four", "The anchor is lit.", "a lantern", 500),
    ]
    new = [
        told("five", "Another anchor lantern.", "ggg hhh", 100),
        told("six", "Nothing to see.", "iii anchor lantern", 200),
        told("anchor-and-lantern", "Is nothing.", "jjj kkk", 300),
    ]
    lists = {name: text for name, text in SMALL_SEED.items() if "/" not in name}
    documents = {"older": document("older", "2020-05-01", *old), "newer": document("newer", "2024-05-01", *new)}
    return write_seed(directory, {**lists, **{f"documents/{name}.yaml": text for name, text in documents.items()}})


@pytest.fixture
def served(backend: str, new_database: Callable[..., str]) -> Iterator[Served]:
    yield from serving(backend, new_database)


ORDER = [
    "older.anchor-lantern",  # the id, side by side
    "newer.anchor-and-lantern",  # the id, scattered
    "newer.five",  # the text, side by side, the newer first
    "older.two",
    "older.one",  # the text, scattered
    "newer.six",  # as written, side by side
    "older.three",  # as written, scattered
    "older.four",  # only together
]


SIDE_BY_SIDE = {"older.anchor-lantern", "newer.five", "older.two", "newer.six"}
"""Those in which the two words stand so somewhere."""


def test_the_best_field_comes_first_then_the_phrase_then_the_newest(served: Served, tmp_path: Path) -> None:
    _, client = served(ordered_seed(tmp_path))
    found = ask(client, "anchor lantern")["data"]
    assert [hit["code"] for hit in found] == ORDER
    places = [(hit["field"], hit["phrase"]) for hit in found]
    assert places == [
        *[("name", True), ("name", False), ("text", True), ("text", True), ("text", False)],
        *[("as_written", True), ("as_written", False), ("together", False)],
    ]
    assert shown(found[3]) == "The [anchor lantern] hangs." or shown(found[3]) == "The [anchor] [lantern] hangs."


def test_of_very_many_the_newest_are_ordered_and_the_answer_says_so(
    served: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search_module, "CAP", 3)
    _, client = served(ordered_seed(tmp_path))
    body = ask(client, "anchor lantern", include="total")
    assert [hit["code"] for hit in body["data"]] == ["newer.anchor-and-lantern", "newer.five", "newer.six"]
    assert (body["meta"]["capped"], body["meta"]["found"]["statement"], body["page"]["total"]) == (True, 8, 3)
    assert body["meta"]["notes"] == ["Of 8 statements found only 3 are ordered and listed: those of the newest documents."]
    other = ask(client, "anchor lantern", resource="region")
    assert (other["data"], other["meta"]["capped"], other["meta"]["found"]["statement"]) == ([], False, 8)
    assert ask(client, "northport", resource="region")["meta"]["capped"] is False


def test_of_a_word_that_stands_everywhere_only_the_newest_are_looked_at(
    served: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search_module, "LOOKED", 4)
    monkeypatch.setattr(search_module, "CAP", 3)
    _, client = served(ordered_seed(tmp_path))
    body = ask(client, "anchor lantern")
    assert (len(body["data"]), body["meta"]["found"]["statement"]) == (3, 4)
    assert body["meta"]["notes"] == [
        "Of more than 4 statements found only 3 are ordered and listed: those of the newest documents."
    ]
    monkeypatch.setattr(search_module, "CAP", 4)
    body = ask(client, '"anchor lantern"')
    newest = {hit["code"] for hit in ask(client, "anchor lantern")["data"]}
    assert {hit["code"] for hit in body["data"]} == newest & SIDE_BY_SIDE
    assert body["meta"]["notes"] == [
        "More than 4 statements hold these words; where they stand side by side was looked up in the newest 4."
    ]


def test_a_resource_asked_for_twice_is_listed_once(client: TestClient) -> None:
    assert ask(client, "rail", resource="statement,statement")["data"] == ask(client, "rail", resource="statement")["data"]


def test_suggestions_of_one_kind_are_capped_by_length(served: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suggest_module, "CAP", 1)
    _, client = served(write_seed(tmp_path, SMALL_SEED))
    assert suggested(client, "nor") == ["document/harbour", "region/norland"]


@pytest.fixture
def harbour(tmp_path: Path) -> Path:
    """The small seed, every number of its text accounted for."""
    directory = write_seed(tmp_path / "small", SMALL_SEED)
    with (directory / "documents" / "harbour.yaml").open("a", encoding="utf-8") as file:
        file.write(SMALL_MENTIONS)
    return directory


def consistent(engine: sa.Engine) -> bool:
    """Whether the entries, and the full-text index, are those that a rebuild makes."""

    def entries(connection: sa.Connection) -> list[Any]:
        return list(connection.execute(sa.select(SearchEntry.__table__).order_by("resource", "code")))

    def indexed(connection: sa.Connection) -> list[Any]:
        if engine.dialect.name == "sqlite":
            connection.execute(sa.text("INSERT INTO search_index (search_index, rank) VALUES ('integrity-check', 1)"))
            return []
        return list(
            connection.execute(
                sa.text("SELECT number, names::text, words::text, words_and_quotes::text FROM search_index ORDER BY 1")
            )
        )

    with writing(engine) as connection:
        before = entries(connection), indexed(connection)
        upkeep.rebuild(connection)
        return before == (entries(connection), indexed(connection))


def test_the_index_follows_a_changed_and_a_withdrawn_statement(served: Served, harbour: Path) -> None:
    engine, client = served(harbour)
    edit(
        harbour / "documents" / "harbour.yaml",
        "The harbour master expects 7,000 ships by 2026.",
        "The master hopes for 7,000 ships.",
    )
    seed_directory(engine, harbour)
    assert hits(client, "hopes 7000") == ["statement/harbour.ships-2026"]
    assert hits(client, "expects") == []
    edit(harbour / "documents" / "harbour.yaml", 'number: "7,000"', 'number: "7,000", reason: repeated')
    content = (harbour / "documents" / "harbour.yaml").read_text("utf-8")
    head, _, rest = content.partition("- slug: ships-2026")
    (harbour / "documents" / "harbour.yaml").write_text(head + "\nmentions:" + rest.partition("\nmentions:")[2], "utf-8")
    seed_directory(engine, harbour)
    assert hits(client, "hopes") == []
    assert client.get("/v1/statements/harbour.ships-2026").status_code == 410
    assert consistent(engine)


def test_the_index_follows_a_renamed_region_into_what_is_said_of_it(served: Served, harbour: Path) -> None:
    engine, client = served(harbour)
    assert "statement/harbour.ships-share-2024" in hits(client, "北港")
    edit(harbour / "regions.yaml", "北港", "南港")
    seed_directory(engine, harbour)
    assert hits(client, "北港") == []
    assert {"region/northport", "statement/harbour.ships-share-2024"} <= set(hits(client, "南港"))
    assert suggested(client, "南") == ["region/northport"]
    assert consistent(engine)


def test_the_index_follows_a_pruned_document(served: Served, tmp_path: Path) -> None:
    engine, client = served(ordered_seed(tmp_path))
    (tmp_path / "documents" / "newer.yaml").unlink()
    seed_directory(engine, tmp_path)
    assert "newer.five" in [hit["code"] for hit in ask(client, "anchor lantern")["data"]]
    seed_directory(engine, tmp_path, prune=True)
    assert [hit["code"] for hit in ask(client, "anchor lantern")["data"]] == [code for code in ORDER if code.startswith("older")]
    assert suggested(client, "newer") == []
    assert consistent(engine)


def test_quotes_are_found_while_a_text_is_attached_and_served(served: Served, harbour: Path, tmp_path: Path) -> None:
    engine, client = served(harbour)
    silent = client_for(engine, serve_quotes=False)
    (tmp_path / "text.txt").write_text(SMALL_TEXT, "utf-8")
    assert hits(client, '"ada quay, said"') == []
    attach(engine, [tmp_path / "text.txt"])
    found = ask(client, '"ada quay, said"')
    assert [(hit["code"], hit["field"]) for hit in found["data"]] == [("harbour.ships-2026", "quote")]
    assert shown(found["data"][0]) == 'The harbour master, [Ada Quay, said]: "We expect 7,000 ships by 2026."'
    hidden = ask(silent, '"ada quay, said"', include="total")
    assert (hidden["data"], hidden["page"]["total"], hidden["meta"]["found"]["statement"]) == ([], 0, 0)
    assert "Ada Quay, said" not in silent.get("/v1/search?q=ships").text
    assert hits(client, "counts its ships harbour news 2024 national") == hits(
        silent, "counts its ships harbour news 2024 national"
    )
    assert consistent(engine)
    with writing(engine) as connection:
        connection.execute(sa.delete(DocumentText))
        requote(connection, "harbour")
        follow(connection, {}, documents=["harbour"])
    assert hits(client, '"ada quay, said"') == []
    assert consistent(engine)


def test_what_a_text_holds_beside_the_quotes_is_never_found(served: Served, harbour: Path, tmp_path: Path) -> None:
    engine, client = served(harbour)
    furniture = SMALL_TEXT.replace("Harbour News\n", "Harbour News\nSubscribe zzznewsletter now\n", 1)
    (tmp_path / "text.txt").write_text(furniture, "utf-8")
    attach(engine, [tmp_path / "text.txt"], accept=True)
    assert hits(client, "zzznewsletter") == []


def test_a_search_costs_a_constant_number_of_sql_statements(client: TestClient) -> None:
    engine: sa.Engine = client.app.state.engine  # type: ignore[attr-defined]
    sent: list[str] = []
    sa.event.listen(engine, "before_cursor_execute", lambda *args: sent.append(args[2]))
    for path in (
        "/v1/search?q=chongqing&limit=1",
        "/v1/search?q=chongqing&limit=1000",
        '/v1/search?q="city of" rail*&resource=unit',
    ):
        sent.clear()
        assert client.get(path).status_code == 200
        assert len([each for each in sent if each.split()[0] in ("SELECT", "WITH")]) == 4, path
