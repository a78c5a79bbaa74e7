"""Quick runs for the tests: a council of three children, and notebooks of a few lines in place of the real ones."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import nbformat
import pandas as pd
from nbformat.v4 import new_code_cell, new_notebook

from ehp_eval.cli import main
from ehp_eval.measures.figures import FIGURE_COLUMNS
from ehp_eval.present.shared import MIME
from tests.councils import SERVICES, changed, episode, referral, write_council

YEAR = "2020-21"
PARAMETERS = '''\
year: str = ""
service: str = ""
data: str = ""
audience: str = ""
allow_excluded: bool = False
release: str = ""'''
HEADER = """\
from IPython.display import display
from ehp_eval.prose import PageHeader
PageHeader(f"{service}, {year}", subtitle="One year", council="A council")"""


def publishing(numerator: int = 2) -> str:
    """A cell that hands one figure to the run, as `present.publish` does."""
    figure = dict.fromkeys(FIGURE_COLUMNS, "") | {
        "measure": "eoc1",
        "window_days": 365,
        "numerator": numerator,
        "denominator": 3,
        "value": numerator / 3,
        "lower": None,
        "upper": None,
        "confidence": None,
        "source": "records",
    }
    content = {"answer": f"{numerator} of 3.", "flow": [], "figures": [figure]}
    return f"""\
content = {content!r}
content["title"] = service
content["figures"][0] |= {{"report": service.replace("_", "-"), "service": service, "year": year}}
display({{"{MIME}": content, "text/html": "<p>" + content["answer"] + "</p>"}}, raw=True)"""


def write_notebook(path: Path, *cells: str, parameters: tuple[str, ...] = (PARAMETERS,)) -> None:
    """Write a notebook of code cells, those of `parameters` with the tag that papermill looks for."""
    tagged = [new_code_cell(cell, metadata={"tags": ["parameters"]}) for cell in parameters]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    path.parent.mkdir(exist_ok=True)
    nbformat.write(new_notebook(cells=[*tagged, *map(new_code_cell, cells)], metadata=kernel), path)


@dataclass(frozen=True)
class SmallRun:
    """A council and notebooks of its own in a folder; every service has a notebook of its own name."""

    folder: Path

    @property
    def data(self) -> Path:
        return self.folder / "Cyngor Tŷ Ŵyn"

    @property
    def notebooks(self) -> Path:
        return self.folder / "small notebooks"

    @property
    def outputs(self) -> Path:
        return self.folder / "outputs"

    @property
    def reports(self) -> Path:
        """Where the reports of the year are."""
        return self.outputs / YEAR / "internal"

    def services(self, *names: str) -> SmallRun:
        """Write a council with these services, and for each a notebook that does what it should."""
        settings = {
            name: changed(SERVICES["doorstep"], notebook=name, title=name.title(), order=order)
            for order, name in enumerate(names)
        }
        settings["unreported"] = changed(SERVICES["doorstep"], notebook=None)
        settings["later"] = changed(SERVICES["doorstep"], notebook=names[0], operational_since=date(2020, 4, 1))
        write_council(
            self.data,
            services=settings,
            referrals=[
                referral("one", "2019-06-03", service=names[0]),
                referral("two", "2020-06-01", service=names[0]),
                referral("three", "2020-07-01", service=names[0]),
            ],
            looked_after_episodes=[episode("three", "2020-09-01")],
        )
        for name in names:
            self.notebook(name, publishing())
        return self

    def notebook(self, name: str, *cells: str, parameters: tuple[str, ...] = (PARAMETERS,)) -> None:
        """Write the notebook of a service: the head of its page, then the cells."""
        write_notebook(self.notebooks / f"{name}.ipynb", HEADER, *cells, parameters=parameters)

    def run(self, *arguments: str) -> int:
        """Run the command line in this process, internal and HTML only unless told otherwise; returns its exit code."""
        given = ["--data", str(self.data), "--outputs", str(self.outputs), "--jobs", "1"]
        given += ["--formats", "html", "--audience", "internal"]
        try:
            return main(["run", *given, *arguments])
        except SystemExit as ended:
            return int(ended.code or 0)


def contents(folder: Path) -> dict[str, bytes]:
    """Every file beneath a folder, by its path."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }


def read_figures(folder: Path) -> pd.DataFrame:
    """The figures of a folder of reports, as text."""
    return pd.read_csv(folder / "figures.csv", dtype="str", keep_default_na=False)
