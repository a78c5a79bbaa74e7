"""Whether a referral agrees with itself, its service, and what the looked-after episodes say of the child."""

from __future__ import annotations

import pandas as pd

from ehp_eval.checks.rule import ONE_DAY, Evidence, Found, Rule

NEAR = pd.Timedelta(days=28)
"""An entry into care so near to the end of support can be what ended it."""


def _undated(council: Evidence) -> Found:
    referrals = council["referrals"]
    return (referrals["accepted"] == "Y") & referrals["accepted_on"].isna()


def _not_operational(council: Evidence) -> Found:
    referrals, found = council["referrals"], {}
    for name, service in council.services.items():
        if service:
            began = pd.Timestamp(service.operational_since)
            gap = f"services/{name}.toml says {began:%Y-%m-%d}"
            found[gap] = (referrals["service"] == name) & (referrals["accepted_on"] < began)
    return found


def _overlapping(council: Evidence) -> Found:
    """Rows whose support begins before an earlier one of the same child in the same service has ended."""
    referrals = council["referrals"]
    born = council.lookup(referrals["person_id"], "persons", "person_id", "birth_person_id")
    rows = pd.DataFrame(
        {
            "child": born.fillna(referrals["person_id"]),
            "service": referrals["service"],
            "start": referrals["support_started_on"].fillna(referrals["accepted_on"]),
            "end": referrals["support_ended_on"].fillna(council.extract),
        }
    )[referrals["accepted"] == "Y"]
    rows = rows.dropna().sort_values(["child", "service", "start", "end"], kind="stable")
    same = [rows["child"], rows["service"]]
    earlier_end = rows.groupby(["child", "service"])["end"].cummax().groupby(same).shift()
    return pd.Series(referrals.index.isin(rows.index[rows["start"] < earlier_end]), index=referrals.index)


def _reason_without_end(council: Evidence) -> Found:
    referrals = council["referrals"]
    accepted = referrals["accepted"] == "Y"
    return accepted & referrals["end_reason"].notna() & referrals["support_ended_on"].isna()


def entered_care_unseen(council: Evidence) -> pd.Series[bool]:
    """Say which referrals were closed as entered care, and no period of care began near then or was running."""
    referrals = council["referrals"]
    said = (referrals["end_reason"] == "entered_care") & referrals["support_ended_on"].notna()
    if not said.any() or not _episodes_supplied(council):
        return said & False
    ended_on = referrals["support_ended_on"].where(said)
    near = council.referred.merge(council.care, on="person_id")
    apart = (near["started_on"].array - ended_on.reindex(near["row"])).abs()
    began = referrals.index.isin(apart.index[apart <= NEAR])
    return said & ~began & ~council.in_care(ended_on)


def _outcome_against_reason(council: Evidence) -> Found:
    referrals = council["referrals"]
    at_home = referrals["closing_outcome"].isin(["remained_home", "closed_to_social_care"])
    return at_home & (referrals["end_reason"] == "entered_care")


def _contact_after_death(council: Evidence) -> Found:
    contacts = council["contacts"]
    reason, ended_on = (
        council.lookup(contacts["referral_id"], "referrals", "referral_id", column)
        for column in ("end_reason", "support_ended_on")
    )
    return (reason == "died") & (contacts["contact_on"] > ended_on)


def _dates_though_declined(council: Evidence) -> Found:
    referrals = council["referrals"]
    dates = referrals[["accepted_on", "support_started_on", "support_ended_on"]]
    return (referrals["accepted"] == "N") & dates.notna().any(axis=1)


def _outcome_while_open(council: Evidence) -> Found:
    referrals = council["referrals"]
    return referrals["closing_outcome"].notna() & referrals["support_ended_on"].isna()


def _looked_after_already(council: Evidence) -> Found:
    referrals = council["referrals"]
    accepted_on = referrals["accepted_on"].where(referrals["accepted"] == "Y")
    # An entry into care on the day of acceptance is what the service was to prevent, not a contradiction.
    before = council.in_care(accepted_on - ONE_DAY) & council.in_care(accepted_on)
    return (referrals["stream"] == "edge_of_care") & before


