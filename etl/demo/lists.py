"""Invented journeys as the lists that providers send: one table of text a month end, in each source's own headings."""

from datetime import date

import numpy as np
import pandas as pd

from etl.demo.blemishes import blemished, with_totals
from etl.demo.journeys import LOST
from etl.derive import ages

_WHY = {"withdrawn": "Family declined", "moved": "Moved out of area", "aged_out": "Aged out", "other": "Service change"}
_MHSDS_WHY = {"withdrawn": "Declined", "moved": "Moved out of area", "aged_out": "Over age", "other": "Service change"}


def on_list(journeys: pd.DataFrame, end: date, since: date) -> pd.DataFrame:
    """Return who a list taken on `end` shows: everyone waiting, and everyone whose last step was on or after `since`.

    What lies after `end` is not known yet. A child lost without a closure is shown only while it waits.
    """
    day = pd.Timestamp(end)
    known = journeys[journeys["started"] <= day]
    steps = {step: known[step].where(known[step] <= day) for step in ("stopped", "later") if step in known}
    over = known["stopped"] <= day
    last = known["stopped"].where(known["later"].isna(), known["later"]) if "later" in known else known["stopped"]
    shown = ~over | ((known["reason"] != LOST) & ~(last < pd.Timestamp(since)))
    return known.assign(**steps, reason=known["reason"].where(over, ""))[shown].reset_index(drop=True)


def speech_and_language(rows: pd.DataFrame, end: date, rng: np.random.Generator) -> pd.DataFrame:
    """Return the trust's own list (slt_waiting_list), with a line of totals."""
    seen, closed = rows["reason"] == "completed", rows["reason"].isin([*_WHY])
    table = pd.DataFrame(
        {
            "Referral No": _numbered("DEMO-SLT-", rows),
            "Client ID": _numbered("DEMO-CHILD-", rows),
            "Service": "Speech and language therapy",
            "Date referral received": written(rows["started"]),
            "First seen": written(rows["stopped"].where(seen)),
            "Therapy started": written(rows["later"]),
            "Rejected": written(rows["stopped"].where(rows["reason"] == "rejected")),
            "Discharge Date": written(rows["stopped"].where(closed)),
            "Closure Reason": rows["reason"].map(_WHY).fillna(""),
            "Age": _age(rows, end),
            "Presenting Need": rows["need"],
            "Priority": rows["priority"].str.capitalize(),
            "District": rows["locality"],
            "Gender": rows["sex"],
            "Ethnicity": rows["ethnic"],
        }
    )
    marked = blemished(table, rng, spaced="District", cased="Presenting Need", worded="Date referral received")
    return with_totals(marked)


def mental_health_services(rows: pd.DataFrame, end: date, rng: np.random.Generator) -> pd.DataFrame:
    """Return referrals in the shape of the Mental Health Services Data Set, version 6 (mhsds_nd)."""
    seen = rows["reason"] == "completed"
    both, autism = rows["diagnosis"] == "both", rows["diagnosis"] != "adhd"
    table = pd.DataFrame(
        {
            "ServiceRequestId": _numbered("DEMO-RRE-", rows),
            "LocalPatientId": _numbered("DEMO-P", rows),
            "NHSNumber": rows["nhs_number"],
            "OrgIDProv": "RRE",
            "ReportingPeriodEndDate": f"{end:%Y-%m-%d}",
            "ReferralRequestReceivedDate": _iso(rows["started"].mask(rows["unknown"])),
            "PrimReasonReferralMH": np.where(autism, "25", "24"),
            "OtherReasonReferMH": np.where(both, "24", ""),
            "ClinRespPriorityType": np.where(rows["urgent"], "2", "3"),
            "CareContDate": _iso(rows["stopped"].where(seen)),
            "AttendStatus": np.where(seen, "5", ""),
            "ConsMechanismMH": np.where(seen, np.where(rows["number"] % 4 == 0, "11", "01"), ""),
            "ReferRejectionDate": _iso(rows["stopped"].where(rows["reason"] == "rejected")),
            "ReferClosureDate": _iso(rows["stopped"].where(rows["reason"].isin([*_MHSDS_WHY]))),
            "ReferClosReason": rows["reason"].map(_MHSDS_WHY).fillna(""),
            "PersonBirthDate": _iso(rows["born"]),
            "Gender": np.where(rows["sex"] == "M", "1", "2"),
            "EthnicCategory": rows["ethnic"],
        }
    )
    return blemished(table, rng, spaced="PrimReasonReferralMH", cased="EthnicCategory")


