"""Every number of a text is found where it stands, and read as it is meant."""

import re
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from make import SEED

from app.domain.evidence import collapse
from app.domain.mentions import Mention, find_mentions
from app.domain.quantity import parse_written
from app.seed.gather import Seed, gather

ARTICLES = (
    "central-urban-areas",
    "economic-circle-overview",
    "growth-pole-press-conference",
    "opening-up-platforms",
    "tech-innovation",
)


def read(text: str) -> list[tuple[str, str, str | None]]:
    """Number, kind and plain value of every mention; a range as `low..high`."""
    return [(mention.number, mention.kind, plain(mention)) for mention in find_mentions(text)]


def plain(mention: Mention) -> str | None:
    if mention.value is None:
        return None
    return f"{mention.value:f}" + (f"..{mention.value_to:f}" if mention.value_to is not None else "")


def hedged(text: str) -> tuple[str, bool]:
    (mention,) = find_mentions(text)
    return mention.comparator, mention.approximate


CARDINALS = {
    "14,000 trains": ("14,000", "14000"),
    "1 234 567 homes": ("1 234 567", "1234567"),
    "１，２３４个": ("１，２３４", "1234"),
    "12.75 points": ("12.75", "12.75"),
    "2.7 million cars": ("2.7 million", "2700000"),
    "300 thousand": ("300 thousand", "300000"),
    "2 hundred million": ("2 hundred million", "200000000"),
    "3m people": ("3m", "3000000"),
    "10k users": ("10k", "10000"),
    "Eighty-eight renowned": ("Eighty-eight", "88"),
    "eighty-\n\neight firms": ("eighty-\n\neight", "88"),
    "one hundred and twenty": ("one hundred and twenty", "120"),
    "two million three hundred thousand": ("two million three hundred thousand", "2300000"),
    "a dozen": ("a dozen", "12"),
    "two dozen": ("two dozen", "24"),
    "a million trees": ("a million", "1000000"),
    "half a million trees": ("half a million", "500000"),
    "one and a half million": ("one and a half million", "1500000"),
    "two and a half hours": ("two and a half", "2.5"),
    "2.3万家": ("2.3万", "23000"),
    "1亿2000万吨": ("1亿2000万", "120000000"),
    "1.2万亿千瓦时": ("1.2万亿", "1200000000000"),
    "一千二百人": ("一千二百", "1200"),
    "三千零五户": ("三千零五", "3005"),
    "十二万三千辆": ("十二万三千", "123000"),
    "两家企业": ("两", "2"),
    "廿五人": ("廿五", "25"),
    "5千米": ("5", "5"),
    "1090 new institutions": ("1090", "1090"),
    "minus 12 degrees": ("minus 12", "-12"),
    "零下15度": ("零下15", "-15"),
    "10日内": ("10", "10"),
    "the 1,500m final": ("1,500", "1500"),
    "numbers to 1835.": ("1835", "1835"),
    "more than 2000 people": ("2000", "2000"),
    "2000平方米": ("2000", "2000"),
}

PERCENT = {
    "77.8% of it": ("77.8%", "77.8"),
    "64.4\n\npercent": ("64.4\n\npercent", "64.4"),
    "5 per cent": ("5 per cent", "5"),
    "1.5 percentage points": ("1.5 percentage points", "1.5"),
    "a 2-percentage-point rise": ("2-percentage-point", "2"),
    "ten percent": ("ten percent", "10"),
    "half a percent": ("half a percent", "0.5"),
    "８％": ("８％", "8"),
    "百分之五": ("百分之五", "5"),
    "百分之三点五": ("百分之三点五", "3.5"),
    "minus 0.5 percent": ("minus 0.5 percent", "-0.5"),
    "增速为负2.5%": ("负2.5%", "-2.5"),
    "3个百分点": ("3个百分点", "3"),
}

