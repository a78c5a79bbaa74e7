"""Makes one report: runs its notebook, renders it, and moves the files into place only when all is well."""

from __future__ import annotations

import logging
import os
import re
import tempfile
import time
import traceback
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ehp_eval.disclosure.release import read_release
from ehp_eval.errors import EhpError, ReportError
from ehp_eval.measures.figures import figures_frame

if TYPE_CHECKING:
    import pandas as pd
    from nbformat import NotebookNode
    from traitlets.config import Config

WORKINGS = "workings"
FORMATS = ("html", "pdf", "xlsx")
OWN_ERRORS = {
    "ArgumentError",
    "EhpError",
    "PdfUnavailableError",
    "ReportError",
    "StatisticsError",
}
"""Errors whose messages may be repeated. Not `DataError`: pandas has one of that name, which can hold a cell."""


@dataclass(frozen=True)
class Unit:
    """A report of one year: a notebook with its parameters, and where its files go.

    Attributes
    ----------
    report : str
        Id of the report; its files are `<report>-<year>.<format>`.
    notebook : Path
    parameters : dict of str or bool
        year, data, audience, allow_excluded, release and, for a service, service.
    folder : Path
        Where the files go: `outputs/<year>/<audience>`.
    formats : tuple of str
        html, pdf, xlsx.
    pdf_required : bool
        Whether a PDF was asked for by name, so that a missing library is a failure.
    extract_date : date
        The last day that the records know about: the day that a workbook bears.
    """

    report: str
    notebook: Path
    parameters: dict[str, str | bool]
    folder: Path
    formats: tuple[str, ...]
    pdf_required: bool
    extract_date: date

    @property
    def stem(self) -> str:
        """File name without its ending."""
        return f"{self.report}-{self.parameters['year']}"


@dataclass
class Outcome:
    """What became of a unit.

    Attributes
    ----------
    report : str
    seconds : float
    files : dict of int
        Bytes of each file that was put in place, by its name.
    content : dict
        What the notebook published: title, answer, figures, rows, flow. Empty where it failed.
    failure : str
        Why it failed, in a sentence that names no case; empty where it did not.
    remark : str
        What the reader of the log should know although it went well.
    details : str
        The traceback, for `--debug`. It can hold case data, so it is never written to a file.
    """

    report: str
    seconds: float = 0.0
    files: dict[str, int] = field(default_factory=dict)
    content: dict[str, Any] = field(default_factory=dict)
    failure: str = ""
    remark: str = ""
    details: str = ""

    @property
    def made(self) -> bool:
        """Whether its page is in place: also where a PDF that was asked for by name could not be made beside it."""
        return bool(self.content)


def make_report(unit: Unit) -> Outcome:
    """Make a report, or leave the one that is there as it was and say why.

    Never raises for what goes wrong in a report: the others of the run go on.
    """
    outcome = Outcome(unit.report)
    start = time.perf_counter()
    try:
        _make(unit, outcome)
    except EhpError as error:
        outcome.failure = str(error)
        outcome.details = outcome.details or traceback.format_exc()
    except PermissionError as error:
        name = Path(error.filename2 or error.filename or "").name
        outcome.failure = f"'{name}' cannot be replaced: close it where it is open, and run again"
        outcome.details = traceback.format_exc()
    except Exception as error:  # one broken report must not end the run
        # The message of a foreign error can hold a cell of the records, so only its kind is passed on.
        outcome.failure = f"{type(error).__name__} while the report was made; run with --debug to see more"
        outcome.details = traceback.format_exc()
    outcome.seconds = time.perf_counter() - start
    return outcome


def check_notebook(notebook: Path, parameters: dict[str, str | bool]) -> None:
    """See that a notebook is there and declares exactly the parameters that it will be given.

    papermill only warns of either, and the report would be of other data than it says.

    Raises
    ------
    ReportError
    """
    if not notebook.is_file():
        known = ", ".join(sorted(path.stem for path in notebook.parent.glob("*.ipynb")))
        raise ReportError(f"There is no notebook '{notebook.name}'. In {notebook.parent.name}/ there are: {known}")
    import nbformat  # only a run needs it

    cells = nbformat.read(notebook, as_version=4).cells
    tagged = [cell for cell in cells if "parameters" in cell.metadata.get("tags", [])]
    if len(tagged) != 1:
        raise ReportError(f"{notebook.name}: one cell must have the tag 'parameters'; {len(tagged)} have")
    from papermill import inspect_notebook

    declared = set(inspect_notebook(notebook))
    if declared != set(parameters):
        raise ReportError(
            f"{notebook.name}: its parameters are {', '.join(sorted(declared)) or 'none'}; "
            f"a run gives it {', '.join(sorted(parameters))}. Correct the cell tagged 'parameters'"
        )


