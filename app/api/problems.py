"""Every error as a problem document (RFC 9457) that says what would have worked, and the page behind each problem's type."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import iter_route_contexts
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Match

from app.domain.expected import expected
from app.domain.nearest import nearest
from app.domain.text import CODE, STATEMENT_ID
from app.errors import (
    BadRequestError,
    DamagedError,
    DatabaseUnavailableError,
    Fault,
    NotFoundError,
    SchemaMismatchError,
    WithdrawnError,
)
from app.exports.formats import FORMATS
from app.exports.wire import to_json
from app.queries.damage import Soundness
from app.queries.derivations import DERIVATION_ID
from app.schemas.service import Problem, ProblemError

MEDIA_TYPE = "application/problem+json"
METHODS = "GET, HEAD, OPTIONS"
RETRY_SECONDS = 2
UNAVAILABLE = ("08", "40", "53", "55", "57")
"""Classes of SQLSTATE that pass: connection, rollback, resources, object state, operator intervention."""

FORMS = {
    f"^{CODE}$": "a code was expected: lower-case letters and digits joined by single hyphens",
    f"^{STATEMENT_ID}$": "the id of a statement was expected: `document.slug`, two codes joined by a full stop",
    DERIVATION_ID: "the id of a derivation was expected: `kind~statement~statement`, as /v1/derivations lists it",
}
"""Pattern → what has this form; whatever has another is made of letters, digits and hyphens."""
A_CELL = "a cell was expected, as `cell` of a statement names it: its parts joined by `~`"

logger = logging.getLogger("claimbook")


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of problem: its status, its title, what it means, and what to do about it."""

    status: int
    title: str
    meaning: str
    remedy: str


