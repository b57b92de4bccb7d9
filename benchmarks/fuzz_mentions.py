"""Does any text make the finder of numbers fail or run away? A coverage-guided search for one.

    python -m venv /tmp/fuzz && /tmp/fuzz/bin/pip install atheris
    /tmp/fuzz/bin/python benchmarks/fuzz_mentions.py SECONDS [DIRECTORY FOR INPUTS]

Prints executions, failures with their texts, and the slowest text in milliseconds a kilobyte (UTF-8, without instrumentation).
Ends with 1 if there was a failure or a text above SLOW.
"""

import contextlib
import importlib
import os
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

ROOT = Path(__file__).parent.parent
SLOW = 100  # milliseconds a kilobyte that no text may take
AGAIN = 50  # a text whose time grows faster than its length shows it when repeated so often
LEAST = 500  # bytes below which a time says nothing
LISTED = """
0 1 7 9 12 30 2021 1,234 1.5 007 % ％ percent per cent point one two three ten twenty hundred thousand million billion
dozen half third quarter a an and of to in every out between more than about over nearly up just the this year last
no. No. second first fold -fold times double tripled tens scores several -level -odd + - – — / : . , ; ( ) ' ’ s $ US$
€ £ ¥ RMB HK$ yuan dollars euros km km2 square ha t m k bn minutes hours years months May March June 3rd 21st FY Q3 H1
pm a.m. 's 90s 5G T3 PM2 COVID- ISO IEEE Phase Room Fortune S&P II IV XII Ⅲ @ www. http:// .com + 0086 400- 023- ² ½ ⅓
× ~ ≈ > ≤ minus negative 零下 负 一 二 两 三 十 廿 百 千 万 亿 零 〇 半 第 成 点 分之 百分之 个 个百分点 家 名 年 月
日 号 时 世纪 年代 级 元 美元 人民币 公里 小时 岁 倍 翻 番 数 几 上 多 余 近 约 超过 不足 以上 左右 以内 至 到 强 线
国道 会 统 一起 四川 半导体 １ ２ ， ． 。 、 （ ） 😀 é ٣ ١ a A zz
"""
PIECES = LISTED.split()
SEPARATORS = ("", "", " ", " ", "\n", "\n\n", "\u00a0", "-")


def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 60.0
    try:
        atheris = importlib.import_module("atheris")
    except ImportError:
        sys.exit("atheris is not installed: pip install atheris (Linux, CPython 3.11 to 3.13), in an environment of its own")
    sys.path.insert(0, str(ROOT))
    plain = importlib.import_module("app.domain.mentions")
    for name in [name for name in sys.modules if name.split(".")[0] == "app"]:
        del sys.modules[name]
    with atheris.instrument_imports(include=["app"]):
        traced = importlib.import_module("app.domain.mentions")
    search = Search(plain, traced, time.monotonic() + seconds)
    with contextlib.ExitStack() as stack:
        inputs = sys.argv[2] if len(sys.argv) > 2 else stack.enter_context(tempfile.TemporaryDirectory())
        atheris.Setup([sys.argv[0], inputs, "-max_len=300", "-timeout=120", "-print_final_stats=0", "-verbosity=0"], search.one)
        atheris.Fuzz()


class Search:
    """What was tried so far: how often, what failed, and which text was slowest."""

    def __init__(self, plain: ModuleType, traced: ModuleType, deadline: float) -> None:
        self._plain, self._traced, self._deadline = plain, traced, deadline
        self._executions = 0
        self._failures: dict[str, str] = {}
        self._slowest = (0.0, "")
        self._suspect = 0.0  # milliseconds a kilobyte, instrumented

    def one(self, data: bytes) -> None:
        """Try the text that the bytes stand for."""
        text = text_of(data)
        self._executions += 1
        started = time.perf_counter()
        try:
            check(text, self._traced.find_mentions)
        except Exception:
            self._failures.setdefault(traceback.format_exc().splitlines()[-3], text)
        size = len(text.encode("utf-8", "surrogatepass"))
        taken = (time.perf_counter() - started) * 1_000_000 / max(size, 1)
        if size >= LEAST and taken > self._suspect:
            self._suspect = taken
            self._slowest = max(self._slowest, (best_of(text, self._plain.find_mentions), text))
        if time.monotonic() > self._deadline:
            self.finish()

    def finish(self) -> None:
        """Print what was found and end the process; the search itself never returns."""
        slow, text = self._slowest
        print(f"executions: {self._executions}")
        print(f"failures: {len(self._failures)}")
        for place, failing in self._failures.items():
            print(f"  {place.strip()}: {failing!r}")
        print(f"slowest: {slow:.1f} ms a kilobyte, {len(text)} code points that begin {text[:80]!r}")
        print(f"the same {AGAIN} times over: {best_of(text * AGAIN, self._plain.find_mentions):.1f} ms a kilobyte")
        sys.stdout.flush()
        os._exit(1 if self._failures or slow > SLOW else 0)


def text_of(data: bytes) -> str:
    """The bytes as UTF-8, as pieces that stand in numbers, or as few such pieces many times over."""
    if not data:
        return ""
    way, rest = data[0] % 4, data[1:]
    if way == 0:
        return rest.decode("utf-8", "replace")
    if way == 1:
        return rest.decode("utf-16-le", "replace")
    joined = "".join(
        PIECES[(rest[index] + 256 * (rest[index + 1] & 1)) % len(PIECES)] + SEPARATORS[(rest[index + 1] >> 1) % len(SEPARATORS)]
        for index in range(0, len(rest) - 1, 2)
    )
    if way == 2 or not joined:
        return joined
    piece = joined[:60]
    return piece * ((600 + 4 * data[0]) // len(piece))


def check(text: str, find: Callable[[str], list[Any]]) -> None:
    """Mentions slice back, stand in order without overlap, and leave out no decimal digit."""
    end, covered = 0, 0
    for mention in find(text):
        start, number = mention.start, mention.number
        if text[start : mention.end] != number or start < end or not number.strip():
            raise AssertionError("a mention does not stand where it says")
        end = mention.end
        covered += sum(char.isdecimal() for char in number)
        if any(not 0 <= cue.start < cue.end <= len(text) for cue in mention.cues):
            raise AssertionError("a cue does not stand where it says")
    if covered != sum(char.isdecimal() for char in text):
        raise AssertionError("a digit lies in no mention")


def best_of(text: str, find: Callable[[str], list[Any]]) -> float:
    """Milliseconds of processor time a kilobyte, the best of three."""
    taken = []
    for _ in range(3):
        started = time.process_time()
        with contextlib.suppress(Exception):
            find(text)
        taken.append(time.process_time() - started)
    return min(taken) * 1_000_000 / max(len(text.encode("utf-8", "surrogatepass")), 1)


if __name__ == "__main__":
    main()