def _not_looked_after(council: Evidence) -> Found:
    referrals = council["referrals"]
    accepted_on = referrals["accepted_on"].where(referrals["accepted"] == "Y")
    of_looked_after = referrals["stream"].isin(["placement_support", "reunification"])
    there = _episodes_supplied(council)
    return of_looked_after & accepted_on.notna() & ~council.in_care(accepted_on) & there


def _said_looked_after(council: Evidence) -> Found:
    referrals = council["referrals"]
    referred_on = referrals["referred_on"]
    said = (referrals["status_at_referral"] == "looked_after") & referred_on.notna()
    either_day = council.in_care(referred_on) | council.in_care(referred_on - ONE_DAY)
    return said & ~either_day & _episodes_supplied(council)


def _said_not_looked_after(council: Evidence) -> Found:
    referrals = council["referrals"]
    status = referrals["status_at_referral"]
    both_days = council.in_care(referrals["referred_on"]) & council.in_care(referrals["referred_on"] - ONE_DAY)
    return status.notna() & (status != "looked_after") & both_days


def _episodes_supplied(council: Evidence) -> bool:
    return bool(len(council["looked_after_episodes"]))


RULES = (
    Rule("no date", "referrals", "accepted_on", "an accepted referral needs the date of acceptance: add it", _undated),
    Rule(
        "not operational yet",
        "referrals",
        "accepted_on",
        "the service had not begun by then ({}): correct the date there or here",
        _not_operational,
    ),
    Rule(
        "end without a date",
        "referrals",
        "support_ended_on",
        "there is an end_reason, but a blank here means that support goes on: add the date, or remove the reason",
        _reason_without_end,
    ),
    Rule(
        "overlapping support",
        "referrals",
        "support_started_on",
        "this child's support by this service began before an earlier one ended: correct the dates, or keep one row",
        _overlapping,
        "warning",
    ),
    Rule(
        "end reason",
        "referrals",
        "end_reason",
        "entered_care, but no period of care begins within 28 days of the end of support or was running: "
        "correct the reason, or supply the episode",
        entered_care_unseen,
        "warning",
    ),
    Rule(
        "closing outcome",
        "referrals",
        "closing_outcome",
        "this outcome contradicts the end_reason entered_care: correct one of them",
        _outcome_against_reason,
        "warning",
    ),
    Rule(
        "closing outcome",
        "referrals",
        "support_ended_on, closing_outcome",
        "there is an outcome, but a blank date means that support goes on: add the date, or remove the outcome",
        _outcome_while_open,
        "warning",
    ),
    Rule(
        "contact after death",
        "contacts",
        "contact_on",
        "support ended earlier because the child died: correct this date, or the end of the referral",
        _contact_after_death,
        "warning",
    ),
    Rule(
        "not accepted",
        "referrals",
        "accepted",
        "not accepted, but there are dates of acceptance or support, which are not used: correct one of them",
        _dates_though_declined,
        "warning",
    ),
    Rule(
        "stream and care",
        "referrals",
        "stream",
        "edge_of_care, but the child was looked after already when accepted, so it is left out as not at risk: "
        "correct the stream, the date or the episodes",
        _looked_after_already,
        "warning",
    ),
    Rule(
        "stream and care",
        "referrals",
        "stream",
        "this stream is for looked-after children, but this one was not looked after when accepted, so it is left out "
        "as not at risk: correct the stream, the date or the episodes",
        _not_looked_after,
        "warning",
    ),
    Rule(
        "status and care",
        "referrals",
        "status_at_referral",
        "looked_after, but there is no episode on the day of the referral: correct the status, or supply the episode",
        _said_looked_after,
        "warning",
    ),
    Rule(
        "status and care",
        "referrals",
        "status_at_referral",
        "not looked_after, but an episode was running on the day of the referral: correct the status or the episode",
        _said_not_looked_after,
        "warning",
    ),
)
