"""A seed directory and the database agree after each load: exactly what changed is changed, counted and logged."""

from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from make import SEED, SMALL_MENTIONS, SMALL_SEED, engine_for, write_seed
from observe import changes_in, digest, edit, rows_of, snapshot
from starlette.testclient import TestClient

from app.errors import SeedError
from app.main import create_app
from app.seed.gather import gather
from app.seed.load import check_seed, seed_directory
from app.settings import Settings

RELATION = "{statement: harbour.ships-2026, relation: update_of, other: harbour.ships-2024}"
SHARE = """\
- slug: ships-share-2024
  text: That was about 40 percent of the national total.
  evidence: {exact: "about 40%", start: 103, end: 112, paragraph: 3}
  indicator: ships-handled
  measure: share
  base: {region: norland}
  kind: actual
  regions: [northport]
  quantity: {value: 40, unit: percent, approximate: true}
  period: {type: span, when: 2024, as_written: In 2024, basis: stated}
  attribution: {mode: reporter, basis: none}
"""


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """The small seed in a directory of its own."""
    return write_seed(tmp_path / "small", SMALL_SEED)


@pytest.fixture
def harbour(small: Path) -> Path:
    """The one document of the small seed."""
    return small / "documents" / "harbour.yaml"


def status_of(engine: sa.Engine, path: str) -> int:
    return TestClient(create_app(Settings(), engine=engine)).get(path).status_code


def statement(engine: sa.Engine, id_: str) -> dict[str, object]:
    return next(row for row in rows_of(engine, "statement") if row["id"] == id_)


def test_a_seed_loads_into_an_empty_database_and_is_data_version_1(empty: sa.Engine, small: Path) -> None:
    outcome = seed_directory(empty, small)
    assert (outcome.version, outcome.changed, outcome.absent) == (1, True, [])
    assert outcome.counts == {
        "actor": {"created": 2},
        "document": {"created": 1},
        "indicator": {"created": 1},
        "region": {"created": 2},
        "statement": {"created": 3},
        "unit": {"created": 2},
    }
    assert {(row["version"], row["changed_in"]) for row in rows_of(empty, "statement")} == {(1, 1)}
    assert changes_in(empty, 1)["statement", "harbour.ships-2024"] == ("created", "")


def test_a_second_run_changes_nothing_and_says_so(loaded: sa.Engine) -> None:
    before = snapshot(loaded)
    outcome = seed_directory(loaded, SEED)
    assert (outcome.counts, outcome.changed, outcome.version) == ({}, False, 1)
    assert snapshot(loaded) == before


def test_both_databases_hold_the_same_rows(templates: Callable[[str, str], str]) -> None:
    engines = [engine_for(templates(backend, "seeded")) for backend in ("sqlite", "postgresql")]
    left, right = (snapshot(engine) for engine in engines)
    assert left == right
    assert len({digest(engine) for engine in engines}) == 1
    for engine in engines:
        engine.dispose()


def test_a_check_says_what_would_change_and_writes_nothing(empty: sa.Engine, small: Path) -> None:
    before = snapshot(empty)
    outcome = seed_directory(empty, small, check=True)
    assert outcome.counts["statement"] == {"created": 3}
    assert snapshot(empty) == before


def test_one_changed_statement_is_all_that_changes(empty: sa.Engine, small: Path, harbour: Path) -> None:
    seed_directory(empty, small)
    before = snapshot(empty)
    edit(harbour, "{value: 6000, unit: count, comparator: gt}", "{value: 6100, unit: count, comparator: gt}")
    outcome = seed_directory(empty, small)
    assert outcome.counts == {"statement": {"updated": 1}}
    assert changes_in(empty, 2) == {("statement", "harbour.ships-2024"): ("updated", "lower;value")}
    after = snapshot(empty)
    changed = [row for row in after["statement"] if row not in before["statement"]]
    assert [(row["id"], row["version"], row["changed_in"], str(row["value"])) for row in changed] == [
        ("harbour.ships-2024", 2, 2, "6100")
    ]
    for table in after.keys() - {"statement", "representation", "change", "data_version"}:
        assert after[table] == before[table]
    stored = [row["statement"] for row in after["representation"] if row not in before["representation"]]
    assert stored == ["harbour.ships-2024"]


