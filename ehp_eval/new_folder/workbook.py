"""The empty workbook of a council's folder: one sheet a table, drop-down lists for coded columns.

xlsxwriter writes it because it does validations and comments, and the same content gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from io import BytesIO
from typing import TYPE_CHECKING

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from ehp_eval.checks.dates import EARLIEST
from ehp_eval.columns import Column, TableContract
from ehp_eval.contract import RECORDS
from ehp_eval.new_folder.documents import Described, described

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

LAST_ROW = 5_000
"""Rows below the header that have drop-down lists."""
FIRST = ("referrals", "looked_after_episodes")
"""The sheets with which a first report of most services begins."""
CODES = "Codes"
_MADE = datetime(2020, 1, 1)  # a fixed day: the same content is the same file

_READ_ME = f"""\
Fill in a sheet for each kind of record that you have; leave the others as they are. No council needs all of them.
Begin with referrals and looked_after_episodes: they are enough for a first report on children.
first-report.md, beside this workbook, says what each further sheet adds.
Dark headings are needed in every row, light ones may be blank. Point at a heading to read what belongs there.
A blank never means zero. In most columns it means unknown, in others not applicable or still open: the heading says.
Columns with a list take only what is in it; U is unknown. The sheet {CODES} has all lists.
Dates are dates, such as 31/03/2020; months are year and month, such as 2020-04. Ids are text: leading zeros stay.
Keep names, addresses and notes out. Do not rename sheets or headings.
The lists reach down to row {LAST_ROW + 1:,}; more rows are read just as well.
A table is read from here or from records/, not from both.
An extract with headings of its own can stay as it is: see mapping.toml.
"""

_FORM = {
    "id": "Text: leading zeros stay.",
    "code": f"Choose from the list; the sheet {CODES} has them all.",
    "date": "A date, such as 31/03/2020.",
    "month": "Year and month, such as 2020-04.",
    "year": "Financial year, such as 2020-21.",
    "whole": "A whole number.",
    "number": "A number.",
    "percent": "As printed, with its decimals.",
    "text": "Text, but no names, addresses or notes.",
}


def workbook() -> bytes:
    """Return the workbook: a sheet "Read me", one sheet a table of the records, a sheet of codes.

    Returns
    -------
    bytes
        An xlsx file, the same every time.
    """
    file = BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True})
    book.set_properties({"title": "Records of early help", "created": _MADE})
    formats = _formats(book)
    words = described()
    lists = _lists()
    _read_me(book.add_worksheet("Read me"), formats, words)
    for contract in RECORDS:
        _table(book.add_worksheet(contract.name), contract, words[contract.name], lists, formats)
    _codes(book.add_worksheet(CODES), formats)
    book.close()
    return file.getvalue()


def _formats(book: xlsxwriter.Workbook) -> dict[str, Format]:
    frame = {"bold": True, "border": 1, "valign": "top"}
    return {
        "title": book.add_format({"bold": True, "font_size": 16}),
        "wrapped": book.add_format({"text_wrap": True, "valign": "top"}),
        "needed": book.add_format({**frame, "bg_color": "#1F3864", "font_color": "#FFFFFF"}),
        "optional": book.add_format({**frame, "bg_color": "#E7E6E6"}),
        "date": book.add_format({"num_format": "dd/mm/yyyy"}),
        "text": book.add_format({"num_format": 49}),  # "Text": else Excel makes numbers of ids and dates of 2020-04
        "general": book.add_format(),
    }


def _read_me(sheet: Worksheet, formats: dict[str, Format], words: dict[str, Described]) -> None:
    _for_paper(sheet)
    sheet.set_column(0, 0, 26)
    sheet.set_column(1, 1, 96)
    sheet.set_column(2, 2, 14)
    sheet.write_string(0, 0, "Records of early help", formats["title"])
    for row, line in enumerate(_READ_ME.splitlines(), start=2):
        sheet.write_string(row, 0, line)
    row = _READ_ME.count("\n") + 3
    for column, name in enumerate(("Sheet", "What it holds", "Fill in first")):
        sheet.write_string(row, column, name, formats["optional"])
    for contract in RECORDS:
        row += 1
        sheet.write_url(row, 0, f"internal:'{contract.name}'!A1", string=contract.name)
        sheet.write_string(row, 1, words[contract.name].about, formats["wrapped"])
        sheet.write_string(row, 2, "yes" if contract.name in FIRST else "")


def _for_paper(sheet: Worksheet) -> None:
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)


def _table(
    sheet: Worksheet,
    contract: TableContract,
    words: Described,
    lists: dict[tuple[str, str], str],
    formats: dict[str, Format],
) -> None:
    _for_paper(sheet)
    sheet.freeze_panes(1, 0)
    if contract.name in FIRST:
        sheet.set_tab_color("#1F3864")
    for place, column in enumerate(contract.columns):
        sheet.set_column(place, place, max(12, len(column.name) + 4), formats[_kind_of_cell(column)])
        sheet.write_string(0, place, column.name, formats["needed" if column.required else "optional"])
        comment = f"{_needed(column)} {words.columns[column.name].rstrip('.')}. {_FORM[column.kind]}"
        sheet.write_comment(0, place, comment, {"x_scale": 2, "y_scale": 1.6})
        if column.kind == "date":
            sheet.data_validation(
                1,
                place,
                LAST_ROW,
                place,
                {
                    "validate": "date",
                    "criteria": ">=",
                    "value": EARLIEST.to_pydatetime(),
                    "error_title": "Not a date",
                    "error_message": "Enter a date, such as 31/03/2020, or leave the cell blank.",
                },
            )
        elif column.kind == "code":
            sheet.data_validation(
                1,
                place,
                LAST_ROW,
                place,
                {
                    "validate": "list",
                    "source": lists[contract.name, column.name],
                    "error_title": "Not in the list",
                    "error_message": "Choose from the list, or leave the cell blank.",
                },
            )


def _needed(column: Column) -> str:
    return "Needed in every row." if column.required else f"May be blank: {column.blank}."


def _kind_of_cell(column: Column) -> str:
    if column.kind == "date":
        return "date"
    # Codes stay general: of a list with numbers, Excel would take none in a cell that is text.
    return "general" if column.kind in ("whole", "number", "code") else "text"


def _coded() -> Iterator[tuple[int, TableContract, Column]]:
    coded = ((contract, column) for contract in RECORDS for column in contract.of_kind("code"))
    return ((place, contract, column) for place, (contract, column) in enumerate(coded))


def _lists() -> dict[tuple[str, str], str]:
    """Return where the codes of each column stand. A list within the cell would end at 255 characters."""
    return {
        (contract.name, column.name): f"={CODES}!${(name := xl_col_to_name(place))}$2:${name}${len(column.codes) + 1}"
        for place, contract, column in _coded()
    }


def _codes(sheet: Worksheet, formats: dict[str, Format]) -> None:
    sheet.freeze_panes(1, 0)
    for place, contract, column in _coded():
        header = f"{contract.name}.{column.name}"
        sheet.set_column(place, place, max(map(len, (header, *column.codes))) + 2)
        sheet.write_string(0, place, header, formats["optional"])
        for row, code in enumerate(column.codes, start=1):
            # A digit as a number, as Excel reads it when somebody types it.
            sheet.write_number(row, place, int(code)) if code.isdecimal() else sheet.write_string(row, place, code)
