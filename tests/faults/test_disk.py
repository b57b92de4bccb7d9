"""A disk that fills up or fails: each command is done wholly or not at all, says so in one line, and can be run again."""

import errno
import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from changing import Change, changes, state_of
from observe import Nursery, Ran, claimbook
from rounds import rounds
from shim import CALL, built_shim

pytestmark = pytest.mark.slow

COMMANDS = ("seed", "import", "migrate")
LEVELS = rounds(5)
"""Sizes at which a file may not grow any more."""
FAILURES = rounds(12)
"""Calls that fail, of each command and each error."""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("disk")


@pytest.fixture(scope="module")
def table(place: Path, templates: Callable[[str, str], str]) -> dict[str, Change]:
    return changes(place, templates, claimbook)


@pytest.fixture(scope="module")
def nursery(place: Path) -> Iterator[Nursery]:
    made = Nursery()
    yield made
    made.close()


@pytest.fixture(scope="module")
def failing(place: Path) -> Iterator[Nursery]:
    made = Nursery(LD_PRELOAD=str(built_shim(place)))
    yield made
    made.close()


def judged(ran: Ran, change: Change, target: Path) -> str:
    """What a run that may have failed left: `old` or `new`; it said so, and the next run completes."""
    assert ran.code in (0, 1), ran
    assert "Traceback" not in ran.err, ran.err
    if ran.code == 1:
        assert (ran.out, ran.err.count("\n")) == ("", 1), ran
        assert ran.err.startswith("claimbook: ")
    found = {change.old: "old", change.new: "new"}[state_of(target)]
    if ran.code == 0:
        assert found == "new"
    assert claimbook(*change.arguments, "--database", f"sqlite:///{target}").code == 0
    assert state_of(target) == change.new
    return found


@pytest.mark.parametrize("command", COMMANDS)
def test_a_full_disk_is_one_line_and_leaves_the_old_data(
    command: str, place: Path, table: dict[str, Change], nursery: Nursery
) -> None:
    change, found = table[command], {"old": 0, "new": 0}
    whole = change.copied(place)
    claimbook(*change.arguments, "--database", f"sqlite:///{whole}")
    largest = max(file.stat().st_size for file in place.glob("claimbook.db*"))
    for level in range(LEVELS):
        target = change.copied(place)
        most = int(largest * (level + 0.5) / LEVELS)
        limit = f"import resource, signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); resource.setrlimit(1, ({most}, {most}))"
        ran = nursery.run(limit, place, *change.arguments, "--database", f"sqlite:///{target}")
        found[judged(ran, change, target)] += 1
    print(f"full disk, {command}: {LEVELS} levels; {found['old']} left the old data, {found['new']} the new")
    assert found["old"]


@pytest.mark.parametrize("error", ["EIO", "ENOSPC"])
@pytest.mark.parametrize("command", COMMANDS)
def test_a_write_that_fails_anywhere_leaves_the_old_data_or_the_new(
    command: str, error: str, place: Path, table: dict[str, Change], failing: Nursery
) -> None:
    change, found, dice = table[command], {"old": 0, "new": 0}, random.Random(2026)
    number = getattr(errno, error)
    counted = place / "counted"
    files = str(place / "claimbook.db").encode()
    for_all = f"{CALL}; shim.shim_fail({files!r}, ctypes.c_long(1 << 40), ctypes.c_long(1 << 40), 5)"
    target = change.copied(place)
    end = f"open({str(counted)!r}, 'w').write(str(shim.shim_calls()))"
    count = f"{for_all}\nmain_ = main\ndef main():\n try: main_()\n finally: {end}"
    assert failing.run(count, place, *change.arguments, "--database", f"sqlite:///{target}").code == 0
    calls = int(counted.read_text())
    assert calls > 20
    chosen = sorted(dice.sample(range(1, calls + 1), min(calls, FAILURES)))
    for call in chosen:
        target = change.copied(place)
        last = call if error == "EIO" else 1 << 40  # one bad moment, or a disk that stays full
        source = f"{CALL}; shim.shim_fail({files!r}, ctypes.c_long({call}), ctypes.c_long({last}), {number})"
        ran = failing.run(source, place, *change.arguments, "--database", f"sqlite:///{target}")
        found[judged(ran, change, target)] += 1
    print(f"{error}, {command}: {len(chosen)} of {calls} calls failed; {found['old']} left the old data, {found['new']} the new")
