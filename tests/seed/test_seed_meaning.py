"""A code list cannot alter what stored statements of other documents mean; what is only said of a code changes freely."""

import json
from pathlib import Path

import pytest
import sqlalchemy as sa
from make import SEED, SMALL_SEED, copy_of_seed, write_seed
from observe import Ran, address_of, claimbook, digest, edit, rows_of

HECTARE = "{code: ha, name: Hectare, dimension: km2, family: area, base: km2, factor: 0.02}"
CARS = """\
indicators:
- code: automobile-production
  name: Cars made
  definition: Vehicles made.
  topic: industry
  dimension: money
  stock_flow: stock
"""
AREAS = "central-urban-areas.changan-rd-center-area and growth-pole-press-conference.jinfeng-science-center-area"
WAY = "put their documents into the directory too, or give the new {} a code of its own"


def seed(engine: sa.Engine, directory: Path, *options: str) -> Ran:
    return claimbook("seed", "--from", directory, *options, "--database", address_of(engine))


def users(engine: sa.Engine, column: str, code: str) -> list[str]:
    return sorted(str(row["id"]) for row in rows_of(engine, "statement") if row[column] == code)


@pytest.mark.parametrize("options", [[], ["--check"]])
def test_a_unit_that_other_documents_rest_on_keeps_its_factor(loaded: sa.Engine, tmp_path: Path, options: list[str]) -> None:
    before = digest(loaded)
    ran = seed(loaded, write_seed(tmp_path / "one", {"units.yaml": f"units:\n- {HECTARE}\n"}), *options)
    assert (ran.code, ran.out) == (1, "")
    fault, summary = ran.err.splitlines()
    assert fault == (
        "units.yaml:2:70: factor: a change from 0.01 to 0.02 would alter 2 statements of documents that are not in this "
        f"directory ({AREAS}); {WAY.format('unit')}"
    )
    assert summary == "claimbook: 1 fault; nothing was written."
    assert digest(loaded) == before


@pytest.mark.parametrize(
    ("entry", "fields"),
    [
        ("{code: ha, name: Hectare, dimension: km, family: length, base: km, factor: 0.01}", ["dimension", "family", "base"]),
        ("{code: CNY, name: Yuan, dimension: RMB, family: money, base: CNY, factor: 1}", ["dimension"]),
        ("{code: CNY, name: Yuan, dimension: USD, family: money, base: USD, factor: 0.15}", ["dimension", "base", "factor"]),
    ],
)
def test_dimension_family_and_base_of_a_unit_are_kept_too(
    loaded: sa.Engine, tmp_path: Path, entry: str, fields: list[str]
) -> None:
    before = digest(loaded)
    ran = seed(loaded, write_seed(tmp_path / "one", {"units.yaml": f"units:\n- {entry}\n"}))
    assert (ran.code, digest(loaded)) == (1, before)
    assert [line.split(": ")[1] for line in ran.err.splitlines()[:-1]] == fields


def test_an_indicator_that_other_documents_use_keeps_dimension_and_kind(loaded: sa.Engine, tmp_path: Path) -> None:
    before = digest(loaded)
    named = users(loaded, "indicator", "automobile-production")
    ran = seed(loaded, write_seed(tmp_path / "one", {"indicators.yaml": CARS}))
    assert ran.code == 1
    assert [line.split(": ")[:3] for line in ran.err.splitlines()[:-1]] == [
        ["indicators.yaml:6:3", "dimension", told("count", "money", named)],
        ["indicators.yaml:7:3", "stock_flow", told("flow", "stock", named)],
    ]
    assert digest(loaded) == before


def told(before: str, after: str, ids: list[str]) -> str:
    first = list({id_.partition(".")[0]: id_ for id_ in reversed(ids)}.values())[::-1][:2]
    shown = " and ".join(first) if len(first) == len(ids) else f"{', '.join(first)} …"
    statements = "statement" if len(ids) == 1 else "statements"
    return (
        f"a change from {before} to {after} would alter {len(ids)} {statements} of documents that are not in this directory "
        f"({shown}); {WAY.format('indicator')}"
    )


