"""Nobody can be identified: a canary in every identifying cell must turn up in nothing that a run writes or says."""

from __future__ import annotations

import csv
import shutil
import subprocess
import sys
import zipfile
from datetime import datetime
from io import BytesIO
from pathlib import Path

import pandas as pd
import pytest
import xlsxwriter
from pypdf import PdfReader
from pypdf.generic import StreamObject

from ehp_eval.cli import main
from ehp_eval.contract import RECORDS
from ehp_eval.load import load_council
from tests.small_runs import contents, publishing

canaries = pytest.mark.xdist_group("canary")
ROOT = Path(__file__).resolve().parents[1]
CANARY = "Canary"
# Free text in which a council's extract may hold a name or an address.
FREE_TEXT = {"persons": ("locality",), "looked_after_episodes": ("provider", "need", "reason_ended")}


def plant(folder: Path) -> dict[str, int]:
    """Rename every id alike in all tables, so that they still fit together; returns the cells changed by column."""
    changed: dict[str, int] = {}
    for contract in RECORDS:
        path = folder / contract.file
        with path.open(encoding="utf-8", newline="") as file:
            header, *rows = csv.reader(file)
        names = {column.name for column in contract.of_kind("id")} | set(FREE_TEXT.get(contract.name, ()))
        for position, name in enumerate(header):
            if name in names:
                filled = [row for row in rows if row[position].strip()]
                for row in filled:
                    row[position] = f"{CANARY} {row[position].strip()}"
                changed[f"{contract.name}.{name}"] = len(filled)
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows([header, *rows])
    return changed


def compare_two_services(folder: Path) -> None:
    """Make one service's children the comparison group of another: the shipped records have none."""
    table = pd.read_csv(folder / "records/referrals.csv", dtype="str", keep_default_na=False)
    theirs = table.query("service == 'connecting_families' and stream == 'edge_of_care'")
    theirs = theirs.assign(service="rapid_response", referral_id="C" + theirs["referral_id"])
    theirs.to_csv(folder / "records/comparison.csv", index=False)


def with_canary(said: str | bytes) -> bool:
    text = said.decode("utf-8", errors="replace") if isinstance(said, bytes) else said
    return CANARY.lower() in text.lower()


def pdf_contents(content: bytes) -> list[bytes | str]:
    """Everything in a PDF: the text of its pages, what it says of itself, and every stream unpacked."""
    pdf = PdfReader(BytesIO(content))
    parts: list[bytes | str] = [page.extract_text() for page in pdf.pages]
    parts += [str(pdf.metadata), str(pdf.outline)]
    for number in range(len(pdf.xref_objStm) + sum(map(len, pdf.xref.values())) + 1):
        found = pdf.get_object(number) if number else None
        parts.append(found.get_data() if isinstance(found, StreamObject) else str(found))
    return parts


def unpacked(written: dict[str, bytes]) -> dict[str, bytes]:
    """The files of a run, workbooks taken out of their packing."""
    books = {name: zipfile.ZipFile(BytesIO(content)) for name, content in written.items() if name.endswith(".xlsx")}
    return written | {name: b"".join(map(book.read, book.namelist())) for name, book in books.items()}


@pytest.fixture(scope="module")
def council(tmp_path_factory) -> Path:
    """The shipped data with canaries, reports left for two services (one of children, one of babies)."""
    folder = tmp_path_factory.mktemp("marked") / "data"
    shutil.copytree(ROOT / "data", folder)
    for name in ("connecting_families", "ifss", "reflect", "practice_support_workers", "front_door"):
        path = folder / f"services/{name}.toml"
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        path.write_text("".join(line for line in lines if not line.startswith("notebook")), encoding="utf-8")
    compare_two_services(folder)
    changed = plant(folder)
    ids = {f"{contract.name}.{column.name}" for contract in RECORDS for column in contract.of_kind("id")}
    assert ids <= set(changed)
    assert all(count > 0 for column, count in changed.items() if column != "persons.birth_person_id"), changed
    return folder


