"""Goal 11: how long is it from the command to the first page, against importing the libraries alone?

    python benchmarks/start.py [ROUNDS]

`claimbook serve` on a database at head, and a program that imports the same third-party modules and ends, in turn.
"""

import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from data import CLAIMBOOK
from measure import free_port

OURS = """
import sys, json
from app.main import app_from_environment
import app.cli, uvicorn, uvicorn.loops.auto, uvicorn.protocols.http.auto
names = {name for name in sys.modules if '.' not in name and not name.startswith('_')}
print(json.dumps(sorted(names - {'app', 'sitecustomize'})))
"""


def serve(database: Path) -> float:
    """Seconds from the command to the first page."""
    port = free_port()
    start = time.perf_counter()
    command = [CLAIMBOOK, "serve", "--database", f"sqlite:///{database}", "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while True:
            try:
                with urlopen(f"http://127.0.0.1:{port}/v1/statements") as answer:
                    answer.read()
                return time.perf_counter() - start
            except URLError:
                time.sleep(0.002)
    finally:
        process.terminate()
        process.wait()


def imports(modules: list[str]) -> float:
    """Seconds that a program takes which imports these modules and ends."""
    lines = "\n".join(f"try: import {name}\nexcept ImportError: pass" for name in modules)
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", lines], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def main() -> None:
    """Measure and print."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    listed = subprocess.run([sys.executable, "-c", OURS], check=True, capture_output=True, text=True).stdout
    modules = json.loads(listed)
    with tempfile.TemporaryDirectory() as directory:
        database = Path(directory, "claimbook.db")
        subprocess.run([CLAIMBOOK, "seed", "--database", f"sqlite:///{database}"], check=True, stdout=subprocess.DEVNULL)
        found: dict[str, list[float]] = {"serve": [], "imports": []}
        for number in range(rounds + 1):
            pair = serve(database), imports(modules)
            if number:
                found["serve"].append(pair[0])
                found["imports"].append(pair[1])
    served, imported = statistics.median(found["serve"]), statistics.median(found["imports"])
    print(f"to the first page {served * 1000:.0f} ms, imports alone {imported * 1000:.0f} ms, ratio {served / imported:.2f}")


if __name__ == "__main__":
    main()
