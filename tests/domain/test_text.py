"""Folding for search, and the texts no database may be asked to keep."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.domain.text import CODE, STATEMENT_ID, fold, text_fault


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("GDP", "gdp"),
        ("ＧＤＰ　２０２１", "gdp 2021"),
        ("  close to 7\n\ntrillion\tyuan ", "close to 7 trillion yuan"),
        ("Straße", "strasse"),
        ("Ωmega Σ ς", "ωmega σ σ"),
        ("e\u0301tude", "étude"),
        ("重庆", "重庆"),
        ("", ""),
    ],
)
def test_case_width_and_white_space_do_not_matter_in_search(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_parts_are_folded_a_line_each_and_empty_ones_left_out() -> None:
    assert fold("Chongqing", None, "", " ", "重庆 Shi") == "chongqing\n重庆 shi"


@given(st.text())
@example("\u0345")
@example("\u03b9\u0345\u0308")
@example("\u1e9e\ufb03İ")
def test_folding_once_more_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(), st.sampled_from([str.upper, str.lower, str.casefold]))
def test_a_name_is_found_however_it_is_typed(text: str, typed: object) -> None:
    assert callable(typed)
    if typed(text).casefold() == text.casefold():
        assert fold(typed(text)) == fold(text)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("a\x00b", "NUL"),
        ("\ud800", "surrogate"),
        ("a\udfffb", "surrogate"),
        ("重庆 😀\n\t", None),
        ("", None),
        ("\ue000\uffff", None),
    ],
)
def test_what_cannot_be_kept_on_both_databases_is_told(text: str, fault: str | None) -> None:
    told = text_fault(text)
    assert (told is None) if fault is None else (told is not None and fault in told)


@given(st.text(alphabet=st.characters()))
def test_a_text_without_fault_is_utf_8(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        assert text_fault(text)
    else:
        assert (text_fault(text) is None) == ("\x00" not in text)


@pytest.mark.parametrize("code", ["gdp", "central-urban-areas", "2020", "a1-b2"])
def test_a_code_is_lower_case_words_joined_by_hyphens(code: str) -> None:
    assert re.fullmatch(CODE, code)
    assert re.fullmatch(STATEMENT_ID, f"{code}.{code}")


@pytest.mark.parametrize("code", ["", "GDP", "-a", "a-", "a--b", "a_b", "a.b", "é", "a\n", "a b"])
def test_anything_else_is_no_code(code: str) -> None:
    assert not re.fullmatch(CODE, code)
    assert not re.fullmatch(STATEMENT_ID, code if code != "a.b" else "a.b.c")