@pytest.fixture(scope="module")
def ran(council) -> tuple[Path, subprocess.CompletedProcess[str]]:
    outputs = council.parent / "outputs"
    arguments = ["--data", council, "--outputs", outputs, "--year", "2020-21", "--audience", "internal"]
    said = subprocess.run(
        [sys.executable, "-m", "ehp_eval.cli", "run", *arguments, "--jobs", "2"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=900,  # a run that hangs fails, and does not keep the others waiting
    )
    assert said.returncode == 0, said.stdout + said.stderr
    return outputs / "2020-21" / "internal", said


@pytest.fixture(scope="module")
def published(council) -> Path:
    """The folder of the public reports of the same records."""
    outputs = council.parent / "outputs"
    arguments = ["--data", str(council), "--outputs", str(outputs), "--year", "2020-21", "--formats", "html,xlsx"]
    assert main(["run", *arguments, "--service", "rapid_response", "baby_in_mind", "--jobs", "2"]) == 0
    return outputs / "2020-21" / "public"


@canaries
def test_the_records_with_canaries_give_the_same_figures(ran):
    """Otherwise the canaries had cut the tables apart, and the search would prove nothing."""
    folder, _ = ran
    figures = pd.read_csv(folder / "figures.csv").query("report == 'rapid-response' and year == '2020-21'")
    closing = figures.query("measure == 'eoc1c'").iloc[0]
    assert (closing["numerator"], closing["denominator"]) == (159, 166)
    assert {path.name for path in folder.glob("*.pdf")} == {
        f"{report}-2020-21.pdf" for report in ("overview", "looked-after-system", "rapid-response", "baby-in-mind")
    }


@canaries
def test_no_file_of_a_run_names_anybody(ran):
    folder, _ = ran
    written = unpacked(contents(folder))
    assert {Path(name).suffix for name in written} == {".html", ".pdf", ".xlsx", ".csv", ".json", ".ipynb", ".log"}
    assert [name for name, content in written.items() if with_canary(content)] == []
    assert not [name for name in written if with_canary(name)]


@canaries
def test_no_file_of_a_public_run_names_anybody(published):
    written = unpacked(contents(published))
    assert {Path(name).suffix for name in written} == {".html", ".xlsx", ".csv", ".json", ".ipynb", ".log"}
    assert [name for name, content in written.items() if with_canary(content)] == []


@canaries
def test_no_pdf_names_anybody(ran):
    folder, _ = ran
    for path in folder.glob("*.pdf"):
        parts = pdf_contents(path.read_bytes())
        assert any("Rapid Response" in part for part in parts if isinstance(part, str)) or "baby" in path.name
        assert not [part for part in parts if with_canary(part)], path.name


@canaries
def test_the_run_names_nobody_in_what_it_says(ran):
    _, said = ran
    assert not with_canary(said.stdout + said.stderr)


# When something goes wrong


def run_small(small_run, capfd, *arguments: str) -> tuple[int, str]:
    code = small_run.run(*arguments)
    said = capfd.readouterr()
    return code, said.out + said.err


OUTBURSTS = {
    "an exception with an id": "raise KeyError(person)",
    "an exception with the name of one of the library's": "import pandas; raise pandas.errors.DataError(person)",
    "a warning with an id": "import warnings; warnings.warn(person)",
    "a print of an id": "print(person)",
    "an exit with an id": "raise SystemExit(person)",
    "a log of an id": "import logging; logging.getLogger('ehp_eval').error(person)",
}


@pytest.mark.parametrize("outburst", OUTBURSTS.values(), ids=OUTBURSTS.keys())
def test_a_notebook_that_blurts_out_an_id_fails_without_repeating_it(small_run, capfd, outburst):
    small_run.services("alpha")
    canary = f"{CANARY} one"
    referrals = small_run.data / "records/referrals.csv"
    referrals.write_text(referrals.read_text(encoding="utf-8").replace(",one,", f",{canary},"), encoding="utf-8")
    reading = "from ehp_eval import load_council\nperson = load_council(data).tables['referrals']['person_id'].iloc[0]"
    small_run.notebook("alpha", reading, outburst, publishing())
    code, said = run_small(small_run, capfd, "--service", "alpha")
    assert code == 4
    assert not with_canary(said), said
    assert not [name for name, content in contents(small_run.outputs).items() if with_canary(content)]


def test_a_surprise_in_the_library_does_not_repeat_an_id(small_run, capfd, monkeypatch):
    def surprise(*_):
        raise ValueError(f"{CANARY} one")

    small_run.services("alpha")
    monkeypatch.setattr("ehp_eval.making.check_notebook", surprise)
    monkeypatch.setattr("ehp_eval.run.check_notebook", surprise)
    code, said = run_small(small_run, capfd, "--service", "alpha")
    assert code == 4
    assert not with_canary(said)


BAD_CELL = f"{CANARY} 31.02.2020"


@pytest.mark.parametrize("contract", RECORDS, ids=lambda contract: contract.name)
def test_a_fault_in_the_records_is_found_without_repeating_the_cell(tmp_path, capsys, contract):
    """Every cell of a row holds a canary: those of a kind that it cannot be are faults, and none is repeated."""
    folder = tmp_path / "data"
    shutil.copytree(ROOT / "data", folder, ignore=shutil.ignore_patterns("records"))
    (folder / "records").mkdir()
    header = [column.name for column in contract.columns]
    row = [f"{BAD_CELL} {name}" for name in header]
    with (folder / contract.file).open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, row, row, [""] * (len(header) - 1) + [CANARY]])
    assert main(["run", "--data", str(folder), "--outputs", str(tmp_path / "outputs")]) == 3
    said = capsys.readouterr()
    checked = [column.name for column in contract.columns if column.kind not in ("id", "text")]
    for name in [*checked, *filter(None, [", ".join(contract.key)])]:
        assert f"{contract.file}, row" in said.err
        assert f", {name}: " in said.err, name
    assert not with_canary(said.out + said.err), said.err


