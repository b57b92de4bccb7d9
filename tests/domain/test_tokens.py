"""Texts and what people type are cut into the same words, whatever the script."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.domain.text import fold
from app.domain.tokens import BREAK, MAX_TOKEN, find_tokens, fold_with_places, is_cjk, joined, tokens

ANY = st.text(st.characters(), max_size=200)
"""Any code points at all, lone surrogates and NUL included."""


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []),
        ("!? … ，。“”", []),
        ("GDP of Chongqing", ["gdp", "of", "chongqing"]),
        ("people's", ["people", "s"]),
        ("people’s", ["people", "s"]),
        ("people\u02bcs", ["people", "s"]),
        ("people＇s", ["people", "s"]),
        ("Chengdu-Chongqing_belt", ["chengdu", "chongqing", "belt"]),
        ("ＧＤＰ　２０２１", ["gdp", "2021"]),
        ("Straße", ["strasse"]),
        ("e\u0301tude", ["étude"]),
        ("7.55 billion", ["7.55", "billion"]),
        ("７．５５", ["7.55"]),
        ("14,000", ["14000"]),
        ("14000", ["14000"]),
        ("14，000", ["14000"]),
        ("1,234,567.89.", ["1234567.89"]),
        ("1,23", ["1", "23"]),
        ("2016,2017", ["2016", "2017"]),
        ("2020.12.24", ["2020", "12", "24"]),
        ("in 2021.", ["in", "2021"]),
        ("66.7ha", ["66.7", "ha"]),
        ("US$32.08bn", ["us", "32.08", "bn"]),
        ("40%", ["40"]),
        ("5G C919", ["5", "g", "c", "919"]),
        ("重", ["重"]),
        ("重庆", ["重庆", "庆"]),
        ("重庆市", ["重庆", "庆市", "市"]),
        ("重庆GDP2021年", ["重庆", "庆", "gdp", "2021", "年"]),
        ("中新（重庆）", ["中新", "新", "重庆", "庆"]),
        ("カラオケ", ["カラ", "ラオ", "オケ", "ケ"]),
        ("ｶﾞｽ", ["ガス", "ス"]),
        ("서울", ["서울", "울"]),
        ("מספר", ["מספר"]),
        ("рост", ["рост"]),
        ("a\x00b\ud800c", ["a", "b", "c"]),
        ("\U0001f6a2 ships \U0001f600", ["ships"]),
    ],
)
def test_a_text_is_cut_so(text: str, found: list[str]) -> None:
    assert tokens(text) == found


def test_no_word_is_too_common_to_be_found() -> None:
    assert tokens("the of and not near or") == ["the", "of", "and", "not", "near", "or"]


def test_a_very_long_word_is_cut_in_texts_and_queries_alike() -> None:
    assert tokens("x" * 10_000) == ["x" * MAX_TOKEN]
    assert max(len(token.encode()) for token in tokens("\U0002f800" * 300 + "ﷺ" * 300)) <= 4 * MAX_TOKEN


def test_parts_are_joined_so_that_no_phrase_runs_from_one_into_the_next() -> None:
    assert joined(["central-city", None, "…", "Central City", "中心"]) == f"central city {BREAK} central city {BREAK} 中心 心"
    assert joined([]) == joined([None, ""]) == ""


MARKS = ".\u3005\u3006\u3007\u30a0\u30fb\u309b\u309c\u3099\u309a"
IDEOGRAPHS = frozenset(map(chr, range(0x20000, 0x323B0)))
"""The planes that Unicode keeps for Chinese characters; newer versions fill their gaps."""


@given(ANY)
@example("ﱞ ͺ ﾞ ŉ ½ İ ǅ")
def test_the_tokens_of_any_text_are_words_that_databases_keep_unchanged(text: str) -> None:
    for token in tokens(text):
        assert 0 < len(token) <= MAX_TOKEN
        assert not set(token) & set(" \t\n\x00'\"\\*:&!()<>-^|_%,")
        assert all(char.isalnum() or char in MARKS or char in IDEOGRAPHS for char in token), ascii(token)
        assert fold(token) == token


@given(ANY)
def test_folding_first_changes_nothing(text: str) -> None:
    assert tokens(fold(text)) == tokens(text)


@given(ANY)
def test_a_token_is_made_of_itself(text: str) -> None:
    for token in tokens(text):
        again = tokens(token)
        assert again[0] == token
        assert again[1:] == ([token[1]] if is_cjk(token) and len(token) == 2 else [])


@given(ANY)
def test_places_lead_back_to_the_text(text: str) -> None:
    folded, places = fold_with_places(text)
    assert places == sorted(places)
    assert len(places) == len(folded) + 1
    assert places[-1] == (len(text) if folded or not text else 0)
    if folded:
        assert [token.text for token in find_tokens(folded)] == tokens(text)


@given(st.lists(st.sampled_from(["rail", "重庆", "14,000", "people's", "7.55", "GDP", "5G"]), min_size=1, max_size=6))
def test_any_run_of_words_of_a_text_stands_in_its_tokens(words: list[str]) -> None:
    whole = f" {' '.join(tokens(' '.join(words)))} "
    for start in range(len(words)):
        for end in range(start + 1, len(words) + 1):
            assert f" {' '.join(tokens(' '.join(words[start:end])))} " in whole


@given(st.text(st.sampled_from("重庆市成都中心城区"), min_size=1, max_size=8), st.data())
def test_any_string_of_chinese_characters_is_found_in_a_longer_one(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    part = text[start : data.draw(st.integers(start + 1, len(text)))]
    assert f" {' '.join(tokens(part))}" in f" {' '.join(tokens(text))}"
