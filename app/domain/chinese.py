"""Which Chinese numeral counts something at this place of a text, and which is part of a word?

一 in 一起 and 四 in 四川 count nothing: a numeral is a figure when its own form shows it (三百, 百分之五, 第三) or a measure word
follows (三家, 两年).
"""

import re
from decimal import Decimal

from app.domain.decimals import plain
from app.domain.figures import ENDS_OF_TEN, LEVEL_HAN, OVER, Figure, chinese_value, finish
from app.domain.han import HAN, MAX_NUMERALS, han_value
from app.domain.numerals import Reading

_MEASURES = (
    "个家名项条座人年天次种位台辆户吨公里元倍所大届批亩米平顷斤克升件套张支册部艘架列栋幢层间处场期款类级省市县区州镇乡村国地"
    "月日号周季小分秒时岁代站线路宗笔份组队只头匹棵株粒块片轮度角余多章节环员世强星院校厂店美欧港英车道等成重"
    "颗枚本杯瓶包箱袋盒排口具双对万亿百千十新城岸侧端"
)
_ONE_MEASURES = "个家名项条座年天位台辆户吨公元所届亩米件倍成季等号期处栋艘架人万亿百千"
_NOT_ONE = re.compile(r"一(?:年一度|个个|人称|天天|号文|时|成不|成立|公[里斤顷尺])")
_JOINS_ONE = "同统唯之万每"
"""Characters that make one word with 一 after them."""
_TO_COUNTED = re.compile(rf"[至到](?:[{HAN}]{{1,6}}+)[{_MEASURES}]")
"""The upper end of a range that shows its lower end to count (`三至五年`)."""
_POINT = re.compile(r"点([零〇一二三四五六七八九]{1,6}+)(?![分刻钟])(?=[万亿倍个公米吨元成%％])")
_HUNDREDTHS = re.compile(rf"百分之([{HAN}]{{1,12}}+(?:点[零〇一二三四五六七八九]{{1,6}}+)?|\d{{1,9}}(?:[.．]\d{{1,6}}+)?)")
_MAGNITUDE_BEFORE = re.compile(r"(?:数以|成千上|[数几上])\Z")
_HALF_ENDS = re.compile(r"半(?:[年个天数月程场以左]|小时)")
_RUN = re.compile(rf"[{HAN}]{{1,{MAX_NUMERALS + 1}}}+")
_SOME = re.compile(r"[一二三四五六七八九]?十几[万亿]{0,2}")
_MAGNITUDE_RUN = re.compile(r"[十百千万亿]++")
_PAIR = re.compile(r"(?:一二|二三|两三|三四|三五|四五|五六|六七|七八|八九)")
_AGAIN = re.compile(r"翻(?:了)?([一两二三四])?番|翻(?:了)?倍")


def read_doubling(text: str, at: int) -> Figure | None:
    """翻番, 翻两番, 翻倍 at `at`: the multiple they mean."""
    match = _AGAIN.match(text, at)
    if not match:
        return None
    times = han_value(match[1]) if match[1] else Decimal(1)
    return Figure(at, match.end(), "multiple", Decimal(2) ** int(times or 1))


def read_half(text: str, at: int) -> Figure | None:
    """半 where it stands for one half (`半年`, `上半年`, `过半`), not in 半导体."""
    if text[at - 1 : at] in tuple("过近大多减") or _HALF_ENDS.match(text, at):
        return Figure(at, at + 1, "fraction", Decimal("0.5"))
    return None


def read_han(text: str, at: int) -> Figure | None:
    """The figure whose Chinese numeral starts at `at`, if it counts: 一 in 一起 or 四 in 四川 do not."""
    hundredths = _HUNDREDTHS.match(text, at)
    if hundredths:
        value = chinese_value(hundredths[1])
        return None if value is None else Figure(at, hundredths.end(), "percent", plain(value), unit="percent")
    if text.startswith("一半", at):
        return Figure(at, at + 2, "fraction", Decimal("0.5"))
    match = _RUN.match(text, at)
    if match is None:
        return None
    run, end = match[0], match.end()
    if text[end : end + 2] in ("米", "千瓦") or (run[-1] in "千百" and text[end : end + 1] in tuple("瓦克米伏分")):
        run, end = run[:-1], end - 1
    run, end = _without_time(text, run, end)
    if not run:
        return None
    before = _MAGNITUDE_BEFORE.search(text[max(0, at - 2) : at])
    if before and _MAGNITUDE_RUN.fullmatch(run):
        level = LEVEL_HAN.match(text, end)
        idiom = before[0] == "数以" and text[end : end + 1] == "计"
        return Figure(at - len(before[0]), level.end() if level else end + idiom, "magnitude")
    some = _SOME.match(text, at)
    if some:
        return Figure(at, some.end(), "magnitude")
    if text[at - 1 : at] == "第":
        value = han_value(run)
        return None if value is None else Figure(at - 1, end, "ordinal", value)
    return _counting(text, at, run, end)


def _without_time(text: str, run: str, end: int) -> tuple[str, int]:
    """The run without a last 十 of 十分 (very) or 百 of 百姓; those are words."""
    if (run[-1:] == "十" and text[end : end + 1] == "分" and text[end : end + 2] != "分钟" and text[end : end + 2] != "分之") or (
        run[-1:] == "百" and text[end : end + 1] in tuple("姓度货")
    ):
        return run[:-1], end - 1
    return run, end


def _counting(text: str, at: int, run: str, end: int) -> Figure | None:
    pair = _PAIR.fullmatch(run[:2]) if len(run) > 1 else None
    following = text[end : end + 1]
    if pair and (len(run) == 2 or _MAGNITUDE_RUN.fullmatch(run[2:])) and following in tuple(_MEASURES):
        low, high = han_value(run[0] + run[2:]), han_value(run[1:])
        return Figure(at, end, "range", low, high)
    value = han_value(run)
    if value is None:
        return None
    if set(run) <= set("十百千万亿") and LEVEL_HAN.match(text, end) and len(run) > 1:
        return finish(text, at, Reading(end, "cardinal", value, run[-1]))
    point = _POINT.match(text, end)
    if point:
        value, end = value + (han_value(point[1]) or 0).scaleb(-len(point[1])), point.end()  # type: ignore[union-attr]
        scale = re.compile("[万亿]{1,2}").match(text, end)
        if scale:
            value, end = value * (han_value(scale[0]) or 1), scale.end()
    elif not _is_counted(text, at, run, end):
        return None
    return finish(text, at, Reading(end, "cardinal", value, run[-1] if run[-1] in "百千万亿" else ""))


def _is_counted(text: str, at: int, run: str, end: int) -> bool:
    following = text[end : end + 1]
    if OVER.match(text, end) or ENDS_OF_TEN.match(text, end):
        return True
    if _TO_COUNTED.match(text, end) and text[at - 1 : at] not in tuple(_JOINS_ONE):
        return True
    if run == "一":
        return following in tuple(_ONE_MEASURES) and not _NOT_ONE.match(text, at) and text[at - 1 : at] not in tuple(_JOINS_ONE)
    if len(run) > 1 and any(char in "十百千万亿廿卅" for char in run) and any(char not in "百千万亿" for char in run):
        return True
    return following in tuple(_MEASURES)