KINDS: dict[str, Kind] = {
    "malformed-request": Kind(
        400, "The request is malformed", "The request could not be read.", "Percent-encode the address; a body must be JSON."
    ),
    "invalid-cursor": Kind(
        400,
        "The cursor is not valid here",
        "A cursor belongs to one list with the same filters and order, in one database, and is never typed by hand.",
        "Start again without `cursor` and follow the `next` addresses.",
    ),
    "not-found": Kind(
        404,
        "There is no such thing",
        "No resource stands at this path.",
        "The problem names the nearest paths or codes that exist; /v1 lists what can be asked.",
    ),
    "method-not-allowed": Kind(
        405,
        "The method is not allowed",
        "Everything here is read with GET or HEAD; only /v1/checks takes POST too, and stores nothing.",
        f"Use one of {METHODS}.",
    ),
    "not-acceptable": Kind(
        406,
        "There is no such format",
        "`Accept` names no media type that this comes in, or the suffix one that this installation cannot write.",
        "Ask for one that the problem lists. `.parquet` and `.xlsx` need the extra: `pip install 'claimbook[export]'`.",
    ),
    "request-timeout": Kind(
        408,
        "The request took too long to arrive",
        "A request, its body included, must have arrived whole within the time that the operator allows (30 seconds).",
        "Send it again, in one go.",
    ),
    "withdrawn": Kind(
        410,
        "The statement was withdrawn",
        "The statement existed and was taken back by its curator.",
        "/v1/changes says when; /v1/statements?status=withdrawn lists what it said.",
    ),
    "content-too-large": Kind(
        413, "The body is too large", "Only checks are sent in a body, and few of them.", "Send fewer at once, or no body."
    ),
    "address-too-long": Kind(
        414, "The address is too long", "Queries of more than 8192 bytes are refused.", "Ask for fewer codes at once."
    ),
    "unsupported-media-type": Kind(
        415,
        "The body is of another type",
        "A body is read as JSON in UTF-8 only, and never unpacked.",
        "Send `Content-Type: application/json`, not compressed.",
    ),
    "range-not-satisfiable": Kind(
        416,
        "There is no such part",
        "`Range` begins beyond the end of the answer.",
        "`Content-Range` says how long the answer is; ask for a part inside it, or for all of it.",
    ),
    "headers-too-large": Kind(
        431,
        "The headers are too large",
        "At most 100 headers of together at most 32 KiB are read.",
        "Send fewer or shorter headers; nothing here needs cookies.",
    ),
    "unknown-parameter": Kind(
        422,
        "A parameter is not known",
        "A filter that is misspelt would silently answer another question, so unknown parameters are refused.",
        "The problem names each one and the nearest that exists.",
    ),
    "repeated-parameter": Kind(
        422,
        "A parameter stands twice",
        "Only code filters may be repeated; for every other parameter it would be unclear which one counts.",
        "Give the parameter once.",
    ),
    "invalid-parameter": Kind(
        422,
        "A parameter has a value it cannot have",
        "The value is not of the kind, form or range that the parameter takes.",
        "The problem says for each parameter what was expected.",
    ),
    "unknown-code": Kind(
        422,
        "A code does not exist",
        "A filter names a region, indicator or other code that no code list holds.",
        "The problem names the nearest codes; the code lists stand below /v1.",
    ),
    "unit-needed": Kind(
        422,
        "A number needs a unit to be compared in",
        "Figures in yuan, percent and tonnes have no common order, so `value` is compared in one unit only.",
        "Give one `unit`, or filters that leave figures of one unit; the problem names the units there are.",
    ),
    "too-broad": Kind(
        422,
        "Too many figures at once",
        "Derivations, series and checks are reckoned anew for each answer, from a limited number of figures.",
        "Name one `indicator` or more, and regions or a time; the problem says what would narrow it.",
    ),
    "format-too-small": Kind(
        422,
        "The format cannot hold so much",
        "A sheet holds 1,048,575 rows below its header, and a cell 32,767 characters.",
        "Take `.csv` or `.parquet`, which hold any number of rows, or narrow the list with filters.",
    ),
    "not-convertible": Kind(
        422,
        "A figure has no such unit",
        "Figures convert exactly inside their dimension, and between currencies only at a rate that a document implies.",
        "Ask for a unit that the problem names, or narrow the list with `unit` to figures that have it.",
    ),
    "unresolvable-period": Kind(
        422,
        "The words name no period",
        "The text holds no words for a time that are understood here, or words such as `last year` without the day they hang on.",
        "Use a form that the problem lists, and give the day of publication as `anchor`.",
    ),
    "invalid-text": Kind(
        422, "The text cannot be kept", "The query holds a NUL character or bytes that are not UTF-8.", "Send UTF-8 text."
    ),
    "internal-error": Kind(
        500, "Something went wrong here", "The server met an error of its own.", "Report it; the request was not at fault."
    ),
    "database-unavailable": Kind(
        503,
        "The database is not available",
        "The database could not be reached, or had no connection free.",
        "Try again shortly.",
    ),
    "database-corrupt": Kind(
        503,
        "The database is damaged",
        "The database holds something that it cannot hold, as after a fault of a disk. Other answers may be sound.",
        "The operator restores a backup, or loads the data anew.",
    ),
    "too-busy": Kind(
        503,
        "The server is busy",
        "More clients are connected, or more requests are at work, than one process takes on; or it is being stopped.",
        "Try again after the seconds in `Retry-After`.",
    ),
    "query-too-slow": Kind(
        503, "The query took too long", "The query ran into the time limit of one statement.", "Add a filter, or ask for less."
    ),
    "schema-mismatch": Kind(
        503,
        "The database has another schema",
        "The database's schema is missing, older or newer than this program's.",
        "The operator runs `claimbook migrate`, or installs the matching program.",
    ),
    "insufficient-storage": Kind(
        507,
        "There is no room for the answer",
        "An answer above 8 MiB is kept on disk while parts of it are asked for, and there was no room left.",
        "Narrow the list with filters, or read all of it as `.csv` or `.ndjson`; the operator can raise CLAIMBOOK_SPOOL_BYTES.",
    ),
}
"""Every problem there is, by code; /problems/{code} explains it."""