MONEY = {
    "US$6.59 billion": ("6.59 billion", "6590000000", "USD"),
    "RMB 70 billion": ("70 billion", "70000000000", "CNY"),
    "7\n\ntrillion yuan": ("7\n\ntrillion", "7000000000000", "CNY"),
    "154.67 billion U.S. dollars": ("154.67 billion", "154670000000", "USD"),
    "€3m": ("3m", "3000000", "EUR"),
    "£4.2bn": ("4.2bn", "4200000000", "GBP"),
    "¥300": ("300", "300", "CNY"),
    "17.25 Hong Kong dollars": ("17.25", "17.25", "HKD"),
    "HK$5": ("5", "5", "HKD"),
    "2.1tn yen": ("2.1tn", "2100000000000", "JPY"),
    "a 10-million-yuan fund": ("10-million", "10000000", "CNY"),
    "3亿元": ("3亿", "300000000", "CNY"),
    "3500亿美元": ("3500亿", "350000000000", "USD"),
    "人民币5000万元": ("5000万", "50000000", "CNY"),
    "200万港元": ("200万", "2000000", "HKD"),
    "50亿日元": ("50亿", "5000000000", "JPY"),
}

OTHERS: dict[str, dict[str, tuple[str, str | None]]] = {
    "ordinal": {
        "16th meeting": ("16th", "16"),
        "the second phase": ("second", "2"),
        "the twenty-first": ("twenty-first", "21"),
        "A third runway": ("third", "3"),
        "第十二届": ("第十二", "12"),
        "第3名": ("第3", "3"),
    },
    "fraction": {
        "half of it": ("half", "0.5"),
        "one third of products": ("one third", "0.3333"),
        "a third of it": ("a third", "0.3333"),
        "three-quarters": ("three-quarters", "0.75"),
        "one-quarter": ("one-quarter", "0.25"),
        "one in five": ("one in five", "0.2"),
        "three out of ten": ("three out of ten", "0.3"),
        "3/4 mile": ("3/4", "0.75"),
        "½ mile": ("½", "0.5"),
        "四分之三": ("四分之三", "0.75"),
        "三成": ("三成", "0.3"),
        "三成五": ("三成五", "0.35"),
        "a third after that": ("a third", "0.3333"),
        "一半": ("一半", "0.5"),
        "上半年": ("半", "0.5"),
    },
    "multiple": {
        "increased 3.5-fold": ("3.5-fold", "3.5"),
        "doubled": ("doubled", "2"),
        "has tripled": ("tripled", "3"),
        "was halved": ("halved", "0.5"),
        "twofold": ("twofold", "2"),
        "twice": ("twice", "2"),
        "will double": ("double", "2"),
        "three times as many": ("three times", "3"),
        "four times his age": ("four times", "4"),
        "five times last year's output": ("five times", "5"),
        "增长2.5倍": ("2.5倍", "2.5"),
        "翻两番": ("翻两番", "4"),
    },
    "magnitude": {
        "dozens of firms": ("dozens", None),
        "hundreds of thousands of them": ("hundreds of thousands", None),
        "hundred-billion-level clusters": ("hundred-billion-level", "100000000000"),
        "ten-billion-level": ("ten-billion-level", "10000000000"),
        "a 100-billion-yuan-level industry": ("100-billion-yuan-level", "100000000000"),
        "several hundred": ("hundred", None),
        "数百家": ("数百", None),
        "千亿级": ("千亿级", "100000000000"),
    },
    "range": {
        "5 to 7 percent": ("5 to 7 percent", "5..7"),
        "between 5 and 7 per cent": ("5 and 7 per cent", "5..7"),
        "10-20 seats": ("10-20", "10..20"),
        "US$10–20 million": ("10–20 million", "10000000..20000000"),
        "$40 million to $60 million": ("40 million to $60 million", "40000000..60000000"),
        "18至35岁": ("18至35", "18..35"),
        "8万至10万元": ("8万至10万", "80000..100000"),
        "两三天": ("两三", "2..3"),
        "三至五年": ("三至五", "3..5"),
        "minus 5 to 3 degrees": ("minus 5 to 3", "-5..3"),
        "七八百人": ("七八百", "700..800"),
    },
    "date": {
        "in 2021": ("2021", "2021"),
        "the 1990s": ("1990s", None),
        "20世纪90年代": ("20世纪90年代", None),
        "二十一世纪": ("二十一世纪", None),
        "June 2018 to August 2019": ("June 2018 to August 2019", None),
        "between June 2018 and August 2019": ("June 2018 and August 2019", None),
        "2016-2020": ("2016-2020", "2016..2020"),
        "from 2020 to 2022": ("2020 to 2022", "2020..2022"),
        "in 2020-21,": ("2020-21", "2020..2021"),
        "FY2021": ("FY2021", "2021"),
        "Q3 2021": ("Q3 2021", None),
        "March 2021": ("March 2021", None),
        "September 10": ("September 10", None),
        "Jan 16,2023": ("Jan 16,2023", None),
        "January 3rd, 2020": ("January 3rd, 2020", None),
        "between September 23rd and 25th": ("September 23rd and 25th", None),
        "14 July 2019": ("14 July 2019", None),
        "2020-12-24": ("2020-12-24", None),
        "2021年": ("2021年", "2021"),
        "二〇一九年": ("二〇一九年", "2019"),
        "2021年3月5日": ("2021年3月5日", None),
        "9月23日至25日": ("9月23日至25日", None),
    },
    "time": {
        "8:30": ("8:30", None),
        "in 1:57.3": ("1:57.3", None),
        "2:24:30": ("2:24:30", None),
        "9 p.m.": ("9", None),
        "8时30分": ("8时30分", None),
    },
    "name": {
        "5G network": ("5G", None),
        "PM2.5 readings": ("PM2.5", None),
        "v2.0.1": ("v2.0.1", None),
        "Group of 20": ("20", None),
        "Room 12": ("12", None),
        "Ⅲ期": ("Ⅲ", None),
        "318国道": ("318", None),
        "T3B terminal": ("T3B", None),
        "1+2+7+9": ("1+2+7+9", None),
        "13th Five-\nYear Plan": ("13th Five-\nYear", None),
        "COVID-19-related": ("COVID-19", None),
        "G20": ("G20", None),
        "Phase II": ("II", None),
        "Fortune 500": ("500", None),
        "ISO 9001": ("ISO 9001", None),
        "Two Sessions": ("Two", None),
        "Boeing 737": ("737", None),
        "Chang'e-5": ("Chang'e-5", None),
        "十四五": ("十四五", None),
        "世界500强": ("500", None),
        "两会": ("两", None),
    },
    "identifier": {
        "number:+86-23-67230470": ("+86-23-67230470", None),
        "call 400-820-8820": ("400-820-8820", None),
        "hotline 12345": ("12345", None),
        "许可证号:50120220004": ("50120220004", None),
        "备20009753号-2": ("20009753号-2", None),
        "Document No. 2021-47": ("2021-47", None),
        "GZ-2021-0086": ("GZ-2021-0086", None),
        "https://example.org/2021/09/30/a": ("2021/09/30", None),
        "mail a1b2@example.org": ("1b2", None),
    },
}


