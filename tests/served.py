"""`claimbook serve` as a process of its own, on a free port."""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from tempfile import TemporaryFile
from typing import IO
from urllib.parse import urlsplit

from make import ROOT
from observe import COMMAND, Ran


class Server:
    """A running server and what it printed before it was ready."""

    def __init__(self, process: subprocess.Popen[str], errors: IO[str]) -> None:
        assert process.stdout
        self.process, self._errors = process, errors
        self.lines: list[str] = []
        for line in process.stdout:
            self.lines.append(line.rstrip("\n"))
            if line.startswith("Stop with"):
                break
        self.urls = dict(line.split() for line in self.lines if line.startswith("  "))

    @property
    def port(self) -> int:
        """Where it listens."""
        return urlsplit(self.urls["start"]).port or 0

    def stop(self, number: signal.Signals = signal.SIGTERM) -> Ran:
        """Send a signal and wait for the end."""
        self.process.send_signal(number)
        out, _ = self.process.communicate(timeout=20)
        return Ran(self.process.returncode, out, self.errors())

    def errors(self) -> str:
        """What it has written on standard error; to a file, since nobody reads along and a full pipe would stop it."""
        self._errors.seek(0)
        return self._errors.read()


@contextmanager
def serving(*arguments: str, **environment: str) -> Iterator[Server]:
    errors = TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115
    process = subprocess.Popen(
        [*COMMAND, "serve", "--port", "0", *arguments],
        cwd=ROOT,
        env={**os.environ, **environment},
        text=True,
        stdout=subprocess.PIPE,
        stderr=errors,
        start_new_session=True,
    )
    try:
        yield Server(process, errors)
    finally:
        if process.poll() is None:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)  # its workers too
        process.communicate()
        errors.close()
