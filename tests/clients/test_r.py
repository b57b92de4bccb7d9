"""R reads the same frame with readr and jsonlite as everybody else."""

import json

import pytest
from frames import QUERY, expected_of
from installed import HERE, ran, rscript
from listening import Server, listening_once

pytestmark = pytest.mark.clients

server = pytest.fixture(scope="module")(listening_once)


def test_r_reads_the_same_frame_from_every_format(server: Server) -> None:
    expected = expected_of(server.address)
    told = json.loads(ran(rscript(), HERE / "read.R", server.address, QUERY))
    assert told.keys() == {"csv", "json", "ndjson"}
    for suffix, frame in told.items():
        assert frame["rows"] == [len(expected.frame["id"])]
        filled = {name: column or [None] * frame["rows"][0] for name, column in frame["columns"].items()}
        columns = {name: filled[name] for name in expected.frame}
        assert list(filled) == list(expected.frame) if suffix != "ndjson" else filled.keys() == expected.frame.keys()
        expected.check(columns, days_as_text=True)
        classes = {name: kind[0] for name, kind in frame["classes"].items()}
        assert {classes[name] for name in ("value", "lower", "upper", "time")} <= {"numeric", "integer"}
        assert classes["approximate"] == "logical"
        assert classes["published_on"] == ("Date" if suffix == "csv" else "character")
