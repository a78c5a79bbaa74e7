"""The set-up agrees with itself: one list of packages in pyproject.toml, and files that follow from it."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT = PYPROJECT["project"]
GROUPS = PYPROJECT["dependency-groups"]
EXTRAS = PROJECT["optional-dependencies"]

# What each file of pins serves, as lists of pyproject.toml.
PINNED = {
    "uv.txt": GROUPS["install"],
    "reports.txt": PROJECT["dependencies"] + GROUPS["build"],
    "test.txt": PROJECT["dependencies"] + GROUPS["build"] + EXTRAS["test"],
    "lab.txt": PROJECT["dependencies"] + GROUPS["build"] + EXTRAS["lab"],
}
IMPORT_NAMES = {"beautifulsoup4": "bs4"}
CONDA_NAMES = {"matplotlib": "matplotlib-base", "seaborn": "seaborn-base", "duckdb": "python-duckdb"}


def pins(file: str) -> list[tuple[Requirement, int]]:
    """Each pinned requirement of a file, with the number of its hashes."""
    lines = (ROOT / "requirements" / file).read_text(encoding="utf-8").replace("\\\n", " ").splitlines()
    entries = [line for line in lines if line.strip() and not line.lstrip().startswith("#")]
    return [(Requirement(entry.partition(" --hash")[0].strip()), entry.count("--hash=sha256:")) for entry in entries]


def versions(file: str) -> dict[str, set[str]]:
    """The versions of each package that a file pins: more than one where they depend on the Python."""
    found: dict[str, set[str]] = {}
    for requirement, _ in pins(file):
        (pin,) = requirement.specifier
        assert pin.operator == "==", f"{file}: {requirement.name} is not pinned"
        found.setdefault(canonicalize_name(requirement.name), set()).add(pin.version)
    return found


def test_every_file_of_pins_is_named_here() -> None:
    assert {path.name for path in (ROOT / "requirements").glob("*.txt")} == set(PINNED)


@pytest.mark.parametrize("file", PINNED)
def test_each_pin_has_hashes_and_no_address(file: str) -> None:
    assert all(hashes > 0 for _, hashes in pins(file))
    text = (ROOT / "requirements" / file).read_text(encoding="utf-8")
    assert "://" not in text
    assert not re.search(r"^\s*(-[a-z]|--(?!hash=))", text, re.MULTILINE), "options such as an index do not belong here"


@pytest.mark.parametrize("file", PINNED)
def test_pins_lie_in_the_ranges_of_pyproject(file: str) -> None:
    pinned = versions(file)
    for wanted in map(Requirement, PINNED[file]):
        found = pinned.get(canonicalize_name(wanted.name))
        assert found, f"{file} lacks {wanted.name}: run make pins"
        assert all(map(wanted.specifier.contains, found)), f"{file}: {wanted} but {found}: run make pins"


@pytest.mark.parametrize("file", ["reports.txt", "lab.txt"])
def test_environments_agree_on_versions(file: str) -> None:
    tested = versions("test.txt")
    shared = {name: found for name, found in versions(file).items() if name in tested}
    assert shared == {name: tested[name] for name in shared}
    if file == "reports.txt":
        assert set(shared) == set(versions(file)), "a report needs a package that the tests do not have"


def test_environment_yml_follows_pyproject() -> None:
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    packages = [entry for entry in environment["dependencies"] if isinstance(entry, str)]
    (pip,) = [entry["pip"] for entry in environment["dependencies"] if isinstance(entry, dict)]
    wanted = {"python": PROJECT["requires-python"], "pip": ""}
    for requirement in map(Requirement, PROJECT["dependencies"] + EXTRAS["lab"]):
        wanted[CONDA_NAMES.get(requirement.name, requirement.name)] = str(requirement.specifier)
    assert {r.name: str(r.specifier) for r in map(Requirement, packages)} == wanted
    assert pip == ["--editable ."]
    assert environment["channels"][0] == "conda-forge"


def imported(folder: str) -> set[str]:
    """The packages that the modules of a folder import, without those of Python and the project itself."""
    found = set()
    for path in (ROOT / folder).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module.partition(".")[0])
    return found - sys.stdlib_module_names - {"ehp_eval", "tests", "conftest"}


def test_what_the_library_imports_is_what_it_declares() -> None:
    names = {Requirement(wanted).name for wanted in PROJECT["dependencies"]}
    declared = {IMPORT_NAMES.get(name, name.replace("-", "_")) for name in names}
    assert imported("ehp_eval") == declared - {"ipykernel"}, "ipykernel alone is needed without being imported"


def test_build_requirement_is_the_pinned_one() -> None:
    assert PYPROJECT["build-system"]["requires"] == GROUPS["build"]


@pytest.mark.parametrize(
    "target",
    [*PROJECT["scripts"].values(), *PROJECT["entry-points"]["nbconvert.exporters"].values()],
)
def test_entry_points_lead_to_something(target: str) -> None:
    module, _, attribute = target.partition(":")
    source = ROOT.joinpath(*module.split(".")).with_suffix(".py").read_text(encoding="utf-8")
    assert re.search(rf"^(def|class) {attribute}\b", source, re.MULTILINE), f"{target} does not exist"


def test_make_help_names_every_target() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    (phony,) = re.findall(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)
    described = re.findall(r"^([a-z]+):.* ## ", makefile, re.MULTILINE)
    assert sorted(described) == sorted(phony.split())


def test_ci_runs_the_test_command_of_the_readme() -> None:
    assert "make test" in (ROOT / "README.md").read_text(encoding="utf-8")
    assert "make --no-print-directory check" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert re.search(r"^check: lint test ", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