@pytest.mark.parametrize(
    "text",
    [
        f'referral_id,person_id\nr1,"{CANARY}\n',
        f"referral_id,person_id\nr1,{CANARY},{CANARY}\n",
        f'referral_id,person_id\nr1,"{CANARY}" x\n',
        f"referral_id,person_id\nr1,{CANARY}\0\n",
        f"referral_id,person_id\nr1,{CANARY} \N{LATIN SMALL LETTER W WITH CIRCUMFLEX}\n",
        f"{CANARY} one,{CANARY} two\n1,2\n",
    ],
    ids=["quote left open", "ragged", "text after a quote", "a null byte", "another encoding", "no header"],
)
def test_a_file_that_is_no_table_is_refused_without_repeating_it(tmp_path, capsys, request, text):
    folder = tmp_path / "data"
    shutil.copytree(ROOT / "data", folder, ignore=shutil.ignore_patterns("records"))
    (folder / "records").mkdir()
    encoding = "utf-16" if "encoding" in request.node.name else "utf-8"
    (folder / "records/referrals.csv").write_bytes(text.encode(encoding))
    assert main(["run", "--data", str(folder), "--outputs", str(tmp_path / "outputs")]) == 3
    said = capsys.readouterr()
    assert "records/referrals.csv" in said.err
    assert not with_canary(said.out + said.err), said.err


# Through a council's own files

OWN_KEY = f"{CANARY} key of more than sixteen letters"
OWN_MAPPING = """
[pseudonyms]
key_variable = "EHP_EVAL_CANARY_KEY"

[referrals]
files = ["extracts/all referrals.xlsx"]
dates = "uk"
drop = ["Child name", "Worker notes"]
other_columns = "drop"

[referrals.columns]
referral_id = "Referral No"
person_id = "Person ID"
service = "Team"
stream = "Reason"
referred_on = "Received"
accepted = "Accepted?"
accepted_on = "Date accepted"

[referrals.codes.stream]
"Edge of care" = "edge_of_care"

[referrals.codes.service]
"Alpha team" = "alpha"

[ssda903]
episodes = ["extracts/episodes.csv"]
header = ["extracts/header.csv"]
"""


def write_own_files(folder: Path, people: int = 30) -> None:
    """Referrals in a workbook, the looked-after return and its header; every tenth child becomes looked after."""
    (folder / "mapping.toml").write_text(OWN_MAPPING, encoding="utf-8")
    (folder / "extracts").mkdir()
    for table in ("referrals", "looked_after_episodes"):
        (folder / f"records/{table}.csv").unlink()
    header = ["Referral No", "Person ID", "Team", "Reason", "Received", "Accepted?", "Date accepted"]
    with xlsxwriter.Workbook(folder / "extracts/all referrals.xlsx") as book:
        sheet = book.add_worksheet("Referrals")
        sheet.write_row(0, 0, [*header, "Child name", "Worker notes", "Home address"])
        for number in range(people):
            day = datetime(2019 + number % 2, 6, 1 + number % 28)
            sheet.write_row(
                number + 1, 0, [f"{CANARY} R{number}", f"{CANARY} {number:03}", "Alpha team", "Edge of care"]
            )
            sheet.write_string(number + 1, 4, f"{day:%d/%m/%Y}")
            sheet.write_row(
                number + 1, 5, ["Y", f"{day:%d/%m/%Y}", f"{CANARY} Jones", f"{CANARY} was sad", f"1 {CANARY} Row"]
            )
    taken = [f"{CANARY} {number:03},01/12/2020,S,C2,N1,U1,PR1,,,{CANARY} 1AB" for number in range(0, people, 10)]
    top = "CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC,HOME_POST"
    (folder / "extracts/episodes.csv").write_text("\n".join([top, *taken]) + "\n", encoding="utf-8")
    born = [f"{CANARY} {number:03},1,17/04/2010,WBRI,{CANARY}{number:09}" for number in range(people)]
    (folder / "extracts/header.csv").write_text("\n".join(["CHILD,SEX,DOB,ETHNIC,UPN", *born]) + "\n", encoding="utf-8")


