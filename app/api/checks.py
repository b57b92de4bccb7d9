"""Does the database bear out a number from outside?"""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.api.answers import COMMON, answer, problem_response
from app.api.bodies import parse_body, read_body, read_model, within
from app.api.dependencies import ReadSession, strict_parameters
from app.api.door import MAX_BODY
from app.domain.checking import assert_number
from app.domain.comparison import Figure
from app.errors import BadRequestError, Fault
from app.queries.checks import MOST_CHECKS, CheckQuery, read_subject
from app.queries.comparable import read_chosen, read_others
from app.queries.listing import data_version
from app.rendering import checks as rendering
from app.schemas.checks import Check, CheckList
from app.schemas.common import Meta

router = APIRouter(prefix="/v1", tags=["checks"], dependencies=[Depends(strict_parameters)])


def _one() -> dict[str, Any]:
    """The schema of one check in a body: that of the parameters, a whole number may stand without quotes."""
    schema = CheckQuery.model_json_schema()
    whole = {"type": "integer", "minimum": -(10**15), "maximum": 10**15}
    value = schema["properties"]["value"]
    schema["properties"]["value"] = {"anyOf": [value, whole], "description": value["description"]}
    return {**schema, "title": "CheckIn"}


BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "anyOf": [
                        _one(),
                        {
                            "type": "object",
                            "title": "ChecksIn",
                            "description": "Several checks, answered in the same order.",
                            "properties": {"checks": {"type": "array", "items": _one(), "minItems": 1, "maxItems": MOST_CHECKS}},
                            "required": ["checks"],
                            "additionalProperties": False,
                        },
                    ]
                }
            }
        },
    }
}
POSTED = {
    **COMMON,
    400: problem_response("The body is not JSON."),
    413: problem_response(f"The body has more than {MAX_BODY:,} bytes."),
    415: problem_response("The body is not of the type application/json."),
}


@router.get("/checks", response_model=Check, responses=COMMON)
def get_check(session: ReadSession, query: Annotated[CheckQuery, Query()]) -> Response:
    """What the statements of the database say of a number from outside: the verdict, the statements it rests on, the rule."""
    return answer(check_number(session, query))


@router.post("/checks", response_model=Check | CheckList, responses=POSTED, openapi_extra=BODY)
def post_checks(session: ReadSession, body: Annotated[bytes, Depends(read_body)]) -> Response:
    """The same for a number, or up to a hundred under `checks`, sent as JSON. Nothing is stored."""
    value = parse_body(body)
    if "checks" not in value:
        return answer(_checked(session, value, []))
    items = value["checks"]
    if len(value) > 1 or not isinstance(items, list) or not 1 <= len(items) <= MOST_CHECKS:
        message = f"`checks` alone, a list of 1 to {MOST_CHECKS} checks, was expected"
        fault = Fault("body", "checks", message, [], "/checks")
        raise BadRequestError("invalid-parameter", f"Not valid in the body: {message}.", [fault])
    data = [_checked(session, item, ["checks", place]) for place, item in enumerate(items)]
    return answer(CheckList(data=data, meta=Meta(data_version=data_version(session), notes=[])))


def _checked(session: Session, value: Any, place: list[str | int]) -> Check:
    query = read_model(CheckQuery, value, place)
    try:
        return check_number(session, query)
    except BadRequestError as error:
        raise within(error, place) from None


def check_number(session: Session, query: CheckQuery) -> Check:
    """What the statements say of a number from outside. Raises BadRequestError."""
    subject = read_subject(session, query)
    value, interval = assert_number(query.value, subject.unit, comparator=query.comparator, approximate=query.approximate)
    asserted = Figure("", "", interval, value, query.approximate, "")
    chosen = read_chosen(session, subject)
    others = read_others(session, subject, chosen)
    return rendering.check(subject, asserted, chosen, others, data_version=data_version(session))
