"""Makes the library that lets writes fail and moves the clock, where there is a compiler."""

import shutil
import subprocess
from pathlib import Path

import pytest

SOURCE = Path(__file__).with_name("shim.c")


def built_shim(directory: Path) -> Path:
    """The library; the test is skipped where none can be made."""
    compiler = shutil.which("cc")
    if compiler is None or not Path("/proc/self/fd").is_dir():
        pytest.skip("needs a C compiler and a system with /proc: the faults come from a library that is loaded before all others")
    library = directory / "shim.so"
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", str(library), str(SOURCE), "-ldl"], check=True)
    return library


CALL = "import ctypes; shim = ctypes.CDLL(None)"
"""Statements of Python that let a process with the library call its functions."""