def _make(unit: Unit, outcome: Outcome) -> None:
    from ehp_eval.report import PdfUnavailableError, page_faults, render_html, render_pdf
    from ehp_eval.workbook import render_workbook

    notebook = _execute(unit, outcome)
    content = _published(notebook)
    html = render_html(notebook)
    faults = page_faults(html)
    if faults:
        raise ReportError("the page is not fit to be published: " + " ".join(faults))
    files: dict[str, bytes] = {}
    if "html" in unit.formats:
        files[f"{unit.stem}.html"] = html.encode()
    if "xlsx" in unit.formats:
        figures = _tidy(unit, content)
        files[f"{unit.stem}.xlsx"] = render_workbook(html, figures, created=unit.extract_date)
    missing_pdf = ""
    if "pdf" in unit.formats:
        try:
            files[f"{unit.stem}.pdf"] = render_pdf(html)
        except PdfUnavailableError as unavailable:
            missing_pdf = str(unavailable)
    if not files:
        raise ReportError(missing_pdf)
    files[f"{WORKINGS}/{unit.stem}.ipynb"] = _cleaned(notebook, unit).encode()
    _put_in_place(unit.folder, files)
    outcome.content = content
    outcome.files = {name: len(content) for name, content in files.items() if not name.startswith(WORKINGS)}
    # A file of an earlier run that this one did not renew would tell another story than its neighbours.
    for ending in FORMATS:
        if f"{unit.stem}.{ending}" not in files:
            (unit.folder / f"{unit.stem}.{ending}").unlink(missing_ok=True)
    if missing_pdf and unit.pdf_required:
        raise ReportError(missing_pdf)
    outcome.remark = missing_pdf


def _execute(unit: Unit, outcome: Outcome) -> NotebookNode:
    """Run the notebook in a kernel of this environment, and keep nothing of it on disk."""
    os.environ["JUPYTER_PREFER_ENV_PATH"] = "1"  # this environment's kernel, whatever the user has at home
    os.environ["PYDEVD_DISABLE_FILE_VALIDATION"] = "1"
    # A kernel that dies can leave a callback behind, whose traceback its message queue would log; the report says it.
    logging.getLogger("tornado.general").setLevel(logging.CRITICAL)
    import papermill
    from papermill.exceptions import PapermillExecutionError

    try:
        with tempfile.TemporaryDirectory(prefix="ehp-") as sockets:
            executed: NotebookNode = papermill.execute_notebook(
                unit.notebook,
                None,
                parameters=unit.parameters,
                kernel_name="python3",
                progress_bar=False,
                log_output=False,
                extra_arguments=["--IPKernelApp.log_level=CRITICAL"],  # its own end is no news here
                config=_private(sockets),
            )
        return executed
    except PapermillExecutionError as error:
        outcome.details = "\n".join(error.traceback)
        if error.ename in OWN_ERRORS:
            raise ReportError(error.evalue) from None
        # One cell more than when the notebook is run by hand: papermill adds that of the parameters.
        raise ReportError(
            f"{error.ename} in cell {error.exec_count - 1} of {unit.notebook.name}; run with --debug to see more"
        ) from None


def _private(folder: str) -> Config:
    """Let the kernel talk through sockets in a folder of the user's own, and not through ports of the computer.

    Kernels that start at the same moment can choose the same port; one of them then waits for ever. And anybody
    on the computer could listen at a port. Windows has no such sockets.
    """
    from traitlets.config import Config

    return Config() if os.name == "nt" else Config({"KernelManager": {"transport": "ipc", "ip": f"{folder}/kernel"}})


def _published(notebook: NotebookNode) -> dict[str, Any]:
    """Return what the notebook hands to the run: exactly one display of `present.publish`."""
    from ehp_eval.present.shared import MIME

    found: list[dict[str, Any]] = [
        output["data"][MIME]
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if MIME in output.get("data", {})
    ]
    if len(found) != 1:
        raise ReportError(f"the notebook publishes {len(found)} sets of figures; end it with one present.publish(...)")
    return found[0]


def _tidy(unit: Unit, content: dict[str, Any]) -> pd.DataFrame:
    """Return the report's figures as `figures.csv` has them: what a release hides has its mark."""
    release = str(unit.parameters.get("release", ""))
    if not release:
        return figures_frame(content["figures"])
    figures = read_release(release).tidy()
    return figures[figures["report"] == unit.report]


def _cleaned(notebook: NotebookNode, unit: Unit) -> str:
    """Return the executed notebook without paths of this machine and without the run's own copy of the figures."""
    import nbformat

    from ehp_eval.present.shared import MIME

    notebook.metadata.pop("papermill", None)
    # The whole line: papermill writes letters beyond ASCII, and backslashes, as escapes.
    names = {name: Path(str(unit.parameters[name])).name for name in ("data", "release")}
    for cell in notebook.cells:
        if "injected-parameters" in cell.metadata.get("tags", []):
            cell.source = re.sub(
                r"^(data|release) = .*$",
                lambda line: f"{line[1]} = {names[line[1]]!r}",
                cell.source,
                flags=re.MULTILINE,
            )
        cell.metadata.pop("papermill", None)
        cell.metadata.pop("execution", None)
        for output in cell.get("outputs", []):
            output.get("data", {}).pop(MIME, None)
    return str(nbformat.writes(notebook))


def _put_in_place(folder: Path, files: dict[str, bytes]) -> None:
    """Write all files elsewhere on the same disk, then move each into place: never half a file."""
    (folder / WORKINGS).mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".making-", dir=folder) as name:
        drafts: list[tuple[Path, Path]] = []
        for number, (target, content) in enumerate(files.items()):
            draft = Path(name) / str(number)
            draft.write_bytes(content)
            drafts.append((draft, folder / target))
        # A PDF first: Windows lets nobody replace it while a reader shows it, and then the page too must stay.
        for draft, target_path in sorted(drafts, key=lambda move: move[1].suffix != ".pdf"):
            draft.replace(target_path)


_PLACES = re.compile(r"^(data|release) = .*$", re.MULTILINE)
