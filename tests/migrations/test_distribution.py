"""Would the layout over several machines hold? The rules are tried on its SQL; with `CITUS_URL` a real cluster is laid out.

`CITUS_URL` names an empty database, that may be filled and stays so, on a coordinator with workers.
"""

import os
import re
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
from make import SEED, engine_for, seeded
from observe import address_of, claimbook, snapshot

from app.models import Table
from app.upkeep.distribution import BESIDE, HERE, KEYS, SPLIT, kept, layout

TABLES = Table.metadata.tables
OF_BRANCHES = {"statement_scope", "representation", "search_index"}
"""Tables in the layout that are not among the models of every version."""


def group(table: str) -> str:
    return next((first for first, names in BESIDE.items() if table in names), table)


def test_every_table_has_one_place() -> None:
    assert SPLIT.keys() - TABLES.keys() <= OF_BRANCHES
    assert set(HERE) <= TABLES.keys()
    assert not set(HERE) & SPLIT.keys()
    copied = re.findall(r"create_reference_table\('(\w+)'\)", "\n".join(layout()))
    split = re.findall(r"create_distributed_table\('(\w+)'", "\n".join(layout()))
    assert sorted([*copied, *split, *HERE]) == sorted({*TABLES, "search_index"})


@pytest.mark.parametrize("table", [name for name in SPLIT if name in TABLES])
def test_every_unique_key_of_a_split_table_holds_the_column_it_is_split_by(table: str) -> None:
    keys = [set(KEYS.get(table, TABLES[table].primary_key.columns.keys()))]
    keys += [set(index.columns.keys()) for index in TABLES[table].indexes if index.unique]
    keys += [set(each.columns.keys()) for each in TABLES[table].constraints if isinstance(each, sa.UniqueConstraint)]
    assert all(SPLIT[table] in key for key in keys), keys


def test_references_are_kept_to_copies_and_to_rows_of_the_same_node_only() -> None:
    for table in TABLES.values():
        for key in table.foreign_key_constraints:
            target = key.referred_table.name
            if target in SPLIT:
                assert table.name in SPLIT or not kept(key), "a copy cannot refer to what is split"
                if kept(key):
                    assert group(table.name) == group(target)
                    assert SPLIT[table.name] in key.column_keys
            else:
                assert kept(key)
    references = [key for table in TABLES.values() for key in table.foreign_key_constraints]
    lost = sorted(f"{key.table.name}.{','.join(key.column_keys)}" for key in references if not kept(key))
    assert lost == ["mention_statement.statement", "project_status.statement", "relation.other"]


def test_what_lies_together_comes_after_what_it_lies_with() -> None:
    order = re.findall(r"create_distributed_table\('(\w+)', '\w+', colocate_with => '(\w+)'\)", "\n".join(layout()))
    seen = {"none"}
    for table, beside in order:
        assert beside in seen, table
        seen.add(table)


def test_no_table_takes_its_keys_from_a_sequence() -> None:
    columns = [column for table in TABLES.values() for column in table.columns]
    assert not [column for column in columns if column.identity or "nextval" in str(column.server_default)]


def test_a_server_without_citus_says_so_and_nothing_is_changed(empty: sa.Engine) -> None:
    before = snapshot(empty)
    ran = claimbook("migrate", "--distributed", "--database", address_of(empty))
    expected = "claimbook: --distributed needs a PostgreSQL database with the extension citus; nothing was changed.\n"
    assert ran == (1, "", expected)
    assert snapshot(empty) == before


@pytest.mark.slow
@pytest.mark.skipif("CITUS_URL" not in os.environ, reason="CITUS_URL names no cluster; there is none that a wheel brings")
def test_a_cluster_holds_and_answers_what_one_machine_does(tmp_path: Path) -> None:
    sys.path.append(str(SEED.parent / "tests" / "api"))
    from asking import paths
    from conftest import client_for

    address = os.environ["CITUS_URL"]
    assert claimbook("migrate", "--distributed", "--database", address).code == 0
    assert "already" in claimbook("migrate", "--distributed", "--database", address).out
    for told in ("", "Nothing has changed"):
        ran = claimbook("seed", "--database", address)
        assert ran.code == 0, ran
        assert told in ran.out
    cluster, alone = engine_for(address), seeded(f"sqlite:///{tmp_path}/alone.db")
    assert snapshot(cluster) == snapshot(alone)
    here, there = client_for(alone), client_for(cluster)
    for path in [*paths(here), "/v1/statements?within=chongqing&include=total", "/v1/availability?within=chongqing"]:
        if path != "/readyz":
            assert [there.get(path).status_code, plain(there.get(path).text)] == [200, plain(here.get(path).text)], path
    cluster.dispose()
    alone.dispose()


def plain(text: str) -> str:
    """An answer without what differs between two databases with the same data: times, and cursors, which are signed."""
    return re.sub(r'cursor=[^"&>]+|"at":"[^"]*"', "", text)
