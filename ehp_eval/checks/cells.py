"""What each cell must be by the declaration of its column, and each row by the key of its table.

The checks of cells are pandera schemas made from the contract: pandera judges all columns in one lazy pass and knows
the row of each failure.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import pandera.pandas as pa

from ehp_eval.checks.fault import Fault, faults
from ehp_eval.columns import Column, TableContract
from ehp_eval.intake.codes import unmapped_codes
from ehp_eval.intake.dates import explain_dates
from ehp_eval.intake.source import DateStyle

ISO_DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
NUMBERS = {
    "month": (r"[0-9]{4}-(0[1-9]|1[0-2])", "a month written as 2020-04"),
    "year": (r"[0-9]{4}-[0-9]{2}", "a financial year written as 2020-21"),
    # 15 digits are what Excel keeps; more would lose some on the way.
    "whole": (r"[0-9]{1,15}", "a whole number"),
    "percent": (r"[0-9]{1,3}(\.[0-9]+)?", "a percentage as printed, such as 92.7 (without the sign)"),
    "number": (r"-?[0-9]{1,15}(\.[0-9]+)?", "a number without a thousands separator"),
}
"""Pattern of each kind of number, and its words."""
REPAIRED = "looked_after_episodes"
"""Joined yearly returns repeat its rows; `ehp_eval.periods` repairs and counts that."""


def cell_faults(
    text: pd.DataFrame, contract: TableContract, styles: Mapping[str, DateStyle] | None = None
) -> list[Fault]:
    """Return the faults of the columns and cells of one table.

    Parameters
    ----------
    text : DataFrame of str
        Columns in the contract's names, dates ISO; missing where the cell says nothing. Columns that the contract
        does not know are none of its business.
    contract : TableContract
    styles : mapping of str to str, optional
        The style in which each column of dates was read; ISO where it is not named.

    Returns
    -------
    list of Fault
        Errors, by column.
    """
    found = [
        Fault(contract.name, column.name, "missing column", "the table needs this column: add it, or map its header")
        for column in contract.columns
        if column.required and column.name not in text
    ]
    present = {column.name: column for column in contract.columns if column.name in text}
    schema = pa.DataFrameSchema({name: _schema(column) for name, column in present.items()})
    try:
        schema.validate(text, lazy=True)
    except pa.errors.SchemaErrors as error:
        for (name, check), failures in error.failure_cases.groupby(["column", "check"], sort=True):
            column, rows = present[str(name)], sorted(failures["index"])
            cells = text.loc[rows, column.name]
            rule, message = _explain(column, str(check), cells, contract, (styles or {}).get(column.name, "iso"))
            found += faults(contract.name, column.name, rule, message, rows)
    return found


def key_faults(text: pd.DataFrame, contract: TableContract) -> list[Fault]:
    """Return the rows that repeat an earlier one, by the table's key or, where it has none, as a whole.

    Parameters
    ----------
    text : DataFrame of str
        As `cell_faults` takes it.
    contract : TableContract

    Returns
    -------
    list of Fault
        Of each key all rows but the first. A person with two months of birth is a fault of its own. A row of a table
        of records without a key is warned of: two visits on a day can look alike.
    """
    if not contract.key:
        if contract.folder != "records" or contract.name == REPAIRED or text.columns.empty:
            return []
        message = "this row stands here before, word for word, and counts twice: keep one, unless it happened twice"
        return faults(contract.name, "", "repeated row", message, text.index[text.duplicated()], "warning")
    key = list(contract.key)
    if not set(key) <= set(text.columns):
        return []
    repeated = text.duplicated(key) & text[key].notna().all(axis=1)
    contradicts = _other_birth_month(text, contract) & repeated
    message = "this key stands in an earlier row too: keep one"
    months = "this person stands in an earlier row with another month of birth: find out which is right, and keep one"
    return [
        *faults(contract.name, ", ".join(key), "repeated", message, text.index[repeated & ~contradicts]),
        *faults(contract.name, "birth_month", "two birth months", months, text.index[contradicts]),
    ]


def _other_birth_month(text: pd.DataFrame, contract: TableContract) -> pd.Series[bool]:
    """Tell the rows whose month of birth is not the first that is known of the same key."""
    if "birth_month" not in text:
        return pd.Series(False, index=text.index)
    months = text["birth_month"]
    first = months.groupby([text[name] for name in contract.key]).transform("first")
    return months.notna() & first.notna() & (months != first)


def _schema(column: Column) -> pa.Column:
    checks = []
    if column.kind == "date":
        checks.append(pa.Check(_is_date, name="date"))
    elif column.kind in NUMBERS:
        pattern = NUMBERS[column.kind][0]
        checks.append(pa.Check(lambda values: values.str.fullmatch(pattern), name=column.kind))
    elif column.codes:
        codes = list(column.codes)
        checks.append(pa.Check(lambda values: values.isin(codes), name="code"))
    return pa.Column(nullable=column.blank != "not allowed", checks=checks, required=False)


def _is_date(dates: pd.Series) -> pd.Series[bool]:
    read = pd.to_datetime(dates, format="%Y-%m-%d", errors="coerce")
    return dates.str.fullmatch(ISO_DATE) & read.notna()


def _explain(
    column: Column, check: str, cells: pd.Series, contract: TableContract, style: DateStyle
) -> tuple[str, str]:
    """Return the rule that cells of a column break, and what is wrong with them."""
    if check == "not_nullable":
        return "blank", "the cell is blank: every row needs a value here"
    if check == "code":
        remedy = "map or correct" if contract.folder == "records" else "correct"
        known = f"not one of the codes {', '.join(column.codes)}"
        return "unknown code", f"{known}: {remedy} {unmapped_codes(cells, column.codes)}"
    if check == "date":
        return "date", f"{explain_dates(cells, style)}; use one style in a column"
    return column.kind, f"not {NUMBERS[column.kind][1]}: correct the cell"
