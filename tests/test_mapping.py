"""What `mapping.toml` gives, and every fault of it at once."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ehp_eval.contract import RECORDS
from ehp_eval.errors import Finding
from ehp_eval.intake.mapping import Mapping, TableMapping, read_mapping
from ehp_eval.intake.nearest import nearest

FULL = """
unknown = ["Not recorded"]
empty = ["incidents"]
[codes]
"Yes" = "Y"
[pseudonyms]
key_file = "../keys/ehp.key"
[linking]
by_details = true
[ssda903]
episodes = ["extracts/episodes 2020.csv", "extracts/episodes 2021.csv"]
header = ["extracts/header 2020.csv"]
columns = { CHILD = "Child ID" }
[ssda903.codes.reason_started]
"1" = "started"
[referrals]
files = ["extracts/referrals 2019.csv", "extracts/referrals 2020.xlsx"]
sheet = "Referrals"
header_row = 3
dates = { referred_on = "uk" }
drop = ["Child name", "Notes"]
other_columns = "drop"
[referrals.columns]
person_id = " Person ID "
[referrals.codes.stream]
"Edge of Care" = "edge_of_care"
[referrals.codes.service]
"Team A" = "doorstep"
[persons]
dates = "named"
birth_dates = "month"
"""


def read(folder: Path, text: str) -> tuple[Mapping, list[Finding]]:
    (folder / "mapping.toml").write_text(text, encoding="utf-8")
    return read_mapping(folder)


def test_without_a_file_all_is_as_the_contract_has_it(tmp_path: Path) -> None:
    mapping, findings = read_mapping(tmp_path)
    assert findings == []
    assert (mapping.tables, mapping.unknown, mapping.codes, mapping.empty) == ({}, (), {}, ())
    assert (mapping.pseudonyms, mapping.ssda903, mapping.linking.by_details) == (None, None, False)
    referrals = mapping.table("referrals")
    assert (referrals.header_row, referrals.other_columns, referrals.birth_dates) == (1, "refuse", "refuse")
    assert referrals.style("referred_on") is None


@pytest.mark.parametrize("signature", ["", "\ufeff"])  # Notepad writes one
def test_everything_that_it_can_say(tmp_path: Path, signature: str) -> None:
    mapping, findings = read(tmp_path, signature + FULL)
    assert findings == []
    assert mapping.unknown == ("Not recorded",)
    assert mapping.empty == ("incidents",)
    assert mapping.codes == {"Yes": "Y"}
    assert mapping.linking.by_details
    assert mapping.pseudonyms is not None
    assert mapping.pseudonyms.key_file == "../keys/ehp.key"
    assert mapping.ssda903 is not None
    assert (mapping.ssda903.dates, mapping.ssda903.columns) == ("uk", {"CHILD": "Child ID"})
    assert mapping.ssda903.codes == {"reason_started": {"1": "started"}}
    assert set(mapping.tables) == {"referrals", "persons"}
    referrals = mapping.table("referrals")
    assert referrals.files == ("extracts/referrals 2019.csv", "extracts/referrals 2020.xlsx")
    assert (referrals.sheet, referrals.header_row, referrals.other_columns) == ("Referrals", 3, "drop")
    assert referrals.drop == ("Child name", "Notes")
    assert referrals.columns == {"person_id": "Person ID"}
    assert (referrals.style("referred_on"), referrals.style("accepted_on")) == ("uk", None)
    assert mapping.table("persons").style("birth_month") == "named"


@pytest.mark.parametrize(
    ("text", "key", "rule", "says"),
    [
        pytest.param("[referals]", "referals", "unknown table", "'referrals'", id="misspelt table"),
        pytest.param("[Referrals]", "Referrals", "unknown table", "'referrals'", id="capital letter"),
        pytest.param("[claims]", "claims", "unknown table", "published", id="reference table"),
        pytest.param("unkown = []", "unkown", "unknown table", "'unknown'", id="misspelt setting"),
        pytest.param("tables = 1", "tables", "unknown table", "no such", id="an inner name"),
        pytest.param("[persons]\nfile = 1", "persons.file", "unknown key", "'files'", id="misspelt key"),
        pytest.param("[persons]\nsex = 'Sex'", "persons.sex", "unknown key", "[persons.columns]", id="level missing"),
        pytest.param("[persons]\nunknown = ['?']", "persons.unknown", "unknown key", "above [persons]", id="too low"),
        pytest.param("[linking]\nby_detail = true", "linking.by_detail", "unknown key", "'by_details'", id="linking"),
        pytest.param("persons = 3", "persons", "wrong value", "square brackets", id="no table"),
        pytest.param("unknown = 'X'", "unknown", "wrong value", "a list", id="no list"),
        pytest.param("unknown = ['']", "unknown.0", "wrong value", "blank", id="blank marker"),
        pytest.param("[persons]\nheader_row = 0", "persons.header_row", "wrong value", "greater", id="row 0"),
        pytest.param("[persons]\ndates = 'eu'", "persons.dates", "wrong value", "'uk'", id="unknown style"),
        pytest.param(
            "[referrals.dates]\nreferred_on = 'gb'",
            "referrals.dates.referred_on",
            "wrong value",
            "'uk'",
            id="a column's",
        ),
        pytest.param(
            "[referrals.dates]\nrefered_on = 'uk'",
            "referrals.dates.refered_on",
            "unknown column",
            "'referred_on'",
            id="style of no column",
        ),
        pytest.param(
            "[referrals.dates]\nstream = 'uk'", "referrals.dates.stream", "no dates", "holds no dates", id="codes"
        ),
        pytest.param("[persons]\nother_columns = 'keep'", "persons.other_columns", "wrong value", "'drop'", id="other"),
        pytest.param(
            "[persons.columns]\nperson = 'ID'", "persons.columns.person", "unknown column", "'person_id'", id="column"
        ),
        pytest.param(
            "[persons.columns]\nsex = 1", "persons.columns.sex", "wrong value", "text in quotes", id="header no text"
        ),
        pytest.param(
            "[persons.columns]\nperson_id = 'ID'\nfamily_id = ' ID'",
            "persons.columns.family_id",
            "two columns from one header",
            "person_id",
            id="one header twice",
        ),
        pytest.param(
            "[persons]\ndrop = ['ID']\ncolumns = {person_id = 'ID'}",
            "persons.drop",
            "mapped and dropped",
            "person_id",
            id="mapped and dropped",
        ),
        pytest.param("[persons]\nfiles = ['a', 'a ']", "persons.files", "listed twice", "keep one", id="file twice"),
        pytest.param(
            "[persons]\nfiles = ['r/a', './r//a']", "persons.files", "listed twice", "keep one", id="file spelt twice"
        ),
        pytest.param("[persons]\nheader_row = " + "9" * 5000, "", "syntax", "too long", id="a number too long"),
        pytest.param(
            "[persons.codes.sex]\nMale = 'Male'", "persons.codes.sex.Male", "unknown code", "F, M, U", id="target"
        ),
        pytest.param(
            "[referrals.codes.stream]\nEOC = 'edge_of_car'",
            "referrals.codes.stream.EOC",
            "unknown code",
            "'edge_of_care'",
            id="misspelt target",
        ),
        pytest.param(
            "[persons.codes.sex]\nmale = 'M'\nMALE = 'F'", "persons.codes.sex.MALE", "two meanings", "above", id="case"
        ),
        pytest.param(
            "[persons.codes.six]\nx = 'M'", "persons.codes.six", "unknown column", "'sex'", id="codes of none"
        ),
        pytest.param(
            "[persons.codes.person_id]\nx = 'y'", "persons.codes.person_id", "no codes", "holds no codes", id="ids"
        ),
        pytest.param("[codes]\nYes = 'Ja'", "codes.Yes", "unknown code", "the contract's", id="general target"),
        pytest.param("empty = ['incident']", "empty", "unknown table", "'incidents'", id="empty"),
        pytest.param("[pseudonyms]", "pseudonyms", "wrong value", "key_file", id="no key"),
        pytest.param(
            "[pseudonyms]\nkey_variable = 'A'\nkey_file = 'b'", "pseudonyms", "wrong value", "not both", id="two keys"
        ),
        pytest.param(
            "[pseudonyms]\nkey_variable = 'a secret'",
            "pseudonyms.key_variable",
            "wrong value",
            "name of a variable",
            id="the key itself",
        ),
        pytest.param("[ssda903]\nheader = ['h.csv']", "ssda903.episodes", "missing", "add it", id="no episodes"),
        pytest.param("[ssda903]\nepisodes = []", "ssda903.episodes", "wrong value", "one file", id="empty episodes"),
        pytest.param(
            "[ssda903]\nepisodes = ['a']\ncolumns = {CHILDREN = 'b'}",
            "ssda903.columns.CHILDREN",
            "unknown column",
            "'CHILD'",
            id="no header of the return",
        ),
        pytest.param(
            "[ssda903]\nepisodes = ['a']\n[ssda903.codes.reason_started]\n1 = 'start'",
            "ssda903.codes.reason_started.1",
            "unknown code",
            "'started'",
            id="code of the return",
        ),
        pytest.param("a = = 1", "", "syntax", "line 1", id="no TOML"),
    ],
)
def test_each_fault(tmp_path: Path, text: str, key: str, rule: str, says: str) -> None:
    _, findings = read(tmp_path, text)
    assert [(finding.file, finding.column, finding.rule) for finding in findings] == [("mapping.toml", key, rule)]
    assert says in findings[0].message
    assert findings[0].severity == "error"
    assert "secret" not in findings[0].message


def test_all_faults_are_found_at_once_and_the_sound_parts_are_kept(tmp_path: Path) -> None:
    text = """
        unknown = ["?"]
        empty = 3
        [reviews]
        [persons]
        header_row = "first"
        columns = { sax = "Sex" }
        codes = { sex = { male = "man" } }
        [contacts]
        dates = "uk"
    """
    mapping, findings = read(tmp_path, text)
    assert sorted(finding.column for finding in findings) == [
        "empty",
        "persons.codes.sex.male",
        "persons.columns.sax",
        "persons.header_row",
        "reviews",
    ]
    assert mapping.unknown == ("?",)
    assert set(mapping.tables) == {"contacts"}
    assert mapping.table("persons") == TableMapping()


def test_a_file_that_is_no_text(tmp_path: Path) -> None:
    (tmp_path / "mapping.toml").write_bytes("[persons]".encode("utf-16"))
    assert [finding.rule for finding in read_mapping(tmp_path)[1]] == ["encoding"]
    (tmp_path / "mapping.toml").write_text("a = " + "[" * 20_000)
    assert [finding.rule for finding in read_mapping(tmp_path)[1]] == ["syntax"]
    (tmp_path / "mapping.toml").unlink()
    (tmp_path / "mapping.toml").mkdir()
    assert [finding.rule for finding in read_mapping(tmp_path)[1]] == ["unreadable"]


def test_the_nearest_name() -> None:
    known = ["person_id", "referred_on", "stream"]
    assert nearest("Referred On", known) == " (did you mean 'referred_on'?)"
    assert nearest("Person-ID", known) == " (did you mean 'person_id'?)"
    assert nearest("colour", known) == ""
    assert nearest("anything", []) == ""


TOML = st.recursive(
    st.one_of(st.text("ab", max_size=3), st.integers(), st.booleans(), st.sampled_from(["uk", "M", "person_id"])),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(["columns", "codes", "dates", "files", "sex", "person_id", "x"]), inner, max_size=3
        ),
    ),
    max_leaves=8,
)


def written(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f'"{key}" = {written(item)}' for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(written, value)) + "]"
    return f'"{value}"' if isinstance(value, str) else str(value).lower()


@settings(max_examples=60)
@given(
    st.dictionaries(
        st.sampled_from(
            [
                *(contract.name for contract in RECORDS),
                "unknown",
                "codes",
                "empty",
                "pseudonyms",
                "linking",
                "ssda903",
                "x",
            ]
        ),
        TOML,
        max_size=4,
    )
)
def test_no_content_is_too_odd_to_be_judged(
    tmp_path_factory: pytest.TempPathFactory, content: dict[str, object]
) -> None:
    text = "\n".join(f'"{key}" = {written(value)}' for key, value in content.items())
    mapping, findings = read(tmp_path_factory.mktemp("odd"), text)
    assert isinstance(mapping, Mapping)
    assert all(finding.file == "mapping.toml" and finding.message for finding in findings)
