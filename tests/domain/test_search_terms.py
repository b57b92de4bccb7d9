"""What a search asks for is read without errors; the best field wins, and what is marked is what was asked for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.search import SNIPPET, SearchField, marked, parse_query, place_of
from app.domain.tokens import joined, tokens


def terms(text: str, *, typing: bool = False) -> list[str]:
    return [term.pattern.strip() + "*" * term.prefix for term in parse_query(text, typing=typing).terms]


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("rail time", ["rail", "time"]),
        ("rail RAIL rail", ["rail"]),
        ('"central urban" areas', ["central urban", "areas"]),
        ("“central urban” areas", ["central urban", "areas"]),
        ('rail "central urban', ["rail", "central", "urban"]),
        ('say"central urban"now', ["say", "central urban", "now"]),
        ('"" rail', ["rail"]),
        ("expressw*", ["expressw*"]),
        ("expressw＊", ["expressw*"]),
        ("*way rail*way *", ["way", "rail way"]),
        ('"expressw* planned"', ["expressw planned"]),
        ("people’s", ["people s"]),
        ("14,000", ["14000"]),
        ("66.7ha", ["66.7 ha"]),
        ("重", ["重*"]),
        ("重庆", ["重庆 庆*"]),
        ("重庆GDP", ["重庆 庆 gdp"]),
        ("rail AND NOT time OR NEAR(a b)", ["rail", "and", "not", "time", "or", "near a", "b"]),
        ("name:rail -rail ^rail rail~2 {rail} (rail)", ["name rail", "rail", "rail 2"]),
        ("!!! ??? ***", []),
        ("", []),
    ],
)
def test_a_query_is_read_so(text: str, read: list[str]) -> None:
    assert terms(text) == read


def test_while_typing_the_last_word_may_go_on() -> None:
    assert terms("western chong", typing=True) == ["western", "chong*"]
    assert terms("!", typing=True) == []


@pytest.mark.parametrize(
    ("text", "words", "phrases"),
    [
        ("rail", [("rail", False)], []),
        ("rail express*", [("rail", False), ("express", True)], []),
        ("66.7ha", [("66.7", False), ("ha", False)], [" 66.7 ha "]),
        ("庆", [("庆", True)], []),
        ("重庆", [("重庆", False)], []),
        ("重庆市", [("重庆", False), ("庆市", False)], [" 重庆 庆市 市"]),
        ("重庆GDP", [("重庆", False), ("庆", False), ("gdp", False)], [" 重庆 庆 gdp "]),
        ("GDP重", [("gdp", False), ("重", True)], [" gdp 重"]),
        ('"重庆 庆"', [("重庆", False), ("庆", False), ("庆", True)], [" 重庆 庆 庆"]),
    ],
)
def test_an_index_is_asked_for_what_nothing_else_implies(text: str, words: list[tuple[str, bool]], phrases: list[str]) -> None:
    query = parse_query(text)
    assert (query.terms[0].words() if len(query.terms) == 1 else query.words()) == words
    assert query.phrases() == phrases


FIELDS: dict[SearchField, str] = {
    "name": joined(["rail-travel-time", "Rail travel time", "铁路"]),
    "text": joined(["The travel time by rail is one hour."]),
    "as_written": joined(["one hour by rail"]),
    "quote": joined(["They said that one hour would do."]),
    "about": joined(["Chongqing", "重庆市"]),
}


@pytest.mark.parametrize(
    ("query", "place"),
    [
        ("rail travel time", ("name", True)),
        ("time rail", ("name", False)),
        ("travel", ("name", True)),
        ('"time rail"', ("together", False)),
        ('"time by rail"', ("text", True)),
        ("one hour", ("text", True)),
        ("one hour by", ("text", False)),
        ('"hour by rail"', ("as_written", True)),
        ("hour would", ("quote", True)),
        ("重庆", ("about", True)),
        ("庆", ("about", True)),
        ("rail chongqing", ("together", False)),
        ("trav* time", ("name", True)),
        ("hour w*", ("quote", True)),
        ("zebra", ("together", False)),
    ],
)
def test_the_best_field_that_holds_all_words_wins(query: str, place: tuple[str, bool]) -> None:
    assert place_of(parse_query(query), FIELDS) == place


@pytest.mark.parametrize(
    ("text", "query", "shown"),
    [
        ("One hour by rail.", "rail hour", "One [hour] by [rail]."),
        ("Chongqing's people’s congress", "people's", "Chongqing's [people’s] congress"),
        ("more than 14,000 trains", "14000", "more than [14,000] trains"),
        ("西部（重庆）科学城", "重庆", "西部（[重庆]）科学城"),
        ("重庆市中心", "庆市", "重[庆市]中心"),
        ("重庆市中心", "庆", "重[庆]市中心"),
        ("expressways planned", "express*", "[expressways] planned"),
        ("ＧＤＰ rose", "gdp", "[ＧＤＰ] rose"),
        ("the ﬁrst", "first", "the [ﬁrst]"),
        ("cafe\u0301s of Caf\u00e9", "café*", "[cafe\u0301s] of [Caf\u00e9]"),
        ("time by rail, rail by time", '"by time"', "time by rail, rail [by time]"),
        ("<b>rail</b> & more", "rail", "<b>[rail]</b> & more"),
        ("nothing here", "zebra", "nothing here"),
    ],
)
def test_what_was_asked_for_is_marked(text: str, query: str, shown: str) -> None:
    segments = marked(text, parse_query(query))
    assert "".join(f"[{part}]" if match else part for part, match in segments) == shown


def test_of_a_long_text_the_part_around_the_first_match_is_shown() -> None:
    text = "word " * 200 + "needle " + "word " * 200
    segments = marked(text, parse_query("needle"))
    shown = "".join(part for part, _ in segments)
    assert [part for part, match in segments if match] == ["needle"]
    assert shown.startswith("…word ")
    assert shown.endswith("…")
    assert len(shown) <= SNIPPET + 2


@given(st.text(st.characters(), max_size=300), st.text(st.characters(), max_size=40))
def test_segments_are_the_text_and_no_query_breaks_them(text: str, asked: str) -> None:
    query = parse_query(asked)
    segments = marked(text, query)
    shown = "".join(part for part, _ in segments)
    assert shown.strip("…") in text or shown == text
    assert len(text) > SNIPPET or shown == text
    assert all(part for part, _ in segments)


@given(st.text(st.characters(), min_size=1, max_size=60))
def test_every_text_is_found_by_itself(text: str) -> None:
    query = parse_query(text.replace('"', " "))
    if tokens(text) and query.terms:
        field, _ = place_of(query, {"text": joined([text.replace('"', " ")])})
        assert field == "text"
