"""Reads a body of JSON: bounded, of the right type, strict; every fault is a problem with its place in the body."""

import json
import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any, TypeVar

from fastapi import Request
from pydantic import BaseModel, ValidationError

from app.api.door import MAX_BODY
from app.domain.expected import expected
from app.domain.nearest import nearest
from app.domain.text import text_fault
from app.errors import BadRequestError, Fault

MAX_DEPTH = 20

EXPECTED = {
    "missing": "this field is needed",
    "list_type": 'a list was expected, such as ["chongqing"]',
    "int_type": "a whole number was expected",
    "bool_type": "true or false was expected",
    "string_pattern_mismatch": "a code was expected",
}
"""Pydantic's kinds of errors in our words."""

QUOTED = dict.fromkeys(("value", "unit", "period", "comparator", "measure", "kind"), "text in quotes")
SAMPLES = {"value": "7.55", "unit": "CNY", "period": "2021", "indicator": "gdp", "region": "chongqing"}
"""What stands in quotes, where it is no code, and examples."""

Model = TypeVar("Model", bound=BaseModel)


async def read_body(request: Request) -> bytes:
    """The bytes of a JSON body. Raises BadRequestError (`unsupported-media-type`, `content-too-large`)."""
    media_type, _, parameters = request.headers.get("content-type", "").lower().partition(";")
    charset = re.search(r"charset *= *([^; ]+)", parameters)
    if media_type.strip() != "application/json" or (charset and charset[1].strip('"') not in ("utf-8", "utf8")):
        fault = Fault("header", "Content-Type", "application/json in UTF-8 was expected")
        raise BadRequestError("unsupported-media-type", "A body of the type application/json was expected.", [fault])
    if request.headers.get("content-encoding", "identity").strip().lower() != "identity":
        fault = Fault("header", "Content-Encoding", "a body that is not compressed was expected")
        raise BadRequestError("unsupported-media-type", "Compressed bodies are not unpacked here.", [fault])
    held = bytearray()
    async for chunk in request.stream():
        held.extend(chunk)
        if len(held) > MAX_BODY:
            raise BadRequestError("content-too-large", f"A body of at most {MAX_BODY:,} bytes was expected.")
    return bytes(held)


def parse_body(body: bytes) -> dict[str, Any]:
    """The JSON object that a body is. Raises BadRequestError (`malformed-request`, `invalid-text`, `invalid-parameter`)."""
    try:
        value = json.loads(body.decode("utf-8"), parse_float=Decimal, parse_constant=_refuse, object_pairs_hook=_object)
    except UnicodeDecodeError:
        raise _malformed("it is not UTF-8") from None
    except json.JSONDecodeError as error:
        raise _malformed(f"line {error.lineno}, column {error.colno}: {error.msg}") from None
    except RecursionError:
        raise _malformed("it is nested too deeply") from None
    except ValueError as error:
        raise _malformed(str(error)[:200]) from None
    if not isinstance(value, dict):
        raise BadRequestError("invalid-parameter", "A JSON object was expected.", [_fault([], "a JSON object was expected")])
    check_text(value, [])
    return value


def _malformed(why: str) -> BadRequestError:
    return BadRequestError("malformed-request", f"The body is no JSON: {why}.", [_fault([], f"JSON was expected; {why}")])


def _refuse(word: str) -> None:
    raise ValueError(f"{word} is no number")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [name for name, _ in pairs]
    if len(set(names)) < len(names):
        raise ValueError("a name stands twice in an object")
    return dict(pairs)


def check_text(value: Any, place: list[str | int]) -> None:
    """Refuse text that no database keeps, and nesting that no body needs."""
    if len(place) > MAX_DEPTH:
        raise _malformed("it is nested too deeply")
    if isinstance(value, str):
        fault = text_fault(value)
        if fault:
            raise BadRequestError("invalid-text", f"The body cannot be read: {fault}.", [_fault(place, fault)])
    elif isinstance(value, dict):
        for name, part in value.items():
            check_text(name, [*place, "name"])
            check_text(part, [*place, name])
    elif isinstance(value, list):
        for index, part in enumerate(value):
            check_text(part, [*place, index])


def read_model(model: type[Model], value: Any, place: Iterable[str | int] = ()) -> Model:
    """A part of a body as a model. Raises BadRequestError (`unknown-parameter`, `invalid-parameter`) with all its faults."""
    try:
        return model.model_validate(value, strict=True)
    except ValidationError as error:
        found = error.errors(include_url=False)
    unknown = [each for each in found if each["type"] == "extra_forbidden"]
    names = list(model.model_fields)
    faults = [_fault([*place, *each["loc"]], _message(each, names), _guesses(each, names)) for each in unknown or found]
    code = "unknown-parameter" if unknown else "invalid-parameter"
    raise BadRequestError(code, f"Not valid in the body: {faults[0].name}: {faults[0].message}.", faults)


def _message(error: Any, names: list[str]) -> str:
    if error["type"] == "extra_forbidden":
        return f"there is no such field here; the fields are: {', '.join(names)}"
    if error["type"] == "string_type":
        name = next((part for part in reversed(error["loc"]) if isinstance(part, str)), "")
        sample = f', such as "{SAMPLES[name]}"' if name in SAMPLES else ""
        return f"{QUOTED.get(name, 'a code in quotes')} was expected{sample}"
    message: str = error["msg"].removeprefix("Value error, ").removeprefix("Input ")
    return EXPECTED.get(error["type"]) or expected(error["type"], error.get("ctx", {})) or message


def _guesses(error: Any, names: list[str]) -> list[str]:
    return nearest(str(error["loc"][-1]), names) if error["type"] == "extra_forbidden" else []


def _fault(place: list[str | int], message: str, guesses: list[str] | None = None) -> Fault:
    name = next((part for part in reversed(place) if isinstance(part, str)), "body")
    return Fault("body", name, message, guesses or [], pointer_of(place))


def pointer_of(place: Iterable[str | int]) -> str:
    """The JSON pointer (RFC 6901) of a place in a body."""
    return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in place)


def within(error: BadRequestError, place: Iterable[str | int]) -> BadRequestError:
    """An error about parameters as one about the body at a place."""
    faults = [Fault("body", each.name, each.message, each.did_you_mean, pointer_of([*place, each.name])) for each in error.faults]
    return BadRequestError(error.code, error.detail, faults)
