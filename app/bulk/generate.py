"""A generated data set of any size, the same for the same seed: skewed as real ones are; documents agree and contradict.

Records come one by one, code lists first, in the form that `claimbook import` reads. Nothing is kept between them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import accumulate
from random import Random
from typing import Any
from zlib import crc32

from app.bulk.made_lists import COUNTRY, PER_STATEMENT, Indicator, Plot, Record, code_of, document_of, lists_of

WORDS = {"gt": "more than ", "ge": "at least ", "lt": "less than ", "le": "up to ", "eq": ""}
WORDS_ZH = {"gt": "超过", "ge": "不少于", "lt": "不到", "le": "至多", "eq": ""}
NAMES = {
    "CNY": "yuan",
    "USD": "U.S. dollars",
    "percent": "percent",
    "count": "in all",
    "ratio": "times",
    "t": "tonnes",
    "kt": "kilotonnes",
}
NAMES |= {"km2": "square kilometres", "ha": "hectares", "km": "kilometres", "min": "minutes"}
NAMES_ZH = {
    "CNY": "元",
    "USD": "美元",
    "percent": "%",
    "count": "个",
    "ratio": "倍",
    "t": "吨",
    "kt": "千吨",
    "km2": "平方公里",
    "ha": "公顷",
}
NAMES_ZH |= {"km": "公里", "min": "分钟"}


@dataclass(slots=True)
class Skew:
    """Draws the first things of a list far more often than the last (Zipf)."""

    weights: list[float]

    @classmethod
    def of(cls, count: int) -> "Skew":
        """For a list of so many things."""
        return cls(list(accumulate(1 / (place + 1) for place in range(count))))

    def draw(self, random: Random) -> int:
        """The place of one of them."""
        return random.choices(range(len(self.weights)), cum_weights=self.weights)[0]


@dataclass(slots=True)
class Scene:
    """What all statements are drawn from."""

    plot: Plot
    regions: Skew
    indicators: Skew


def generate(statements: int, seed: int = 1) -> Iterator[Record]:
    """Records of a data set with so many statements: code lists, documents, then statements with relations after their ends."""
    plot = Plot(statements, seed)
    scene = Scene(plot, Skew.of(len(plot.regions)), Skew.of(len(plot.indicators)))
    yield from lists_of(plot)
    for number in range(plot.documents):
        yield from _statements(scene, number)


def _statements(scene: Scene, number: int) -> Iterator[Record]:
    random = scene.plot.random_of(number)
    document = document_of(scene.plot, number, random)
    size = scene.plot.size_of(number)
    place = 0
    while place < size:
        record = _statement(scene, random, document, place)
        yield record
        place += 1
        if place < size and _converts(record) and random.random() < 0.2:
            yield _conversion(record, document, place)
            code = code_of(number)
            yield {
                "type": "relation", "statement": f"{code}.{_slug(place)}", "relation": "conversion_of",
                "other": f"{code}.{record['slug']}",
            }  # fmt: skip
            place += 1


def _statement(scene: Scene, random: Random, document: Record, place: int) -> Record:
    indicator = scene.plot.indicators[scene.indicators.draw(random)]
    code, name = scene.plot.regions[scene.regions.draw(random)]
    kind = random.choices(("actual", "target", "planned", "forecast", "agreed"), (88, 6, 3, 2, 1))[0]
    measure = random.choices(("level", "share", "growth", "change", "multiple", "rank", None), (76, 6, 8, 3, 1, 2, 4))[0]
    period = _period(random, indicator, kind, measure, date.fromisoformat(document["published_on"]))
    regions = [code]
    if random.random() < 0.07:
        other = scene.plot.regions[scene.regions.draw(random)][0]
        regions = sorted({code, other})
    record: Record = {
        "type": "statement", "document": document["code"], "slug": _slug(place), "text": "", "evidence": {},
        "indicator": indicator.code, "kind": kind, "regions": regions, "period": period,
        "attribution": _attribution(scene.plot, random),
    }  # fmt: skip
    if random.random() < 0.05:
        record["project"] = f"project-{random.randrange(scene.plot.projects)}"
    when = period.get("as_written") or "so far"
    if measure is None:
        return _told(
            record,
            place,
            f"{name} promotes {indicator.name.lower()} {when}.",
            "先行先试" if _zh(document) else "a first of its kind",
        )
    record["measure"] = measure
    if base := _base(measure, period):
        record["base"] = base
    record["quantity"] = quantity = _quantity(random, indicator, measure, ":".join((*regions, period.get("when") or "")))
    words = _words(quantity, chinese=_zh(document))
    said = "was" if measure == "level" else f"had a {measure} of"
    return _told(record, place, f"{indicator.name} of {name} {said} {_words(quantity, chinese=False)} {when}.", words)


def _told(record: Record, place: int, text: str, words: str) -> Record:
    start = PER_STATEMENT * place + 20
    record["text"] = text
    record["evidence"] = {"exact": words, "start": start, "end": start + len(words), "paragraph": place + 1}
    return record


def _slug(place: int) -> str:
    return f"s{place:04d}"


def _zh(document: Record) -> bool:
    return bool(document["language"] == "zh")


def _attribution(plot: Plot, random: Random) -> Record:
    if random.random() < 0.75:
        return {"mode": "reporter", "basis": "none"}
    mode = random.choice(("direct_quote", "indirect"))
    return {"speaker": f"speaker-{random.randrange(plot.speakers)}", "role": "Spokesperson", "mode": mode, "basis": "explicit"}


def _period(random: Random, indicator: Indicator, kind: str, measure: str | None, published: date) -> Record:
    """When it holds: mostly a year before the publication; targets lie ahead; some are weak, some unknown."""
    stock = indicator.stock
    if kind != "actual":
        year = published.year + random.choice((1, 2, 3, 5, 10))
        if stock:
            rule = {"basis": "resolved", "rule": "end_of_period", "anchor": "context"}
            return {"type": "instant", "when": f"{year}-12-31", "as_written": f"by {year}", **rule}
        return {"type": "span", "when": f"{year}", "as_written": f"in {year}", "basis": "stated"}
    form = random.choices(("year", "part", "each", "total", "before", "weak", "unknown"), (50, 14, 4, 8, 8, 13, 3))[0]
    year = published.year - random.choice((1, 1, 1, 1, 2, 2, 3, 4, 6))
    day = published.isoformat()
    if form == "unknown":
        return {"type": "none", "basis": "unknown"}
    if form == "weak":
        rule = {"basis": "inferred", "rule": "at_publication", "anchor": "publication"}
        return {"type": "instant", "when": day, **rule} if stock else {"type": "cumulative", "when": f"..{day}", **rule}
    if stock and measure == "level":
        month = f"{year}-06-30" if form == "part" else f"{year}-12-31"
        return {"type": "instant", "when": month, "as_written": f"at the end of {year}", "basis": "stated"}
    if form == "before":
        rule = {"basis": "resolved", "rule": "year_before_publication", "anchor": "publication"}
        return {"type": "span", "when": f"{published.year - 1}", "as_written": "last year", **rule}
    if form == "each":
        return {"type": "each", "when": f"{year - 2}..{year}", "as_written": f"in each year to {year}", "basis": "stated"}
    if form == "total":
        return {"type": "cumulative", "when": f"..{year}-12-31", "as_written": f"up to {year}", "basis": "stated"}
    if form == "part":
        part = random.choice(("S1", "S2", "Q1", "Q2", "Q3", "06", "11"))
        return {"type": "span", "when": f"{year}-{part}", "as_written": f"in {year}-{part}", "basis": "stated"}
    return {"type": "span", "when": f"{year}", "as_written": f"in {year}", "basis": "stated"}


def _base(measure: str, period: Record) -> Record | None:
    """A share is one of the country; what grows, of the year before."""
    if measure == "share":
        return {"region": COUNTRY}
    first = (period.get("when") or "").lstrip(".")[:4]
    return {"period": str(int(first) - 1)} if measure in ("growth", "multiple") and first else None


def _quantity(random: Random, indicator: Indicator, measure: str, about: str) -> Record:
    """A figure near what is true of the region and time, so that documents agree, round, and sometimes contradict each other."""
    truth = 100 + crc32(f"{indicator.code}:{measure}:{about}".encode()) % 9900  # four digits
    truth = round(truth * random.choices((1, 1.002, 0.8, 1.3), (80, 10, 5, 5))[0])
    unit, value = _written(random, indicator, measure, truth)
    quantity: Record = {"value": value, "unit": unit}
    form = random.choices(
        ("plain", "gt", "ge", "lt", "le", "about", "nearly", "range", "magnitude"), (64, 12, 4, 4, 3, 7, 2, 2, 1)
    )[0]
    if form in ("gt", "ge", "lt", "le"):
        quantity["comparator"] = form
    elif form == "about":
        quantity["approximate"] = True
    elif form == "nearly":
        quantity |= {"comparator": "lt", "form": "nearly"}
    elif form == "magnitude" and measure == "level":
        quantity |= {"value": "10000", "form": "magnitude"}
    elif form == "range" and measure == "level":
        number, _, scale = value.partition(" ")
        quantity |= {"value_to": f"{float(number) * 1.1:.2f} {scale}".strip(), "form": "range"}
    if indicator.counted and measure == "level":
        quantity["counted"] = random.choice(indicator.counted)
    return quantity


def _written(random: Random, indicator: Indicator, measure: str, truth: int) -> tuple[str, str]:
    """A unit that fits, and the number as written: some round more than others."""
    if measure == "share":
        return "percent", f"{truth % 1000 / 10}"
    if measure in ("growth", "change"):
        return "percent", f"{(truth - 2000) / 100:.1f}"
    if measure == "multiple":
        return "ratio", f"{truth / 1000:.1f}"
    if measure == "rank":
        return "count", f"{1 + truth % 30}"
    match indicator.family:
        case "money":
            return "CNY", random.choice((f"{truth / 100:.2f} billion", f"{truth / 100:.1f} billion", f"{truth / 10:.1f} 亿"))
        case "count":
            return "count", random.choice((f"{truth}", f"{truth * 10}", f"{truth / 100:.1f} million"))
        case "mass":
            return random.choice((("t", f"{truth / 100:.2f} million"), ("kt", f"{truth * 10}")))
        case "area":
            return random.choice((("km2", f"{truth / 10:.1f}"), ("ha", f"{truth * 10}")))
        case "length":
            return "km", f"{truth}"
        case _:
            return "min", f"{truth % 120 + 1}"


def _words(quantity: Record, *, chinese: bool) -> str:
    """The words a document uses: no more than seven of them."""
    value, unit = quantity["value"], quantity["unit"]
    number = f"{value} to {quantity['value_to']}" if "value_to" in quantity else value
    comparator = quantity.get("comparator", "eq")
    if chinese:
        before = "约" if quantity.get("approximate") else WORDS_ZH[comparator]
        return f"{before}{number.replace(' to ', '至')}{NAMES_ZH[unit]}"
    before = "about " if quantity.get("approximate") else "nearly " if quantity.get("form") == "nearly" else WORDS[comparator]
    return f"{before}{number} {NAMES[unit]}"


def _converts(record: Record) -> bool:
    quantity: dict[str, Any] = record.get("quantity") or {}
    plain = "form" not in quantity and " billion" in quantity.get("value", "")
    return plain and quantity["unit"] == "CNY" and record["measure"] == "level"


def _conversion(record: Record, document: Record, place: int) -> Record:
    """The same claim in dollars, as articles print it in brackets."""
    amount = float(record["quantity"]["value"].partition(" ")[0]) / 6.5
    quantity = {**record["quantity"], "value": f"{amount:.2f} billion", "unit": "USD"}
    other = {**record, "slug": _slug(place), "quantity": quantity}
    return _told(other, place, record["text"].replace("yuan", "U.S. dollars"), _words(quantity, chinese=_zh(document)))
