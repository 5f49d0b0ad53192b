"""A small SEN2 return with invented children, written in each shape it comes in."""

import csv
import io
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from openpyxl import Workbook

Record = dict[str, Any]
Modules = dict[str, list[Record]]

TAGS = {
    "person": "Person", "requests": "Requests", "assessment": "Assessment", "namedplan": "NamedPlan",
    "plandetail": "PlanDetail", "activeplans": "ActivePlans", "placementdetail": "PlacementDetail",
    "senneed": "SENneed",
}  # fmt: skip
UNDER = {
    "requests": "person", "assessment": "requests", "namedplan": "assessment", "plandetail": "namedplan",
    "activeplans": "requests", "placementdetail": "activeplans", "senneed": "activeplans",
}  # fmt: skip
FIELDS = {
    "person": ["Surname", "Forename", "PersonBirthDate", "Sex", "Ethnicity", "PostCode", "UPN", "UniqueLearnerNumber",
               "UPNunknown"],
    "requests": ["ReceivedDate", "RequestSource", "RYA", "RequestOutcomeDate", "RequestOutcome", "RequestMediation",
                 "RequestTribunal", "Exported"],
    "assessment": ["AssessmentOutcome", "AssessmentOutcomeDate", "AssessmentMediation", "AssessmentTribunal",
                   "OtherMediation", "OtherTribunal", "Week20"],
    "namedplan": ["StartDate", "PlanRes", "PlanWBP", "PB", "OA", "DP", "CeaseDate", "CeaseReason"],
    "plandetail": ["URN", "UKPRN", "SENSetting", "SENSettingOther", "PlacementRank", "SENUnitIndicator",
                   "ResourcedProvisionIndicator"],
    "activeplans": ["TransferLA", "ReviewMeeting", "ReviewOutcome", "ReviewDraft", "PhaseTransferDueDate",
                    "PhaseTransferFinalDate", "LastReview"],
    "placementdetail": ["URN", "UKPRN", "SENSetting", "SENSettingOther", "PlacementRank", "EntryDate", "LeavingDate",
                        "SENUnitIndicator", "ResourcedProvisionIndicator", "RES", "WBP"],
    "senneed": ["SENtype", "SENtypeRank"],
}  # fmt: skip
DATES = {field for fields in FIELDS.values() for field in fields if "Date" in field} | {
    "ReviewMeeting",
    "ReviewDraft",
    "LastReview",
}
_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def upn(number: int) -> str:
    """Return an invented pupil number with a right check letter."""
    digits = f"899900000{number:03}"
    return _LETTERS[sum(int(d) * w for d, w in zip(digits, range(2, 14), strict=True)) % 23] + digits


def child(number: int, **fields: Any) -> dict[str, Any]:
    """Return one child's record of each module it has; a field names its value, `MODULE=None` leaves a module out."""
    story: dict[str, Any] = {
        "person": {"Surname": f"Canary{number}", "Forename": f"Bird{number}", "PersonBirthDate": "2015-09-28",
                   "Sex": "F", "Ethnicity": "WBRI", "PostCode": "SY2 6ND", "UPN": upn(number),
                   "UniqueLearnerNumber": "", "UPNunknown": ""},
        "requests": {"ReceivedDate": "2025-01-06", "RequestOutcomeDate": "2025-02-17", "RequestOutcome": "Y",
                     "RYA": "0"},
        "assessment": {"AssessmentOutcome": "Y", "AssessmentOutcomeDate": "2025-05-26", "Week20": "0"},
        "namedplan": {"StartDate": "2025-05-26"},
        "plandetail": {"URN": "123456", "PlacementRank": "1"},
        "activeplans": {},
        "placementdetail": {"URN": "123456", "PlacementRank": "1"},
        "senneed": {"SENtype": "ASD", "SENtypeRank": "1"},
    }  # fmt: skip
    for name, value in fields.items():
        if name in story:
            story[name] = value
            continue
        [module] = [module for module, known in FIELDS.items() if name in known and (module in story)][:1]
        if story[module] is not None:
            story[module] = {**story[module], name: value}
    for module, above in UNDER.items():
        if story[above] is None:
            story[module] = None
    return {module: record for module, record in story.items() if record is not None}


def modules(children: Sequence[Mapping[str, Any]], first: int = 1) -> Modules:
    """Return the modules as tables with numbers, as COLLECT gives them."""
    tables: Modules = {name: [] for name in TAGS}
    for story in children:
        numbers: dict[str, int] = {}
        for name in TAGS:
            records = story.get(name, [])
            for record in records if isinstance(records, list) else [records]:
                numbers[name] = len(tables[name]) + first
                ids = {f"{name}tableid": numbers[name]}
                if name in UNDER:
                    ids[f"{UNDER[name]}tableid"] = numbers[UNDER[name]]
                tables[name].append({**ids, **{field: record.get(field, "") for field in FIELDS[name]}})
    return tables


def blade_date(text: str) -> str:
    """Return a date as the Blade export writes it."""
    year, month, day = text.split("-")
    return f"{year}-{_MONTHS[int(month) - 1]}-{day} 00:00:00"