def test_a_statement_put_in_the_middle_leaves_its_neighbours_as_they_were(empty: sa.Engine, small: Path, harbour: Path) -> None:
    whole = harbour.read_text("utf-8")
    edit(harbour, SHARE, "")
    seed_directory(empty, small)
    harbour.write_text(whole, "utf-8")
    seed_directory(empty, small)
    assert changes_in(empty, 2) == {("statement", "harbour.ships-share-2024"): ("created", "")}
    rows = sorted(rows_of(empty, "statement"), key=lambda row: row["position"])
    assert [(row["id"], row["position"], row["version"]) for row in rows] == [
        ("harbour.ships-2024", 1, 1),
        ("harbour.ships-share-2024", 2, 1),
        ("harbour.ships-2026", 3, 1),
    ]


def test_a_renamed_region_changes_the_region_only(empty: sa.Engine, small: Path) -> None:
    seed_directory(empty, small)
    edit(small / "regions.yaml", "name: Northport,", "name: North Port,")
    assert seed_directory(empty, small).counts == {"region": {"updated": 1}}
    assert changes_in(empty, 2) == {("region", "northport"): ("updated", "name")}
    assert [row["folded"] for row in rows_of(empty, "region")] == ["norland", "north port\n北港"]
    assert statement(empty, "harbour.ships-2024")["version"] == 1


def test_a_statement_gone_from_its_file_is_withdrawn_and_may_come_back(empty: sa.Engine, small: Path, harbour: Path) -> None:
    seed_directory(empty, small)
    regions = rows_of(empty, "statement_region")
    whole = harbour.read_text("utf-8")
    edit(harbour, SHARE, "")

    assert seed_directory(empty, small).counts == {"statement": {"withdrawn": 1}}
    assert changes_in(empty, 2) == {("statement", "harbour.ships-share-2024"): ("withdrawn", "")}
    gone = statement(empty, "harbour.ships-share-2024")
    assert (gone["status"], gone["version"], gone["changed_in"]) == ("withdrawn", 2, 2)
    assert rows_of(empty, "statement_region") == regions
    assert status_of(empty, "/v1/statements/harbour.ships-share-2024") == 410
    assert not seed_directory(empty, small).changed

    harbour.write_text(whole, "utf-8")
    assert seed_directory(empty, small).counts == {"statement": {"updated": 1}}
    assert changes_in(empty, 3) == {("statement", "harbour.ships-share-2024"): ("updated", "status")}
    back = statement(empty, "harbour.ships-share-2024")
    assert (back["status"], back["version"], back["changed_in"]) == ("published", 3, 3)
    assert status_of(empty, "/v1/statements/harbour.ships-share-2024") == 200
    assert not seed_directory(empty, small).changed


def test_a_statement_may_be_withdrawn_in_its_file(empty: sa.Engine, small: Path, harbour: Path) -> None:
    seed_directory(empty, small)
    edit(harbour, "- slug: ships-2026\n", "- slug: ships-2026\n  status: withdrawn\n")
    assert seed_directory(empty, small).counts == {"statement": {"withdrawn": 1}}
    assert status_of(empty, "/v1/statements/harbour.ships-2026") == 410
    assert not seed_directory(empty, small).changed


def test_a_region_taken_from_a_statement_without_a_figure_is_a_change_of_it(empty: sa.Engine, small: Path, harbour: Path) -> None:
    edit(harbour, "  quantity: {value: 7000, unit: count}\n", "")
    edit(
        harbour, "  measure: level\n  kind: forecast\n  regions: [northport]", "  kind: forecast\n  regions: [norland, northport]"
    )
    seed_directory(empty, small)
    edit(harbour, "regions: [norland, northport]", "regions: [northport]")
    seed_directory(empty, small)
    assert changes_in(empty, 2) == {("statement", "harbour.ships-2026"): ("updated", "regions")}
    assert statement(empty, "harbour.ships-2026")["version"] == 2
    regions = [row["region"] for row in rows_of(empty, "statement_region") if row["statement"] == "harbour.ships-2026"]
    assert regions == ["northport"]
    assert not seed_directory(empty, small).changed


def test_regions_in_another_order_change_nothing_and_kinds_are_open_lists(empty: sa.Engine, small: Path, harbour: Path) -> None:
    edit(small / "regions.yaml", "kind: city", "kind: metropolis")
    regions = "kind: forecast\n  regions: [northport]"
    edit(harbour, regions, "kind: forecast\n  regions: [northport, norland]")
    seed_directory(empty, small)
    edit(harbour, "regions: [northport, norland]", "regions: [norland, northport]")
    assert not seed_directory(empty, small).changed