def test_names_definitions_and_topics_change_freely(loaded: sa.Engine, tmp_path: Path) -> None:
    files = {
        "units.yaml": f"units:\n- {HECTARE.replace('0.02', '0.010').replace('Hectare', 'Ten thousand square metres')}\n",
        "indicators.yaml": CARS.replace("money", "count").replace("stock_flow: stock", "stock_flow: flow"),
    }
    ran = seed(loaded, write_seed(tmp_path / "one", files))
    assert ran.code == 0
    assert ran.out.splitlines()[:2] == ["indicator: 1 updated", "unit: 1 updated"]


def test_what_nothing_stored_uses_changes_freely(loaded: sa.Engine, tmp_path: Path) -> None:
    assert users(loaded, "unit", "km") == []
    metre = "{code: m, name: Metre, dimension: km, family: length, base: km, factor: 0.0015}"
    ran = seed(loaded, write_seed(tmp_path / "one", {"units.yaml": f"units:\n- {metre}\n"}))
    assert (ran.code, ran.out.splitlines()[0]) == (0, "unit: 1 updated")


def test_documents_in_the_directory_are_read_again(loaded: sa.Engine, tmp_path: Path) -> None:
    directory = copy_of_seed(tmp_path / "all")
    edit(directory / "units.yaml", "factor: 0.01}", "factor: 0.02}")
    assert seed(loaded, directory).code == 0
    (area,) = (row for row in rows_of(loaded, "statement") if row["id"] == "central-urban-areas.changan-rd-center-area")
    assert str(area["lower"]) == "1.334"


def test_documents_that_are_withdrawn_or_pruned_do_not_count(empty: sa.Engine, tmp_path: Path) -> None:
    seed(empty, write_seed(tmp_path / "small", SMALL_SEED))
    stock = SMALL_SEED["indicators.yaml"].replace("stock_flow: flow", "stock_flow: stock")
    other = write_seed(tmp_path / "other", {"indicators.yaml": stock})
    assert seed(empty, other).code == 1
    assert seed(empty, other, "--prune", "--check").code == 0
    gone = SMALL_SEED["documents/harbour.yaml"].split("        statements:")[0]
    assert seed(empty, write_seed(tmp_path / "gone", {"documents/harbour.yaml": gone})).code == 0
    assert seed(empty, other).code == 0


def test_a_document_with_faults_of_its_own_is_still_in_the_directory(loaded: sa.Engine, tmp_path: Path) -> None:
    directory = copy_of_seed(tmp_path / "all")
    edit(directory / "units.yaml", "factor: 0.01}", "factor: 0.02}")
    edit(directory / "documents" / "central-urban-areas.yaml", "published_on: ", "published_on: soon ")
    (directory / "documents" / "tech-innovation.yaml").write_text("document: [", "utf-8")
    ran = seed(loaded, directory)
    assert [line.split(":")[0] for line in ran.err.splitlines()[:-1]] == [
        "documents/central-urban-areas.yaml",
        "documents/tech-innovation.yaml",
    ]


def test_a_unit_of_the_database_keeps_its_base(loaded: sa.Engine, tmp_path: Path) -> None:
    kilometre = "{code: km, name: Kilometre, dimension: metric, family: length, base: km, factor: 1}"
    whole = (SEED / "units.yaml").read_text("utf-8").replace("dimension: km,", "dimension: metric,")
    directory = write_seed(tmp_path / "one", {"units.yaml": f"units:\n- {kilometre}\n"})
    assert users(loaded, "unit", "km") == []
    assert seed(loaded, directory).err.splitlines()[0] == (
        "units.yaml:2:66: 'm' of the database has it as its base, which has the same dimension and family, is its own base "
        "and has the factor 1"
    )
    assert seed(loaded, write_seed(directory, {"units.yaml": whole})).code == 0


def test_an_imported_record_alters_nothing_either(loaded: sa.Engine, tmp_path: Path) -> None:
    before = digest(loaded)
    file = tmp_path / "units.ndjson"
    hectare = {"type": "unit", "code": "ha", "name": "Hectare", "dimension": "km2", "family": "area", "base": "km2"}
    file.write_text(json.dumps({**hectare, "factor": "0.02"}) + "\n", "utf-8")
    ran = claimbook("import", file, "--database", address_of(loaded))
    assert ran.code == 1
    assert f"factor: a change from 0.01 to 0.02 would alter 2 stored statements ({AREAS}); give the new unit a code" in ran.err
    assert digest(loaded) == before
