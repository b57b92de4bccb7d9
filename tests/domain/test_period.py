"""Dates as people write them, the days they mean, and the rules that resolve the relative ones."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.domain.period import (
    FIRST_YEAR,
    LAST_YEAR,
    RULES,
    Period,
    days_of,
    label_of,
    parse_moment,
    parse_when,
    rule_fault,
)

PUBLISHED = date(2021, 9, 30)


def period(when: str | None, **given: Any) -> Period:
    """A period with these days; stated, unless something else is said."""
    start, end = parse_when(when) if when else (None, None)
    fields = {"type": "span", "as_written": None, "basis": "stated", "rule": None, "anchor": None, **given}
    return Period(start=start, end=end, **fields)


# Labels

YEARS = st.integers(FIRST_YEAR, LAST_YEAR)
DAYS = st.dates(date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31))
LABELS = st.one_of(
    YEARS.map(str),
    st.builds("{}-S{}".format, YEARS, st.integers(1, 2)),
    st.builds("{}-Q{}".format, YEARS, st.integers(1, 4)),
    st.builds("{}-{:02d}".format, YEARS, st.integers(1, 12)),
    DAYS.map(date.isoformat),
)


@pytest.mark.parametrize(
    ("label", "first", "last"),
    [
        ("2020", date(2020, 1, 1), date(2020, 12, 31)),
        ("2021-S1", date(2021, 1, 1), date(2021, 6, 30)),
        ("2021-S2", date(2021, 7, 1), date(2021, 12, 31)),
        ("2021-Q1", date(2021, 1, 1), date(2021, 3, 31)),
        ("2021-Q3", date(2021, 7, 1), date(2021, 9, 30)),
        ("2021-02", date(2021, 2, 1), date(2021, 2, 28)),
        ("2020-02", date(2020, 2, 1), date(2020, 2, 29)),
        ("2020-02-29", date(2020, 2, 29), date(2020, 2, 29)),
    ],
)
def test_a_label_names_its_first_and_last_day(label: str, first: date, last: date) -> None:
    assert days_of(label) == (first, last)
    assert label_of(first, last) == label


@given(LABELS)
def test_a_label_is_what_its_days_are_called(label: str) -> None:
    assert label_of(*days_of(label)) == label


@given(DAYS, DAYS)
def test_any_days_are_read_back_from_their_label(one: date, other: date) -> None:
    start, end = sorted((one, other))
    assert parse_when(label_of(start, end)) == (start, end)
    assert parse_when(label_of(None, end)) == (None, end)
    assert parse_when(label_of(start, None)) == (start, None)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2016..2020", date(2016, 1, 1), date(2020, 12, 31)),
        ("2022-01..2022-11", date(2022, 1, 1), date(2022, 11, 30)),
        ("2021-S1..2021-Q3", date(2021, 1, 1), date(2021, 9, 30)),
        ("..2021-09-30", None, date(2021, 9, 30)),
        ("2016..", date(2016, 1, 1), None),
        ("2020..2020", date(2020, 1, 1), date(2020, 12, 31)),
    ],
)
def test_a_span_runs_from_the_first_day_of_one_label_to_the_last_of_the_other(
    text: str, start: date | None, end: date | None
) -> None:
    assert parse_when(text) == (start, end)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "expected"),
        ("last year", "expected"),
        ("21", "expected"),
        ("0999", "expected"),
        ("3000", "expected"),
        ("2021-S3", "expected"),
        ("2021-Q5", "expected"),
        ("2021-6", "expected"),
        ("2021-13", "no month 13"),
        ("2021-00", "no month 00"),
        ("2021-02-29", "no day 29"),
        ("1٢٣٤", "expected"),
        ("2021\x00", "expected"),
        ("..", "at least one end"),
        ("2021..2020", "ends before it starts"),
        ("2019...2020", "expected"),
        ("2019..2020..2021", "expected"),
    ],
)
def test_what_is_no_period_is_refused_in_words(text: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        parse_when(text)


@given(st.one_of(st.text(max_size=40), st.text("0123456789-.QS ", max_size=30)), st.sampled_from([parse_when, parse_moment]))
@example("9" * 5000, parse_moment)
def test_any_text_is_a_period_or_a_value_error(text: str, read: Any) -> None:
    try:
        start, end = read(text)
    except ValueError:
        return
    assert start or end


# Moments

SHANGHAI = "Asia/Shanghai"


@pytest.mark.parametrize(
    ("text", "zone", "label"),
    [
        ("2021", "UTC", "2021"),
        ("1970", "UTC", "1970"),
        ("2021-06", "UTC", "2021-06"),
        (" 2021-S1 ", "UTC", "2021-S1"),
        ("1632960000", "UTC", "2021-09-30"),  # seconds
        ("1633017600", "UTC", "2021-09-30"),  # 16:00 in London's winter time
        ("1633017600", SHANGHAI, "2021-10-01"),  # is midnight in Chongqing
        ("1633017599", SHANGHAI, "2021-09-30"),
        ("1633017600000", SHANGHAI, "2021-10-01"),  # milliseconds
        ("1633017599999", SHANGHAI, "2021-09-30"),
        ("-86400", "UTC", "1969-12-31"),
        ("-86401", "UTC", "1969-12-30"),
        ("-1000000000000", "UTC", "1938-04-24"),
        ("99999", "UTC", "1970-01-02"),
        ("9999999999", "UTC", "2286-11-20"),
        ("10000000000", "UTC", "1970-04-26"),
    ],
)
def test_a_moment_is_a_label_or_a_unix_time_in_its_zone(text: str, zone: str, label: str) -> None:
    assert parse_moment(text, zone) == days_of(label)


@given(DAYS, st.integers(0, 86_399_999), st.sampled_from(["UTC", SHANGHAI, "America/New_York"]))
def test_seconds_and_milliseconds_of_a_moment_mean_the_same_day(day: date, since: int, zone: str) -> None:
    moment = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(milliseconds=since)
    milliseconds = (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)
    local = moment.astimezone(ZoneInfo(zone)).date()
    if abs(milliseconds) >= 10**10 and FIRST_YEAR <= local.year <= LAST_YEAR:
        assert parse_moment(str(milliseconds), zone) == (local, local)
    if 10**5 <= abs(milliseconds // 1000) < 10**10 and FIRST_YEAR <= local.year <= LAST_YEAR:
        assert parse_moment(str(milliseconds // 1000), zone) == (local, local)


@pytest.mark.parametrize("text", ["99999999999999", "-99999999999999"])
def test_a_moment_of_another_age_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="out of range"):
        parse_moment(text)


@pytest.mark.parametrize("text", ["0", "-1", "123", "123456789012345", "1633017600.5", "now"])
def test_a_number_that_is_neither_year_nor_moment_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="expected"):
        parse_moment(text)


# What a period is called and compared by

AT_PUBLICATION = {"basis": "inferred", "rule": "at_publication", "anchor": PUBLISHED}


@pytest.mark.parametrize(
    ("known", "weak", "label", "slot"),
    [
        (period("2021-S1"), False, "2021-S1", "span.2021-01-01.2021-06-30"),
        (period("2016..2020"), False, "2016-01-01..2020-12-31", "span.2016-01-01.2020-12-31"),
        (period("..2020", type="cumulative"), False, "..2020-12-31", "cumulative..2020-12-31"),
        (period("2027-12-31", type="instant"), False, "2027-12-31", "instant.2027-12-31.2027-12-31"),
        (period("2021-06", basis="resolved", rule="month_of_publication_year", anchor=PUBLISHED), False, "2021-06", None),
        (period("2021-06", basis="inferred", rule="from_context"), False, "2021-06", "span.2021-06-01.2021-06-30"),
        (period("2021-09-30", type="instant", **AT_PUBLICATION), True, "asof", "asof"),
        (period("..2021-09-30", type="cumulative", **AT_PUBLICATION), True, "asof", "asof"),
        (period(None, type="none", basis="unknown"), True, "unknown", "asof"),
    ],
)
def test_a_period_is_weak_when_nothing_but_the_publication_dates_it(
    known: Period, weak: bool, label: str, slot: str | None
) -> None:
    assert (known.weak, known.label) == (weak, label)
    assert slot is None or known.slot == slot


# Rules of relative dates, for a document of 30 September 2021

CASES: dict[str, tuple[list[str], list[str]]] = {
    "half_of_publication_year": (["2021-S1", "2021-S2"], ["2020-S1", "2021-Q1", "2021", "2021-06"]),
    "quarter_of_publication_year": (["2021-Q1", "2021-Q3"], ["2021-Q4", "2020-Q1", "2021-S1", "2021-03"]),
    "month_of_publication_year": (["2021-05", "2021-09"], ["2021-10", "2020-05", "2021-S1", "2021-Q1", "2021-05-01", "2021"]),
    "day_of_publication_year": (["2021-01-01", "2021-09-30"], ["2021-10-01", "2020-09-10", "2021-09"]),
    "days_of_publication_year": (["2021-09-23..2021-09-25", "2021-09-10"], ["2020-12-31..2021-01-01", "..2021-09-10", "2021-10"]),
    "year_of_publication": (["2021"], ["2020", "2021-S1", "2021-01-01..2021-09-30"]),
    "year_before_publication": (["2020"], ["2021", "2019", "2020-12"]),
    "year_to_publication": (["2021-01-01..2021-09-30"], ["2021", "2021-01-01..2021-09-29", "2020-01-01..2021-09-30"]),
    "since_year": (["2016-01-01..2021-09-30", "2021-01-01..2021-09-30"], ["2016-02-01..2021-09-30", "2016", "..2021-09-30"]),
    "end_of_period": (["2020-12-31"], ["2020", "..2020-12-31"]),
    "at_publication": (["2021-09-30", "..2021-09-30"], ["2021-09-29", "2021-09-01..2021-09-30", "2021-09-30.."]),
    "from_context": (["2021-06", "..2021-06-30"], []),
}


def test_every_rule_is_tried() -> None:
    assert set(CASES) == set(RULES)


@pytest.mark.parametrize(("rule", "when"), [(rule, when) for rule, (right, _) in CASES.items() for when in right])
def test_days_that_come_from_their_rule_have_no_fault(rule: str, when: str) -> None:
    assert rule_fault(period(when, basis="resolved", rule=rule, anchor=PUBLISHED), PUBLISHED) is None


@pytest.mark.parametrize(("rule", "when"), [(rule, when) for rule, (_, wrong) in CASES.items() for when in wrong])
def test_days_that_cannot_come_from_their_rule_are_told_so(rule: str, when: str) -> None:
    fault = rule_fault(period(when, basis="resolved", rule=rule, anchor=PUBLISHED), PUBLISHED)
    assert fault is not None
    assert fault.startswith(f"{rule} means {RULES[rule][0]}")
    assert "2021-09-30" in fault


def test_a_date_from_context_without_days_is_told_so() -> None:
    fault = rule_fault(period(None, basis="inferred", rule="from_context"), PUBLISHED)
    assert fault is not None
    assert fault.endswith("that is not unknown")


def test_a_period_without_a_rule_has_no_fault() -> None:
    assert rule_fault(period("2020"), PUBLISHED) is None