def test_a_doubt_stops_nothing_and_is_told(empty: sa.Engine, small: Path, harbour: Path) -> None:
    edit(harbour, "{value: 7000, unit: count}", "{value: 15, unit: count, form: magnitude}")
    outcome = seed_directory(empty, small)
    assert [each.message for each in outcome.doubts] == [
        "a magnitude begins at a power of ten (dozens: 10); 15 is none",
        "the span reads 7,000; the entry says 15 count",
    ]
    assert statement(empty, "harbour.ships-2026")["value"] == 15
    assert seed_directory(empty, small, check=True).doubts == outcome.doubts


def test_magnitudes_are_powers_of_ten(empty: sa.Engine, small: Path, harbour: Path) -> None:
    edit(harbour, "{value: 7000, unit: count}", "{value: 1 million, unit: count, form: magnitude}")
    seed_directory(empty, small)
    row = statement(empty, "harbour.ships-2026")
    assert (str(row["lower"]), str(row["upper"])) == ("1000000", "10000000")


def test_files_in_another_order_change_nothing(empty: sa.Engine, small: Path) -> None:
    seed_directory(empty, small)
    file = small / "regions.yaml"
    first, *entries = file.read_text("utf-8").splitlines()
    file.write_text("\n".join([first, *reversed(entries)]), "utf-8")
    assert not seed_directory(empty, small).changed


def test_statements_at_one_place_that_change_order_change_their_document(empty: sa.Engine, small: Path, harbour: Path) -> None:
    content = harbour.read_text("utf-8")
    twin = SHARE.replace("ships-share-2024", "ships-share-again").replace("measure: share", "measure: growth")
    harbour.write_text(content.replace(SHARE, SHARE + twin), "utf-8")
    seed_directory(empty, small)
    harbour.write_text(content.replace(SHARE, twin + SHARE), "utf-8")
    seed_directory(empty, small)
    assert changes_in(empty, 2) == {("document", "harbour"): ("updated", "statements")}
    rows = sorted(rows_of(empty, "statement"), key=lambda row: row["position"])
    assert [(row["id"], row["version"]) for row in rows][1:3] == [
        ("harbour.ships-share-again", 1),
        ("harbour.ships-share-2024", 1),
    ]


def test_a_directory_with_one_document_touches_no_other_and_codes_may_be_in_the_database_already(
    loaded: sa.Engine, tmp_path: Path
) -> None:
    before = snapshot(loaded)
    name = "documents/tech-innovation.yaml"
    directory = write_seed(tmp_path / "one", {name: (SEED / name).read_text("utf-8")})
    outcome = seed_directory(loaded, directory)
    assert (outcome.changed, len(outcome.absent)) == (False, 4)
    assert snapshot(loaded) == before


def test_a_directory_without_a_list_of_relations_leaves_relations_alone(empty: sa.Engine, small: Path) -> None:
    write_seed(small, {"relations.yaml": f"relations:\n- {RELATION}\n"})
    assert seed_directory(empty, small).counts["relation"] == {"created": 1}
    (small / "relations.yaml").unlink()
    assert not seed_directory(empty, small).changed
    assert len(rows_of(empty, "relation")) == 1


def test_relations_are_changed_and_removed_by_their_list(empty: sa.Engine, small: Path) -> None:
    write_seed(small, {"relations.yaml": f"relations:\n- {RELATION}\n"})
    seed_directory(empty, small)
    code = "harbour.ships-2026~update_of~harbour.ships-2024"
    write_seed(small, {"relations.yaml": f"relations:\n- {RELATION[:-1]}, note: later}}\n"})
    seed_directory(empty, small)
    assert changes_in(empty, 2) == {("relation", code): ("updated", "note")}
    write_seed(small, {"relations.yaml": "relations: []\n"})
    seed_directory(empty, small)
    assert changes_in(empty, 3) == {("relation", code): ("removed", "")}
    assert rows_of(empty, "relation") == []


def test_a_relation_of_a_document_that_is_only_in_the_database_is_loaded_once(
    empty: sa.Engine, small: Path, tmp_path: Path
) -> None:
    seed_directory(empty, small)
    alone = write_seed(tmp_path / "alone", {"relations.yaml": f"relations:\n- {RELATION}\n"})
    assert seed_directory(empty, alone).counts == {"relation": {"created": 1}}
    assert not seed_directory(empty, alone).changed


