from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from ehp_eval.config import CouncilSettings, Service, read_settings
from ehp_eval.errors import ArgumentError, DataError, Finding
from ehp_eval.load import load_council
from tests.councils import EXTRACT, SERVICES, SETTINGS, changed, referral, write_council

DOORSTEP = SERVICES["doorstep"]
# Every message must say what to do; these are the verbs in which they do.
REMEDIES = ("add", "remove", "correct", "save", "mend", "check", "supply", "keep", "must", "list")
RATIO, DAY, LARGER = "costs.illustration.risk_ratio", "safety.reviewed_until", "thresholds.redirection_minimum"


def effect(*ratio: float) -> dict[str, Any]:
    settings = {"risk_ratio": list(ratio), "what": "elsewhere", "source": "a study"}
    return {f"costs__illustration.{key}": value for key, value in settings.items()}


def reviewed(service: str, days_after_the_extract: int) -> dict[str, Any]:
    day = date.fromisoformat(EXTRACT) + timedelta(days_after_the_extract)
    return {"safety": {f"reviewed_until.{service}": day}}


def read(folder: Path, **content: Any) -> tuple[CouncilSettings | None, tuple[Service, ...], list[Finding]]:
    return read_settings(write_council(folder, **content))


def where(findings: list[Finding]) -> list[tuple[str, str, str]]:
    return sorted((finding.file, finding.column, finding.rule) for finding in findings)


def test_sound_settings(tmp_path: Path) -> None:
    settings, services, findings = read(tmp_path)
    assert findings == []
    assert settings is not None
    assert settings.council.name == "Cyngor Dyffryn Gŵyn"
    assert settings.council.extract_date == date(2021, 9, 30)
    assert settings.comparators.authorities == ("Bryn Onnen", "Rhos Dawel")  # the visited first
    assert settings.costs.deadweight == (0.25, 0.5, 0.75)
    assert [service.id for service in services] == ["doorstep", "homeward", "cradle", "afresh"]
    assert services[0].streams == ("edge_of_care", "placement_support")
    assert services[0].stream == "edge_of_care"
    assert services[1].notebook is None


def test_services_stand_in_their_order_and_then_by_id(tmp_path: Path) -> None:
    services = {
        "b_second": changed(DOORSTEP, order=2),
        "z_first": changed(DOORSTEP, order=1),
        "a_second": changed(DOORSTEP, order=2),
    }
    _, found, _ = read(tmp_path, services=services)
    assert [service.id for service in found] == ["z_first", "a_second", "b_second"]
    assert found[0].report == "z-first"


def test_settings_do_not_change_once_read(tmp_path: Path) -> None:
    settings, services, _ = read(tmp_path)
    assert settings is not None
    with pytest.raises(ValidationError, match="frozen"):
        settings.council.authority = "Elsewhere"
    with pytest.raises(ValidationError, match="frozen"):
        services[0].order = 7


