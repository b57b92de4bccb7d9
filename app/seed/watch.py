"""Looks again whenever a file below a directory changes, until Ctrl+C."""

from collections.abc import Callable
from pathlib import Path

from watchfiles import watch

WAIT = 200  # milliseconds in which changes that belong together are taken as one


def watch_directory(directory: Path, look: Callable[[list[str]], None]) -> None:
    """Call `look` at once with no names, then after each change with the names of the files that changed.

    The watch is set up before the first look, so no change between the two is missed. Returns on Ctrl+C.
    """
    looked, root = False, directory.resolve()
    try:
        for changes in watch(root, debounce=WAIT, rust_timeout=WAIT, yield_on_timeout=True):
            if changes or not looked:
                looked = True
                look(sorted({Path(name).relative_to(root).as_posix() for _, name in changes}))
    except KeyboardInterrupt:
        return
