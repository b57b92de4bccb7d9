"""Words for a time in English and Chinese, the days they mean from an anchor day, and every other reading that they allow."""

import string
from datetime import date

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.domain.date_words import plan_years
from app.domain.period import PERIOD_BASES, PERIOD_TYPES, RULES, Period, edtf_of, label_of, rule_fault
from app.domain.period_readings import NeedsAnchorError
from app.domain.period_words import FORMS, NoPeriodError, Resolution, resolve
from app.domain.words import StockFlow

ANCHOR = date(2021, 9, 30)


def first(text: str, anchor: date | None = ANCHOR, stock_flow: StockFlow | None = None) -> Period:
    return resolve(text, anchor, stock_flow).readings[0].period


def told(period: Period) -> str:
    return f"{period.type} {label_of(period.start, period.end)}"


def every(text: str, anchor: date | None = ANCHOR, stock_flow: StockFlow | None = None) -> list[str]:
    return [told(reading.period) for reading in resolve(text, anchor, stock_flow).readings]


@pytest.mark.parametrize(
    ("text", "days"),
    [
        *((label, label) for label in ("2020", "2021-S1", "2021-Q3", "2021-06", "2021-06-10", "2027")),
        *((text, "2021-06-10") for text in ("June 10, 2021", "10 June 2021", "On June 10th, 2021", "2021年6月10日", "2021/6/10")),
        *((text, "2021-06") for text in ("June 2021", "in June of 2021", "2021年6月", "2021年6月份")),
        *((text, "2021-S1") for text in ("first half of 2021", "H1 2021", "2021H1", "1H 2021", "2021年上半年")),
        *(
            (text, "2021-S1")
            for text in ("from January to June 2021", "2021年1-6月", "2021年1月至6月", "first six months of 2021")
        ),
        *((text, "2021-Q3") for text in ("third quarter of 2021", "Q3 2021", "2021Q3", "2021年第三季度", "2021年三季度")),
        *(
            (text, "2025-01-01..2025-09-30")
            for text in ("first three quarters of 2025", "2025年前三季度", "first 9 months of 2025")
        ),
        *((text, "2022-01-01..2022-11-30") for text in ("from January to November 2022", "2022年1-11月", "2022年前11个月")),
        *((text, "2016-01-01..2020-12-31") for text in ("2016-2020", "2016–2020", "between 2016 and 2020", "from 2016 to 2020")),
        *((text, "2016-01-01..2020-12-31") for text in ("2016年至2020年", "2016 through 2020", "from 2016 until 2020")),
        ("from November 2020 to February 2021", "2020-11-01..2021-02-28"),
        ("from November to February 2021", "2020-11-01..2021-02-28"),
        ("from November 2020 to February", "2020-11-01..2021-02-28"),
        ("September 23 to 25, 2021", "2021-09-23..2021-09-25"),
        ("2021年9月23日至25日", "2021-09-23..2021-09-25"),
        ("二〇二一年", "2021"),
        ("in the year 2020", "2020"),
    ],
)
def test_dates_with_a_year_need_no_anchor(text: str, days: str) -> None:
    period = first(text, None)
    assert told(period) == f"span {days}"
    assert (period.basis, period.rule, period.anchor, period.weak) == ("stated", None, None, False)
    assert resolve(text, None, None).readings == resolve(text, ANCHOR, None).readings


