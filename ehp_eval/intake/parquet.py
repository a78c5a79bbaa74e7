"""Parquet files, by DuckDB, which weighs a third of pyarrow."""

from __future__ import annotations

import glob
from collections.abc import Iterator, Sequence
from pathlib import Path

from ehp_eval.intake.grid import UnreadableError, check_cells

FETCHED = 10_000  # rows at a time


def read_parquet(path: Path) -> Iterator[Sequence[object]]:
    """Yield the names of the columns, then every row, as values of Python.

    Raises
    ------
    UnreadableError
        Where the file is no Parquet, or is damaged.
    """
    import duckdb  # here, because it takes a while to load and few councils have such files

    # As the file is, whatever its folder is called: no pattern, no columns made from `name=value` folders.
    # A time with a zone is kept in UTC, in which midnight of a summer day falls on the day before.
    source = "read_parquet($file, hive_partitioning = false, binary_as_string = true)"
    settings: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": False,
        "TimeZone": "Europe/London",
    }
    file = {"file": glob.escape(str(path))}
    try:
        with duckdb.connect(config=settings) as database:
            counted = database.execute(f"SELECT count(*) FROM {source}", file).fetchone()
            described = database.execute(f"DESCRIBE SELECT * FROM {source}", file).fetchall()
            check_cells(counted[0] if counted else 0, len(described))
            # A time of day is of no use here, and DuckDB needs a further package for those with a zone.
            selected = ", ".join(
                f"CAST({name} AS TIMESTAMP)" if "TIME ZONE" in kind else name
                for name, kind in ((_quoted(column[0]), column[1]) for column in described)
            )
            yield [column[0] for column in described]
            rows = database.execute(f"SELECT {selected} FROM {source}", file)
            while some := rows.fetchmany(FETCHED):
                yield from some
    except (duckdb.Error, ValueError, OverflowError, MemoryError):
        raise UnreadableError("damaged", "this is no Parquet file, or it is damaged: export it again") from None


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
