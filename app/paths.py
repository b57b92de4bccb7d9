"""Where do the files live that ship with the program but are not Python?"""

from functools import cache
from pathlib import Path

_PACKAGE = Path(__file__).parent


def bundled(name: str) -> Path:
    """The directory `migrations` or `seed_data`: inside the installed package, or beside it in a checkout."""
    inside = _PACKAGE / name
    return inside if inside.is_dir() else _PACKAGE.parent / name


@cache
def shipped_documents() -> frozenset[str]:
    """Codes of the documents whose curated data come with the program, and are under its licence of data."""
    return frozenset(file.stem for file in (bundled("seed_data") / "documents").glob("*.yaml"))


STATIC = _PACKAGE / "web" / "static"
TEMPLATES = _PACKAGE / "web" / "templates"
