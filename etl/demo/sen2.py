"""Invented EHC cases in the shape of the SEN2 person-level return: the files of a Blade export, in one zip."""

import csv
import io
import zipfile
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"
_UNDER = {
    "requests": "person", "assessment": "requests", "namedplan": "assessment", "plandetail": "namedplan",
    "activeplans": "requests", "placementdetail": "activeplans", "senneed": "activeplans",
}  # fmt: skip
_FIXED = (2024, 12, 31, 0, 0, 0)  # the time of every file in the zip, so that the same cases give the same bytes


def write_blade(path: Path, cases: pd.DataFrame, end: date) -> Path:
    """Write the modules of the cases as a Blade export taken on a day, and return the path."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, table in {"sen2": pd.DataFrame({"sen2tableid": ["1"]}), **_modules(cases)}.items():
            entry = zipfile.ZipInfo(f"Blade-Export_{end:%d-%m-%Y}_{name}.csv", _FIXED)
            archive.writestr(entry, _text(table), zipfile.ZIP_DEFLATED)
    return path


def _modules(cases: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return the tables by module; an id in each says which record of the module above it belongs to."""
    assessed, planned = cases[cases["assessed"] != ""], cases[cases["plan"].notna()]
    active = planned[planned["ceased"].isna()]
    return {
        "person": _module("person", cases, {
            "Surname": "Demonstration", "Forename": "Child " + cases["number"].astype("str"),
            "PersonBirthDate": _blade(cases["born"]), "Sex": cases["sex"], "Ethnicity": cases["ethnic"],
            "PostCode": "", "UPN": cases["number"].map(upn), "UniqueLearnerNumber": "", "UPNunknown": "",
        }),
        "requests": _module("requests", cases, {
            "ReceivedDate": _blade(cases["received"]), "RequestSource": "", "RYA": "0",
            "RequestOutcomeDate": _blade(cases["decided"]), "RequestOutcome": cases["outcome"],
            "RequestMediation": "0", "RequestTribunal": "0", "Exported": "",
        }),
        "assessment": _module("assessment", assessed, {
            "AssessmentOutcome": assessed["assessed"], "AssessmentOutcomeDate": _blade(assessed["issued"]),
            "AssessmentMediation": "0", "AssessmentTribunal": "0", "OtherMediation": "0", "OtherTribunal": "0",
            "Week20": np.where(assessed["excepted"] == True, "1", "0"),  # noqa: E712 (missing for open cases)
        }),
        "namedplan": _module("namedplan", planned, {
            "StartDate": _blade(planned["plan"]), "PlanRes": "", "PlanWBP": "", "PB": "0", "OA": "0", "DP": "0",
            "CeaseDate": _blade(planned["ceased"]), "CeaseReason": np.where(planned["ceased"].isna(), "", "1"),
        }),
        "plandetail": _module("plandetail", planned, {"URN": "", "SENSetting": "OTH", "PlacementRank": "1"}),
        "activeplans": _module("activeplans", active, {
            "TransferLA": "", "ReviewMeeting": _blade(active["meeting"]), "ReviewOutcome": active["review_outcome"],
            "LastReview": _blade(active["reviewed"]), "ReviewDraft": "", "PhaseTransferDueDate": "",
            "PhaseTransferFinalDate": "",
        }),
        "placementdetail": _module("placementdetail", active, {"URN": "", "SENSetting": "OTH", "PlacementRank": "1"}),
        "senneed": _module("senneed", active, {"SENtype": active["need"], "SENtypeRank": "1"}),
    }  # fmt: skip


def _module(name: str, rows: pd.DataFrame, fields: dict[str, object]) -> pd.DataFrame:
    ids = {f"{name}tableid": rows["number"]}
    if name in _UNDER:
        ids[f"{_UNDER[name]}tableid"] = rows["number"]
    blade = {"nativeid": rows["number"], f"{name}orderseqcolumn": 1, "sourceid": 1}
    table = pd.DataFrame({**ids, **blade, **fields}, index=rows.index)
    return table.rename(columns=str.lower)


def _text(table: pd.DataFrame) -> str:
    text = io.StringIO()
    table.to_csv(text, index=False, lineterminator="\r\n", quoting=csv.QUOTE_MINIMAL)
    return text.getvalue()


def _blade(days: pd.Series) -> pd.Series:
    return pd.Series(days.dt.strftime("%Y-%b-%d 00:00:00").fillna(""), dtype="str")


def upn(number: int) -> str:
    """Return a pupil number of an authority that does not exist (899), with a right check letter."""
    digits = f"8999{number:08}"
    return _LETTERS[sum(int(d) * w for d, w in zip(digits, range(2, 14), strict=True)) % 23] + digits
