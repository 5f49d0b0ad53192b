"""What the upload page says: files, findings, previews, loads and acts in words and tables. No widgets."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from etl.examine import Examination
from etl.finding import Finding
from etl.load import Beside
from etl.pipeline import Outcome
from etl.plan_load import PlanOutcome
from metrics import wording
from metrics.preview import JUMPS, TOO_FEW
from pages.components.phrases import figure_words, status_words
from pages.components.theme import SEVERITY_MARKS, VERDICT_MARKS

VERDICTS = {"accept": "can be loaded", "query": "needs an explanation", "reject": "cannot be loaded"}
_ACTS = {
    "load": "loaded", "refuse": "refused", "withdraw": "withdrew", "publish": "published",
    "download": "downloaded exact figures",
}  # fmt: skip
UNKNOWN = "SOURCE_UNKNOWN"
_ROWS_NAMED = 8


@dataclass
class Desk:
    """What lies on an analyst's desk between two clicks: files as examined, compared with the loads, and loaded."""

    files: tuple[str, ...] = ()
    examined: list[Examination] = field(default_factory=list)
    checked: list[Examination] = field(default_factory=list)
    sketches: dict[int, str] = field(default_factory=dict)
    outcomes: dict[int, Outcome] = field(default_factory=dict)
    preview: pd.DataFrame | None = None
    previewed: tuple[int, ...] = ()
    problem: str | None = None
    trouble: str | None = None

    def loadable(self) -> list[int]:
        """Return the numbers of the files that are not refused and not loaded yet."""
        return [n for n, found in enumerate(self.checked) if found.verdict != "reject" and not self.is_loaded(n)]

    def is_loaded(self, number: int) -> bool:
        """Return whether a file's figures are in the warehouse."""
        outcome = self.outcomes.get(number)
        return outcome is not None and outcome.load_id is not None

    def clashes(self) -> list[str]:
        """Return the months that two or more files would answer for, of one source and sender: the last would stay."""
        keys = Counter(_what(self.checked[number]) for number in self.loadable())
        return [what for what, count in keys.items() if count > 1]


def verdict_words(desk: Desk, number: int) -> str:
    """Return shape and words of a file's verdict: "✔ can be loaded"; "✔ loaded" once it is."""
    found = desk.checked[number]
    words = "loaded" if desk.is_loaded(number) else VERDICTS[found.verdict]
    return f"{VERDICT_MARKS['accept' if desk.is_loaded(number) else found.verdict].glyph} {words}"


def files(desk: Desk, beside: Sequence[Beside | None]) -> pd.DataFrame:
    """Return one row a file: verdict, what it is, whose, which month, rows, and the load it stands beside."""
    checked = desk.checked
    return pd.DataFrame(
        {
            "File": [found.file for found in checked],
            "Verdict": [verdict_words(desk, number) for number in range(len(checked))],
            "What it is": [found.source.title if found.source else "not recognised" for found in checked],
            "Sent by": [found.organisation or "" for found in checked],
            "Month": [wording.month_words(found.month) if found.month else "" for found in checked],
            "Rows": [found.rows_in for found in checked],
            "Can be loaded": [loadable_rows(found) for found in checked],
            "Held back": [found.rows_rejected for found in checked],
            "Beside": [
                "" if desk.is_loaded(number) else beside_words(found, one)
                for number, (found, one) in enumerate(zip(checked, beside, strict=True))
            ],
        }
    )


def loadable_rows(found: Examination) -> int:
    """Return how many rows of a file would be loaded: none of a refused one."""
    return 0 if found.verdict == "reject" else found.rows_in - found.rows_rejected


def beside_words(found: Examination, one: Beside | None) -> str:
    """Return what a file's rows stand beside: "replaces 410 rows of May 2024 (−3)", "April 2024 had 407 rows (+2)"."""
    if one is None or found.verdict == "reject":
        return "" if found.verdict == "reject" else "nothing loaded before"
    month, moved = wording.month_words(one.month), wording.difference(loadable_rows(found) - one.rows, "rows")
    if one.replaced:
        return f"replaces {one.rows:,} rows of {month} ({moved})"
    return f"{month} had {one.rows:,} rows ({moved})"