@pytest.mark.parametrize(("text", "expected"), CARDINALS.items())
def test_numbers_that_count_are_read(text: str, expected: tuple[str, str]) -> None:
    assert read(text) == [(expected[0], "cardinal", expected[1])]


@pytest.mark.parametrize(("text", "expected"), PERCENT.items())
def test_percentages_are_read(text: str, expected: tuple[str, str]) -> None:
    assert read(text) == [(expected[0], "percent", expected[1])]
    assert find_mentions(text)[0].unit == "percent"


@pytest.mark.parametrize(("text", "expected"), MONEY.items())
def test_money_is_read_with_its_currency_outside_the_number(text: str, expected: tuple[str, str, str]) -> None:
    assert read(text) == [(expected[0], "money", expected[1])]
    assert find_mentions(text)[0].unit == expected[2]


@pytest.mark.parametrize(
    ("kind", "text", "expected"), [(kind, text, want) for kind, table in OTHERS.items() for text, want in table.items()]
)
def test_other_kinds_are_told_apart(kind: str, text: str, expected: tuple[str, str | None]) -> None:
    assert read(text) == [(expected[0], kind, expected[1])]


@pytest.mark.parametrize(
    "text",
    [
        "no one",
        "one of the drivers",
        "the one that came",
        "one another",
        "one day",
        "a one-stop service",
        "per second",
        "double-digit",
        "someone twofaced",
        "in May",
        "a pair, both, several, few, once",
        "四川统一规划",
        "一起",
        "进一步",
        "一体化",
        "一带一路",
        "三峡",
        "半导体",
        "两江新区",
        "十分活跃",
        "百姓",
        "",
    ],
)
def test_words_that_count_nothing_are_no_mentions(text: str) -> None:
    assert read(text) == []


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("two hundred-billion-level clusters", ["two", "hundred-billion-level"]),
        ("two 2 trillion yuan clusters", ["two", "2 trillion"]),
        ("80,000 5G network bases", ["80,000", "5G"]),
        ("293 top Fortune 500 companies", ["293", "500"]),
        ("rose 12.5% to US$6.4 billion", ["12.5%", "6.4 billion"]),
        ("fell by 1.5 percentage points to 3.75 percent", ["1.5 percentage points", "3.75 percent"]),
        ("one National Zone, one hour", ["one", "one"]),
        ("37.9 percent and 55.7 percent", ["37.9 percent", "55.7 percent"]),
        ("来自30多个国家的500余名代表", ["30", "500"]),
        ("8 minus 3", ["8", "3"]),
        ("May 2020 and March 2021", ["May 2020", "March 2021"]),
    ],
)
def test_neighbouring_numbers_stay_apart(text: str, numbers: list[str]) -> None:
    assert [mention.number for mention in find_mentions(text)] == numbers