def _blade(table: Sequence[Record], name: str) -> str:
    fields = FIELDS[name]
    bare = [f"{name}tableid", f"{UNDER[name]}tableid"] if name in UNDER else [f"{name}tableid"]
    ids = [key for key in (table[0] if table else bare) if key.endswith("tableid")]
    known = [key for key in (table[0] if table else fields) if not key.endswith("tableid")]
    heads = [*ids, "nativeid", f"{name}orderseqcolumn", "sourceid", *known]
    text = io.StringIO()
    lines = csv.writer(text, lineterminator="\r\n")
    lines.writerow(head.lower() for head in heads)
    for number, record in enumerate(table, start=1):
        filled = {**record, "nativeid": number, f"{name}orderseqcolumn": 1, "sourceid": 1}
        cells = [filled[head] for head in heads]
        lines.writerow(
            blade_date(cell) if head in DATES and cell and str(cell)[:2] in ("19", "20") else cell
            for head, cell in zip(heads, cells, strict=True)
        )
    return text.getvalue()


def blade_files(tables: Modules, day: str = "30-06-2025") -> dict[str, str]:
    """Return the files of a Blade export, text by name."""
    files = {f"Blade-Export_{day}_sen2.csv": f"sen2tableid,collection,year\r\n1,SEN2,{day[-4:]}\r\n"}
    return files | {f"Blade-Export_{day}_{name}.csv": _blade(tables[name], name) for name in TAGS if name in tables}


def write_blade(folder: Path, tables: Modules, day: str = "30-06-2025") -> list[Path]:
    """Write a Blade export as separate files and return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, text in blade_files(tables, day).items():
        (folder / name).write_bytes(text.encode())
        paths.append(folder / name)
    return paths


def write_zip(path: Path, files: Mapping[str, str | bytes]) -> Path:
    """Write a zip of these files and return its path."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def xml(children: Sequence[Mapping[str, Any]], day: str = "2025-06-30", head: str = "") -> str:
    """Return the XML as COLLECT takes it."""
    people = "".join(_element("person", story) for story in children)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{head}<Message><Header><CollectionDetails><Collection>SEN2</Collection>'
        f"<Year>{day[:4]}</Year><ReferenceDate>{day}</ReferenceDate></CollectionDetails><Source><SourceLevel>L"
        f"</SourceLevel><LEA>893</LEA><SoftwareCode>X</SoftwareCode></Source></Header><Persons>{people}</Persons></Message>"
    )


def _element(name: str, story: Mapping[str, Any]) -> str:
    records = story.get(name, [])
    found = ""
    for record in records if isinstance(records, list) else [records]:
        fields = "".join(f"<{key}>{escape(str(value))}</{key}>" for key, value in record.items() if value != "")
        inner = "".join(_element(below, story) for below, above in UNDER.items() if above == name)
        found += f"<{TAGS[name]}>{fields}{inner}</{TAGS[name]}>"
    return found


_TITLES = {
    "person": "Person Record", "requests": "Requests Records", "assessment": "Assessments Records",
    "namedplan": "Named Plan Records", "plandetail": "Plan Detail Records", "activeplans": "Active Plan Records",
    "placementdetail": "Placement Detail Records", "senneed": "SEN Need Records",
}  # fmt: skip


def write_stacked(path: Path, tables: Modules, day: str = "2025-06-30") -> Path:
    """Write the submission workbook: one sheet, the tables one below the other, numbers as floats."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "Data Entry Template"
    sheet.append(["Header Record"])
    sheet.append(["Collection", "Year", "Reference Date"])
    sheet.append(["SEN2", int(day[:4]), day])
    row = 7
    for name, title in _TITLES.items():
        ids = [key for key in tables[name][0] if key.endswith("tableid")]
        heads = [*ids, *FIELDS[name]]
        sheet.cell(row, 1, title)
        for place, head in enumerate(heads, start=1):
            sheet.cell(row + 1, place, head)
        for number, record in enumerate(tables[name], start=row + 2):
            for place, head in enumerate(heads, start=1):
                value = record[head]
                value = float(value) if head in ids or value in ("0", "1") else value
                sheet.cell(number, place, value if value != "" else None)
        row += len(tables[name]) + 5
    book.save(path)
    return path


def write_case_management(path: Path, children: Sequence[Mapping[str, Any]], day: str = "2025-06-30") -> Path:
    """Write a flat export with human headers, one row a request."""
    heads = {
        "UPN": ("person", "UPN"), "Date of birth": ("person", "PersonBirthDate"), "Sex": ("person", "Sex"),
        "Ethnicity": ("person", "Ethnicity"), "Date Request Was Received": ("requests", "ReceivedDate"),
        "Request Outcome": ("requests", "RequestOutcome"), "Request Outcome Date": ("requests", "RequestOutcomeDate"),
        "Assessment Outcome": ("assessment", "AssessmentOutcome"),
        "Assessment Outcome Date": ("assessment", "AssessmentOutcomeDate"),
        "20 week exceptions apply": ("assessment", "Week20"), "EHC Plan Start Date": ("namedplan", "StartDate"),
        "EHC Plan Cease Date": ("namedplan", "CeaseDate"),
        "Annual Review Meeting Date": ("activeplans", "ReviewMeeting"),
        "EHC Plan Review Decisions Date": ("activeplans", "LastReview"),
        "Annual Review Outcome": ("activeplans", "ReviewOutcome"),
        "Phase transfer due date": ("activeplans", "PhaseTransferDueDate"),
        "Phase transfer final date": ("activeplans", "PhaseTransferFinalDate"),
        "SEN type": ("senneed", "SENtype"), "Plan status": ("activeplans", None),
    }  # fmt: skip
    with path.open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file)
        lines.writerow([*heads, "Snapshot date"])
        for story in children:
            row = []
            for module, field in heads.values():
                record = story.get(module, {})
                cell = ("Active" if module in story else "") if field is None else record.get(field, "")
                row.append("/".join(reversed(cell.split("-"))) if field in DATES and cell else cell)
            lines.writerow([*row, "/".join(reversed(day.split("-")))])
    return path
