"""How is text folded for search, and which text is refused at the door?"""

import re
import unicodedata

CODE = r"[a-z0-9]+(?:-[a-z0-9]+)*"
"""A code: lower-case ASCII letters and digits in groups joined by single hyphens."""

STATEMENT_ID = rf"{CODE}\.{CODE}"
"""The id of a statement: the code of its document, a full stop, its slug."""

MAX_CODE = 120

_SURROGATE = re.compile("[\ud800-\udfff]")


def fold(*parts: str | None) -> str:
    """The parts, a line each, in a form that ignores case, width (NFKC) and white space; what search looks in and for."""
    folded = (" ".join(_caseless(part).split()) for part in parts if part)
    return "\n".join(part for part in folded if part)


def _caseless(text: str) -> str:
    """The Unicode compatibility caseless form (chapter 3.13, definition 146): folding once more changes nothing."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFD", text).casefold()
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", decomposed).casefold()))


def text_fault(text: str) -> str | None:
    """Why a text cannot be kept on both databases, or None when it can."""
    if "\x00" in text:
        return "a NUL character cannot be kept"
    if _SURROGATE.search(text):
        return "a lone surrogate is not text"
    return None