@pytest.mark.parametrize(
    ("change", "key", "rule", "says"),
    [
        pytest.param({"council__autority": "x"}, "council.autority", "unknown key", "no such setting", id="misspelt"),
        pytest.param({"extras": {"a": 1}}, "extras", "unknown key", "no such setting", id="unknown table"),
        pytest.param({"council__nation": None}, "council.nation", "missing", "add it", id="a setting is missing"),
        pytest.param({"thresholds": None}, "thresholds", "missing", "add it", id="a table is missing"),
        pytest.param({"council__name": "  "}, "council.name", "wrong value", "at least 1", id="an empty name"),
        pytest.param({"council__extract_date": "soon"}, "council.extract_date", "wrong value", "date", id="no date"),
        pytest.param({"council__language": "xx"}, "council.language", "wrong value", "'en'", id="no such language"),
        pytest.param({"council__holidays": "XX"}, "council.holidays", "wrong value", "calendar", id="no such calendar"),
        pytest.param({"council__records": "real"}, "council.records", "wrong value", "'synthetic'", id="what records"),
        pytest.param({"thresholds__pooled_years": 4}, "thresholds.pooled_years", "wrong value", "3", id="4 years"),
        pytest.param({"thresholds__pooled_years": 0}, "thresholds.pooled_years", "wrong value", "1", id="no year"),
        pytest.param({"thresholds__safety_margin": 1.5}, "thresholds.safety_margin", "wrong value", "1", id="150%"),
        pytest.param({"costs__price_year": "2020"}, "costs.price_year", "wrong value", "match", id="no year label"),
        pytest.param({"costs__re_entry": [0.1, 0.2]}, "costs.re_entry.2", "missing", "add it", id="two of three"),
        pytest.param(effect(0, 1, 2), f"{RATIO}.0", "wrong value", "than 0", id="no ratio"),
        pytest.param(effect(0.8, 0.6, 0.9), RATIO, "wrong value", "order", id="no order"),
        pytest.param({"thresholds__overlap_minimum": 0}, "thresholds.overlap_minimum", "wrong value", "0", id="none"),
        pytest.param({"thresholds__redirection_minimum": 49}, LARGER, "wrong value", "at least", id="fewer for more"),
        pytest.param(reviewed("doorstep", 1), f"{DAY}.doorstep", "wrong value", "after", id="foreseen"),
        pytest.param(reviewed("doormat", 0), f"{DAY}.doormat", "wrong value", "no file", id="no service"),
    ],
)
def test_each_fault_of_the_councils_settings(
    tmp_path: Path, change: dict[str, Any], key: str, rule: str, says: str
) -> None:
    settings, _, findings = read(tmp_path, settings=changed(SETTINGS, **change))
    assert settings is None
    assert where(findings) == [("council.toml", key, rule)]
    assert says in findings[0].message
    assert any(remedy in findings[0].message for remedy in REMEDIES)
    assert str(findings[0]).startswith(f"council.toml, {key}: ")


@pytest.mark.parametrize(
    ("change", "key", "rule", "says"),
    [
        pytest.param({"titel": "x"}, "titel", "unknown key", "no such setting", id="misspelt"),
        pytest.param({"provenance__by": "x"}, "provenance.by", "unknown key", "no such setting", id="misspelt within"),
        pytest.param({"cohort": None}, "cohort", "missing", "add it", id="a setting is missing"),
        pytest.param({"provenance": None}, "provenance", "missing", "add it", id="nobody answers for it"),
        pytest.param({"streams": []}, "streams", "wrong value", "at least 1", id="no stream"),
        pytest.param({"streams": ["edge"]}, "streams", "wrong value", "'edge' is not one of", id="unknown stream"),
        pytest.param({"unit": "family"}, "unit", "wrong value", "'parent'", id="unknown unit"),
        # Babies are counted before birth, parents for their own support: a child's stream is neither.
        pytest.param({"unit": "baby", "clock": "born_on"}, "unit", "wrong value", "counts in 'child'", id="a baby"),
        pytest.param({"streams": ["edge_of_care", "pre_birth"]}, "unit", "wrong value", "counts in 'baby'", id="mixed"),
        pytest.param({"clock": "born_on"}, "clock", "wrong value", "'accepted_on'", id="another unit's clock"),
        pytest.param({"clock": "referred_on"}, "clock", "wrong value", "'accepted_on'", id="no clock"),
        pytest.param({"windows_days": []}, "windows_days", "wrong value", "at least 1", id="no window"),
        pytest.param({"windows_days": [0, 365]}, "windows_days.0", "wrong value", "greater than 0", id="window of 0"),
        pytest.param({"windows_days": [365, 91]}, "windows_days", "wrong value", "shortest first", id="unsorted"),
        pytest.param({"windows_days": [91, 91, 365]}, "windows_days", "wrong value", "once", id="a window twice"),
        pytest.param({"primary_window_days": 183}, "primary_window_days", "wrong value", "windows_days", id="primary"),
        pytest.param({"operational_since": "2017"}, "operational_since", "wrong value", "date", id="no day"),
        pytest.param({"targets": {"eoc1": 90}}, "targets.eoc1", "wrong value", "1", id="a target of 9000%"),
        pytest.param({"dose": {"weeks": [4, 6]}}, "dose.visits_per_week", "missing", "add it", id="half a dose"),
    ],
)
def test_each_fault_of_a_service(tmp_path: Path, change: dict[str, Any], key: str, rule: str, says: str) -> None:
    services = {**SERVICES, "doorstep": changed(DOORSTEP, **change)}
    settings, sound, findings = read(tmp_path, services=services)
    assert settings is not None
    assert [service.id for service in sound] == ["homeward", "cradle", "afresh"]
    assert where(findings) == [("services/doorstep.toml", key, rule)]
    assert says in findings[0].message
    assert any(remedy in findings[0].message for remedy in REMEDIES)