def community_services(rows: pd.DataFrame, end: date, rng: np.random.Generator) -> pd.DataFrame:
    """Return referrals in the shape of the Community Services Data Set (csds_nd), some of another team among them."""
    seen = rows["reason"] == "completed"
    others = rows["number"] % 12 == 0  # physiotherapy referrals that the extract did not filter out
    table = pd.DataFrame(
        {
            "ServiceRequestId": _numbered("DEMO-R1D-", rows),
            "LPI": _numbered("DEMO-C", rows),
            "NHSNumber": rows["nhs_number"],
            "OrgID_Provider": "r1d",
            "RP_EndDate": f"{end:%d/%m/%Y}",
            "ReferralRequest_Received_Date": written(rows["started"].mask(rows["unknown"])),
            "TeamType": np.where(others, "25", "06"),
            "PrimaryReferralReason": np.where(others, "042", "017"),
            "ProvisionalDiagnosis": np.where(rows["diagnosis"] == "autism", "401204006", ""),
            "PriorityTypeCode": np.where(rows["urgent"], "2", "1"),
            "CContactDate": written(rows["stopped"].where(seen)),
            "AttendCode": np.where(seen, "5", ""),
            "ReferRejectionDate": written(rows["stopped"].where(rows["reason"] == "rejected")),
            "ReferClosureDate": written(rows["stopped"].where(rows["reason"].isin([*_WHY]))),
            "PersonBirthDate": written(rows["born"]),
            "Gender": np.where(rows["sex"] == "M", "1", "2"),
            "EthnicCategory": rows["ethnic"],
        }
    )
    return blemished(table, rng, spaced="TeamType", cased="EthnicCategory", worded="ReferralRequest_Received_Date")


def adults(rows: pd.DataFrame, end: date, rng: np.random.Generator) -> pd.DataFrame:
    """Return the list of those aged 18 and over (nd_waiting_list): a few of its printed waits leave out a pause."""
    weeks = ((rows["stopped"].fillna(pd.Timestamp(end)) - rows["started"]).dt.days // 7).astype("int64")
    paused = weeks.where((rows["number"] % 37 != 0) | (weeks < 30), weeks - 10)
    table = pd.DataFrame(
        {
            "Patient ID": _numbered("DEMO-ADULT-", rows),
            "Pathway": rows["diagnosis"].map({"autism": "ASD", "adhd": "ADHD", "both": "ASD & ADHD"}),
            "Referral Date": written(rows["started"].mask(rows["unknown"])),
            "Assessment Date": written(rows["stopped"].where(rows["reason"] == "completed")),
            "Outcome given": written(rows["later"]),
            "Rejected": written(rows["stopped"].where(rows["reason"] == "rejected")),
            "Discharge Date": written(rows["stopped"].where(rows["reason"].isin([*_WHY]))),
            "Discharge Reason": rows["reason"].map(_WHY).fillna(""),
            "Wait (wks)": paused.astype("str").mask(rows["unknown"], ""),
            "Age": _age(rows, end),
            "Priority": np.where(rows["urgent"], "Urgent", "Routine"),
            "Locality": rows["locality"],
            "Sex": rows["sex"],
        }
    )
    return blemished(table, rng, spaced="Locality", cased="Pathway", worded="Referral Date")


def _numbered(before: str, rows: pd.DataFrame) -> pd.Series:
    return before + rows["number"].astype("str").str.zfill(6)


def written(days: pd.Series, form: str = "%d/%m/%Y") -> pd.Series:
    """Return dates as text, blank where missing; each different day is worded once."""
    codes, different = pd.factorize(days)
    words = pd.Series([*pd.DatetimeIndex(different).strftime(form), ""], dtype="str")
    return words.take(codes).set_axis(days.index)


def _iso(days: pd.Series) -> pd.Series:
    return written(days, "%Y-%m-%d")


def _age(rows: pd.DataFrame, end: date) -> pd.Series:
    return ages(rows["born"], end).astype("int64").astype("str")