def problem(code: str, detail: str, faults: Sequence[Fault] = (), headers: dict[str, str] | None = None) -> Response:
    """A problem document. Lone surrogates and control characters of the request never reach it unescaped."""
    kind = KINDS[code]
    document = Problem(
        type=f"/problems/{code}",
        title=kind.title,
        status=kind.status,
        detail=_safe(detail),
        code=code,
        errors=[
            ProblemError(
                **{"in": fault.where},
                name=_safe(fault.name),
                detail=_safe(fault.message),
                did_you_mean=fault.did_you_mean,
                pointer=None if fault.pointer is None else _safe(fault.pointer),
            )
            for fault in faults[:50]
        ],
    )
    content = to_json(document.model_dump(by_alias=True))
    extra = {
        "Cache-Control": "no-store",
        **({"Retry-After": str(RETRY_SECONDS)} if kind.status == 503 else {}),
        **({"Connection": "close"} if kind.status == 413 else {}),  # the rest of the body is not read
        **(headers or {}),
    }
    return Response(content.encode(), status_code=kind.status, media_type=MEDIA_TYPE, headers=extra)


def _safe(text: str) -> str:
    cleaned = "".join(char if char.isprintable() else "\ufffd" for char in text)
    return cleaned if len(cleaned) <= 1000 else f"{cleaned[:1000]}…"


def install(app: FastAPI) -> None:
    """Let every error of the application be answered as a problem document."""
    app.state.soundness = Soundness(app.state.engine)
    for error in (BadRequestError, NotFoundError, WithdrawnError, SchemaMismatchError, DatabaseUnavailableError):
        app.add_exception_handler(error, _domain_error)
    app.add_exception_handler(RequestValidationError, _validation_error)
    app.add_exception_handler(HTTPException, _http_error)
    for kind in (SQLAlchemyError, DamagedError, UnicodeDecodeError):
        app.add_exception_handler(kind, unforeseen)
    app.add_exception_handler(Exception, unforeseen)


def _domain_error(request: Request, error: Exception) -> Response:
    if isinstance(error, BadRequestError):
        return problem(error.code, error.detail, error.faults)
    if isinstance(error, NotFoundError):
        fault = Fault("path", error.noun, str(error), error.did_you_mean)
        return problem("not-found", str(error) + _did_you_mean(error.did_you_mean) + _without_suffix(request), [fault])
    if isinstance(error, WithdrawnError):
        return problem("withdrawn", str(error))
    code = "schema-mismatch" if isinstance(error, SchemaMismatchError) else "database-unavailable"
    return problem(code, str(error))


def _did_you_mean(names: Sequence[str]) -> str:
    return f" Did you mean {' or '.join(names)}?" if names else ""


def _validation_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101
    faults = [_fault(each) for each in error.errors()]
    if any(fault.where == "path" for fault in faults):
        return _no_such_path(request, "; ".join(fault.message for fault in faults if fault.where == "path"))
    names = ", ".join(dict.fromkeys(fault.name for fault in faults))
    first = f" {faults[0].name}: {faults[0].message}.{_did_you_mean(faults[0].did_you_mean)}" if faults else ""
    return problem("invalid-parameter", f"Not valid: {names}.{first}", faults)


def _fault(error: Any) -> Fault:
    """One of FastAPI's validation errors in our words; of what was sent only the wrong item of a list is echoed."""
    where, *rest = [str(part) for part in error["loc"]]
    name = rest[0] if rest else where
    context = error.get("ctx", {})
    message = expected(error["type"], context) or error["msg"].removeprefix("Value error, ").removeprefix("Input ")
    guesses: list[str] = []
    if error["type"] == "literal_error":
        allowed = [word.strip("' ") for word in context["expected"].replace(" or ", ", ").split(", ")]
        given = str(error.get("input", ""))[:100]
        guesses = nearest(given, allowed)
        message = f"one of {', '.join(allowed)} was expected" + (f", not {given!r}" if len(rest) > 1 else "")
    elif name == "cell" and error["type"] in ("string_too_short", "string_pattern_mismatch"):
        message = A_CELL
    elif error["type"] == "string_pattern_mismatch":
        message = FORMS.get(context.get("pattern", ""), "a code was expected: letters and digits joined by single hyphens")
    return Fault(where, name, message, guesses)


