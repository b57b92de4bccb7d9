"""Is every dependency pinned, hashed and above the versions with known faults, and can its bill of materials be made?"""

import json
import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from docpages import blocks
from make import ROOT
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

FLOORS = {"starlette": "1.3.1", "h11": "0.16"}
"""Package → the first version without a known fault."""
ABSENT = ("python-multipart",)
OPERATIONS = ROOT / "docs" / "operations.md"


def locked() -> dict[str, tuple[Version, int]]:
    """Package → the version in the lock file and the number of hashes."""
    text = (ROOT / "requirements.txt").read_text("utf-8")
    found = re.findall(r"^([A-Za-z0-9._-]+)==([^ ;]+)[^\n]*\n((?: +--hash=sha256:[0-9a-f]{64}(?: \\)?\n)*)", text, re.M)
    return {name: (Version(pinned), hashes.count("--hash=")) for name, pinned, hashes in found}


def required() -> list[Requirement]:
    """What `pyproject.toml` asks for, the extras of the image included."""
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = [each for extra in ("postgres", "export", "otel") for each in project["optional-dependencies"][extra]]
    return [Requirement(each) for each in [*project["dependencies"], *extras]]


def test_every_pinned_package_has_hashes() -> None:
    lines = [line for line in (ROOT / "requirements.txt").read_text("utf-8").splitlines() if re.match(r"[A-Za-z0-9]", line)]
    assert len(locked()) == len(lines) > 30
    assert all(hashes for _, hashes in locked().values())


def test_the_lock_holds_what_the_program_asks_for() -> None:
    for wanted in required():
        assert wanted.specifier.contains(locked()[canonicalize_name(wanted.name)][0]), wanted


@pytest.mark.parametrize("package", FLOORS)
def test_packages_with_known_faults_are_newer_than_these(package: str) -> None:
    floor = Version(FLOORS[package])
    assert locked()[package][0] >= floor
    assert Version(version(package)) >= floor, "the one that the tests run with"
    [asked] = [each for each in required() if each.name == package]
    lower = [Version(each.version) for each in asked.specifier if each.operator == ">="]
    assert lower
    assert lower[0] >= floor


@pytest.mark.parametrize("package", ABSENT)
def test_packages_that_are_not_needed_are_absent(package: str) -> None:
    assert package not in locked()
    assert package not in {each.name for each in required()}


def test_the_bill_of_materials_is_made_as_told_and_holds_the_whole_lock(tmp_path: Path) -> None:
    [line] = [line for block in blocks(OPERATIONS, "sh") for line in block.splitlines() if "cyclonedx-py" in line]
    told = line.replace(".venv/bin/cyclonedx-py", f"{sys.executable} -m cyclonedx_py")
    words = told.replace("sbom.json", f"{tmp_path}/sbom.json")
    done = subprocess.run(words.split(), cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    text = (tmp_path / "sbom.json").read_text("utf-8")
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    components = json.loads(text)["components"]
    assert {each["name"]: each["version"] for each in components} == {name: str(pinned) for name, (pinned, _) in locked().items()}
    for each in components:
        hashes = [told["alg"] for place in each["externalReferences"] for told in place.get("hashes", [])]
        assert "SHA-256" in hashes, each["name"]


def test_the_image_runs_without_root_and_from_hashed_packages() -> None:
    image = (ROOT / "Dockerfile").read_text("utf-8")
    last = image.split("\nFROM ")[-1]
    user = re.findall(r"^USER (\d+):(\d+)$", last, re.M)
    assert user
    assert all(int(each) > 0 for each in user[-1])
    assert "--require-hashes" in image
