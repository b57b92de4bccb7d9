"""How long does it take to find every number of a text?

    .venv/bin/python benchmarks/mentions.py

Prints the seconds for ten megabytes of a text like news and of the labelled sentences, and for hostile texts of growing size the
milliseconds of processor time a kilobyte (UTF-8): what grows from column to column grows faster than its text.
"""

import json
import random
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from app.domain.mentions import find_mentions  # noqa: E402

SIZES = (1_000, 10_000, 100_000)  # bytes of hostile text
LARGE = 1_000_000  # bytes of the worst of it, and of plain numbers
NEWS = 10_000_000  # bytes of text like news
WORDLESS = 3  # sentences without a number to each labelled one: newspapers print about six numbers a kilobyte
PLAIN = (
    "The committee met on the upper floor of the town hall, where the windows had been left open because of the heat.",
    "Nobody from the shipping company was willing to say why the ferry had left the harbour so early in the morning.",
    "Farmers along the river hope that the new reservoir will bring them water through the long and dry months.",
    "She told reporters that the talks had been friendly, that both sides would go on meeting and that the rest was rumour.",
    "会议指出，各部门要加强协作，做好防汛准备工作，确保群众安全，并及时向社会公布有关情况。",
)
HOSTILE = (
    "12 |one |1,|一|万亿|hundred |%|1-|(|$|the 1990s |1|a|1.|1:|1/|1+|-|第|半|1 to |between 1 and |1 234 |minus |1\n|\n| |"
    "one hundred and |hundred-billion-|May 1 to |June 2018 to |this year 1 |half a |half an |five-\n|up to the |in |V1 |N1|T3|"
    "A-1|GB-1-|0a-|'1|A'|@1|a@b.c |http://1 |１，|分之|个百分点1|2020-|No. 1-|400- |零下|世纪|三至|Ⅲ|v1.0."
)
"""Pieces, with a bar between them, that are said over and over."""


def main() -> None:
    for name, text in (("like news", news(WORDLESS)), ("labelled sentences", news(0))):
        seconds, mentions = measured(text)
        print(f"{size_of(text) / 1e6:.1f} MB {name}: {seconds:.1f} s, {mentions} mentions")
    print("ms/KB at", *(f"{size // 1000} KB" for size in SIZES), sep="\t")
    pieces = [*HOSTILE.split("|"), "1" + " " * 500, "1" * 20 + "."]
    rows = sorted(([rate(piece, size) for size in SIZES], piece) for piece in pieces)
    for row, piece in sorted(rows, key=lambda entry: -max(entry[0])):
        print("", *(f"{each:.2f}" for each in row), repr(piece[:20]), sep="\t")
    worst, slowest = max((max(row), piece) for row, piece in rows)
    print(f"worst: {worst:.1f} ms/KB, {slowest!r}")
    for piece in dict.fromkeys(("12 ", slowest)):
        print(f"{LARGE / 1e6:.0f} MB of {piece!r}: {rate(piece, LARGE) * LARGE / 1e6:.1f} s")


def news(wordless: int) -> str:
    """Labelled sentences in a drawn order, with so many sentences without a number between them."""
    lines = (ROOT / "tests" / "data" / "mentions.jsonl").read_text(encoding="utf-8").splitlines()
    sentences = [json.loads(line)["text"] for line in lines]
    draw, chosen, size = random.Random(1), [], 0
    while size < NEWS:
        for sentence in (draw.choice(sentences), *draw.choices(PLAIN, k=wordless)):
            chosen.append(sentence)
            size += size_of(sentence) + 1
    return "\n".join(chosen)


def rate(piece: str, size: int) -> float:
    """Milliseconds a kilobyte for so many bytes of the piece over and over."""
    text = piece * max(1, size // size_of(piece))
    return measured(text)[0] * 1_000_000 / size_of(text)


def measured(text: str) -> tuple[float, int]:
    """Seconds of processor time, and the number of mentions found."""
    started = time.process_time()
    mentions = len(find_mentions(text))
    return time.process_time() - started, mentions


def size_of(text: str) -> int:
    return len(text.encode())


if __name__ == "__main__":
    main()