def plan_changes(counts: Mapping[str, int]) -> str:
    """Return in words how many rows a plan workbook adds, by table."""
    named = {"actions": "action", "impact_measures": "impact measure", "check_ins": "check-in"}
    told = [f"{count} {named[name]}{'' if count == 1 else 's'}" for name, count in counts.items() if count]
    return f"New or changed: {', '.join(told)}." if told else "Nothing in it differs from what stands."


def plan_findings(found: PlanOutcome) -> pd.DataFrame:
    """Return one row a finding of a plan workbook, in the columns of `findings`."""
    return _told((f.severity, f"{f.message(found.file)} ({f.rule})") for f in found.change.findings)


def findings(found: Examination) -> pd.DataFrame:
    """Return one row a finding, errors first: how grave; and where, what is wrong, what to do, the rule.

    Two columns, so that it can be read on a telephone without scrolling sideways.
    """
    told = [" ".join(part for part in (_where(f, found), _sentence(f), f"({f.rule})") if part) for f in found.findings]
    return _told(zip((f.severity for f in found.findings), told, strict=True))


def _told(rows: Iterable[tuple[str, str]]) -> pd.DataFrame:
    kinds = [(f"{SEVERITY_MARKS[severity].glyph} {severity}", words) for severity, words in rows]
    return pd.DataFrame(kinds, columns=pd.Index(["Kind", "Where, what is wrong, what to do"]), dtype="str")


def row_words(finding: Finding, found: Examination) -> str:
    """Return the rows a finding is about as Excel numbers them: "41, 57–59 and 12 more"; "" where it has none."""
    same = {
        reject.row for reject in found.rejects
        if reject.rule == finding.rule and reject.sheet in (finding.sheet, None)
        and (finding.column is None or reject.column in (finding.column, None))
    }  # fmt: skip
    rows = sorted(same | ({finding.row} if finding.row else set()))
    if not rows:
        return ""
    shown = rows[:_ROWS_NAMED]
    rest = max(len(rows), finding.count) - len(shown)
    return f"{_runs(shown)}{f' and {rest:,} more' if rest > 0 else ''}"


def queries(found: Examination) -> dict[str, str]:
    """Return what each query of a file says, by its rule."""
    told: dict[str, list[str]] = {}
    for f in found.findings:
        if f.severity == "query":
            told.setdefault(f.rule, []).append(_sentence(f))
    return {rule: " ".join(dict.fromkeys(sentences)) for rule, sentences in told.items()}


def preview(rows: pd.DataFrame) -> pd.DataFrame:
    """Return one row per KPI and area that would change: the period before, as it stands, with these files, remark."""
    table = [
        {
            "KPI": row["title"],
            "Area": row["area_name"],
            "For": wording.period_words(row["month"], int(row["period_months"])),
            "Period before": _side(row, "previous"),
            "As it stands": _side(row, "before"),
            "With these files": _side(row, "after"),
            "Remark": _remark(row),
        }
        for _, row in rows.iterrows()
    ]
    columns = ["KPI", "Area", "For", "Period before", "As it stands", "With these files", "Remark"]
    return pd.DataFrame(table, columns=pd.Index(columns), dtype="str")


def preview_in_short(rows: pd.DataFrame) -> tuple[bool, str]:
    """Return whether anything looks wrong, and how many figures would change, jump or be lost."""
    if rows.empty:
        return False, "No figure of the local area would change."
    told = [f"{_counted(len(rows), 'KPI')} of the local area would change."]
    jumps, lost = int((rows["remark"] == JUMPS).sum()), int((rows["lost"] > 0).sum())
    if jumps:
        told.append(f"{_counted(jumps, 'figure')} would move further than usual.")
    if lost:
        told.append(f"{_counted(lost, 'KPI')} would lose figures, as where a check fails and withholds them.")
    return bool(jumps or lost), " ".join([*told, *(["Look at these before you load."] if jumps or lost else [])])


def scorecard(rows: pd.DataFrame) -> pd.DataFrame:
    """Return one row per scored KPI that would change: figure and status before and after, and why."""
    table = [
        {
            "KPI": row["title"],
            "For": "" if pd.isna(row["month"]) else wording.period_words(row["month"], int(row["period_months"])),
            "Before": _side(row, "before"),
            "After": _side(row, "after"),
            "Status before": "" if pd.isna(row["status_before"]) else status_words(str(row["status_before"])),
            "Status after": status_words(str(row["status_after"])),
            "Why": "" if pd.isna(row["why"]) else row["why"],
        }
        for _, row in rows.iterrows()
    ]
    columns = ["KPI", "For", "Before", "After", "Status before", "Status after", "Why"]
    return pd.DataFrame(table, columns=pd.Index(columns), dtype="str")


