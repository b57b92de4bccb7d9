"""How is text folded for search, and which text is refused at the door?"""

import re
import unicodedata

CODE = r"[a-z0-9]+(?:-[a-z0-9]+)*"
"""A code: lower-case ASCII letters and digits in groups joined by single hyphens."""

STATEMENT_ID = rf"{CODE}\.{CODE}"
"""The id of a statement: the code of its document, a full stop, its slug."""

MAX_CODE = 120


def fold(*parts: str | None) -> str:
    """The parts as one text that ignores case, width (NFKC) and white space; what search looks in and for."""
    joined = "\n".join(part for part in parts if part)
    return re.sub(r"[^\S\n]+", " ", unicodedata.normalize("NFKC", joined).casefold()).strip()


def text_fault(text: str) -> str | None:
    """Why a text cannot be kept on both databases, or None when it can."""
    if "\x00" in text:
        return "a NUL character cannot be kept"
    if any("\ud800" <= char <= "\udfff" for char in text):
        return "a lone surrogate is not text"
    return None
