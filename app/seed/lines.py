"""Writes lines of YAML for people: bare words where every reader takes them for text, comments at the end."""

import json
import re
from collections.abc import Mapping

from app.domain.evidence import collapse

_BARE = re.compile(r"[\w$€£¥(+%](?:(?:[^\n\r\t#:\"\\`]|:(?=[^\s,\]}]))*[^\s#:,\"\\`])?")
_NOT_TEXT = re.compile(r"[-+\d._][-+\d.,_:eExob/ ]*|null|true|false|yes|no|on|off|y|n|TODO", re.IGNORECASE)
_FLOW_SIGNS = re.compile(r"[\[\]{},]")
_UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\xa0\xad\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff\ufff0-\uffff\U000e0000-\U0010ffff]"
)


def scalar(text: str, *, flow: bool = False) -> str:
    """A text as YAML: bare when every reader takes it for that text, else in double quotes. `flow`: it stands in `{…}`."""
    bare = _BARE.fullmatch(text) and not _NOT_TEXT.fullmatch(text) and not _UNSEEN.search(text)
    if bare and not (flow and _FLOW_SIGNS.search(text)):
        return text
    return _UNSEEN.sub(_escaped, json.dumps(text, ensure_ascii=False))


def _escaped(match: re.Match[str]) -> str:
    number = ord(match[0])
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


def line(name: str, value: str, comment: str = "", *, indent: int = 2) -> str:
    """A field on a line of its own. `value` is YAML already."""
    return f"{' ' * indent}{name}: {value}{remark(comment)}\n"


def remark(text: str) -> str:
    """A comment at the end of a line, in one line whatever the text; nothing when there is nothing to say."""
    return f"  # {_UNSEEN.sub(' ', collapse(text))}" if text else ""


def flow(fields: Mapping[str, str | None]) -> str:
    """Fields in one line; those that are None are left out. Values are YAML already."""
    return "{" + ", ".join(f"{name}: {value}" for name, value in fields.items() if value is not None) + "}"