@pytest.mark.parametrize(
    ("text", "comparator", "approximate"),
    [
        ("more than 14,000", "gt", False),
        ("no more than 200", "le", False),
        ("exceeded one trillion yuan", "gt", False),
        ("over RMB 70 billion", "gt", False),
        ("at least US$5", "ge", False),
        ("not less than 7", "ge", False),
        ("fewer than 25", "lt", False),
        ("up to 15", "le", False),
        ("nearly 2.7 million", "lt", True),
        ("close to\n\n7 trillion", "lt", True),
        ("about 154.67 billion", "eq", True),
        ("some 40", "eq", True),
        ("to top 3 million", "gt", False),
        ("the top ten", "le", False),
        ("65 or more", "ge", False),
        ("5 years or more", "ge", False),
        ("30-odd", "gt", False),
        ("40-plus", "ge", False),
        ("500+", "ge", False),
        ("nearly doubled", "lt", True),
        ("just below 5%", "lt", True),
        ("just under the £800m", "lt", True),
        ("below the 5% threshold", "lt", False),
        ("exceeded the 2 million mark", "gt", False),
        ("under the $15 billion plan", "eq", False),
        ("below the 12 bridges", "eq", False),
        ("70 billion over", "eq", False),
        ("超过30家", "gt", False),
        ("不超过90元", "le", False),
        ("不足50%", "lt", False),
        ("至少达到50亿", "ge", False),
        ("近100万", "lt", True),
        ("约120", "eq", True),
        ("140左右", "eq", True),
        ("60岁以上", "ge", False),
        ("1小时以内", "le", False),
        ("300多家", "gt", False),
        ("10多万人", "gt", False),
        ("签约12个", "eq", False),
    ],
)
def test_hedge_words_say_what_the_number_bounds(text: str, comparator: str, approximate: bool) -> None:
    assert hedged(text) == (comparator, approximate)


def test_over_a_span_of_time_is_no_bound() -> None:
    *_, years = find_mentions("It will invest 70 billion over five years.")
    assert years.comparator == "eq"
    assert hedged("It grew over 3 long years.")[0] == "eq"
    assert hedged("for over five years")[0] == "gt"


@pytest.mark.parametrize(
    ("text", "unit", "scale"),
    [
        ("66.7 hectares", "ha", ""),
        ("a 10-year ban", "year", ""),
        ("three consecutive years", "year", ""),
        ("100 square\nkilometers", "km2", ""),
        ("62 minutes", "min", ""),
        ("480,000 tons", "t", ""),
        ("3.6公里", "km", ""),
        ("5000万吨", "t", "万"),
        ("2.7 million hours", "h", "million"),
        ("12-inch", None, ""),
        ("350 km/h", None, ""),
        ("half an hour", "h", ""),
        ("a quarter of a square kilometre", "km2", ""),
        ("35岁", "year", ""),
        ("十日内", "day", ""),
        ("1.2bn tonnes", "t", "billion"),
    ],
)
def test_unit_and_scale_stand_beside_the_number(text: str, unit: str | None, scale: str) -> None:
    (mention,) = find_mentions(text)
    assert (mention.unit, mention.scale) == (unit, scale)


