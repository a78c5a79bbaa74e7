"""The notebooks: thin, clean, about no one council, and runnable from where an analyst runs them."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup

from ehp_eval.contract import TABLES
from ehp_eval.streams import STREAMS

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = {path.stem: nbformat.read(path, as_version=4) for path in sorted((ROOT / "notebooks").glob("*.ipynb"))}
REPORTS = [name for name in NOTEBOOKS if name != "explore"]
PARAMETERS = {
    "baby_in_mind": ["year", "service", "data", "audience", "allow_excluded", "release"],
    "edge_of_care": ["year", "service", "data", "audience", "allow_excluded", "release"],
    "explore": ["data"],
    "front_door": ["year", "service", "data", "audience", "allow_excluded", "release"],
    "looked_after_system": ["year", "data", "audience", "allow_excluded", "release"],
    "overview": ["year", "data", "audience", "allow_excluded", "release"],
    "practice_support_workers": ["year", "service", "data", "audience", "allow_excluded", "release"],
    "reflect": ["year", "service", "data", "audience", "allow_excluded", "release"],
}
each = pytest.mark.parametrize("name", NOTEBOOKS)


def code(name: str) -> list[nbformat.NotebookNode]:
    return [cell for cell in NOTEBOOKS[name].cells if cell.cell_type == "code"]


def prose(name: str) -> list[str]:
    return [cell.source for cell in NOTEBOOKS[name].cells if cell.cell_type == "markdown"]


def syntax(name: str) -> Iterator[ast.AST]:
    for cell in code(name):
        yield from ast.walk(ast.parse(cell.source))


def parameters(name: str) -> nbformat.NotebookNode:
    (cell,) = [cell for cell in NOTEBOOKS[name].cells if "parameters" in cell.metadata.get("tags", [])]
    return cell


# What is committed


def test_every_notebook_is_known():
    assert set(NOTEBOOKS) == set(PARAMETERS)
    named = {tomllib.loads(path.read_text()).get("notebook") for path in (ROOT / "data/services").glob("*.toml")}
    assert {*named, "overview", "looked_after_system"} - {None} == set(REPORTS)


@each
def test_it_is_valid_and_has_no_outputs(name):
    nbformat.validate(NOTEBOOKS[name])
    assert NOTEBOOKS[name].metadata.kernelspec.name == "python3"
    for cell in code(name):
        assert cell.outputs == []
        assert cell.execution_count is None


@each
def test_its_parameters_are_typed_and_stand_in_one_cell(name):
    statements = ast.parse(parameters(name).source).body
    assert all(
        isinstance(each, ast.AnnAssign) and ast.unparse(each.annotation) in ("str", "bool") for each in statements
    )
    assert [each.target.id for each in statements] == PARAMETERS[name]
    assert parameters(name) is code(name)[0]


@each
def test_its_cells_are_short_and_plain(name):
    for cell in code(name):
        assert len(cell.source.splitlines()) <= 10, cell.source
    built = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.For, ast.AsyncFor, ast.While)
    assert not [node for node in syntax(name) if isinstance(node, built)]


@each
def test_it_reads_no_files_and_knows_no_paths(name):
    for node in syntax(name):
        if isinstance(node, ast.ImportFrom | ast.Import):
            modules = [node.module] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names]
            assert set(modules) == {"ehp_eval"}, ast.unparse(node)
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func).rsplit(".", 1)[-1]
            assert called not in {"open", "Path", "exec", "eval", "get_ipython"}, called
            assert not called.startswith(("read_", "to_csv", "to_excel")), called
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            assert not re.search(r"[/\\]|\.(csv|toml|html)\b", node.value), node.value


@each
def test_magics_and_shell_commands_have_no_place(name):
    assert not [line for cell in code(name) for line in cell.source.splitlines() if line.lstrip()[:1] in ("%", "!")]


@each
def test_its_headings_follow_from_the_pages(name):
    levels = [len(mark) for text in prose(name) for mark in re.findall(r"^(#+) ", text, flags=re.MULTILINE)]
    if name == "explore":
        assert levels[0] == 1
        levels = levels[1:]
    assert 1 not in levels, "the page's heading comes from present.header"
    assert levels[0] == 2
    assert all(after <= before + 1 for before, after in pairwise(levels))


@pytest.mark.parametrize("name", REPORTS)
def test_a_report_tells_a_story(name):
    words = sum(len(re.sub(r"^#.*$", "", text, flags=re.MULTILINE).split()) for text in prose(name))
    assert words >= 150
    assert sum(text.startswith("## ") for text in prose(name)) >= 5


# No council and no service in the code

SETTINGS = tomllib.loads((ROOT / "data/council.toml").read_text(encoding="utf-8"))
COUNCIL = SETTINGS["council"]
SERVICES = {
    path.stem: tomllib.loads(path.read_text(encoding="utf-8")) for path in (ROOT / "data/services").glob("*.toml")
}


def names_of_this_council() -> list[str]:
    """Ids and titles of the services and what a title has in brackets, and how the council is called."""
    titles = [part.strip(" )") for service in SERVICES.values() for part in service["title"].split("(")]
    comparators = SETTINGS["comparators"]
    areas = [COUNCIL["authority"], COUNCIL["name"], *comparators["visited"], *comparators["neighbours"]]
    # The front door is called as its table is; a service may be called as its stream is.
    return [*(set(SERVICES) - set(TABLES) - set(STREAMS)), *titles, *areas]


def found(text: str) -> list[str]:
    """Names that stand in a text as words of their own."""
    return [name for name in names_of_this_council() if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text)]


@pytest.mark.parametrize("name", REPORTS)
def test_no_council_or_service_is_named_in_a_notebook(name):
    for cell in NOTEBOOKS[name].cells:
        text = cell.source
        if cell is parameters(name):
            text = re.sub(r'^service: str = "\w+"', "", text, flags=re.MULTILINE)
        assert found(text) == [], text


def test_explore_names_services_only():
    text = "\n".join(cell.source for cell in NOTEBOOKS["explore"].cells)
    assert set(found(text)) <= set(SERVICES)


@pytest.mark.parametrize(
    "path",
    [
        path
        for path in sorted((ROOT / "ehp_eval").rglob("*"))
        if path.suffix in {".py", ".pyi", ".toml", ".j2", ".css", ".json"}
    ],
    ids=lambda path: path.relative_to(ROOT).as_posix(),
)
def test_no_council_or_service_is_named_in_the_library(path):
    # The definitions that a new folder is given name the notebook that evaluates each.
    text = re.sub(r'^notebook = "\w+"', "", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert found(text) == []


# Honest words: the claims that only a comparison could carry ("Words" of the measures' specification)

# The shipped services have no comparison group: words of cause, and of association too, stand above their design.
TOO_STRONG = re.compile(
    r"\b(prevent(s|ed|ing)?|avoid(s|ed|ing)?|sav(es?|ed|ings?)|impact(s|ed)?|as a result of|reduc(es|ed)"
    r"|associated with|thanks to|effective(ness)?)\b",
    re.IGNORECASE,
)


def strings(content: object) -> Iterator[str]:
    if isinstance(content, str):
        yield content
    elif isinstance(content, dict | list):
        for part in content.values() if isinstance(content, dict) else content:
            yield from strings(part)


@each
def test_no_notebook_says_more_than_the_figures_can(name):
    assert not [text for text in prose(name) if TOO_STRONG.search(text)]


# Design level 2: the sentences that give a standardised difference with its interval, and no other.
ASSOCIATED = {("comparison", "associated"), ("comparison", "harm_associated"), ("public", "associated")}


def test_the_librarys_words_say_no_more_than_the_figures_can():
    words = tomllib.loads((ROOT / "ehp_eval/words_en.toml").read_text(encoding="utf-8"))
    for section, name in ASSOCIATED:
        text = words[section][name]
        assert "{difference}" in text
        words[section][name] = text.replace("was associated with a difference of", "")
    assert not [text for text in strings(words) if TOO_STRONG.search(text)]


@pytest.mark.parametrize("service", SERVICES)
def test_no_service_is_described_with_more_than_the_figures_can_say(service):
    content = dict(SERVICES[service])
    content["provenance"] = {key: text for key, text in content["provenance"].items() if key != "sources"}  # titles
    assert not [text for text in strings(content) if TOO_STRONG.search(text)]


def test_the_councils_settings_say_no_more_than_the_figures_can():
    """In its own words: what names a claim or a document carries the words of the source."""
    sources = {"document", "claim", "saving", "children", "source"}
    named = [value for part in (SETTINGS["system_change"], *SETTINGS["costs"].values()) if isinstance(part, dict)
             for key, value in part.items() if key in sources]  # fmt: skip
    assert not [text for text in strings(SETTINGS) if TOO_STRONG.search(text) and text not in named]


@pytest.mark.xdist_group("reports")
def test_no_page_says_more_than_the_figures_can(shipped_run):
    """In its own words, that is: those of a source stand in a quotation, and titles of documents too."""
    pages = sorted(shipped_run.folder.glob("*.html"))
    # The services', the two of the whole council, and the index.
    assert len(pages) == 3 + len([each for each in SERVICES.values() if "notebook" in each])
    for path in pages:
        page = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
        for quotation in page.select("q, blockquote, style"):
            quotation.decompose()
        described = [str(value) for part in page.find_all(True) for value in part.attrs.values()]
        assert not [text for text in [page.get_text(" "), *described] if TOO_STRONG.search(text)], path.name


# As an analyst runs them

LIMIT = 300  # seconds: a run that hangs fails, and does not keep the others waiting


def papermill(name: str, output: Path, *arguments: str, folder: Path = ROOT) -> nbformat.NotebookNode:
    """Run a notebook as the README says, from a folder of the repository."""
    source = (ROOT / "notebooks" / f"{name}.ipynb").relative_to(folder)
    said = subprocess.run(
        [sys.executable, "-m", "papermill", "--no-progress-bar", source, output, *arguments],
        cwd=folder,
        env={**os.environ, "JUPYTER_PREFER_ENV_PATH": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=LIMIT,
    )
    assert said.returncode == 0, said.stderr
    assert "Passed unknown parameter" not in said.stderr
    return nbformat.read(output, as_version=4)


def shown(notebook: nbformat.NotebookNode) -> str:
    """Everything that the cells show as HTML or as text; a warning, a print or an error is none of it."""
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    assert {output.output_type for output in outputs} <= {"display_data", "execute_result"}
    return "\n".join("".join(output.data.get("text/html", output.data.get("text/plain", ""))) for output in outputs)


@pytest.mark.parametrize("folder", [ROOT, ROOT / "notebooks"], ids=["root", "notebooks"])
def test_a_report_runs_from_the_root_and_from_its_own_folder(tmp_path, folder):
    page = shown(papermill("edge_of_care", tmp_path / "out.ipynb", "-p", "year", "2020-21", folder=folder))
    assert "2020-21" in page
    assert page.count("<svg") >= 3


def test_explore_runs_and_ends_in_a_chart(tmp_path):
    notebook = papermill("explore", tmp_path / "out.ipynb")
    assert "2020-21" in shown(notebook)
    assert "<svg" in shown(notebook)
