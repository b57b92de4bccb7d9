"""Everything at once: the data package, its descriptions, and each of its tables in every format."""

from itertools import chain
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request
from sqlalchemy.orm import Session
from starlette.responses import Response, StreamingResponse

from app.api.answers import COMMON, FLAT, FOUND, Responses, answer, answer_flat, problem_response
from app.api.dependencies import Configured, ReadSession, strict_parameters
from app.api.negotiation import LINKED_DATA
from app.domain.nearest import nearest
from app.errors import BadRequestError, NotFoundError
from app.exports.dataset import DATASET_FILE, dataset
from app.exports.describe import CSVW_FILE, LICENCE, PACKAGE_FILE, as_text, csvw, data_package, rights
from app.exports.formats import FORMATS, ZIP, Suffix
from app.exports.package import ARCHIVE, archive, measure
from app.exports.tables import BY_NAME, TABLES, Table
from app.exports.wire import Lines, Rows
from app.paths import shipped_documents
from app.queries.dataset import holds_only, read_scope
from app.queries.listing import Flat, data_version
from app.queries.package import count_tables
from app.rendering.package import rows_of, statements_of
from app.schemas.common import Meta
from app.schemas.exports import ExportField, ExportFile, ExportIndex, ExportTable, ExportTableDetail
from app.settings import Settings

router = APIRouter(prefix="/v1/exports", tags=["exports"], dependencies=[Depends(strict_parameters)])


CSVW_JSON = "application/csvm+json"
FILES = {
    ARCHIVE: (ZIP, "Everything: all tables as CSV with both descriptions and a page for people."),
    PACKAGE_FILE: (
        "application/json",
        "The tables as a Data Package: types, meanings, keys, and SHA-256 and bytes of each file.",
    ),
    CSVW_FILE: (CSVW_JSON, "The same as CSV on the Web."),
    DATASET_FILE: (LINKED_DATA, "The whole as a schema.org Dataset, for search engines of data."),
}

PathTable = Annotated[
    str,
    Path(
        pattern=r"^[a-z]+(-[a-z]+)*$",
        max_length=40,
        description="Name of the table.",
        json_schema_extra={"enum": [table.name for table in TABLES], "example": "units"},
    ),
]


def a_file(media_type: str, description: str) -> Responses:
    """How OpenAPI describes a file."""
    kind = {"type": "string", "format": "binary"} if media_type == ZIP else {"type": "object"}
    return {**COMMON, 200: {"description": description, "content": {media_type: {"schema": kind}}}}


NO_ROOM: Responses = {507: problem_response("There was no room to put the archive together, or to keep it.")}


@router.get("", response_model=ExportIndex, responses=COMMON)
def get_exports(session: ReadSession) -> Response:
    """What can be taken away whole: each table with its columns and formats, and the files of the data package."""
    counts = count_tables(session, BY_NAME)
    files = [
        ExportFile(name=name, media_type=kind, path=f"/v1/exports/{name}", about=told) for name, (kind, told) in FILES.items()
    ]
    tables = [ExportTable(**_told(table, counts[table.name])) for table in TABLES]
    meta = Meta(data_version=data_version(session), notes=[])
    licensed = _is_shipped(session)
    index = ExportIndex(
        licence=LICENCE["name"] if licensed else None,
        licence_url=LICENCE["path"] if licensed else None,
        rights=rights(licensed=licensed),
        files=files,
        tables=tables,
        meta=meta,
    )
    return answer(index)


def _is_shipped(session: Session) -> bool:
    """Whether all the data came with the program, and its licence of data holds for them."""
    return holds_only(session, shipped_documents())


def _told(table: Table, rows: int) -> dict[str, Any]:
    fields = [
        ExportField(
            name=each.name, type=each.type, meaning=each.meaning, required=each.required, unit=each.unit, unit_in=each.unit_in
        )
        for each in table.fields
    ]
    files = {suffix: f"/v1/exports/{table.name}.{suffix}" for suffix in ("json", "csv", "ndjson", "parquet", "xlsx")}
    able = {suffix: path for suffix, path in files.items() if FORMATS[suffix].available}
    return {
        "name": table.name,
        "title": table.title,
        "about": table.about,
        "rows": rows,
        "key": list(table.key),
        "fields": fields,
        "files": able,
    }