def outcome_words(outcome: Outcome) -> tuple[bool, str]:
    """Return whether a file's figures are in the warehouse, and what became of it."""
    found = outcome.found
    if outcome.load_id is None:
        why = f": {', '.join(outcome.unexplained)} must be explained" if outcome.unexplained else ""
        return False, f"{found.file} was not loaded{why}."
    if not outcome.changed:
        return True, f"{found.file}: these figures were loaded already, as {outcome.load_id}. Nothing changed."
    return True, f"{found.file} is loaded as {outcome.load_id}: {_counted(loadable_rows(found), 'row')}."


def current_loads(loads: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Return current loads by id in words, the newest first."""
    current = sorted(
        (ld for ld in loads if ld["state"] == "current"), key=lambda ld: str(ld["loaded_at"]), reverse=True
    )
    return {
        str(ld["load_id"]): f"{ld['title']}, {ld['organisation']}, {ld['month']}: {ld['file_name']}, "
        f"{_counted(int(ld['rows_loaded']), 'row')}, loaded {ld['loaded_at'].replace('T', ' ')} by {ld['loaded_by']}"
        for ld in current
    }


def acts(rows: pd.DataFrame, kind: str | None, words: str) -> pd.DataFrame:
    """Return the audit, newest first, of one kind of act or all, where every word asked for occurs."""
    table = pd.DataFrame(
        {
            "When (UTC)": [wording.moment_words(at) for at in rows["at"]],
            "Who": list(rows["who"]),
            "Role": list(rows["role"]),
            "Did": [act_words(act) for act in rows["act"]],
            "What": list(rows["subject"]),
            "In words": ["" if pd.isna(text) else text for text in rows["detail"]],
        },
        dtype="str",
    )
    fits = [
        (kind is None or act == kind) and all(word in " ".join(row).lower() for word in words.lower().split())
        for act, row in zip(rows["act"], table.itertuples(index=False), strict=True)
    ]
    return table[pd.Series(fits, index=table.index, dtype=bool)]


def act_words(act: str) -> str:
    """Return an act in words."""
    return _ACTS.get(act, act)


def _what(found: Examination) -> str:
    title = found.source.title if found.source else ""
    month = wording.month_words(found.month) if found.month else ""
    return f"{title}, {found.organisation}, {month}"


def _sentence(finding: Finding) -> str:
    return f"{finding.problem[:1].upper()}{finding.problem[1:]}. {finding.remedy}".strip()


def _where(finding: Finding, found: Examination) -> str:
    """Return how many rows and which, the column and the sheet, "" where it is about the whole file."""
    rows = row_words(finding, found)
    counted = (
        f"{_counted(finding.count, 'row')}: {rows}" if finding.count > 1 and rows else f"row {rows}" if rows else ""
    )
    sheet = "" if finding.sheet in (None, found.file) else f"sheet {finding.sheet}"
    told = ", ".join(part for part in (counted, f"column {finding.column}" if finding.column else "", sheet) if part)
    return f"{told[:1].upper()}{told[1:]}:" if told else ""


def _runs(rows: Sequence[int]) -> str:
    """Return numbers with neighbours joined: "3–5, 9"."""
    runs: list[list[int]] = []
    for row in rows:
        if runs and row == runs[-1][-1] + 1:
            runs[-1].append(row)
        else:
            runs.append([row])
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in runs)


def _side(row: pd.Series, side: str) -> str:
    parts = [side, f"{side}_at_least", f"{side}_flag"]
    return "none" if row[parts].isna().all() else figure_words(row, str(row["unit"]), *parts)


def _remark(row: pd.Series) -> str:
    told = []
    if row["remark"] == JUMPS:
        told.append(f"▲ jumps: usually {wording.number(row['usual_move'], str(row['unit']))} at most")
    elif row["remark"] == TOO_FEW:
        told.append("too few to tell")
    if row["lost"]:
        told.append(f"▲ {_counted(int(row['lost']), 'figure')} lost")
    return "; ".join(told)


def _counted(count: int, word: str) -> str:
    return f"{count:,} {word}{'' if count == 1 else 's'}"
