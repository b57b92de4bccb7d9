"""A database of many made statements: regions in a tree, documents that agree, repeat and contradict each other."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import sqlalchemy as sa

from app import models
from app.db import writing
from app.domain.comparison import Base, cell_key
from app.domain.decimals import sort_key
from app.domain.period import Period, parse_when, period_key, period_key_down
from app.domain.quantity import Comparator, interval_of, parse_written
from app.domain.text import fold
from app.upkeep.everything import rebuild

Row = dict[str, Any]

COUNTRY = "land"
PROVINCES = [f"{COUNTRY}-{name}" for name in ("east", "north", "south", "west")]
CITIES = {province: [f"{province}-{number}" for number in (1, 2, 3)] for province in PROVINCES}
REGIONS = [COUNTRY, *PROVINCES, *(city for cities in CITIES.values() for city in cities)]
NAMES_ZH = ["东城", "南港", "西山", "北桥", "中和", "新安"]
INDICATORS = [
    (f"{topic}-{name}", topic, family, unit, kind)
    for topic in ("economy", "transport", "science", "trade")
    for name, family, unit, kind in (
        ("output", "money", "CNY", "flow"),
        ("projects", "count", "count", "stock"),
        ("trips", "count", "count", "flow"),
        ("land", "area", "km2", "stock"),
        ("freight", "mass", "t", "flow"),
    )
]
DOCUMENTS = 12
PUBLISHERS = 6
PROJECTS = 5
YEARS = range(2015, 2023)


@dataclass
class Draw:
    """What one statement is about."""

    random: Random
    indicator: tuple[str, str, str, str, str]
    regions: list[str]
    document: int
    measure: str
    kind: str
    period: Period
    project: str | None


def made(engine: sa.Engine, count: int, seed: int = 1) -> sa.Engine:
    """Fill a migrated, empty database with `count` statements, the same for the same seed."""
    random = Random(seed)
    rows: dict[str, list[Row]] = {name: [] for name in models.Table.metadata.tables}
    _code_lists(rows)
    for number in range(count):
        _statement(rows, number, _draw(random))
    _relations(rows, random)
    with writing(engine) as connection:
        for table in models.Table.metadata.sorted_tables:
            for start in range(0, len(rows[table.name]), 1000):
                connection.execute(sa.insert(table), rows[table.name][start : start + 1000])
        connection.execute(sa.update(models.DataVersion).values(version=1))
        rebuild(connection)
    return engine


def _code_lists(rows: dict[str, list[Row]]) -> None:
    def add(table: str, **row: Any) -> None:
        rows[table].append(row)

    for code, family, base, factor in (
        ("CNY", "money", "CNY", 1),
        ("USD", "money", "USD", 1),
        ("count", "count", "count", 1),
        ("percent", "percent", "percent", 1),
        ("km2", "area", "km2", 1),
        ("ha", "area", "km2", "0.01"),
        ("t", "mass", "t", 1),
    ):
        add(
            "unit",
            code=code,
            name=code,
            name_zh=None,
            symbol=None,
            dimension=base,
            family=family,
            base=base,
            factor=Decimal(factor),
        )
    for number in range(PUBLISHERS):
        name = f"Paper {number}"
        add("actor", code=f"paper-{number}", name=name, name_zh=None, kind="organisation", organisation=None, folded=fold(name))
    for number, code in enumerate(REGIONS):
        name, name_zh = code.replace("-", " ").title(), f"{NAMES_ZH[number % len(NAMES_ZH)]}{number}"
        add("region", code=code, name=name, name_zh=name_zh, kind="place", folded=fold(name, name_zh))
    parents = [(province, COUNTRY) for province in PROVINCES]
    parents.extend((city, province) for province, cities in CITIES.items() for city in cities)
    rows["region_parent"] = [{"region": region, "parent": parent} for region, parent in parents]
    for code, topic, family, _, stock_flow in INDICATORS:
        name = code.replace("-", " ").title()
        add(
            "indicator",
            code=code,
            name=name,
            name_zh=None,
            definition=name,
            topic=topic,
            dimension=family,
            stock_flow=stock_flow,
            folded=fold(name),
        )
    for number in range(PROJECTS):
        name = f"Project {number}"
        add("project", code=f"project-{number}", name=name, name_zh=None, kind="line", description=name, folded=fold(name))
    for number in range(DOCUMENTS):
        title = f"Report {number} on the land"
        add(
            "document",
            code=f"report-{number:02}",
            title=title,
            publisher=f"paper-{number % PUBLISHERS}",
            published_on=date(2020, 1, 1) + timedelta(days=97 * number),
            published_basis="stated",
            url=f"https://example.org/{number}",
            language="en",
            time_zone="Asia/Shanghai",
            text_sha256=f"{number:064x}",
            text_length=10_000_000,
            release="shared-release" if number in (1, 2) else None,
            folded=fold(title),
        )


def _draw(random: Random) -> Draw:
    indicator = random.choice(INDICATORS)
    regions = [random.choice(REGIONS)]
    if random.random() < 0.08:
        regions = sorted({*regions, random.choice(PROVINCES)})
    document = random.randrange(DOCUMENTS)
    return Draw(
        random=random,
        indicator=indicator,
        regions=regions,
        document=document,
        measure=random.choices(("level", "share", "growth", "change"), (80, 8, 8, 4))[0],
        kind=random.choices(("actual", "target"), (90, 10))[0],
        period=_period(random, indicator[4], date(2020, 1, 1) + timedelta(days=97 * document)),
        project=random.choice([None] * 9 + [f"project-{random.randrange(PROJECTS)}"]),
    )


def _period(random: Random, stock_flow: str, published: date) -> Period:
    year = random.choice(YEARS)
    form = random.choice(("year", "year", "year", "half", "weak"))
    if form == "weak":
        return Period(
            "instant" if stock_flow == "stock" else "cumulative",
            published if stock_flow == "stock" else None,
            published,
            None,
            "inferred",
            "at_publication",
            published,
        )
    if stock_flow == "stock":
        return Period("instant", date(year, 12, 31), date(year, 12, 31), f"end of {year}", "stated", None, None)
    label = f"{year}-S1" if form == "half" else str(year)
    return Period("span", *parse_when(label), label, "stated", None, None)


def _statement(rows: dict[str, list[Row]], number: int, draw: Draw) -> None:
    random = draw.random
    code, _, family, unit, _ = draw.indicator
    base = None
    if draw.measure == "share":
        unit, base = "percent", Base(COUNTRY, None, None)
    elif draw.measure == "growth":
        unit, base = "percent", Base(None, None, str((draw.period.start or date(2019, 1, 1)).year - 1))
    size = 3 + (sum(map(ord, code + draw.regions[0] + draw.period.slot)) % 90)
    size += random.choice((0, 0, 0, 0, 1))  # most documents agree
    written = parse_written(
        str(size) if unit == "percent" else random.choice((f"{size}", f"{size}.0", f"{size}00", f"{size} million"))
    )
    comparator: Comparator = random.choices(("eq", "gt", "ge", "lt", "le"), (70, 14, 4, 8, 4))[0]
    approximate = comparator == "eq" and random.random() < 0.15
    interval = interval_of(written, comparator=comparator, approximate=approximate, counts=family == "count")
    document = f"report-{draw.document:02}"
    id_ = f"{document}.s{number:05}"
    cell = cell_key(
        indicator=code,
        measure=draw.measure,
        base=base,
        counted=None,
        dimension=unit,
        regions=draw.regions,
        project=draw.project,
        kind=draw.kind,
        period=draw.period,
    )
    text = f"{' and '.join(draw.regions)}: {code} was {size} in {draw.period.label}."
    rows["statement"].append(
        {
            "id": id_,
            "document": document,
            "position": number + 1,
            "text": text,
            "indicator": code,
            "measure": draw.measure,
            "base_region": base.region if base else None,
            "base_indicator": None,
            "base_period": base.period if base else None,
            "kind": draw.kind,
            "project": draw.project,
            "value": written.value,
            "value_key": sort_key(written.value),
            "unit": unit,
            "counted": None,
            "comparator": comparator,
            "approximate": approximate,
            "lower": interval.lower,
            "lower_inclusive": interval.lower_inclusive,
            "upper": interval.upper,
            "upper_inclusive": interval.upper_inclusive,
            "lower_key": None if interval.lower is None else sort_key(interval.lower),
            "upper_key": None if interval.upper is None else sort_key(interval.upper),
            "interval_basis": interval.basis,
            "period_type": draw.period.type,
            "period_start": draw.period.start,
            "period_key": period_key(draw.period.start, draw.period.end),
            "period_key_down": period_key_down(draw.period.start, draw.period.end),
            "period_end": draw.period.end,
            "period_label": draw.period.label,
            "period_as_written": draw.period.as_written,
            "period_basis": draw.period.basis,
            "period_rule": draw.period.rule,
            "period_anchor": draw.period.anchor,
            "speaker": None,
            "role": None,
            "attribution_mode": "reporter",
            "attribution_basis": "none",
            "exact": f"{size} of {number}",
            "evidence_start": 100 * number,
            "evidence_end": 100 * number + len(f"{size} of {number}"),
            "paragraph": number + 1,
            "verification": "unattached",
            "cell": cell,
            "note": None,
            "status": random.choices(("published", "deprecated", "withdrawn"), (96, 2, 2))[0],
            "version": 1,
            "changed_in": 1,
            "folded": fold(text, f"{size} of {number}"),
        }
    )
    rows["statement_region"].extend({"statement": id_, "region": region} for region in draw.regions)


def _relations(rows: dict[str, list[Row]], random: Random) -> None:
    """Amounts restated in dollars, and some parts and look-alikes."""
    by_cell: dict[str, list[Row]] = {}
    for row in rows["statement"]:
        by_cell.setdefault(row["cell"].rpartition("~")[0], []).append(row)
    converted = []
    for row in [row for row in rows["statement"] if row["unit"] == "CNY" and row["measure"] == "level"][::40]:
        value = parse_written(f"{row['value'] / Decimal('6.5'):.2f}"[:15])
        interval = interval_of(value)
        other = {
            **row,
            "id": f"{row['id']}-usd",
            "unit": "USD",
            "value": value.value,
            "value_key": sort_key(value.value),
            "comparator": "eq",
            "approximate": False,
            "lower": interval.lower,
            "lower_inclusive": True,
            "upper": interval.upper,
            "upper_inclusive": False,
            "lower_key": sort_key(interval.lower or Decimal(0)),
            "upper_key": sort_key(interval.upper or Decimal(0)),
            "interval_basis": "rounding",
            "cell": row["cell"].replace("~cny~", "~usd~"),
        }
        converted.append(other)
        rows["statement_region"].extend(
            {"statement": other["id"], "region": each["region"]}
            for each in rows["statement_region"]
            if each["statement"] == row["id"]
        )
        rows["relation"].append(
            {"statement": other["id"], "relation": "conversion_of", "other": row["id"], "complete": False, "note": "Restated."}
        )
    for same in [same for same in by_cell.values() if len(same) > 1][::15]:
        name = random.choice(("part_of", "look_alike"))
        rows["relation"].append(
            {"statement": same[0]["id"], "relation": name, "other": same[1]["id"], "complete": False, "note": f"Made {name}."}
        )
    rows["statement"].extend(converted)