def test_cues_point_at_hedge_and_period_words_of_the_sentence() -> None:
    text = "So far it grew. This year, the lorries set off over 2,400 times annually. Last year was worse."
    (mention,) = find_mentions(text)
    assert [(cue.kind, text[cue.start : cue.end]) for cue in mention.cues] == [
        ("period", "This year"),
        ("hedge", "over"),
        ("period", "annually"),
    ]


# Properties

DIGITS_AND_WORDS = """
0 1 7 12 2021 1,234 3.5 % percent one half a third hundred million billion two- twenty- fold -odd + - – / : . ,
to and between in every out of more than about over US$ $ € RMB yuan dollars years May March 3rd 5G T3 COVID- @ www.
一 二 十 百 千 万 亿 两 半 第 成 分之 百分之 年 月 日 多 余 近 约 以上 元 倍 翻番 数 １ ２ ， ．
"""
PIECES = st.sampled_from(
    [*DIGITS_AND_WORDS.split(), " ", "  ", "\n", "\n\n", "\u00a0", "\u3000", "'", "’s", "級", "é", "😀", "\u0661"]
)
NUMERIC = st.lists(PIECES, max_size=24).map("".join)


@given(st.one_of(st.text(), NUMERIC))
@example("1" * 5000)
@example("亿" * 100)
@example("ſix ⅓ K7 ١٢")
@settings(max_examples=600)
def test_mentions_slice_back_in_order_without_overlap(text: str) -> None:
    end = 0
    for mention in find_mentions(text):
        assert text[mention.start : mention.end] == mention.number
        assert mention.number == mention.number.strip() != ""
        assert mention.start >= end
        end = mention.end
        assert all(0 <= cue.start < cue.end <= len(text) for cue in mention.cues)
    assert find_mentions(text) == find_mentions(text)


@given(st.one_of(st.text(), NUMERIC))
@settings(max_examples=300)
def test_every_ascii_digit_lies_in_a_mention(text: str) -> None:
    covered = {index for mention in find_mentions(text) for index in range(mention.start, mention.end)}
    assert [index for index, char in enumerate(text) if char.isdecimal() and index not in covered] == []


@given(st.one_of(NUMERIC, st.sampled_from([*CARDINALS, *PERCENT, *MONEY])))
@settings(max_examples=300)
def test_normalising_a_normalised_value_changes_nothing(text: str) -> None:
    for mention in find_mentions(text):
        if mention.value is None:
            continue
        (again,) = find_mentions(f"{mention.value:,f}")
        assert again.value == mention.value


@pytest.mark.parametrize("text", [*CARDINALS, *PERCENT, *OTHERS["fraction"], *OTHERS["multiple"], *OTHERS["ordinal"]])
def test_a_number_alone_with_its_white_space_collapsed_means_the_same(text: str) -> None:
    (mention,) = find_mentions(text)
    if mention.number in ("3m", "double", "第3", "半", "hundred", "third", "两"):  # read by what stands beside them
        return
    (again,) = find_mentions(collapse(mention.number))
    assert again.value == mention.value


SHORT = "1 一 百 十 one a1 1s1' 0a-1- V1 1- 1, 1: 1/ 1+ @ www. a@b.c half- 1倍十 万1 1千 1, 1.1 １， 2020- 1月"
ADVERSARIES = [
    *SHORT.split(),
    *("1 ", "one ", "1 to ", "between 1 and ", "half a ", "one in ", "a third of ", "more than ", "7" + " " * 400, "five-\n" * 3),
    *(
        "first half of this year ",
        "1 234 ",
        "May 1 to ",
        "+1 ",
        "(0",
        "one hundred and ",
        "hundred-billion-",
        "1 yuan to ",
        "No. 1",
    ),
]


