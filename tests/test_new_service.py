"""A council adds a service of a known kind with one TOML file; and no council is too small for a report.

The cells of the notebooks run here one by one, without a kernel, on councils of no case or of one.
"""

from __future__ import annotations

import ast
import shutil
from pathlib import Path
from typing import Any

import nbformat
import pytest
from bs4 import BeautifulSoup

from ehp_eval.cli import main
from ehp_eval.opening import AUDIENCES
from tests.cohorts import pregnancy, together
from tests.councils import SERVICES, Content, Row, changed, episode, referral, service, status, write_council

NOTEBOOKS = Path(__file__).resolve().parents[1] / "notebooks"
YEAR = "2019-20"
DOOR = service(["front_door"], "contact", "received_on", [183], notebook="front_door", title="The door")
KINDS: dict[str, tuple[str, Content]] = {
    "edge_of_care": ("doorstep", SERVICES["doorstep"]),
    "practice_support_workers": ("homeward", changed(SERVICES["homeward"], notebook="practice_support_workers")),
    "baby_in_mind": ("cradle", SERVICES["cradle"]),
    "reflect": ("afresh", SERVICES["afresh"]),
    "front_door": ("door", DOOR),
}
Tables = dict[str, list[Row]]
# The least that each kind needs, with nobody in it but a referral that gives the records their years.
NOBODY: Tables = {"referrals": [referral("elsewhere", "2018-05-01", service="unreported")]}
EMPTY: dict[str, Tables] = {
    "edge_of_care": {"looked_after_episodes": [episode("x", "2018-05-01")]},
    "practice_support_workers": {"looked_after_episodes": [episode("x", "2018-05-01")]},
    "baby_in_mind": {
        "looked_after_episodes": [episode("x", "2018-05-01")],
        "pregnancies": [{"pregnancy_id": "g", "due_on": "2018-05-01"}],
        "babies": [{"baby_id": "b", "pregnancy_id": "g", "born_on": "2018-05-01"}],
    },
    "reflect": {
        "parents": [{"parent_id": "p", "offered_on": "2018-05-01"}],
        "pregnancies": [{"pregnancy_id": "g"}],
        "babies": [{"baby_id": "b", "pregnancy_id": "g", "born_on": "2018-05-01"}],
        "status_events": [status("b", "2018-05-09", "registered")],
    },
    "front_door": {"front_door": [{"contact_id": "c", "received_on": "2018-05-01"}]},
}
ONE: dict[str, Tables] = {
    "edge_of_care": {"referrals": [referral("a", "2019-06-03", support_ended_on="2019-08-01")]},
    "practice_support_workers": {
        "referrals": [referral("a", "2019-06-03", service="homeward", stream="reunification")],
        "looked_after_episodes": [episode("a", "2019-01-01", "2019-09-01", reason_ended="returned_home")],
    },
    "baby_in_mind": pregnancy("a", "2019-06-03", "2019-09-01"),
    "reflect": {"parents": [{"parent_id": "q", "offered_on": "2019-05-01", "engaged_on": "2019-05-09"}]},
    "front_door": {
        "front_door": [
            {"contact_id": "d", "received_on": "2019-05-01", "decided_on": "2019-05-02", "decision": "stepped_down"}
        ]
    },
}


def pages(notebook: str, folder: Path, service_id: str, audience: str) -> list[str]:
    """What each cell of a notebook shows."""
    names: dict[str, Any] = {"year": YEAR, "service": service_id, "data": str(folder), "audience": audience} | {
        "allow_excluded": False,
        "release": "",
    }
    shown = []
    for cell in nbformat.read(NOTEBOOKS / f"{notebook}.ipynb", as_version=4).cells:
        if cell.cell_type != "code" or "parameters" in cell.metadata.get("tags", []):
            continue
        tree = ast.parse(cell.source)
        last = tree.body.pop()
        assert isinstance(last, ast.Expr)
        exec(compile(tree, notebook, "exec"), names)
        part = eval(compile(ast.Expression(last.value), notebook, "eval"), names)
        if part is None:  # a part that this council has nothing for shows nothing
            continue
        bundle = getattr(part, "_repr_mimebundle_", None)
        shown.append(bundle()["text/html"] if bundle else part._repr_html_())
    return shown


@pytest.mark.parametrize("audience", AUDIENCES)
@pytest.mark.parametrize("cases", ["nobody", "one"])
@pytest.mark.parametrize("notebook", KINDS)
def test_no_council_is_too_small_for_a_report(tmp_path: Path, notebook: str, cases: str, audience: str) -> None:
    service_id, definition = KINDS[notebook]
    tables = together(NOBODY, EMPTY[notebook], *([ONE[notebook]] if cases == "one" else []))
    unreported = changed(SERVICES["doorstep"], notebook=None)
    folder = write_council(tmp_path, services={service_id: definition, "unreported": unreported}, **tables)
    text = BeautifulSoup("\n".join(pages(notebook, folder, service_id, audience)), "html.parser").get_text(" ")
    assert definition["title"] in text
    assert not {"nan", "nat", "<na>"} & set(text.lower().split())


@pytest.mark.xdist_group("reports")
def test_one_file_adds_a_service_and_its_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write_council(
        tmp_path / "data",
        services={"doorstep": SERVICES["doorstep"]},
        referrals=[
            *(referral(f"d{n}", f"2019-05-{n:02d}") for n in range(1, 8)),
            *(referral(f"n{n}", f"2019-06-{n:02d}", service="doorstep") for n in range(1, 10)),
        ],
        looked_after_episodes=[episode("n1", "2019-07-01")],
    )
    outputs = tmp_path / "outputs"
    arguments = ["run", "--data", str(folder), "--outputs", str(outputs), "--year", YEAR, "--formats", "html"]
    arguments += ["--audience", "internal"]
    # The one file: a copy of a definition of the same kind, its words changed.
    added = folder / "services" / "night_watch.toml"
    shutil.copy(folder / "services" / "doorstep.toml", added)
    added.write_text(added.read_text(encoding="utf-8").replace("Doorstep", "Night Watch"), encoding="utf-8")
    records = folder / "records" / "referrals.csv"
    rows = records.read_text(encoding="utf-8").splitlines()
    moved = [row.replace(",doorstep,", ",night_watch,") if row.startswith("r-n") else row for row in rows]
    records.write_text("\n".join(moved) + "\n", encoding="utf-8")

    assert main([*arguments, "--service", "night_watch"]) == 0, capsys.readouterr()
    page = (outputs / YEAR / "internal" / f"night-watch-{YEAR}.html").read_text(encoding="utf-8")
    assert "Night Watch, 2019-20" in page
    assert "8 of 9 (95% interval 57% to 98%) had not been looked after at any time in the 12 months" in page
