"""What must hold of the tables before anything is computed: every fault with its file, row and column.

The checks of one table are pandera schemas made from the contract: pandera judges all columns in one
lazy pass and knows the row of each failure. Checks across columns and tables are written out below.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd
import pandera.pandas as pa

from ehp_eval.columns import STREAM_CLAIMS, SYSTEM_CLAIMS, Column, TableContract
from ehp_eval.config import CouncilSettings
from ehp_eval.contract import TABLES
from ehp_eval.errors import Finding
from ehp_eval.streams import STREAMS

ISO_DATE = r"\d{4}-\d{2}-\d{2}"
UK_DATE = r"\d{2}/\d{2}/\d{4}"
_PATTERNS = {
    "month": (r"\d{4}-(0[1-9]|1[0-2])", "a month written as 2020-04"),
    "year": (r"\d{4}-\d{2}", "a financial year written as 2020-21"),
    "whole": (r"\d+", "a whole number"),
    "percent": (r"\d{1,3}(\.\d+)?", "a percentage as printed, such as 92.7 (without the sign)"),
    "number": (r"-?\d+(\.\d+)?", "a number without a thousands separator"),
}
# due_on is a plan; in reference tables periods may run past the extract.
_MAY_FOLLOW_THE_EXTRACT = {"due_on"}


def table_findings(frame: pd.DataFrame, contract: TableContract) -> list[Finding]:
    """Return every fault of one table.

    Parameters
    ----------
    frame : DataFrame of str
        As read: blanks missing, the index being the row of a spreadsheet.
    contract : TableContract
    """
    known = {column.name: column for column in contract.columns}
    findings = [
        Finding(
            contract.file,
            name,
            "unknown column",
            "no such column is known: name it as data/README.md does, or remove it",
        )
        for name in frame.columns
        if name not in known
    ]
    findings += [
        Finding(contract.file, column.name, "missing column", "the table needs this column: add it")
        for column in contract.columns
        if column.required and column.name not in frame
    ]
    present = [column for column in contract.columns if column.name in frame]
    schema = pa.DataFrameSchema({column.name: _schema(column, frame[column.name]) for column in present})
    try:
        schema.validate(frame, lazy=True)
    except pa.errors.SchemaErrors as error:
        for (name, check), failures in error.failure_cases.groupby(["column", "check"], sort=True):
            rows = tuple(sorted(int(row) for row in failures["index"]))
            findings.append(Finding(contract.file, str(name), *_explain(known[str(name)], str(check)), rows))
    if contract.key and set(contract.key) <= set(frame.columns):
        repeated = frame.duplicated(list(contract.key)) & frame[list(contract.key)].notna().all(axis=1)
        findings += _finding(
            contract.file,
            ", ".join(contract.key),
            "repeated",
            "this key stands in an earlier row too: keep one",
            frame.index[repeated],
        )
    return findings


def tables_findings(
    tables: dict[str, pd.DataFrame], settings: CouncilSettings, services: Mapping[str, tuple[str, ...] | None]
) -> list[Finding]:
    """Return the faults that only several columns or tables show.

    Parameters
    ----------
    tables : dict of DataFrame
        In declared types; the index being the row of a spreadsheet.
    services : mapping of str to tuple of str or None
        Streams of each service that has a file, by its id; None where the file has faults of its own.
    """
    findings: list[Finding] = []
    extract = pd.Timestamp(settings.council.extract_date)
    for name, frame in tables.items():
        contract = TABLES[name]
        if contract.folder == "records":
            for column in contract.of_kind("date"):
                if column.name not in _MAY_FOLLOW_THE_EXTRACT:
                    late = frame.index[frame[column.name] > extract]
                    findings += _finding(
                        contract.file,
                        column.name,
                        "after the extract",
                        f"the date is after the extract date {extract:%Y-%m-%d}",
                        late,
                    )
    referrals, referrals_file = tables["referrals"], TABLES["referrals"].file
    undated = referrals.index[(referrals["accepted"] == "Y") & referrals["accepted_on"].isna()]
    findings += _finding(
        referrals_file, "accepted_on", "no date", "an accepted referral needs the date of acceptance", undated
    )
    for table, first, last in (
        ("referrals", "referred_on", "accepted_on"),
        ("referrals", "accepted_on", "support_ended_on"),
        ("parents", "offered_on", "engaged_on"),
        ("parents", "engaged_on", "ended_on"),
    ):
        frame = tables[table]
        wrong = frame.index[frame[last] < frame[first]]
        findings += _finding(
            TABLES[table].file,
            last,
            "order of dates",
            f"the date is before {first}: correct one of them",
            wrong,
        )
    for table, column_name in (
        ("referrals", "service"),
        ("incidents", "service"),
        ("service_costs", "service"),
    ):
        frame = tables[table]
        unknown = frame.index[frame[column_name].notna() & ~frame[column_name].isin(list(services))]
        findings += _finding(
            TABLES[table].file,
            column_name,
            "unknown service",
            "no services/<id>.toml defines it: add the file or correct the id",
            unknown,
        )
    findings += _claims_findings(tables)
    findings += _actions_findings(tables["actions"])
    pregnancies = tables["pregnancies"]
    twice = pregnancies["referral_id"].notna() & pregnancies.duplicated("referral_id")
    findings += _finding(
        TABLES["pregnancies"].file,
        "referral_id",
        "repeated",
        "an earlier row names this referral too: keep one",
        pregnancies.index[twice],
    )
    for service, streams in services.items():
        foreign = (referrals["service"] == service) & ~referrals["stream"].isin(list(streams or STREAMS))
        findings += _finding(
            referrals_file,
            "stream",
            "stream of the service",
            f"services/{service}.toml lists no such stream: add it there, or correct the row",
            referrals.index[foreign],
        )
    return findings


def _claims_findings(tables: dict[str, pd.DataFrame]) -> list[Finding]:
    """Return the faults of published claims that would make them impossible to re-examine."""
    claims, file = tables["claims"], TABLES["claims"].file
    series = tables["looked_after_children"]
    at_march = series[(series["date"].dt.month == 3) & (series["date"].dt.day == 31)]
    known = set(zip(at_march["area"], at_march["date"].dt.year, strict=True))
    of_years = claims["measure"].isin(list(SYSTEM_CLAIMS))

    def covered(claim: pd.Series) -> bool:
        if claim["measure"] == "areas_rising":
            return {claim["period_start"].year, claim["period_end"].year} <= {year for _, year in known}
        areas = [area.strip() for area in str(claim["areas"]).split(";")]
        years = range(claim["period_start"].year, claim["period_end"].year + 1)
        return all((area, year) in known for area in areas for year in years)

    uncovered = (
        claims[of_years][~claims[of_years].apply(covered, axis=1).astype(bool)] if of_years.any() else claims[:0]
    )
    faults = {
        ("denominator", "it must be at least 1: correct it, or leave it blank"): claims["denominator"] == 0,
        ("numerator_stated", "it is larger than the denominator: correct one of them"): (
            claims["numerator_stated"] > claims["denominator"]
        ),
        ("percent_of", "say what the percentage is of, such as child"): (
            claims["percent_stated"].notna() & claims["percent_of"].isna()
        ),
        ("stream", "this measure is one of a stream: name it"): (
            claims["measure"].isin(list(STREAM_CLAIMS)) & claims["stream"].isna()
        ),
        (
            "areas",
            "looked_after_children has no count for one of these areas or years: correct the areas or add them",
        ): (claims.index.isin(uncovered.index)),
    }
    return [
        finding
        for (column, message), wrong in faults.items()
        for finding in _finding(
            file,
            column,
            "claim",
            message,
            claims.index[pd.Series(wrong, index=claims.index).fillna(False).astype(bool)],
        )
    ]


def _actions_findings(actions: pd.DataFrame) -> list[Finding]:
    """Return the rows of the register that say something without saying where it stands."""
    file, evidence = TABLES["actions"].file, actions["evidence"]
    findings = [
        finding
        for column in ("evidence_document", "evidence_paragraph")
        for finding in _finding(
            file,
            column,
            "source",
            "evidence needs its document and paragraph: name both",
            actions.index[evidence.notna() & actions[column].isna()],
        )
    ]
    bare = actions["status"].isin(["done", "in_progress"]) & evidence.isna()
    message = "done or in progress needs its evidence: add it, or write unknown as the status"
    return findings + _finding(file, "evidence", "no evidence", message, actions.index[bare])


def _finding(file: str, column: str, rule: str, message: str, rows: Iterable[int]) -> list[Finding]:
    numbers = tuple(int(row) for row in rows)
    return [Finding(file, column, rule, message, numbers)] if numbers else []


def _schema(column: Column, text: pd.Series) -> pa.Column:
    checks = []
    if column.kind == "date":
        # One convention a column: the first date decides, so 03/04/2020 is never guessed row by row.
        first = text.dropna().head(1)
        uk = bool(first.str.fullmatch(UK_DATE).all()) and not first.empty
        pattern, form = (UK_DATE, "%d/%m/%Y") if uk else (ISO_DATE, "%Y-%m-%d")

        def is_date(dates: pd.Series) -> pd.Series:
            read: pd.Series = pd.to_datetime(dates, format=form, errors="coerce")
            return dates.str.fullmatch(pattern) & read.notna()

        checks.append(pa.Check(is_date, name="UK date" if uk else "ISO date"))
    elif column.kind in _PATTERNS:
        pattern = _PATTERNS[column.kind][0]
        checks.append(pa.Check(lambda values: values.str.fullmatch(pattern), name=column.kind))
    elif column.codes:
        codes = list(column.codes)
        checks.append(pa.Check(lambda values: values.isin(codes), name="code"))
    return pa.Column(nullable=column.blank != "not allowed", checks=checks, required=False)


def _explain(column: Column, check: str) -> tuple[str, str]:
    if check == "not_nullable":
        return "blank", "the cell is blank: every row needs a value here"
    if check == "code":
        return "unknown code", f"not one of the codes {', '.join(column.codes)}"
    if check == "UK date":
        return (
            "date",
            "not a date like 31/03/2020, the style of the column's first row: use one style in a column",
        )
    if check == "ISO date":
        return "date", "not a date like 2020-03-31: use one style in a column"
    return column.kind, f"not {_PATTERNS[column.kind][1]}"