def spoil_own_files(folder: Path) -> None:
    """Every kind of fault that a council's own files can have beside those of single cells, canaries in all of them."""
    (folder / "mapping.toml").write_text(
        OWN_MAPPING.replace('drop = ["Child name", "Worker notes"]\nother_columns = "drop"\n', "")
        .replace('"Edge of care" = "edge_of_care"\n', '"Other" = "edge_of_care"\n')
        .replace('stream = "Reason"', 'stream = "Worker"')
        + '[persons]\nfiles = ["extracts/people.xlsx"]\n[contacts]\nfiles = ["extracts/contacts.csv"]\n'
        '[contacts.columns]\nmode = "Seen by"\n',
        encoding="utf-8",
    )
    frame = pd.read_excel(folder / "extracts/all referrals.xlsx", engine="calamine", dtype="str")
    frame["Worker"] = [f"{CANARY} Evans", f"Ann {CANARY}"] * (len(frame) // 2)  # often enough to look like codes
    frame.loc[0, "Date accepted"] = f"{CANARY} tomorrow"
    frame.loc[1, "Person ID"] = f"{frame.loc[0, 'Person ID']}.0"
    with xlsxwriter.Workbook(folder / "extracts/all referrals.xlsx") as book:
        sheet = book.add_worksheet("Referrals")
        for number, row in enumerate([list(frame), *frame.to_numpy().tolist()]):
            sheet.write_row(number, 0, row)
    with xlsxwriter.Workbook(folder / "extracts/people.xlsx") as book:  # a sheet for every child
        for name in ("Jones", "Evans"):
            book.add_worksheet(f"{CANARY} {name}").write_string(0, 0, "person_id")
    rows = [f"{CANARY} R{number},2020-07-01,{CANARY}a Jones" for number in range(12)]
    (folder / "extracts/contacts.csv").write_text(
        "\n".join(["referral_id,contact_on,Seen by", *rows]) + "\n", encoding="utf-8"
    )
    episodes = folder / "extracts/episodes.csv"
    text = episodes.read_text(encoding="utf-8")
    episodes.write_text(
        text.replace(",S,", f",{CANARY},", 1).replace("01/12/2020", f"{CANARY} day", 1), encoding="utf-8"
    )


def checked(folder: Path, capfd) -> tuple[int, list[str | bytes]]:
    """The exit code of a check, and everything that it says and writes."""
    said: list[str | bytes] = []
    code = -1
    for ending in ("csv", "xlsx"):
        json_file, list_file = folder.parent / "found.json", folder.parent / f"found.{ending}"
        code = main(["check", "--data", str(folder), "--json", str(json_file), "--list", str(list_file)])
        spoken = capfd.readouterr()
        said += [spoken.out, spoken.err, json_file.read_bytes(), list_file.read_bytes()]
    with zipfile.ZipFile(folder.parent / "found.xlsx") as book:
        said += [book.read(name) for name in book.namelist()]
    return code, said


def test_what_comes_in_from_own_files_names_nobody(small_run, capfd, monkeypatch):
    monkeypatch.setenv("EHP_EVAL_CANARY_KEY", OWN_KEY)
    small_run.services("alpha")
    write_own_files(small_run.data)
    small_run.notebook("alpha", "from ehp_eval import load_council\ncouncil = load_council(data)", publishing())
    code, said = checked(small_run.data, capfd)
    assert code == 0, said
    assert b'"rule"' in said[2]
    assert not [text for text in said if with_canary(text)]
    council = load_council(small_run.data)
    assert council.account.dropped["referrals"] == {"Child name": 30, "Worker notes": 30, "Home address": 30}
    # Pseudonyms did not cut the tables apart.
    assert council.tables["looked_after_episodes"]["person_id"].isin(council.tables["referrals"]["person_id"]).all()
    assert not with_canary("".join(map(str, [council.tables, council.account])))
    code, spoken = run_small(small_run, capfd, "--service", "alpha")
    assert code == 0, spoken
    written = contents(small_run.outputs)
    assert {Path(name).suffix for name in written} >= {".html", ".csv", ".json", ".ipynb", ".log"}
    assert not with_canary(spoken)
    assert [name for name, content in written.items() if with_canary(content)] == []


def test_faults_of_own_files_name_nobody(small_run, capfd, monkeypatch):
    monkeypatch.setenv("EHP_EVAL_CANARY_KEY", OWN_KEY)
    small_run.services("alpha")
    write_own_files(small_run.data)
    spoil_own_files(small_run.data)
    code, said = checked(small_run.data, capfd)
    assert code == 3
    found = pd.read_json(BytesIO(said[2]))
    rules = {"sheet", "private column", "unknown column", "unknown code", "date", "id written in two ways"}
    assert rules <= set(found["rule"]), set(found["rule"])
    assert {"Worker", "Seen by", "RNE"} <= set(found.loc[found["rule"] == "unknown code", "column"])
    assert not [text for text in said if with_canary(text)]
    code, spoken = run_small(small_run, capfd, "--allow-excluded")
    assert code == 3
    assert not with_canary(spoken)
    assert not contents(small_run.outputs)