@pytest.mark.parametrize(
    ("text", "days", "rule"),
    [
        ("first half of this year", "2021-S1", "half_of_publication_year"),
        ("in the second half of the year", "2021-S2", "half_of_publication_year"),
        ("今年上半年", "2021-S1", "half_of_publication_year"),
        ("the second quarter of this year", "2021-Q2", "quarter_of_publication_year"),
        ("In May of this year", "2021-05", "month_of_publication_year"),
        ("今年5月", "2021-05", "month_of_publication_year"),
        ("the first three quarters of this year", "2021-01-01..2021-09-30", "days_of_publication_year"),
        ("last year", "2020", "year_before_publication"),
        ("去年", "2020", "year_before_publication"),
        ("the first half of last year", "2020-S1", None),
        ("去年6月", "2020-06", None),
        ("前年", "2019", None),
        ("next year", "2022", None),
        ("so far this year", "2021-01-01..2021-09-30", "year_to_publication"),
        ("year to date", "2021-01-01..2021-09-30", "year_to_publication"),
        ("since the beginning of this year", "2021-01-01..2021-09-30", "year_to_publication"),
        ("今年以来", "2021-01-01..2021-09-30", "year_to_publication"),
        ("年初以来", "2021-01-01..2021-09-30", "year_to_publication"),
        ("last month", "2021-08", "month_of_publication_year"),
        ("last quarter", "2021-Q2", "quarter_of_publication_year"),
        ("yesterday", "2021-09-29", "day_of_publication_year"),
        ("during the 13th Five-Year Plan period", "2016-01-01..2020-12-31", None),
        ("十四五期间", "2021-01-01..2025-12-31", None),
        ("“十三五”时期", "2016-01-01..2020-12-31", None),
        ("第十四个五年规划", "2021-01-01..2025-12-31", None),
    ],
)
def test_words_that_leave_no_doubt_about_the_year(text: str, days: str, rule: str | None) -> None:
    period = first(text)
    assert (told(period), period.basis, period.rule) == (f"span {days}", "resolved", rule)


@pytest.mark.parametrize(
    ("text", "readings"),
    [
        ("June", ["span 2021-06", "span 2020-06", "span 2022-06"]),
        ("December", ["span 2020-12", "span 2019-12", "span 2021-12"]),
        ("上半年", ["span 2021-S1", "span 2020-S1", "span 2022-S1"]),
        ("前三季度", [f"span {year}-01-01..{year}-09-30" for year in (2021, 2020, 2022)]),
        ("On September 10", [f"span {year}-09-10" for year in (2021, 2020, 2022)]),
        ("February 29", [f"span {year}-02-29" for year in (2020, 2016, 2024)]),
        ("from January to June", ["span 2021-S1", "span 2020-S1", "span 2022-S1"]),
        ("from November to February", [f"span {y}-11-01..{y + 1}-02-{28 + (y == 2019)}" for y in (2020, 2019, 2021)]),
        ("between September 23rd and 25th", [f"span {year}-09-23..{year}-09-25" for year in (2021, 2020, 2022)]),
        ("this year", ["span 2021-01-01..2021-09-30", "span 2021"]),
        ("this month", ["span 2021-09"]),
        ("by 2027", ["span 2027", "instant 2027-12-31"]),
        ("到2027年", ["span 2027", "instant 2027-12-31"]),
        ("by the end of 2025", ["instant 2025-12-31", "cumulative ..2025-12-31", "span 2025"]),
        ("2025年底", ["instant 2025-12-31", "cumulative ..2025-12-31", "span 2025"]),
        ("as of June 30, 2021", ["instant 2021-06-30", "cumulative ..2021-06-30"]),
        ("截至2021年6月30日", ["instant 2021-06-30", "cumulative ..2021-06-30"]),
        ("since 2016", ["cumulative 2016-01-01..2021-09-30"]),
        ("2016年以来", ["cumulative 2016-01-01..2021-09-30"]),
        ("from 2016 to now", ["cumulative 2016-01-01..2021-09-30"]),
        ("since the 14th Five-Year Plan", ["cumulative 2021-01-01..2021-09-30"]),
        ("since June", ["cumulative 2021-06-01..2021-09-30", "cumulative 2020-06-01..2021-09-30"]),
        ("so far", ["cumulative ..2021-09-30", "instant 2021-09-30"]),
        ("截至目前", ["cumulative ..2021-09-30", "instant 2021-09-30"]),
        ("now", ["instant 2021-09-30", "cumulative ..2021-09-30"]),
        ("in recent years", ["cumulative ..2021-09-30", "instant 2021-09-30"]),
        ("each year", ["each ..2021-09-30"]),
        (
            "in the past five years",
            [f"span {days}" for days in ("2016-10-01..2021-09-30", "2016-01-01..2020-12-31", "2017-01-01..2021-12-31")]
            + ["cumulative ..2021-09-30"],
        ),
        ("过去三个月", ["span 2021-Q3"]),
        ("the past 10 days", ["span 2021-09-21..2021-09-30"]),
        (
            "during the 14th Five-Year Plan period",
            ["span 2021-01-01..2025-12-31", "each 2021-01-01..2025-12-31", "span 2021-01-01..2021-09-30"],
        ),
        ("the end of 2020, against June 2019", ["instant 2020-12-31", "cumulative ..2020-12-31", "span 2020", "span 2019-06"]),
    ],
)  # fmt: skip
def test_words_that_may_mean_several_things_list_them_all(text: str, readings: list[str]) -> None:
    assert every(text) == readings


