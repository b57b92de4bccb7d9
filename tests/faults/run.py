"""The fault plan as commands: `python tests/faults/run.py [NAME ...] [--rounds N] [--requests N] [--seed N] [--examples N]`.

Without a name it lists the faults; `all` runs every one. Each is an ordinary test that prints its counts; without `--rounds`
it runs in its quick form, as it does in every run of the tests.
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent

FAULTS = {
    "seed-killed": "tests/seed/test_seed_killed.py",
    "migration-killed": "tests/migrations/test_migrations_rows.py -k killed or two_migrators",
    "import-killed": "tests/bulk/test_bulk_faults.py -k killed",
    "export-killed": "tests/faults/test_writers.py -k export",
    "disk-full": "tests/faults/test_disk.py -k full",
    "io-errors": "tests/faults/test_disk.py -k fails_anywhere",
    "corrupt": "tests/faults/test_corrupt.py tests/seed/test_seed_mutated.py",
    "parsers": "tests/faults/test_parsers.py",
    "read-only": "tests/faults/test_read_only.py",
    "postgres-down": "tests/faults/test_postgres_down.py",
    "connections": "tests/faults/test_connections.py",
    "clock": "tests/faults/test_writers.py -k clock",
    "writers": "tests/faults/test_writers.py -k walk",
    "fuzz": "tests/faults/test_fuzz.py",
    "memory": "tests/faults/test_memory.py",
    "differential": "tests/api/test_differential.py",
    "schemathesis": "tests/contract/test_schemathesis.py",
}
"""Name of a fault → its tests."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", choices=[*FAULTS, "all", []], metavar="NAME", help=", ".join(FAULTS))
    parser.add_argument("--rounds", type=int, metavar="N", help="kills, levels, flips, walks, or clients of each kind")
    parser.add_argument("--requests", type=int, metavar="N", help="requests of `differential`, `fuzz` and `memory`")
    parser.add_argument("--seed", type=int, metavar="N", help="other requests of `fuzz`")
    parser.add_argument("--examples", type=int, metavar="N", help="examples an operation of `schemathesis`, and mutated seeds")
    told = parser.parse_args()
    if not told.names:
        print(*FAULTS, sep="\n")
        return 0
    chosen = {
        "CLAIMBOOK_ROUNDS": told.rounds,
        "CLAIMBOOK_KILLS": told.rounds,
        "CLAIMBOOK_REQUESTS": told.requests,
        "CLAIMBOOK_SEED": told.seed,
        "CLAIMBOOK_EXAMPLES": told.examples,
    }
    environment = {**os.environ, **{name: str(number) for name, number in chosen.items() if number}}
    code = 0
    for name in FAULTS if "all" in told.names else told.names:
        files, _, words = FAULTS[name].partition(" -k ")
        command = [sys.executable, "-m", "pytest", "-n", "0", "-q", "-s", *files.split(), *(["-k", words] if words else [])]
        print(f"== {name}", flush=True)
        code |= subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode
    return code


if __name__ == "__main__":
    sys.exit(main())
