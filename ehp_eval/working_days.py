"""Working days: Monday to Friday, less the bank holidays of a place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date


def bank_holidays(calendar: str, years: Iterable[int]) -> list[date]:
    """Return the bank holidays of some years, those moved from a weekend on the day they were moved to.

    Parameters
    ----------
    calendar : str
        Country (ISO 3166-1) and part of it as the package `holidays` names them, such as "GB-WLS".
    years : iterable of int

    Raises
    ------
    NotImplementedError
        When the package knows no such calendar.

    Notes
    -----
    From the package `holidays`, since governments move bank holidays at short notice (8 May for 4 May in 2020, a
    funeral in 2022) and it follows them, release by release.
    """
    # Imported here because only a council's settings and one measure need it, and it takes a tenth of a second.
    import holidays

    country, _, part = calendar.partition("-")
    return sorted(holidays.country_holidays(country, subdiv=part or None, years=years))


def working_days_after(dates: pd.Series[pd.Timestamp], days: int, *, calendar: str) -> pd.Series[pd.Timestamp]:
    """Return the day so many working days after each date; missing where a date is.

    Parameters
    ----------
    dates : Series of Timestamp
    days : int
        Of a date that is no working day the count starts from the working day before: two working days after a
        Saturday are a Tuesday, as they are after the Friday.
    calendar : str
        As `bank_holidays` has it.
    """
    known = dates.dropna()
    if known.empty:
        return dates
    closed = np.array(bank_holidays(calendar, range(known.min().year - 1, known.max().year + 2)), dtype="datetime64[D]")
    after = np.busday_offset(dates.to_numpy().astype("datetime64[D]"), days, roll="backward", holidays=closed)
    return pd.Series(after.astype("datetime64[s]"), index=dates.index)