def test_what_is_dated_decides_between_a_span_and_a_day() -> None:
    assert every("by 2027", None, "flow") == ["span 2027"]
    assert every("by 2027", None, "stock") == ["instant 2027-12-31"]
    assert every("by the end of 2025", None, "flow") == ["span 2025", "cumulative ..2025-12-31"]
    assert every("at present", stock_flow="flow") == ["cumulative ..2021-09-30"]
    assert every("at present", stock_flow="stock") == ["instant 2021-09-30"]
    assert every("since 2016", stock_flow="stock") == ["instant 2021-09-30"]
    assert every("during the 13th Five-Year Plan period", stock_flow="stock") == ["instant 2020-12-31"]
    assert every("On December 24, 2020", None, "stock") == ["instant 2020-12-24"]


@pytest.mark.parametrize(
    ("text", "running"),
    [
        *((text, True) for text in ("first three quarters", "from January to November 2022", "今年以来", "since 2016", "so far")),
        *((text, False) for text in ("2021", "first half of 2021", "Q1 2021", "January 2021", "2021-01-01", "2016-2020")),
        *((text, False) for text in ("Q3 2021", "from February to April 2021", "last year", "by 2027", "each year")),
    ],
)
def test_running_totals_are_kept_apart_from_whole_periods(text: str, running: bool) -> None:
    assert first(text).cumulative is running


def test_a_year_so_far_becomes_the_year_on_its_last_day() -> None:
    assert first("今年以来", date(2021, 12, 30)).cumulative
    assert not first("今年以来", date(2021, 12, 31)).cumulative


@pytest.mark.parametrize("number", range(3, 40))
def test_plans_follow_one_another_every_five_years(number: int) -> None:
    assert plan_years(number + 1)[0] == plan_years(number)[1] + 1
    assert plan_years(12) == (2011, 2015)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "year on year",
            "同比增长",
            "in the future",
            "",
            " ",
            "hello",
            "on the same day",
            "31 June 2021",
            "2021-02-30",
            "may rise",
        ),
        *("2021 to 2019", "the 200th Five-Year Plan", "13月", "since 2030", "page 12", "5%", "1,200 trains"),
    ],
)
def test_text_without_a_period_is_told_so(text: str) -> None:
    with pytest.raises(NoPeriodError):
        resolve(text, ANCHOR, None)


@pytest.mark.parametrize(
    "text",
    [
        "last year",
        "June",
        "上半年",
        "so far",
        "since 2016",
        "this year",
        "过去五年",
        "yesterday",
        "annual",
        "In the first half, up from 2020",
    ],
)
def test_words_that_hang_on_the_anchor_ask_for_it(text: str) -> None:
    with pytest.raises(NeedsAnchorError):
        resolve(text, None, None)


def test_what_was_understood_is_part_of_the_text() -> None:
    found = resolve("The port handled 14,000 trains in the first three quarters of 2025, up 5% year on year.", None, None)
    assert found.readings[0].period.as_written == "in the first three quarters of 2025"
    assert found.explanation == (
        "“in the first three quarters of 2025” is read as 2025-01-01 to 2025-09-30 (span): the words name these days."
    )


