"""The examples of docs/examples do what they say: scripts run, charts find their columns, queries their addresses."""

import csv
import importlib.util
import io
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import ProxyHandler, build_opener

import pytest
from listening import listening_once
from make import ROOT

pytestmark = pytest.mark.clients

server = pytest.fixture(scope="module")(listening_once)

EXAMPLES = ROOT / "docs" / "examples"
DEFAULT = "http://127.0.0.1:8000"


def fetch(address: str) -> str:
    with build_opener(ProxyHandler({})).open(address, timeout=30) as answer:
        content: bytes = answer.read()
    return content.decode()


def run(*command: str, **variables: str) -> str:
    """What a command prints; proxies are for other hosts."""
    kept = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    done = subprocess.run(command, env={**kept, **variables}, capture_output=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


def test_every_example_is_tried_here() -> None:
    tried = {"with_duckdb.py", "with_pandas.py", "vega-lite.json", "observable.js", "power-query.pq"}
    assert {path.name for path in EXAMPLES.iterdir()} == tried | {"README.md"}
    assert all(DEFAULT in (EXAMPLES / name).read_text("utf-8") for name in tried)


def test_the_duckdb_script_counts_bounds_and_joins_tables(server: Any, tmp_path: Path) -> None:
    pytest.importorskip("duckdb", reason="the extra [clients] is not installed")
    httpfs = pytest.importorskip("duckdb_extension_httpfs", reason="the extra [clients] is not installed")
    (extension,) = Path(httpfs.__file__).parent.rglob("httpfs.duckdb_extension")
    # a home of its own, with the extension of the wheel in it: the script would otherwise fetch it from elsewhere
    install = f"import duckdb; duckdb.connect().execute(\"FORCE INSTALL '{extension}'\")"
    run(sys.executable, "-c", install, HOME=str(tmp_path))
    printed = run(sys.executable, str(EXAMPLES / "with_duckdb.py"), server.address, HOME=str(tmp_path))
    rows = list(csv.DictReader(io.StringIO(fetch(f"{server.address}/v1/statements.csv?within=chongqing&has_quantity=true"))))
    floors = [row for row in rows if row["comparator"] == "gt"]
    assert re.search(rf"gt\s+│\s+{len(floors)}\s+│\s+{len([row for row in floors if row['upper']])}\s", printed), printed
    named = json.loads(fetch(f"{server.address}/v1/regions/chongqing"))["statements"]
    assert re.search(rf"Chongqing\s+│\s+{named}\s", printed), printed


def test_the_pandas_script_shows_aims_and_observations(server: Any) -> None:
    pytest.importorskip("pandas", reason="the extra [clients] is not installed")
    printed = run(sys.executable, str(EXAMPLES / "with_pandas.py"), server.address)
    aims = fetch(f"{server.address}/v1/statements.csv?kind=target&has_quantity=true&period=2027&period_match=equals&fields=id")
    assert re.search(rf"target\s+2027\s+{len(aims.splitlines()) - 1}\b|\s2027\s+{len(aims.splitlines()) - 1}\b", printed), printed
    assert re.search(r"Chengdu;Chongqing\s+asof\s+62\s+min\s+conflicting\s+tech-innovation\.rail-travel-time", printed), printed


def fields_of(spec: Any) -> set[str]:
    if isinstance(spec, dict):
        own = {spec["field"]} if "field" in spec else set()
        return own.union(*map(fields_of, spec.values()))
    return set().union(*map(fields_of, spec)) if isinstance(spec, list) else set()


def test_the_vega_lite_chart_finds_its_columns(server: Any) -> None:
    spec = json.loads((EXAMPLES / "vega-lite.json").read_text("utf-8"))
    rows = list(csv.DictReader(io.StringIO(fetch(spec["data"]["url"].replace(DEFAULT, server.address)))))
    assert len(rows) > 5
    assert fields_of(spec) | set(spec["data"]["format"]["parse"]) <= set(rows[0])
    assert any(row["value"] for row in rows)
    assert any(row["lower"] and row["upper"] for row in rows)


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
def test_the_observable_cells_read_a_series(server: Any, tmp_path: Path) -> None:
    (tmp_path / "cells.mjs").write_text((EXAMPLES / "observable.js").read_text("utf-8"), "utf-8")
    script = f"""
        import {{ series, marks }} from "./cells.mjs";
        const points = await series("gdp", "{server.address}");
        const drawn = (kind) => (data, options) => [kind, data.filter(options.filter).length];
        const plot = {{ ruleX: drawn("rule"), dot: drawn("dot"), text: drawn("text") }};
        const refused = await series("gpd", "{server.address}").catch((error) => error.message);
        const years = points.map((point) => point.time.getUTCFullYear());
        console.log(JSON.stringify({{ years, marks: marks(plot, points), refused }}));
    """
    (tmp_path / "try.mjs").write_text(script, "utf-8")
    told = json.loads(run("node", str(tmp_path / "try.mjs")))
    assert told["years"] == [2018, 2020]  # the first moments of 2019 and 2021 in Chongqing
    assert told["marks"] == [["rule", 1], ["dot", 1], ["text", 1]]
    assert told["refused"].startswith("Unknown code in indicator")


def test_the_power_query_finds_its_address_and_columns(server: Any) -> None:
    text = (EXAMPLES / "power-query.pq").read_text("utf-8")
    path = re.findall(r'RelativePath = "([^"]+)"', text)[0]
    query = dict(re.findall(r'(\w+) = "([^"]*)"', re.findall(r"Query = \[(.*?)\]", text)[0]))
    rows = list(csv.DictReader(io.StringIO(fetch(f"{server.address}/{path}?{urlencode(query)}"))))
    chosen = re.findall(r'"(\w+)"', text.partition("Headed,")[2].partition("}")[0])
    assert len(chosen) == 12
    assert set(chosen) <= set(rows[0])
    assert set(re.findall(r'\{"(\w+)", type', text)) <= set(chosen)


@pytest.mark.skipif(importlib.util.find_spec("frictionless") is None, reason="the extra [clients] is not installed")
def test_frictionless_finds_the_data_package_valid(server: Any, tmp_path: Path) -> None:
    script = tmp_path / "validate.py"
    script.write_text(
        "import sys, frictionless\n"
        "report = frictionless.validate(sys.argv[1])\n"
        "print(report.valid, len(report.tasks), sum(task.stats['rows'] for task in report.tasks), report.flatten(['message']))\n"
    )
    index = json.loads(fetch(f"{server.address}/v1/exports"))
    rows = sum(table["rows"] for table in index["tables"])
    told = f"True {len(index['tables'])} {rows} []\n"
    assert run(sys.executable, str(script), f"{server.address}/v1/exports/datapackage.json") == told
    (tmp_path / "package.zip").write_bytes(build_opener(ProxyHandler({})).open(f"{server.address}/v1/exports/package.zip").read())
    assert run(sys.executable, str(script), str(tmp_path / "package.zip")) == told


@pytest.mark.skipif(importlib.util.find_spec("csvw") is None, reason="the extra [clients] is not installed")
def test_a_csvw_processor_finds_the_description_of_a_file_and_all_of_it_valid(server: Any, tmp_path: Path) -> None:
    script = tmp_path / "validate.py"
    script.write_text(
        "import sys, csvw\n"
        "found = csvw.CSVW(sys.argv[1], validate=True, strict=False)\n"  # its strict mode knows no empty reference
        "print(found.is_valid, found.no_metadata, len(found.tables), [str(each.message) for each in found.warnings])\n"
    )
    exports = f"{server.address}/v1/exports"
    count = len(json.loads(fetch(exports))["tables"])
    assert run(sys.executable, str(script), f"{exports}/csv-metadata.json") == f"True False {count} []\n"
    assert run(sys.executable, str(script), f"{exports}/regions.csv").startswith("True False ")


CONTEXT = {
    "id": "@id",
    "type": "@type",
    "oa": "http://www.w3.org/ns/oa#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "schema": "http://schema.org/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "dctypes": "http://purl.org/dc/dcmitype/",
    **{name: f"oa:{name}" for name in ("Annotation", "SpecificResource", "TextualBody", "FragmentSelector")},
    **{name: f"oa:{name}" for name in ("TextQuoteSelector", "TextPositionSelector", "exact", "prefix", "suffix")},
    "Text": "dctypes:Text",
    "value": "rdf:value",
    "format": "dc:format",
    "language": "dc:language",
    "describing": "oa:describing",
    "start": {"@id": "oa:start", "@type": "xsd:nonNegativeInteger"},
    "end": {"@id": "oa:end", "@type": "xsd:nonNegativeInteger"},
    **{name: {"@id": f"oa:has{name.title()}", "@type": "@id"} for name in ("body", "target", "source", "selector")},
    "motivation": {"@id": "oa:motivatedBy", "@type": "@vocab"},
    "purpose": {"@id": "oa:hasPurpose", "@type": "@vocab"},
    "conformsTo": {"@id": "dcterms:conformsTo", "@type": "@id"},
    "rights": {"@id": "dcterms:rights", "@type": "@id"},
}
"""What the context of Web Annotations says of the words that are used here; the test must not ask another host for it."""


def test_the_annotation_means_what_it_should_to_a_reader_of_linked_data(server: Any) -> None:
    jsonld = pytest.importorskip("pyld.jsonld", reason="the extra [clients] is not installed")
    statement = f"{server.address}/v1/statements/central-urban-areas.gdp-2021-h1"
    found = json.loads(fetch(f"{statement}/evidence.jsonld"))
    quads = jsonld.to_rdf(
        found,
        {
            "documentLoader": lambda url, _options: {"document": {"@context": CONTEXT}, "documentUrl": url, "contextUrl": None},
            "format": "application/n-quads",
        },
    )
    source = found["target"]["source"]["id"]
    base = found["id"].removesuffix("/evidence")
    oa, prov = "http://www.w3.org/ns/oa#", "http://www.w3.org/ns/prov#"
    for triple in (
        f"<{base}/evidence> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <{oa}Annotation>",
        f"<{base}/evidence> <{oa}hasBody> <{base}>",
        f"<{base}/evidence> <{oa}motivatedBy> <{oa}describing>",
        f"<{base}> <{prov}wasDerivedFrom> <{base}/evidence#quotation>",
        f"<{base}/evidence#quotation> <{prov}wasQuotedFrom> <{source}>",
        f'<{source}> <{prov}generatedAtTime> "2021-09-30"^^<http://www.w3.org/2001/XMLSchema#date>',
        f'<{oa}exact> "exceeded one trillion yuan"',
        f'<{oa}start> "846"^^<http://www.w3.org/2001/XMLSchema#nonNegativeInteger>',
        "<http://purl.org/dc/terms/conformsTo> <https://wicg.github.io/scroll-to-text-fragment/>",
    ):
        assert triple in quads, quads
