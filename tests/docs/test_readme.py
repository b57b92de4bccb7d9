"""Every command of the README is run, every output compared, every path and link followed."""

import re
import shlex
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.request import ProxyHandler, build_opener

import pytest
from docpages import (
    ADDRESS,
    COMPOSE,
    DATABASE,
    PAGES,
    README,
    SERVE,
    TEST,
    Command,
    blocks,
    commands,
    reader,
    run,
    serving,
    shown,
)
from make import ROOT
from ruamel.yaml import YAML

POSTGRES = (
    f"python3 -m venv .venv && .venv/bin/pip install '.[postgres]' && DATABASE_URL={DATABASE} .venv/bin/claimbook serve --migrate"
)
ATTACH = ".venv/bin/claimbook documents attach my-articles/"
VERIFY = ".venv/bin/claimbook verify"

without_curl = pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """A directory in which a reader has installed the program."""
    directory = tmp_path_factory.mktemp("reader")
    return directory, reader(directory)


@pytest.fixture(scope="module")
def served(desk: tuple[Path, dict[str, str]]) -> Iterator[str]:
    """The address of the server that the README's first command starts."""
    directory, environment = desk
    with serving(SERVE.split(" && ")[2], directory, environment) as (address, _):
        yield address


def fetch(address: str) -> bytes:
    with build_opener(ProxyHandler({})).open(address, timeout=10) as answer:
        content: bytes = answer.read()
    return content


def test_each_command_of_the_readme_is_one_that_a_test_runs() -> None:
    typed = [line for block in blocks(README, "sh") for line in block.splitlines()]
    assert typed == [SERVE, TEST, COMPOSE, POSTGRES, ATTACH, VERIFY]
    assert {shlex.split(command.line)[0] for command in commands(README)} == {"curl"}


@without_curl
@pytest.mark.parametrize(
    "command", [each for page in (README, ROOT / "docs" / "api.md") for each in commands(page)], ids=lambda each: each.line[5:70]
)
def test_each_curl_prints_what_the_page_shows(command: Command, desk: tuple[Path, dict[str, str]], served: str) -> None:
    directory, environment = desk
    done = run(command.line.replace("curl ", "curl --silent --show-error ", 1).replace(ADDRESS, served), directory, environment)
    assert (done.returncode, done.stderr) == (0, "")
    assert shown(done.stdout).replace(served, ADDRESS) == command.output


def test_the_addresses_that_the_readme_names_answer(served: str) -> None:
    named = set(re.findall(rf"<{ADDRESS}(/\S*)?>", README.read_text("utf-8")))
    assert named == {"", "/docs"}
    for path in [*named, "/v1/statements/central-urban-areas.gdp-2021-h1"]:
        assert fetch(served + path)


def test_the_second_command_is_what_ci_runs() -> None:
    lines = (ROOT / ".ci" / "run").read_text("utf-8").splitlines()
    for part in TEST.split(" && "):
        assert part in lines


def test_the_compose_file_starts_with_the_command_of_the_readme_and_holds_what_it_promises() -> None:
    path = ROOT / "docker-compose.yml"
    assert f"`{COMPOSE}`" in path.read_text("utf-8").splitlines()[0]
    services = YAML(typ="safe").load(path)["services"]
    assert {name for name, service in services.items() if "profiles" not in service} == {"db", "migrate", "api"}
    assert {name for name, service in services.items() if service.get("profiles") == ["scale"]} == {
        "standby",
        "pooler",
        "api-scale",
    }
    assert services["db"]["healthcheck"]
    assert services["db"]["volumes"]
    assert services["api"]["healthcheck"]
    assert services["api"]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}


def test_the_readme_serves_from_a_postgresql_that_is_there(tmp_path: Path, new_database: Callable[..., str]) -> None:
    _, install, serve = POSTGRES.split(" && ")
    extra = re.findall(r"\[(\w+)\]", install)
    assert f"{extra[0]} = [" in (ROOT / "pyproject.toml").read_text("utf-8")
    line = serve.replace(DATABASE, shlex.quote(new_database("postgresql")))
    variable, command = line.split(" ", 1)
    environment = reader(tmp_path)
    name, _, value = variable.partition("=")
    with serving(command, tmp_path, {**environment, name: shlex.split(value)[0]}) as (address, said):
        assert said.startswith("Migrated the schema")
        assert b"central-urban-areas.gdp-2021-h1" in fetch(f"{address}/v1/statements?within=chongqing&indicator=gdp")


def test_attached_copies_light_up_and_verify(texts: Path, tmp_path: Path) -> None:
    environment = reader(tmp_path)
    shutil.copytree(texts, tmp_path / "my-articles")
    assert run(".venv/bin/claimbook seed", tmp_path, environment).returncode == 0
    attached = run(ATTACH, tmp_path, environment)
    assert (attached.returncode, attached.stderr) == (0, "")
    verified = run(VERIFY, tmp_path, environment)
    assert (verified.returncode, verified.stderr) == (0, "")
    assert re.fullmatch(r"\d+ verified", verified.stdout.splitlines()[-1])


def mapped() -> dict[str, str]:
    """Path → what the map of the house says of it."""
    found: dict[str, str] = {}
    parents: list[str] = []
    for line in blocks(README, "text")[0].splitlines():
        name, _, told = line.strip().partition(" ")
        depth = (len(line) - len(line.lstrip())) // 2
        parents[depth:] = [name] if name.endswith("/") else []
        found["".join(parents[:depth]) + name] = told.strip()
        if not name.endswith("/"):
            parents = parents[:depth]
    return found


def test_everything_on_the_map_is_there() -> None:
    for name in mapped():
        path = ROOT / name
        assert path.is_dir() if name.endswith("/") else path.is_file(), name


def test_everything_that_is_there_is_on_the_map() -> None:
    known = {name.rstrip("/") for name in mapped()}
    missing = [
        f"{folder}{path.name}"
        for folder in ("app/", "docs/", "seed_data/")
        for path in sorted((ROOT / folder).iterdir())
        if path.name not in ("__init__.py", "__pycache__") and f"{folder}{path.name}" not in known
    ]
    assert missing == []


def slug(heading: str) -> str:
    """The anchor that a heading gets."""
    return re.sub(r"[^\w\- ]", "", heading.casefold()).strip().replace(" ", "-")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text("utf-8")):
        if target.startswith(("http://", "https://")):
            continue
        file, _, anchor = target.partition("#")
        path = (page.parent / file).resolve() if file else page
        assert path.exists(), target
        assert path.is_relative_to(ROOT), target
        if anchor:
            headings = re.findall(r"^#+ (.+)$", path.read_text("utf-8"), re.MULTILINE)
            assert anchor in map(slug, headings), target