def test_every_example_of_a_form_is_understood() -> None:
    assert [form for form in FORMS.replace(",", ";").split(";") if not every(form.strip())] == []


@pytest.mark.parametrize(
    ("start", "end", "edtf"),
    [
        (date(2021, 1, 1), date(2021, 12, 31), "2021"),
        (date(2021, 6, 1), date(2021, 6, 30), "2021-06"),
        (date(2021, 6, 10), date(2021, 6, 10), "2021-06-10"),
        (date(2021, 1, 1), date(2021, 9, 30), "2021-01/2021-09"),
        (date(2016, 1, 1), date(2020, 12, 31), "2016/2020"),
        (date(2021, 9, 23), date(2021, 9, 25), "2021-09-23/2021-09-25"),
        (None, date(2021, 9, 30), "/2021-09-30"),
        (None, None, None),
    ],
)
def test_days_have_a_name_in_the_extended_format(start: date | None, end: date | None, edtf: str | None) -> None:
    assert edtf_of(start, end) == edtf


# Properties

CUES = [
    *(
        "by",
        "since",
        "the end of",
        "to",
        "and",
        "between",
        "from",
        "in",
        "the",
        "of",
        "this year",
        "last year",
        "first half",
        "Q3",
    ),
    *("first three quarters", "June", "10", "2020", "2021", "13th Five-Year Plan", "past five years", "so far", "now", "2021-06"),
    *(
        "上半年",
        "前三季度",
        "去年",
        "今年",
        "以来",
        "底",
        "截至",
        "到",
        "至",
        "6月",
        "十四五",
        "期间",
        "过去五年",
        "年",
        "-",
        ",",
        "29",
    ),
]
TEXTS = st.one_of(
    st.text(max_size=60),
    st.text(string.ascii_letters + string.digits + " -.,年月日季度上下半前", max_size=60),
    st.lists(st.sampled_from(CUES), max_size=8).map(" ".join),
    st.lists(st.sampled_from(CUES), max_size=8).map("".join),
)
ANCHORS = st.one_of(st.none(), st.dates(date(1000, 1, 1), date(2999, 12, 31)), st.dates())


def tried(text: str, anchor: date | None, stock_flow: StockFlow | None) -> Resolution | None:
    try:
        return resolve(text, anchor, stock_flow)
    except (NoPeriodError, NeedsAnchorError):
        return None


@settings(max_examples=1000)
@given(TEXTS, ANCHORS, st.sampled_from([None, "stock", "flow"]))
@example("9999年12月", date(9999, 12, 31), None)
@example("the past 100 years", date(1, 1, 1), None)
def test_any_text_has_readings_in_order_or_none(text: str, anchor: date | None, stock_flow: StockFlow | None) -> None:
    found = tried(text, anchor, stock_flow)
    assert found == tried(text, anchor, stock_flow)
    if found is None:
        return
    assert found.readings
    assert found.explanation.endswith(".")
    for period in [reading.period for reading in found.readings]:
        assert period.end is not None
        assert period.start is None or period.start <= period.end
        assert (period.type in PERIOD_TYPES, period.basis in PERIOD_BASES) == (True, True)
        assert period.rule is None or (period.rule in RULES and period.basis != "stated")
        if period.rule and period.anchor:
            assert rule_fault(period, period.anchor) is None
        if stock_flow == "stock" and period.type != "each":
            assert period.type == "instant"
        if stock_flow == "flow":
            assert period.type != "instant"
        if anchor is None:
            assert period.anchor is None
        assert period.as_written


@given(st.dates(date(1001, 1, 1), date(2998, 12, 31)))
def test_a_label_is_read_as_the_days_it_names(day: date) -> None:
    for label in (f"{day.year}", f"{day.year}-{day.month:02d}", f"{day.year}-S{1 + (day.month > 6)}", day.isoformat()):
        assert told(first(label, None)) == f"span {label}"
