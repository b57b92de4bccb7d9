"""The code lists of a generated data set: regions in a tree and joint ones across it, indicators, units, actors, documents."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from itertools import accumulate
from random import Random
from typing import Any

Record = dict[str, Any]

COUNTRY = "land"
FIRST = (
    ("东", "dong"), ("南", "nan"), ("西", "xi"), ("北", "bei"), ("中", "zhong"), ("新", "xin"),
    ("长", "chang"), ("安", "an"), ("江", "jiang"), ("河", "he"), ("山", "shan"), ("海", "hai"),
    ("云", "yun"), ("龙", "long"), ("金", "jin"), ("石", "shi"), ("平", "ping"), ("青", "qing"),
    ("白", "bai"), ("永", "yong"),
)  # fmt: skip
SECOND = (
    ("州", "zhou"), ("城", "cheng"), ("阳", "yang"), ("川", "chuan"), ("口", "kou"), ("港", "gang"),
    ("桥", "qiao"), ("林", "lin"), ("泉", "quan"), ("湖", "hu"), ("门", "men"), ("关", "guan"),
    ("溪", "xi"), ("岭", "ling"), ("原", "yuan"), ("塘", "tang"), ("寨", "zhai"), ("坪", "ping"),
    ("湾", "wan"), ("岛", "dao"),
)  # fmt: skip
KINDS_ZH = {"province": "省", "city": "市", "district": "区"}

UNITS = (
    ("CNY", "Chinese yuan", "人民币元", "money", "CNY", "1"),
    ("USD", "US dollar", "美元", "money", "USD", "1"),
    ("percent", "Percent", "百分比", "percent", "percent", "1"),
    ("count", "Count", "数量", "count", "count", "1"),
    ("ratio", "Ratio", "倍数", "ratio", "ratio", "1"),
    ("t", "Tonne", "吨", "mass", "t", "1"),
    ("kt", "Kilotonne", "千吨", "mass", "t", "1000"),
    ("km2", "Square kilometre", "平方公里", "area", "km2", "1"),
    ("ha", "Hectare", "公顷", "area", "km2", "0.01"),
    ("km", "Kilometre", "公里", "length", "km", "1"),
    ("min", "Minute", "分钟", "duration", "min", "1"),
)
TOPICS = (
    ("economy", "经济"), ("trade", "贸易"), ("transport", "交通"), ("science", "科技"),
    ("energy", "能源"), ("tourism", "旅游"), ("education", "教育"), ("environment", "环境"),
)  # fmt: skip
MEASURED = (
    ("output", "产值", "money", "flow"),
    ("projects", "项目", "count", "stock"),
    ("investment", "投资", "money", "flow"),
    ("visits", "人次", "count", "flow"),
    ("freight", "货运量", "mass", "flow"),
    ("land", "用地", "area", "stock"),
    ("lines", "线路", "length", "stock"),
    ("waiting-time", "等候时间", "duration", "stock"),
)
COUNTED = ("roads", "bridges", "stations", "parks")
SIZES = (8, 12, 20, 30, 40, 50, 60, 100)
"""Statements of a document, in turn."""
PER_STATEMENT = 200
"""Code points of a document's text for each statement."""


@dataclass(frozen=True)
class Indicator:
    """What a generated statement measures."""

    code: str
    name: str
    family: str
    stock: bool
    counted: tuple[str, ...]