def test_prune_removes_the_documents_that_are_absent_and_names_them(empty: sa.Engine, small: Path, harbour: Path) -> None:
    reprint = small / "documents" / "reprint.yaml"
    reprint.write_text(harbour.read_text("utf-8").replace("code: harbour\n", "code: reprint\n"), "utf-8")
    seed_directory(empty, small)
    reprint.unlink()
    kept = [row for row in rows_of(empty, "statement") if row["document"] == "harbour"]

    left = seed_directory(empty, small)
    assert (left.absent, left.changed, len(rows_of(empty, "document"))) == (["reprint"], False, 2)
    checked = seed_directory(empty, small, check=True, prune=True)
    assert (checked.absent, checked.counts) == (["reprint"], {"document": {"removed": 1}, "statement": {"removed": 3}})
    assert len(rows_of(empty, "document")) == 2

    outcome = seed_directory(empty, small, prune=True)
    assert (outcome.absent, outcome.counts, outcome.version) == (["reprint"], checked.counts, 2)
    assert rows_of(empty, "statement") == kept
    assert status_of(empty, "/v1/documents/reprint") == 404
    assert changes_in(empty, 2)["document", "reprint"] == ("removed", "")
    assert not seed_directory(empty, small, prune=True).changed


def test_prune_takes_the_references_of_projects_and_relations_along(empty: sa.Engine, small: Path, tmp_path: Path) -> None:
    write_seed(
        small,
        {
            "relations.yaml": f"relations:\n- {RELATION}\n",
            "projects.yaml": """
                projects:
                - code: new-quay
                  name: New Quay
                  kind: facility
                  description: A quay.
                  status: [{status: planned, since: 2024, statement: harbour.ships-2026}]
                """,
        },
    )
    seed_directory(empty, small)
    other = write_seed(tmp_path / "other", {"regions.yaml": SMALL_SEED["regions.yaml"]})
    outcome = seed_directory(empty, other, prune=True)
    assert outcome.counts == {
        "document": {"removed": 1},
        "project": {"updated": 1},
        "relation": {"removed": 1},
        "statement": {"removed": 3},
    }
    assert changes_in(empty, 2)["project", "new-quay"] == ("updated", "status")
    assert [row["statement"] for row in rows_of(empty, "project_status")] == [None]
    assert rows_of(empty, "statement") == rows_of(empty, "statement_region") == rows_of(empty, "relation") == []


def test_prune_refuses_while_the_seed_names_a_statement_that_would_go(empty: sa.Engine, small: Path, harbour: Path) -> None:
    seed_directory(empty, small)
    before = digest(empty)
    harbour.unlink()
    write_seed(small, {"relations.yaml": f"relations:\n- {RELATION}\n"})
    with pytest.raises(SeedError, match=r"there is no statement 'harbour\.ships-2026'"):
        seed_directory(empty, small, prune=True)
    assert digest(empty) == before


def test_parents_parties_and_things_counted_follow_their_lists(empty: sa.Engine, small: Path) -> None:
    indicators = small / "indicators.yaml"
    edit(
        indicators,
        "stock_flow: flow}",
        "stock_flow: flow, counted: [{code: tankers, name: Tankers}, {code: ferries, name: Ferries}]}",
    )
    seed_directory(empty, small)
    edit(indicators, "name: Ferries}", "name: Ferry boats}")
    edit(indicators, "{code: tankers, name: Tankers}, ", "")
    edit(small / "regions.yaml", ", parents: [norland]", "")
    assert seed_directory(empty, small).counts == {"indicator": {"updated": 1}, "region": {"updated": 1}}
    assert changes_in(empty, 2) == {
        ("indicator", "ships-handled"): ("updated", "counted"),
        ("region", "northport"): ("updated", "parents"),
    }
    assert [row["name"] for row in rows_of(empty, "indicator_counted")] == ["Ferry boats"]
    assert rows_of(empty, "region_parent") == []
    assert statement(empty, "harbour.ships-2024")["version"] == 1