def test_limits_that_just_hold(tmp_path: Path) -> None:
    # The review of a service whose file is faulty is not at fault too.
    change = {"thresholds__redirection_minimum": 50, **effect(0.5, 0.5, 1)}
    settings = changed(SETTINGS, **reviewed("doorstep", 0), **change)
    found, _, findings = read(tmp_path, settings=settings, services={**SERVICES, "doorstep": "order = \n"})
    assert found is not None
    assert where(findings) == [("services/doorstep.toml", "", "syntax")]


def test_faults_between_settings_are_found_together(tmp_path: Path) -> None:
    change = {"thresholds__redirection_minimum": 49, **effect(1, 0.9, 1.1)}
    _, _, findings = read(tmp_path, settings=changed(SETTINGS, **reviewed("doorstep", 1), **change))
    assert [column for _, column, _ in where(findings)] == [RATIO, f"{DAY}.doorstep", LARGER]


def test_a_service_takes_its_id_from_its_file_alone(tmp_path: Path) -> None:
    _, services, findings = read(tmp_path, services={"doorstep": changed(DOORSTEP, id="other")})
    assert where(findings) == [("services/doorstep.toml", "id", "unknown key")]
    assert "the file's name says it" in findings[0].message
    assert [service.id for service in services] == ["doorstep"]


@pytest.mark.parametrize(
    ("stream", "unit", "clock"),
    [
        ("edge_of_care", "child", "accepted_on"),
        ("placement_support", "child", "accepted_on"),
        ("reunification", "child", "accepted_on"),
        ("pre_birth", "baby", "born_on"),
        ("parent_support", "parent", "engaged_on"),
    ],
)
def test_each_stream_has_one_unit_and_one_clock(tmp_path: Path, stream: str, unit: str, clock: str) -> None:
    # As measures.md gives them: acceptance for children, birth for babies, engagement for parents.
    def definition(unit: str, clock: str) -> dict[str, Any]:
        return changed(DOORSTEP, streams=[stream], unit=unit, clock=clock)

    _, sound, findings = read(tmp_path, services={"only": definition(unit, clock)})
    assert (len(sound), findings) == (1, [])
    for other_unit in {"child", "baby", "parent"} - {unit}:
        _, sound, findings = read(tmp_path, services={"only": definition(other_unit, clock)})
        assert (sound, where(findings)) == ((), [("services/only.toml", "unit", "wrong value")])
    for other_clock in {"accepted_on", "born_on", "engaged_on"} - {clock}:
        _, sound, findings = read(tmp_path, services={"only": definition(unit, other_clock)})
        assert (sound, where(findings)) == ((), [("services/only.toml", "clock", "wrong value")])