@dataclass(frozen=True)
class Plot:
    """How large each list of a data set with so many statements is; the same for the same numbers."""

    statements: int
    seed: int

    @property
    def breadth(self) -> tuple[int, int, int]:
        """Provinces, cities of each, districts of each city."""
        return (4, 3, 3) if self.statements < 20_000 else (30, 10, 8)

    @cached_property
    def documents(self) -> int:
        """Documents: 40 statements in one, on the average."""
        whole, left = divmod(self.statements, sum(SIZES))
        sums = [0, *accumulate(SIZES)]
        return whole * len(SIZES) + next(count for count, total in enumerate(sums) if total >= left)

    @property
    def publishers(self) -> int:
        """Organisations that publish."""
        return max(4, self.documents // 100)

    @property
    def speakers(self) -> int:
        """People who are quoted."""
        return max(6, self.documents // 50)

    @property
    def projects(self) -> int:
        """Projects that some figures are about."""
        return 8 if self.statements < 20_000 else 400

    @cached_property
    def regions(self) -> list[tuple[str, str]]:
        """Codes and English names, those spoken of most first: the country, provinces, cities, joint regions, districts."""
        order = {"country": 0, "province": 1, "city": 2, "economic-circle": 3, "district": 4}
        records = sorted(regions_of(self), key=lambda each: order[each["kind"]])
        return [(each["code"], each["name"]) for each in records]

    @cached_property
    def indicators(self) -> list[Indicator]:
        """What is measured, the most frequent first."""
        return [
            Indicator(f"{topic}-{code}", f"{topic.title()} {code.replace('-', ' ')}", family, stock_flow == "stock", counted)
            for code, _, family, stock_flow in MEASURED
            for topic, _ in TOPICS
            for counted in [COUNTED if code == "projects" and topic == "transport" else ()]
        ]

    def size_of(self, document: int) -> int:
        """Statements of a document; the last one has what is left."""
        before = document // len(SIZES) * sum(SIZES) + sum(SIZES[: document % len(SIZES)])
        return min(SIZES[document % len(SIZES)], self.statements - before)

    def random_of(self, document: int) -> Random:
        """The chance that makes a document and its statements."""
        return Random(f"{self.seed}/{document}")  # noqa: S311


def lists_of(plot: Plot) -> Iterator[Record]:
    """Every record that statements refer to, each after those that it refers to itself."""
    for code, name, name_zh, family, base, factor in UNITS:
        yield {
            "type": "unit", "code": code, "name": name, "name_zh": name_zh, "dimension": base,
            "family": family, "base": base, "factor": factor,
        }  # fmt: skip
    for record in regions_of(plot):
        yield {"type": "region", **record}
    yield from _indicators(plot)
    yield from _actors(plot)
    for number in range(plot.projects):
        code, name = plot.regions[number * 7 % len(plot.regions)]
        yield {
            "type": "project", "code": f"project-{number}", "name": f"{name} line {number}", "name_zh": f"{number}号线",
            "kind": "line", "description": f"Line {number} through {name}.", "regions": [code],
        }  # fmt: skip
    for number in range(plot.documents):
        yield document_of(plot, number, plot.random_of(number))


def document_of(plot: Plot, number: int, random: Random) -> Record:
    """A document; draws its day, publisher and language."""
    published = date(2015, 1, 1) + timedelta(days=random.randrange(10 * 365))
    publisher = min(int(random.paretovariate(0.8)) - 1, plot.publishers - 1)
    chinese = random.random() < 0.3
    title = f"第{number}号统计简报" if chinese else f"Statistical brief {number}"
    shared = random.random() < 0.03
    return {
        "type": "document", "code": code_of(number), "title": title, "publisher": f"publisher-{publisher}",
        "published_on": published.isoformat(), "published_basis": "stated", "url": f"https://example.org/briefs/{number}",
        "language": "zh" if chinese else "en", "time_zone": "Asia/Shanghai", "text_sha256": f"{number:064x}",
        "text_length": PER_STATEMENT * (plot.size_of(number) + 1), "release": f"release-{number // 40}" if shared else None,
    }  # fmt: skip


def code_of(document: int) -> str:
    """The code of a document."""
    return f"brief-{document:07d}"


def regions_of(plot: Plot) -> Iterator[Record]:
    """A country, its provinces, their cities and districts; and joint regions, which some cities of two provinces lie in too."""
    provinces, cities, districts = plot.breadth
    joint = max(2, provinces // 3)
    yield {"code": COUNTRY, "name": "The Land", "name_zh": "大地国", "kind": "country", "parents": []}
    for number in range(joint):
        yield {
            "code": f"circle-{number}", "name": f"Economic circle {number}", "name_zh": f"第{number}经济圈",
            "kind": "economic-circle", "parents": [COUNTRY],
        }  # fmt: skip
    for province in range(provinces):
        top = _place(province, "province", COUNTRY)
        yield top
        for city in range(cities):
            middle = _place(31 * province + 7 * city, "city", top["code"])
            if city < 2 and province < 2 * joint:
                middle["parents"].append(f"circle-{province // 2}")
            yield middle
            for district in range(districts):
                yield _place(31 * province + 7 * city + 3 * district + 1, "district", middle["code"])


def _place(number: int, kind: str, parent: str) -> Record:
    first, second = FIRST[number % len(FIRST)], SECOND[number // len(FIRST) % len(SECOND)]
    sound = first[1] + second[1]
    return {
        "code": sound if parent == COUNTRY else f"{parent}-{sound}", "name": sound.title(),
        "name_zh": first[0] + second[0] + KINDS_ZH[kind], "kind": kind, "parents": [parent],
    }  # fmt: skip


def _indicators(plot: Plot) -> Iterator[Record]:
    names = {f"{topic}-{code}": f"{topic_zh}{name_zh}" for topic, topic_zh in TOPICS for code, name_zh, _, _ in MEASURED}
    for each in plot.indicators:
        yield {
            "type": "indicator", "code": each.code, "name": each.name, "name_zh": names[each.code],
            "definition": f"{each.name} of a region, as its statistics count it.", "topic": each.code.partition("-")[0],
            "dimension": each.family, "stock_flow": "stock" if each.stock else "flow",
            "counted": [{"code": code, "name": code.title()} for code in each.counted],
        }  # fmt: skip


def _actors(plot: Plot) -> Iterator[Record]:
    for number in range(plot.publishers):
        yield {
            "type": "actor", "code": f"publisher-{number}", "name": f"Daily {number}", "name_zh": f"第{number}日报",
            "kind": "organisation",
        }  # fmt: skip
    for number in range(plot.speakers):
        yield {
            "type": "actor", "code": f"speaker-{number}", "name": f"Li {number}", "name_zh": f"李{number}", "kind": "person",
            "organisation": f"publisher-{number % plot.publishers}",
        }  # fmt: skip