def test_a_thing_counted_stays_while_a_statement_that_the_seed_does_not_hold_counts_it(
    empty: sa.Engine, small: Path, harbour: Path, tmp_path: Path
) -> None:
    counted = SMALL_SEED["indicators.yaml"].replace("flow}", "flow, counted: [{code: tankers, name: Tankers}]}")
    write_seed(small, {"indicators.yaml": counted})
    edit(harbour, "{value: 6000, unit: count, comparator: gt}", "{value: 6000, unit: count, comparator: gt, counted: tankers}")
    seed_directory(empty, small)
    alone = write_seed(tmp_path / "alone", {"indicators.yaml": SMALL_SEED["indicators.yaml"]})
    assert not seed_directory(empty, alone).changed
    write_seed(small, {"indicators.yaml": SMALL_SEED["indicators.yaml"]})
    with pytest.raises(SeedError, match="ships-handled counts one thing only, not 'tankers'"):
        seed_directory(empty, small)
    edit(harbour, ", counted: tankers", "")
    seed_directory(empty, small)
    assert rows_of(empty, "indicator_counted") == []


def test_steps_of_a_project_name_statements_of_the_same_load(empty: sa.Engine, small: Path) -> None:
    write_seed(
        small,
        {
            "projects.yaml": """
                projects:
                - code: new-quay
                  name: New Quay
                  kind: facility
                  description: A quay.
                  regions: [northport]
                  parties: [{actor: ada-quay, role: harbour master}]
                  status:
                  - {status: planned, since: 2024-06}
                  - {status: operating, since: "2024-07..2024-08", statement: harbour.ships-2024}
                """
        },
    )
    assert seed_directory(empty, small).counts["project"] == {"created": 1}
    steps = [(row["position"], row["status"], str(row["start"]), row["statement"]) for row in rows_of(empty, "project_status")]
    assert steps == [(1, "planned", "2024-06-01", None), (2, "operating", "2024-07-01", "harbour.ships-2024")]
    edit(small / "projects.yaml", "  - {status: planned, since: 2024-06}\n", "")
    seed_directory(empty, small)
    assert changes_in(empty, 2) == {("project", "new-quay"): ("updated", "status")}
    assert [(row["position"], row["status"]) for row in rows_of(empty, "project_status")] == [(1, "operating")]


def test_organisations_may_stand_after_those_who_belong_to_them(empty: sa.Engine, small: Path) -> None:
    edit(small / "actors.yaml", "kind: person", "kind: person, organisation: port")
    port = (
        "- {code: port, name: Port, kind: organisation, organisation: state}\n- {code: state, name: State, kind: organisation}\n"
    )
    (small / "actors.yaml").write_text((small / "actors.yaml").read_text("utf-8") + port, "utf-8")
    assert seed_directory(empty, small).counts["actor"] == {"created": 4}
    edit(small / "actors.yaml", "organisation: state", "organisation: harbour-news")
    seed_directory(empty, small)
    assert changes_in(empty, 2) == {("actor", "port"): ("updated", "organisation")}


def test_no_chain_of_organisations_is_too_long(small: Path) -> None:
    chain = [f"- {{code: a{index}, name: A, kind: organisation, organisation: a{index + 1}}}" for index in range(1100)]
    last = "- {code: a1100, name: A, kind: organisation}"
    content = (small / "actors.yaml").read_text("utf-8")
    (small / "actors.yaml").write_text("\n".join([content.rstrip(), *chain, last, ""]), "utf-8")
    assert check_seed(gather(small)).counts["actor"] == {"read": 1103}


def test_the_numbers_of_a_document_follow_its_file(empty: sa.Engine, small: Path, harbour: Path) -> None:
    content = harbour.read_text("utf-8")
    harbour.write_text(content + SMALL_MENTIONS, "utf-8")
    seed_directory(empty, small)
    assert [(row["start"], row["number"], row["state"], row["reason"]) for row in rows_of(empty, "mention")] == [
        (45, "2024", "dismissed", "date_part"),
        (90, "6,000", "stated", None),
        (109, "40%", "stated", None),
        (183, "7,000", "stated", None),
        (198, "2026", "dismissed", "date_part"),
    ]
    assert [(row["start"], row["statement"]) for row in rows_of(empty, "mention_statement")] == [
        (90, "harbour.ships-2024"),
        (109, "harbour.ships-share-2024"),
        (183, "harbour.ships-2026"),
    ]
    harbour.write_text(content, "utf-8")
    seed_directory(empty, small)
    assert changes_in(empty, 2) == {("document", "harbour"): ("updated", "mentions")}
    assert rows_of(empty, "mention") == rows_of(empty, "mention_statement") == []