@pytest.mark.parametrize("piece", ADVERSARIES)
def test_hostile_text_is_read_like_any_other(piece: str) -> None:
    text = piece * (2_000 // len(piece))
    mentions = find_mentions(text)
    covered = {index for mention in mentions for index in range(mention.start, mention.end)}
    assert [mention.number for mention in mentions] == [text[mention.start : mention.end] for mention in mentions]
    assert [index for index, char in enumerate(text) if char.isdecimal() and index not in covered] == []


FAR = " lorem ipsum dolor sit amet." * 10
"""Longer than any stretch of text that a reading looks at."""


@given(NUMERIC, NUMERIC)
@example("a" * 50, "-1" * 50)
@settings(max_examples=300)
def test_what_stands_far_away_changes_nothing(left: str, right: str) -> None:
    """Each reading looks at a bounded stretch, so the time grows with the length only (`benchmarks/mentions.py` measures it)."""

    def places(text: str, less: int = 0) -> list[Mention]:
        return [
            replace(
                mention,
                start=mention.start - less,
                end=mention.end - less,
                cues=tuple(cue._replace(start=cue.start - less, end=cue.end - less) for cue in mention.cues),
            )
            for mention in find_mentions(text)
        ]

    before, after = left + FAR, FAR + right
    assert places(left + after) == [*places(before), *places(after, -len(left))]


# The five articles

NUMBER_WORDS = re.compile(
    r"\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
    r"|hundred|thousand|million|billion|trillion|dozens?|half|halved|doubled|tripled|twice|\w+fold"
    r"|first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth)\b",
    re.IGNORECASE,
)


@pytest.fixture(scope="module")
def found(texts: Path) -> dict[str, tuple[str, list[Mention]]]:
    """Text and mentions of each article."""
    read_texts = {code: (texts / f"{code}.txt").read_bytes().decode() for code in ARTICLES}
    return {code: (text, find_mentions(text)) for code, text in read_texts.items()}


@pytest.fixture(scope="module")
def seed() -> Seed:
    return gather(SEED)


@pytest.mark.parametrize("code", ARTICLES)
def test_every_digit_and_number_word_of_an_article_lies_in_a_mention(
    found: dict[str, tuple[str, list[Mention]]], code: str
) -> None:
    text, mentions = found[code]
    covered = {index for mention in mentions for index in range(mention.start, mention.end)}
    places = [match.span() for match in re.finditer(r"\d+", text)] + [match.span() for match in NUMBER_WORDS.finditer(text)]
    assert [text[start:end] for start, end in places if not covered.issuperset(range(start, end))] == []
    assert len(mentions) > 20


NOT_AS_WRITTEN = {
    "central-urban-areas.free-trade-zone-clearance-time": "a decrease is negative in the data and positive in the text"
}
"""Statements whose value no mention can have, and why."""


def test_every_quantity_of_the_seed_is_a_mention_of_its_span(found: dict[str, tuple[str, list[Mention]]], seed: Seed) -> None:
    factors = {entry.shape.code: Decimal(entry.shape.factor) for entry in seed.units}
    total, missing = 0, []
    for entry in seed.documents:
        code = entry.shape.document.code
        for statement in entry.shape.statements:
            quantity, place = statement.quantity, statement.evidence
            if quantity is None or code not in found:
                continue
            total += 1
            inside = [mention for mention in found[code][1] if place.start <= mention.start and mention.end <= place.end]
            wanted = parse_written(quantity.value).value * factors[quantity.unit]
            if not any(means(mention, wanted, quantity.unit, factors) for mention in inside):
                missing.append(f"{code}.{statement.slug}")
    assert set(missing) <= set(NOT_AS_WRITTEN), missing
    assert 1 - len(missing) / total >= 0.98


def means(mention: Mention, wanted: Decimal, unit: str, factors: dict[str, Decimal]) -> bool:
    """Whether the mention's number, in its own unit or (if it names none) that of the statement, is the value wanted."""
    if mention.value is None:
        return False
    if mention.kind == "fraction" and unit == "percent":  # shares in words have four decimals
        return abs(mention.value - wanted / 100) < Decimal("0.0001")
    return mention.value * factors.get(mention.unit or unit, Decimal(1)) == wanted
