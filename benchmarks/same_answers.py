"""Are answers the same, byte for byte, with every store and short cut and without? Prints how many were compared.

python benchmarks/same_answers.py [REQUESTS] [WRITES]
"""

import sys
import tempfile
from collections import Counter
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent.parent / part) for part in (".", "tests", "tests/api")]

from make import migrated  # noqa: E402
from test_same_answers import compared  # noqa: E402


def main() -> None:
    """Compare on SQLite."""
    requests, writes = (int(each) for each in (*sys.argv[1:], *("10000", "300")[len(sys.argv) - 1 :]))
    with tempfile.TemporaryDirectory() as directory:
        engine = migrated(f"sqlite:///{directory}/same.db")
        statuses = Counter(compared(engine, Path(directory), requests, writes, seed=1))
        engine.dispose()
    print(f"{requests} requests, {writes} writes between them, 3 applications: 0 differences; statuses {dict(statuses)}")


if __name__ == "__main__":
    main()