def test_all_faults_of_all_files_are_found_at_once(tmp_path: Path) -> None:
    # Two files of settings with two faults each, one that is no TOML, and a table with a bad code.
    settings = changed(SETTINGS, council__autority="x", thresholds__pooled_years=4)
    services = {
        "doorstep": changed(DOORSTEP, titel="x", unit="family"),
        "homeward": "order = \n",
        "cradle": SERVICES["cradle"],
    }
    folder = write_council(
        tmp_path, settings=settings, services=services, referrals=[referral("a", "2020-05-01", accepted="perhaps")]
    )
    with pytest.raises(DataError) as caught:
        load_council(folder)
    assert caught.value.exit_code == 3
    assert where([each for each in caught.value.findings if each.rule != "not supplied"]) == [
        ("council.toml", "council.autority", "unknown key"),
        ("council.toml", "thresholds.pooled_years", "wrong value"),
        ("records/referrals.csv", "accepted", "unknown code"),
        ("services/doorstep.toml", "titel", "unknown key"),
        ("services/doorstep.toml", "unit", "wrong value"),
        ("services/homeward.toml", "", "syntax"),
    ]
    # The message a person sees: one line for each.
    lines = [line for line in str(caught.value).splitlines() if "the table has no rows" not in line]
    assert len(lines) == 1 + 6
    assert all(line.startswith("  - ") for line in lines[1:])
    assert "records/referrals.csv, row 2, accepted: not one of the codes Y, N" in lines[3]


def test_a_file_that_is_no_toml_says_on_which_line(tmp_path: Path) -> None:
    text = (write_council(tmp_path) / "council.toml").read_text(encoding="utf-8")
    _, _, findings = read(tmp_path, settings=text.replace('nation = "Gwlad"', "nation = Gwlad"))
    assert where(findings) == [("council.toml", "", "syntax")]
    line = 1 + text.splitlines().index('nation = "Gwlad"')
    assert f"line {line}" in findings[0].message


def test_a_file_in_another_encoding(tmp_path: Path) -> None:
    folder = write_council(tmp_path)
    text = (folder / "council.toml").read_text(encoding="utf-8")
    (folder / "council.toml").write_text(text, encoding="cp1252", errors="replace")
    (folder / "services/doorstep.toml").write_bytes(b'title = "caf\xe9"')
    settings, _, findings = read_settings(folder)
    # The w with a circumflex is no letter of cp1252; what stands for it is ASCII, so the first file is sound.
    assert settings is not None
    assert where(findings) == [("services/doorstep.toml", "", "encoding")]
    assert "UTF-8" in findings[0].message


def test_a_folder_without_services(tmp_path: Path) -> None:
    _, services, findings = read(tmp_path, services={})
    assert services == ()
    assert where(findings) == [("services", "", "missing")]
    assert "services/my_service.toml" in findings[0].message


def test_a_folder_without_settings(tmp_path: Path) -> None:
    folder = write_council(tmp_path)
    (folder / "council.toml").unlink()
    settings, services, findings = read_settings(folder)
    assert (settings, len(services)) == (None, 4)
    assert where(findings) == [("council.toml", "", "missing")]
    # Such a folder is taken for no council's at all: most likely --data names the wrong one.
    with pytest.raises(ArgumentError, match=r"has no council\.toml") as caught:
        load_council(folder)
    assert caught.value.exit_code == 2


def test_a_faulty_service_does_not_make_its_referrals_faulty(tmp_path: Path) -> None:
    services = {**SERVICES, "doorstep": changed(DOORSTEP, titel="x")}
    folder = write_council(tmp_path, services=services, referrals=[referral("a", "2020-05-01")])
    with pytest.raises(DataError) as caught:
        load_council(folder)
    assert where([each for each in caught.value.findings if each.rule != "not supplied"]) == [
        ("services/doorstep.toml", "titel", "unknown key")
    ]


@pytest.mark.parametrize("name", ["overview", "looked_after_system", "looked-after-system"])
def test_no_service_may_take_the_place_of_a_report_of_the_whole_council(tmp_path: Path, name: str) -> None:
    _, services, findings = read(tmp_path, services={name: SERVICES["doorstep"]})
    assert services == ()
    assert where(findings) == [(f"services/{name}.toml", "id", "wrong value")]
