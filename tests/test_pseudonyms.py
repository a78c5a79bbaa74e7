"""Ids replaced on entry by keyed hashes."""

from __future__ import annotations

import hashlib
import hmac
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ehp_eval.contract import RECORDS
from ehp_eval.errors import DataError
from ehp_eval.intake.mapping import Pseudonyms
from ehp_eval.intake.pseudonyms import pseudonymise, read_key
from tests.councils import episode, referral, table

KEY = b"a key for the tests only"
IDS = st.text(min_size=1, max_size=8)


def persons(*ids: str | None) -> pd.DataFrame:
    return pd.DataFrame({"person_id": pd.Series(ids, dtype="str")})


def test_the_published_example() -> None:
    # RFC 4231, test case 2: HMAC-SHA-256 of "what do ya want for nothing?" under the key "Jefe".
    made = pseudonymise({"persons": persons("what do ya want for nothing?")}, b"Jefe")
    assert made["persons"]["person_id"].tolist() == ["5bdcc146bf60754e6a042426089575c7"]


def test_one_id_has_one_pseudonym_in_every_column_of_every_table() -> None:
    tables = {
        "referrals": table("referrals", referral("a", "2020-05-01", family_id="f"), referral("b", "2020-05-02")),
        "persons": table("persons", {"person_id": "a", "birth_person_id": "b", "sex": "F", "family_id": "f"}),
        "looked_after_episodes": table("looked_after_episodes", episode("b", "2020-06-01")),
    }
    made = pseudonymise(tables, KEY)
    a, b = made["referrals"]["person_id"]
    assert made["persons"].loc[2, ["person_id", "birth_person_id", "sex"]].tolist() == [a, b, "F"]
    assert made["looked_after_episodes"]["person_id"].tolist() == [b]
    assert made["referrals"]["family_id"].tolist()[0] == made["persons"]["family_id"].tolist()[0]
    assert pd.isna(made["referrals"]["family_id"].tolist()[1])  # missing stays missing
    assert made["referrals"]["service"].tolist() == ["doorstep", "doorstep"]
    assert tables["referrals"]["person_id"].tolist() == ["a", "b"]  # what came in is not changed


def test_every_id_of_the_records_and_nothing_else_is_replaced() -> None:
    for contract in RECORDS:
        row = {column.name: "1" for column in contract.columns}
        made = pseudonymise({contract.name: pd.DataFrame([row], dtype="str")}, KEY)[contract.name]
        replaced = {str(name) for name in made if made[name].tolist() != ["1"]}
        assert replaced == {column.name for column in contract.of_kind("id")}
    claims = pd.DataFrame({"claim_id": ["1"]}, dtype="str")
    assert pseudonymise({"claims": claims}, KEY)["claims"]["claim_id"].tolist() == ["1"]


@settings(max_examples=30)
@given(st.lists(st.one_of(IDS, st.none()), max_size=8), st.binary(min_size=16, max_size=40))
def test_equal_ids_and_only_they_have_equal_pseudonyms(ids: list[str | None], key: bytes) -> None:
    made = pseudonymise({"persons": persons(*ids)}, key)["persons"]["person_id"]
    assert made.equals(pseudonymise({"persons": persons(*ids)}, key)["persons"]["person_id"])
    assert made.isna().tolist() == [value is None for value in ids]
    assert made.nunique() == len({value for value in ids if value is not None})
    for value, pseudonym in zip(ids, made, strict=True):
        if value is not None:
            assert pseudonym == hmac.new(key, value.encode(), hashlib.sha256).hexdigest()[:32]


@settings(max_examples=15)
@given(IDS)
def test_another_key_gives_another_pseudonym(value: str) -> None:
    one, other = (
        pseudonymise({"persons": persons(value)}, key)["persons"].loc[0, "person_id"] for key in (KEY, KEY + b".")
    )
    assert one != other


def test_the_key_from_a_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EHP_TEST_KEY", "  a key for the tests only\n")
    assert read_key(Pseudonyms(key_variable="EHP_TEST_KEY"), tmp_path) == KEY


@pytest.mark.parametrize("content", [KEY + b"\r\n", b"\xef\xbb\xbf" + KEY])
def test_the_key_from_a_file_beside_the_folder(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "keys").mkdir()
    (tmp_path / "council").mkdir()
    (tmp_path / "keys/ehp.key").write_bytes(content)
    assert read_key(Pseudonyms(key_file="../keys/ehp.key"), tmp_path / "council") == KEY
    assert read_key(Pseudonyms(key_file=str(tmp_path / "keys/ehp.key")), tmp_path / "council") == KEY


def faults(folder: Path, **settings: str) -> tuple[str, str]:
    with pytest.raises(DataError) as caught:
        read_key(Pseudonyms(**settings), folder)
    assert "tests only" not in str(caught.value)
    assert caught.value.__cause__ is None
    finding = caught.value.findings[0]
    assert finding.file == "mapping.toml"
    return finding.column, finding.rule


def test_a_variable_without_a_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EHP_TEST_KEY", raising=False)
    assert faults(tmp_path, key_variable="EHP_TEST_KEY") == ("pseudonyms.key_variable", "missing")
    for short in ("", "   ", "tests only"):
        monkeypatch.setenv("EHP_TEST_KEY", short)
        assert faults(tmp_path, key_variable="EHP_TEST_KEY") == ("pseudonyms.key_variable", "short key")


def test_a_file_without_a_key(tmp_path: Path) -> None:
    council = tmp_path / "council"
    council.mkdir()
    (tmp_path / "empty").touch()
    (tmp_path / "utf16").write_bytes("a key for the tests only".encode("utf-16"))
    (tmp_path / "long").write_bytes(KEY * 1000)
    assert faults(council, key_file="../none") == ("pseudonyms.key_file", "missing")
    assert faults(council, key_file="..") == ("pseudonyms.key_file", "missing")
    assert faults(council, key_file="../empty") == ("pseudonyms.key_file", "short key")
    assert faults(council, key_file="../utf16") == ("pseudonyms.key_file", "encoding")
    assert faults(council, key_file="../long") == ("pseudonyms.key_file", "wrong file")
    assert faults(council, key_file="../a\0b")[0] == "pseudonyms.key_file"


def test_a_key_beside_the_records_is_refused_by_whatever_way_it_is_named(tmp_path: Path) -> None:
    council = tmp_path / "council"
    (council / "keys").mkdir(parents=True)
    (council / "keys/ehp.key").write_bytes(KEY)
    (tmp_path / "link.key").symlink_to(council / "keys/ehp.key")
    (tmp_path / "also").symlink_to(council, target_is_directory=True)
    for named in ("keys/ehp.key", "../council/keys/ehp.key", "../link.key", "../also/keys/ehp.key"):
        assert faults(council, key_file=named) == ("pseudonyms.key_file", "key beside the records")
    assert faults(tmp_path / "also", key_file="keys/ehp.key")[1] == "key beside the records"
