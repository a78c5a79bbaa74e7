"""Columns and cells that may not come in."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ehp_eval.contract import TABLES
from ehp_eval.intake.private import free_text, private_header


@pytest.mark.parametrize(
    ("header", "looks"),
    [
        ("Name", "a name"),
        ("Child's name", "a name"),
        ("ChildName", "a name"),
        ("child_first_name", "a name"),
        ("SURNAME", "a name"),
        ("Name of child", "a name"),
        ("Known as", "a name"),
        ("Social worker name", "a name"),
        ("Enw", "a name"),
        ("Home address", "an address"),
        ("ADDRESS_1", "an address"),
        ("Cyfeiriad", "an address"),
        ("Post code", "a postcode"),
        ("HOME_POST", "a postcode"),
        ("PL_POST", "a postcode"),
        ("DOB", "a date of birth"),
        ("D.O.B.", "a date of birth"),
        ("Date of Birth", "a date of birth"),
        ("Dyddiad geni", "a date of birth"),
        ("Tel.", "a telephone number"),
        ("Mobile phone", "a telephone number"),
        ("E-mail", "an e-mail address"),
        ("emailAddress", "an e-mail address"),
        ("NHS number", "an NHS number"),
        ("UPN", "a pupil number"),
        ("Case notes", "free text"),
        ("Comments", "free text"),
        ("Free Text", "free text"),
    ],
)
def test_headers_that_promise_what_may_not_come_in(header: str, looks: str) -> None:
    # An e-mail address is an address too: which of the two is said does not matter.
    assert private_header(header) in ({looks, "an address"} if "mail" in looks else {looks})


@pytest.mark.parametrize(
    "header",
    [
        *("Person ID", "Service name", "Team Name", "Ward name", "Placement type name", "Referral date", "Notice date"),
        *(
            "Family Support Service name",
            "Legal status",
            "Birth month",
            "Contact date",
            "Number of contacts",
            "",
            "123",
        ),
        *("Legal status description", "Hotel", "Unborn", "Month of birth", "Emailed", "First contact", "Notation"),
    ],
)
def test_headers_that_do_not(header: str) -> None:
    assert private_header(header) == ""


def test_no_name_of_the_contracts_records_is_private_but_the_day_of_birth_of_a_baby() -> None:
    names = {column.name for table in TABLES.values() if table.folder == "records" for column in table.columns}
    assert {name for name in names if private_header(name)} == {"born_on"}


CELLS = {
    "West": False,
    "placed_with_parents": False,
    "Cardiff and Vale of Glamorgan regional partnership board area": True,  # 61 letters
    "Cardiff and Vale of Glamorgan regional partnership area (all)": True,
    "Cardiff and Vale of Glamorgan regional partnership, all of i": False,  # 60
    "North,\nby the river": True,
    "North\rSouth": True,
    "someone@example.org": True,
    "write to some.one@example.org.uk": True,
    "a @ b": False,
    "CF10 3NQ": True,
    "near cf103nq": True,
    "SA1 1AA": True,
    "C2": False,
    "V4 U1": False,
    "029 2087 2087": True,
    "+44 29 2087 2087": True,
    "07700 900123": True,
    "(01792) 636000": True,
    "943 476 5919": True,
    "2019-20 to 2020-21": False,
    "12345678": False,
    "": False,
}


@pytest.mark.parametrize(("cell", "private"), CELLS.items())
def test_cells(cell: str, private: bool) -> None:
    assert free_text(pd.Series([cell, None], dtype="str")).tolist() == [private, False]


@settings(max_examples=20)
@given(st.lists(st.one_of(st.none(), st.text(max_size=70)), max_size=5))
def test_each_cell_is_judged_for_itself(cells: list[str | None]) -> None:
    judged = free_text(pd.Series(cells, dtype="str"))
    assert judged.tolist() == [bool(free_text(pd.Series([cell], dtype="str")).iloc[0]) for cell in cells]
    assert all(found for cell, found in zip(cells, judged, strict=True) if cell and len(cell) > 60)


def test_a_huge_cell_takes_no_time() -> None:
    huge = pd.Series(["1 " * 500_000, "a" * 2_000_000 + "@", "@" * 2_000_000], dtype="str")
    assert free_text(huge).all()
    assert private_header("1 (" * 500_000) == ""
