"""Whatever reads what strangers wrote: bent at random, it is read or refused in so many words, and soon."""

import random
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from make import SMALL_SEED, SMALL_TEXT
from rounds import ROUNDS, rounds

from app.bulk.faults import Faults
from app.bulk.read import read_ndjson
from app.bulk.table import read_table
from app.bulk.write import write_generated
from app.domain.evidence import Evidence, fragment_of, quotation_of, verify
from app.domain.mentions import find_mentions
from app.domain.period import days_of, parse_moment, parse_when
from app.domain.period_words import resolve
from app.domain.quantity import parse_written
from app.domain.search import parse_query
from app.errors import ClaimbookError
from app.queries.conditions import read_condition
from app.queries.listing import read_cursor, write_cursor
from app.seed.draft import draft
from app.seed.names import Names
from app.seed.read import UnreadableError, read_yaml

TRIES = rounds(200)
"""Bent inputs for each parser."""
MOST_SECONDS = 0.2
"""Of processor time for one input, where there is more than the quick form to tell."""
LETTERS = (
    "0123456789.,-–%$¥()[]{}\"'\\/:;&|*?!#@_ "
    "\t\n\r\x00\x1b\ufeff\u200b\u202e½²Ⅷ百万亿两半零〇第年月日約约aAeEzZéßİ重庆\U0001f6a2\U0010ffff"
)
CHUNKS = [
    "1" * 40,
    "one hundred and ",
    "million ",
    "2021-",
    "T24:00",
    "last year",
    "十",
    ": ",
    "- ",
    "{",
    '["',
    "&a ",
    "*a",
    "!!x ",
    "%",
    ",,",
    "\\u0000",
]
KEY = "ab" * 32


def bent(text: str, dice: random.Random) -> str:
    """The text with a few places changed, taken out, doubled or swapped for others."""
    for _ in range(dice.choice((1, 1, 2, 3, 8))):
        at, end = sorted((dice.randrange(len(text) + 1), dice.randrange(len(text) + 1)))
        end = min(end, at + dice.choice((0, 1, 1, 5, 40)))
        put = dice.choice(
            [dice.choice(LETTERS), dice.choice(LETTERS) * dice.choice((1, 9, 90)), dice.choice(CHUNKS), text[at:end] * 2, ""]
        )
        text = text[:at] + put + text[end:]
    return text


def file_of(path: Path, text: str) -> Path:
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    return path


PERIODS = [
    "2021",
    "2021-S1",
    "2021-Q3",
    "2021-06",
    "2021-06-30",
    "2020-12-31..2021-03-03",
    "1609459200000",
    "2021-06-30T12:00:00+08:00",
]
WORDS = [
    "in the first half of this year",
    "by the end of 2025",
    "上半年",
    "since 2016",
    "three years ago",
    "the 13th Five-Year Plan",
]
FIGURES = [
    "exceeded one trillion yuan",
    "about 77.8%",
    "1,886 km",
    "nearly 14,000",
    "2 to 3 hours",
    "一百二十三万",
    "3.5-fold",
    "dozens of",
]
CURSOR = write_cursor(["a.b", date(2021, 1, 1)], KEY, "scope")

Read = Callable[[str, Path], Any]
READERS: dict[str, tuple[list[str], Read]] = {
    "cursor": ([CURSOR], lambda text, _: read_cursor(text, KEY, "scope", size=2)),
    "condition": (["gt:1000", "1000", "lt:-0.5", "between:1,2", "ge:1e3"], lambda text, _: read_condition(text)),
    "label": (PERIODS, lambda text, _: days_of(text)),
    "days": (PERIODS, lambda text, _: parse_when(text)),
    "moment": (PERIODS, lambda text, _: parse_moment(text, "Asia/Shanghai")),
    "words for a time": (WORDS, lambda text, _: resolve(text, date(2021, 9, 30), "flow")),
    "figure": (["7.55 billion", "27900", "-40", "1.2 亿", "77.8", "1 trillion"], lambda text, _: parse_written(text)),
    "search": (["gdp 2021", "重庆 rail", "成都"], lambda text, _: (parse_query(text), parse_query(text, typing=True))),
    "numbers in a text": ([SMALL_TEXT, *FIGURES], lambda text, _: find_mentions(text)),
    "span": (
        [SMALL_TEXT],
        lambda text, _: (
            verify(text, Evidence("more than 6,000 ships", 80, 101, 3)),
            quotation_of(text, 9, 12),
            fragment_of(text),
        ),
    ),
    "draft": ([SMALL_TEXT], lambda text, _: draft_of(text)),
    "seed file": (
        [SMALL_SEED["documents/harbour.yaml"], SMALL_SEED["regions.yaml"]],
        lambda text, at: read_yaml(file_of(at / "a.yaml", text), "a.yaml"),
    ),
    "line of an import": (
        ["made.ndjson"],
        lambda text, at: list(read_ndjson(file_of(at / "a.ndjson", text), Faults("a.ndjson"))),
    ),
    "table of an import": (["made.csv"], lambda text, at: list(read_table(file_of(at / "a.csv", text), Faults("a.csv"), None))),
}
REFUSALS = (ClaimbookError, UnreadableError, ValueError)
"""How a reader may say no; ValueError is what the shapes of parameters and of files turn into a fault at its place."""


def draft_of(text: str) -> str:
    return draft(
        text, title=None, published_on=date(2025, 1, 10), publisher=None, url=None, language=None, known=Names(), code="a"
    )


@pytest.mark.parametrize("name", READERS)
def test_whatever_is_read_is_understood_or_refused(name: str, tmp_path: Path) -> None:
    samples, read = READERS[name]
    if samples[0].startswith("made"):
        write_generated(3, 3, str(tmp_path / samples[0]))
        samples = [(tmp_path / samples[0]).read_text("utf-8")]
    read(samples[0], tmp_path)  # as it is, it is understood; and what is made once is made now
    dice, refused, slowest = random.Random(name), 0, (0.0, "")
    for _ in range(TRIES):
        text = bent(dice.choice(samples), dice)
        began = time.thread_time()
        try:
            read(text, tmp_path)
        except UnicodeError:
            raise
        except REFUSALS:
            refused += 1
        slowest = max(slowest, (time.thread_time() - began, text))
    print(f"{name}: {TRIES} inputs, {refused} refused, 0 crashes; the slowest took {slowest[0] * 1000:.1f} ms")
    assert not ROUNDS or slowest[0] < MOST_SECONDS, slowest[1][:500]