def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101
    if error.status_code == 404:
        return _no_such_path(request, "")
    if error.status_code == 405:
        allowed = methods_at(request.app, request.scope)
        return problem("method-not-allowed", f"{allowed} are allowed here.", headers={"Allow": allowed})
    if error.status_code < 500:
        return problem("malformed-request", "The request could not be read.")
    return problem("internal-error", "The request could not be answered.")


def _no_such_path(request: Request, why: str) -> Response:
    paths = _plain_paths(request)
    path = request.scope["path"]
    guesses = nearest(path, sorted(paths))
    detail = f"Nothing stands at {path!r}." + (f" {why}." if why else "") + _did_you_mean(guesses) + _without_suffix(request)
    return problem("not-found", detail, [Fault("path", "path", "the path of a resource was expected", guesses)])


def _plain_paths(request: Request) -> set[str]:
    """The paths that have no part to fill in."""
    return {route.path for route in iter_route_contexts(request.app.routes) if route.path and "{" not in route.path}


def _without_suffix(request: Request) -> str:
    """What to say of the suffix of a format where only the path without it stands."""
    path, _, suffix = request.scope["path"].rpartition(".")
    return f" {path} comes as JSON only, without a suffix." if suffix in FORMATS and path in _plain_paths(request) else ""


TOO_SLOW = (
    "The query ran into the time limit. Lists are read off an index by region, within, indicator, document and project: add one "
    "of these, or ask for less."
)


def classify(error: Exception) -> tuple[str, str]:
    """The problem that a database error is, by SQLSTATE on PostgreSQL and by message on SQLite."""
    if isinstance(error, RuntimeError) and isinstance(error.__cause__, SQLAlchemyError):
        error = error.__cause__  # Starlette says that the answer had begun; what ended it stands behind that
    if isinstance(error, PoolTimeoutError):
        return "database-unavailable", "Every database connection is in use; try again shortly."
    if isinstance(error, (DamagedError, UnicodeDecodeError)):
        return "database-corrupt", str(DamagedError())
    if not isinstance(error, DBAPIError):
        return "internal-error", "The request could not be answered."
    state = getattr(error.orig, "sqlstate", None) or ""
    message = str(error.orig)
    if state == "42P01" or "no such table" in message or "no such column" in message or state == "42703":
        return "schema-mismatch", "The database has no Claimbook schema of this program; run `claimbook migrate`."
    if state == "57014" or message == "interrupted":
        return "query-too-slow", TOO_SLOW
    if state in ("XX001", "XX002") or "malformed" in message or "decode to UTF-8" in message:
        return "database-corrupt", str(DamagedError())
    passing = state[:2] in UNAVAILABLE or isinstance(error, OperationalError) or error.connection_invalidated
    if passing or "not a database" in message:
        return "database-unavailable", "The database cannot answer at the moment; try again shortly."
    return "internal-error", "The request could not be answered."


def judged(app: FastAPI, error: Exception) -> tuple[str, str]:
    """The problem that an error is that nothing foresaw: one of ours, unless the database turns out to be damaged.

    Reads every row then; not for the event loop.
    """
    code, detail = classify(error)
    if code == "internal-error" and app.state.soundness.is_damaged():
        return "database-corrupt", str(DamagedError())
    return code, detail


def unforeseen(request: Request, error: Exception) -> Response:
    """The answer to an error that nothing else answers; what it was stands in the log only."""
    code, detail = judged(request.app, error)
    if code in ("internal-error", "database-corrupt"):
        logger.exception("error on %s", request.scope["path"], exc_info=error)
    return problem(code, detail)


def methods_at(app: FastAPI, scope: Any) -> str:
    """The methods that the scope's path takes."""
    posts = any(route.matches({**scope, "method": "POST"})[0] is Match.FULL for route in app.routes)
    return f"{METHODS}, POST" if posts else METHODS


def stands_at(app: FastAPI, scope: Any) -> bool:
    """Whether any route answers GET at the scope's path."""
    return any(route.matches({**scope, "method": "GET"})[0] is Match.FULL for route in app.routes)
