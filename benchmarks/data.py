"""The generated database that benchmarks share: made once for each size, in a directory of your choice."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

CLAIMBOOK = str(Path(sys.executable).with_name("claimbook"))
HOME = Path(os.environ.get("CLAIMBOOK_BENCHMARKS", Path(tempfile.gettempdir()) / "claimbook-benchmarks"))


def database(statements: int) -> Path:
    """A SQLite database with so many generated statements."""
    path = HOME / f"{statements}.db"
    if not path.exists():
        HOME.mkdir(parents=True, exist_ok=True)
        lines, draft = HOME / f"{statements}.ndjson", HOME / f"{statements}.part"
        subprocess.run([CLAIMBOOK, "generate", str(statements), "--out", str(lines)], check=True)
        subprocess.run(
            [CLAIMBOOK, "import", str(lines), "--database", f"sqlite:///{draft}"], check=True, stdout=subprocess.DEVNULL
        )
        lines.unlink()
        for beside in ("-wal", "-shm"):
            Path(f"{draft}{beside}").unlink(missing_ok=True)
        draft.rename(path)
    return path
