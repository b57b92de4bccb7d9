"""Locators hold or are told broken, quotations are one sentence, and a long text comes to an end."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.evidence import (
    CONTEXT,
    MIN_GAP_WORDS,
    REACH,
    VERIFICATIONS,
    Evidence,
    collapse,
    copied,
    fragment_url,
    merge_spans,
    paragraph_of,
    quotation_of,
    total_length,
    verify,
    word_count,
)

TEXT = """Harbour News

Northport counts its ships

In 2024 the port of Northport handled more than 6,000 ships, about 40% of the national total. Fees came to 7.55 million crowns.

Ada Quay, who runs it, said: “We expect 7,000 ships by 2026.” Twelve cranes stand there, twelve cranes were ordered.
"""


def span(exact: str, text: str = TEXT) -> Evidence:
    """The evidence of words where they first stand in a text."""
    start = text.index(exact)
    return Evidence(exact, start, start + len(exact), paragraph_of(text, start))


SPANS = [
    span(exact) for exact in ("more than 6,000 ships", "about 40%", "7.55 million crowns", "7,000 ships by 2026", "Twelve cranes")
]


def quoted(exact: str, text: str) -> str:
    """The sentence around words."""
    place = span(exact, text)
    return quotation_of(text, place.start, place.end).quote


# Verification


@pytest.mark.parametrize(
    ("text", "exact", "state"),
    [
        (TEXT, "more than 6,000 ships", "verified"),
        (None, "more than 6,000 ships", "unattached"),
        (f"Corrected. {TEXT}", "more than 6,000 ships", "moved"),
        (f"More: more than 6,000 ships.\n{TEXT}", "more than 6,000 ships", "ambiguous"),
        (TEXT.replace("6,000", "6,500"), "more than 6,000 ships", "altered"),
        (TEXT.replace("6,000 ships,", "6,500 ships!"), "6,000 ships", "altered"),
        (TEXT.replace("7.55 million crowns", "(8.55 million crowns)"), "7.55 million crowns", "altered"),
        (TEXT.replace("more than 6,000 ships", "thousands of boats"), "more than 6,000 ships", "missing"),
        (TEXT.replace("40%", "41%").replace("about", "some"), "about 40%", "missing"),
        ("", "about 40%", "missing"),
        (TEXT.replace("6,000", "6，000"), "more than 6,000 ships", "altered"),
    ],
)
def test_a_locator_is_in_one_of_six_states(text: str | None, exact: str, state: str) -> None:
    assert verify(text, span(exact)) == state
    assert state in VERIFICATIONS


def test_chinese_words_are_told_altered_too() -> None:
    place = Evidence("已超过14000列", 5, 14, 1)
    assert verify("中欧班列已超过14000列。", Evidence("已超过14000列", 4, 13, 1)) == "verified"
    assert verify("截至今年，中欧班列已超过15000列。", place) == "altered"
    assert verify("长江的水很清。", place) == "missing"


def test_words_that_stand_far_apart_are_not_the_altered_span() -> None:
    scattered = "more words and words and than words and words and words 6,000 words"
    assert verify(scattered, Evidence("more than 6,000 ships", 0, 21, 1)) == "missing"


def test_words_without_a_letter_or_digit_are_missing_rather_than_altered() -> None:
    assert verify("a – b", Evidence("—", 2, 3, 1)) == "missing"


@given(st.integers(0, len(TEXT) - 1), st.characters(exclude_categories=["Cs"]))
def test_another_character_breaks_exactly_the_spans_it_falls_in(place: int, new: str) -> None:
    text = TEXT[:place] + new + TEXT[place + 1 :]
    for each in SPANS:
        touched = each.start <= place < each.end and new != TEXT[place]
        assert (verify(text, each) == "verified") is not touched


@given(st.integers(0, len(TEXT) - 1), st.one_of(st.just(""), st.text(min_size=2, max_size=3)))
def test_a_character_taken_or_added_moves_every_later_span(place: int, new: str) -> None:
    text = TEXT[:place] + new + TEXT[place + 1 :]
    for each in SPANS:
        if place >= each.end:
            assert verify(text, each) == "verified"
        elif place < each.start and text.count(each.exact) == 1:
            assert verify(text, each) == "moved"
        elif each.exact not in text:
            assert verify(text, each) in ("altered", "missing")
        else:
            assert verify(text, each) in ("moved", "ambiguous")


@given(st.text(alphabet="ab 1,", max_size=30), st.text(alphabet="ab 1,", min_size=1, max_size=4), st.integers(0, 30))
def test_only_words_that_stand_at_their_place_are_verified(text: str, exact: str, start: int) -> None:
    state = verify(text, Evidence(exact, start, start + len(exact), 1))
    assert (state == "verified") == (text[start : start + len(exact)] == exact)
    if state in ("altered", "missing"):
        assert exact not in text


# Quotations


@pytest.mark.parametrize(
    ("exact", "sentence"),
    [
        ("Harbour", "Harbour News"),
        ("6,000", "In 2024 the port of Northport handled more than 6,000 ships, about 40% of the national total."),
        ("40%", "In 2024 the port of Northport handled more than 6,000 ships, about 40% of the national total."),
        ("7.55 million", "Fees came to 7.55 million crowns."),
        ("Fees came to 7.55 million crowns.", "Fees came to 7.55 million crowns."),
        ("2026", "Ada Quay, who runs it, said: “We expect 7,000 ships by 2026.”"),
        ("Twelve", "Twelve cranes stand there, twelve cranes were ordered."),
        ("total. Fees", TEXT.split("\n")[4]),
    ],
)
def test_a_quotation_is_the_one_sentence_around_the_words(exact: str, sentence: str) -> None:
    assert quoted(exact, TEXT) == sentence


@pytest.mark.parametrize(
    ("text", "exact", "sentence"),
    [
        # full stops that end nothing
        ("It cost 3 billion U.S. dollars in 2020. Then 4.", "3 billion", "It cost 3 billion U.S. dollars in 2020."),
        ("Mr. Quay and Dr. Reed bought 12 ships. Then 4.", "12 ships", "Mr. Quay and Dr. Reed bought 12 ships."),
        ("North Co., Ltd. and South Co., Ltd. paid 7.55 million. Then 4.", "South", None),
        ("J. R. Reed counted 12 ships. Then 4.", "12", "J. R. Reed counted 12 ships."),
        ("It left at 9 a.m. on Monday with 12 boats. Then 4.", "12", "It left at 9 a.m. on Monday with 12 boats."),
        ("Pier No. 5 took 12 ships. Then 4.", "12", "Pier No. 5 took 12 ships."),
        ("On Sept. 10 it took 12 ships. Then 4.", "12", "On Sept. 10 it took 12 ships."),
        ("“Really?” he asked of 12 ships. Then 4.", "12", "“Really?” he asked of 12 ships."),
        ("Ships, e.g. tankers, i.e. 12 of them. Then 4.", "12", "Ships, e.g. tankers, i.e. 12 of them."),
        # full stops that do, in spite of what stands before them
        ("It is owned by North Co., Ltd. They bought 12 ships.", "12", "They bought 12 ships."),
        ("It is owned by North Co., Ltd. They bought 12 ships.", "North", "It is owned by North Co., Ltd."),
        ("They sail to the U.S. In 2020 there were 12.", "12", "In 2020 there were 12."),
        ("Was it so? No. They bought 12 ships.", "12", "They bought 12 ships."),
        ("They closed at 5 p.m. The 12 ships stayed.", "12", "The 12 ships stayed."),
        # quotation marks and brackets belong to the sentence they close
        ('"There were 12." "There were 14."', "12", '"There were 12."'),
        ('"There were 12." "There were 14."', "14", '"There were 14."'),
        ("(There were 12.) There were 14!", "12", "(There were 12.)"),
        ("(There were 12.) There were 14!", "14", "There were 14!"),
        ("Wait... There were 12.", "12", "There were 12."),
        # Chinese
        ("产值达7.55亿元。增长了12%！为什么？", "7.55亿元", "产值达7.55亿元。"),
        ("产值达7.55亿元。增长了12%！为什么？", "12%", "增长了12%！"),
        ("他说：“增长了12%。”产值达7.55亿元。", "12%", "他说：“增长了12%。”"),
        ("他说：“增长了12%。”产值达7.55亿元。", "7.55", "产值达7.55亿元。"),
        # headings and lines without a stop
        ("Twelve ships\nThere were 12.\nAnd more", "12", "There were 12."),
        ("Twelve ships\nThere were 12.\nAnd more", "Twelve", "Twelve ships"),
        ("Twelve ships\r\nThere were 12.\r\n", "12", "There were 12."),
    ],
)
def test_abbreviations_quotes_and_headings_neither_join_nor_cut_sentences(text: str, exact: str, sentence: str | None) -> None:
    assert quoted(exact, text) == (sentence or text.removesuffix(" Then 4."))


WIRE = [
    ["NORTHPORT, Jan. 10 /Wire/ --"],
    [
        "In 2024 the port of Northport, which lies at the mouth of the",
        "river, handled close to 7",
        "million tonnes of cargo, said a Harbour",
        "Board spokesman. It was the",
        "sixth year of growth.",
    ],
    ["Deeper water"],
    [
        "The harbour took 64.4 percent more ships, among",
        "them 29 tankers of the North Co.,",
        "Ltd. fleet. The rest were",
        "ferries.",
    ],
]


@pytest.mark.parametrize("between", ["\n", "\n\n", "\r\n\r\n", "\n \n", "\n\n\n"])
def test_a_sentence_runs_on_over_the_lines_of_a_hard_wrapped_text(between: str) -> None:
    text = f"{between}\n".join(between.join(lines) for lines in WIRE)
    assert quoted(f"7{between}million", text) == collapse(" ".join(WIRE[1])).removesuffix(" It was the sixth year of growth.")
    assert quoted("sixth", text) == "It was the sixth year of growth."
    assert quoted("Deeper", text) == "Deeper water"
    assert quoted("29", text) == "The harbour took 64.4 percent more ships, among them 29 tankers of the North Co., Ltd. fleet."
    assert quoted("Wire", text) == WIRE[0][0]


def test_prefix_and_suffix_are_the_characters_of_the_text_itself() -> None:
    place = span("about 40%")
    found = quotation_of(TEXT, place.start, place.end)
    assert found.prefix + place.exact + found.suffix in TEXT
    assert (len(found.prefix), len(found.suffix)) == (CONTEXT, CONTEXT)
    assert quotation_of("about 40%", 0, 9).prefix == quotation_of("about 40%", 0, 9).suffix == ""


@given(st.text(alphabet="aB1 .\n”。,", min_size=1, max_size=80), st.data())
def test_a_quotation_always_holds_its_words_and_stays_in_its_text(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    found = quotation_of(text, start, end)
    assert collapse(text[start:end]) in found.quote
    assert found.quote in collapse(text)


def test_a_sentence_is_looked_for_within_reach_only() -> None:
    endless = "word " * 10_000
    quote = quotation_of(endless, 25_000, 25_004).quote
    assert len(quote) <= 2 * REACH + 4


# Places, spans and links


def test_paragraphs_are_the_lines_that_are_not_empty() -> None:
    text = "one\n\n \ntwo three\r\n\r\nfour"
    assert [paragraph_of(text, text.index(word)) for word in ("one", "two", "three", "four")] == [1, 2, 2, 3]


@given(st.text(alphabet="a \n\r", max_size=60), st.text(alphabet="a \n\r", max_size=60))
def test_the_paragraph_of_a_word_counts_the_lines_before_it(before: str, after: str) -> None:
    text = f"{before}\nX{after}"
    lines = [line for line in text.split("\n") if line.strip()]
    assert lines[paragraph_of(text, text.index("X")) - 1].startswith("X")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", 0),
        ("77.8%", 1),
        ("exceeded one trillion yuan", 4),
        ("a\n\nb", 2),
        ("重庆", 1),
        ("重庆市的产值", 3),
        ("达27900家", 1),
        ("重庆 GDP", 2),
    ],
)
def test_words_are_parted_by_white_space_and_chinese_counts_by_pairs(text: str, words: int) -> None:
    assert word_count(text) == words


@pytest.mark.parametrize(
    ("text", "spans", "merged"),
    [
        ("12 ships and 14 boats", [(0, 8), (13, 21)], [(0, 21)]),
        ("12 ships and then 14 boats", [(0, 8), (18, 26)], [(0, 8), (18, 26)]),
        ("12 ships and 14 boats", [(13, 21), (0, 8), (0, 8)], [(0, 21)]),
        ("12 ships", [(0, 8), (0, 2)], [(0, 8)]),
        ("12 ships", [(0, 2), (0, 8)], [(0, 8)]),
        ("达12艘，比去年增加了不少，达14艘", [(1, 4), (14, 17)], [(1, 4), (14, 17)]),
        ("达12艘和14艘", [(1, 4), (5, 8)], [(1, 8)]),
        ("12 ships", [], []),
    ],
)
def test_spans_are_one_run_where_fewer_than_two_words_part_them(
    text: str, spans: list[tuple[int, int]], merged: list[tuple[int, int]]
) -> None:
    assert merge_spans(spans, text) == merged


PLACES = st.lists(st.tuples(st.integers(0, len(TEXT) - 9), st.integers(1, 8)).map(lambda pair: (pair[0], sum(pair))), max_size=8)


@given(PLACES)
def test_merged_spans_cover_their_spans_and_stand_well_apart(spans: list[tuple[int, int]]) -> None:
    merged = merge_spans(spans, TEXT)
    assert all(any(start <= low and high <= end for start, end in merged) for low, high in spans)
    for before, after in pairwise(merged):
        assert word_count(TEXT[before[1] : after[0]]) >= MIN_GAP_WORDS
    assert merge_spans(merged, TEXT) == merged


@given(PLACES)
def test_covered_code_points_are_counted_once(spans: list[tuple[int, int]]) -> None:
    assert total_length(spans) == len({place for start, end in spans for place in range(start, end)})


@pytest.mark.parametrize(
    ("exact", "encoded"),
    [
        ("exceeded one trillion yuan", "exceeded%20one%20trillion%20yuan"),
        ("hundred-billion-level", "hundred%2Dbillion%2Dlevel"),
        ("14,000 trains", "14%2C000%20trains"),
        ("40 R&D institutions", "40%20R%26D%20institutions"),
        ("close to 7\n\ntrillion", "close%20to%207%20trillion"),
        ("77.8%", "77.8%25"),
        ("1+2+7+9", "1%2B2%2B7%2B9"),
        ("重庆", "%E9%87%8D%E5%BA%86"),
        ("a/b?c#d", "a%2Fb%3Fc%23d"),
    ],
)
def test_a_link_to_the_words_hides_what_a_text_directive_would_read(exact: str, encoded: str) -> None:
    assert fragment_url("https://example.org/a", exact) == f"https://example.org/a#:~:text={encoded}"
    assert fragment_url("https://example.org/a?b=c#old", exact) == f"https://example.org/a?b=c#:~:text={encoded}"


# Long texts: what is looked at must not grow faster than the text, so these would run for hours if it did.


@pytest.mark.slow
def test_ten_megabytes_are_verified_and_quoted() -> None:
    text = "the quick brown fox, 12 " * 420_000
    middle = len(text) // 2
    assert verify(text, Evidence("more than 6,000 ships", middle, middle + 21, 1)) == "missing"
    assert quotation_of(text, middle, middle + 5).quote
    assert paragraph_of(text, middle) == 1


@pytest.mark.slow
@pytest.mark.parametrize(
    "piece", ["a", ".", "\n", " ", '."', ".)", "a-", "重庆的产值。", "Co. ", "some words\n\nand more\n\n\n", "\n \n", "fox, 12 "]
)
def test_half_a_million_signs_of_any_kind_come_to_an_end(piece: str) -> None:
    text = piece * (500_000 // len(piece))
    middle = len(text) // 2
    assert verify(text, Evidence("more than 6,000 ships", middle, middle + 21, 1)) == "missing"
    assert len(quotation_of(text, middle, middle + 5).quote) <= 2 * REACH + 5
    assert 1 <= paragraph_of(text, middle) <= middle
    assert word_count(text) <= len(text)
    assert merge_spans([(start, start + 4) for start in range(0, len(text), 1000)], text)


def test_eight_words_in_a_row_are_copied_whatever_their_case_and_punctuation() -> None:
    text = "In 2024, the port’s “old” quay — all of it — handled ships."
    own = ["Of the port's old quay all of it handled ships", "the PORT'S old quay, all of it, handled", "the old quay"]
    assert copied(own, text) == ["the port's old quay all of it handled", "the PORT'S old quay, all of it, handled", None]
    assert copied([], text) == []


def test_two_chinese_characters_count_as_one_copied_word() -> None:
    text = "成渝地区双城经济圈建设加快推进，合作持续加深。"
    assert copied(["据报道成渝地区双城经济圈建设加快推进合作很好"], text) == ["成渝地区双城经济圈建设加快推进合"]
    assert copied(["成渝地区双城经济圈建设加快推进"], text) == [None]