@router.get(f"/{PACKAGE_FILE}", response_class=Response, responses=a_file("application/json", "A Data Package, version 2."))
def get_data_package(session: ReadSession) -> Response:
    """The description of the package as a Data Package: every table with types, meanings, keys, rows, bytes and SHA-256.

    Every table is written once to be measured, which takes its time on a large database.
    """
    measured = measure(lambda table: _rows(session, table))
    described = data_package(data_version(session), measured, licensed=_is_shipped(session))
    return Response(as_text(described), media_type="application/json")


@router.get(f"/{CSVW_FILE}", response_class=Response, responses=a_file(CSVW_JSON, "A table group of CSV on the Web."))
def get_csvw(session: ReadSession) -> Response:
    """The description of the package as CSV on the Web, where its processors look for it."""
    return Response(as_text(csvw(data_version(session), licensed=_is_shipped(session))), media_type=CSVW_JSON)


@router.get(f"/{DATASET_FILE}", response_class=Response, responses=a_file(LINKED_DATA, "A schema.org Dataset."))
def get_dataset(session: ReadSession, settings: Configured) -> Response:
    """The whole database as search engines of data want it told: a schema.org Dataset in JSON-LD."""
    return Response(as_text(read_dataset(session, settings)), media_type=LINKED_DATA)


def read_dataset(session: Session, settings: Settings) -> dict[str, Any]:
    """What a search engine of data should know; pages may carry it as a data block."""
    return dataset(settings.address, data_version(session), licensed=_is_shipped(session), **read_scope(session))


@router.get(f"/{ARCHIVE}", response_class=Response, responses={**a_file(ZIP, "A zip archive."), **NO_ROOM})
def get_archive(session: ReadSession) -> Response:
    """Everything in one archive: the tables as CSV, both descriptions, a page for people. The same data give the same bytes."""
    version = data_version(session)
    pieces = archive(lambda table: _rows(session, table), version, licensed=_is_shipped(session))
    try:
        first = next(pieces)
    except OSError as error:
        detail = "There was no room to put the archive together; take the tables one by one, below /v1/exports."
        raise BadRequestError("insufficient-storage", detail) from error
    headers = {"Content-Disposition": f'attachment; filename="claimbook-{version}.zip"'}
    return StreamingResponse(chain([first], pieces), media_type=ZIP, headers=headers)


@router.get("/{table}.{suffix}", responses=FLAT)
def export_table(
    request: Request, session: ReadSession, table: PathTable, suffix: Suffix, query: Annotated[Flat, Query()]
) -> Response:
    """All rows of one table, by its key: JSON, CSV, NDJSON, Parquet or XLSX. The CSV is the file that the package holds."""
    found = _find(table)
    response = answer_flat(request, suffix, query, found.columns, _rows(session, found))
    if suffix == "csv":
        response.headers["Link"] = f'</v1/exports/{CSVW_FILE}>; rel="describedby"; type="{CSVW_JSON}"'
    return response


@router.get("/{table}", response_model=ExportTableDetail, responses=FOUND)
def get_table(session: ReadSession, table: PathTable) -> Response:
    """One table: what its rows and columns are, and the formats it comes in."""
    found = _find(table)
    told = _told(found, count_tables(session, [found.name])[found.name])
    return answer(ExportTableDetail(**told, meta=Meta(data_version=data_version(session), notes=[])))


def _find(name: str) -> Table:
    if name not in BY_NAME:
        raise NotFoundError("table", name, nearest(name, BY_NAME))
    return BY_NAME[name]


def _rows(session: Session, table: Table) -> Rows:
    columns = table.columns
    if table.name == "statements":
        return Lines(statements_of(session, list(columns)), columns)
    return rows_of(session, table.name, list(columns))
