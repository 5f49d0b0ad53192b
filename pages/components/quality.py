"""What data quality says in tables and lines: findings by rule, checks by month, known issues."""

import re
from dataclasses import dataclass

import pandas as pd

from metrics import wording
from metrics.clocks import load_clocks
from pages.components.tables import sender_words

_ORDER = {"error": 0, "query": 1, "note": 2}
_COUNTED = re.compile(r" \([\d,]+ rows; this is the first\)")
_CHECKS = {
    "stock_flow": "Start, plus joined, less left, is the end",
    "ageing": "Nobody has aged faster than the calendar",
    "unchanged": "Not last month's list again",
    "submitters": "Everyone who should send has sent",
    "lists": "Whoever sends several lists has sent each",
    "members": "Every area has a list",
    "two_sources": "Beside the published table",
}


@dataclass(frozen=True)
class Issue:
    """One known issue in words; `kpis` are the KPIs it touches."""

    title: str
    when: str
    where: str
    effect: str
    kpis: tuple[str, ...]


def rules(findings: pd.DataFrame, rejected: pd.DataFrame, loads: pd.DataFrame) -> pd.DataFrame:
    """Return one row a rule, errors first, then by rows: what it says, files and rows concerned, rows held back."""
    told = _told(findings, loads)
    held = rejected.groupby("rule")["held_back"].sum()
    rows = [
        {
            "Severity": severity,
            "Rule": rule,
            "What": same["told"].iloc[0] if same["told"].nunique() == 1 else f"For example: {same['told'].iloc[0]}",
            "Files": int(same["load_id"].nunique()),
            "Rows": int(same["count"].sum()),
            "Held back": int(held.get(str(rule), 0)),
        }
        for (severity, rule), same in told.groupby(["severity", "rule"], sort=False)
    ]
    rows.sort(key=lambda row: (_ORDER[str(row["Severity"])], -int(str(row["Rows"])), str(row["Rule"])))
    return pd.DataFrame(rows, columns=pd.Index(["Severity", "Rule", "What", "Files", "Rows", "Held back"]))


def files(rule: str, findings: pd.DataFrame, rejected: pd.DataFrame, loads: pd.DataFrame) -> pd.DataFrame:
    """Return one row a finding of one rule, latest period first: file, sender, period, first place, rows, answer."""
    told = _told(findings[findings["rule"] == rule], loads)
    told = told.merge(rejected[rejected["rule"] == rule][["load_id", "held_back"]], on="load_id", how="left")
    told = told.sort_values(["month", "file_name"], ascending=[False, True], na_position="last")
    return pd.DataFrame(
        {
            "File": [_text(name, load) for name, load in zip(told["file_name"], told["load_id"], strict=True)],
            "Sent by": ["" if pd.isna(r["sender"]) else sender_words(r) for _, r in told.iterrows()],
            "Period": ["" if pd.isna(r["month"]) else _period(r) for _, r in told.iterrows()],
            "First place": [_place(r) for _, r in told.iterrows()],
            "Rows": [int(n) for n in told["count"]],
            "Held back": [0 if pd.isna(n) else int(n) for n in told["held_back"]],
            "What": list(told["told"]),
            "Explained": [_text(words, "") for words in told["explanation"]],
        }
    )


def checked(checks: pd.DataFrame, names: dict[str, str], areas: list[str]) -> pd.DataFrame:
    """Return CHECKS of these areas with a column `series` that names list and area, in order of list and month."""
    rows = checks[checks["area"].isin(areas)].sort_values(["clock", "area", "month"])
    return rows.assign(
        series=[_list_words(c, names.get(a, a)) for c, a in zip(rows["clock"], rows["area"], strict=True)]
    )


def by_month(checks: pd.DataFrame) -> pd.DataFrame:
    """Return one row per series and month: whether every check made of that month holds."""
    grouped = checks.groupby(["series", "month"], sort=False)["passed"].agg(lambda held: bool(held.all()))
    return grouped.rename("arrived").reset_index().assign(period_months=0)


def check_rows(checks: pd.DataFrame) -> pd.DataFrame:
    """Return one row per month and check of one list, those that failed first, then the latest."""
    rows = checks.sort_values(["passed", "month", "check"], ascending=[True, False, True])
    return pd.DataFrame(
        {
            "Month": [wording.month_words(month) for month in rows["month"]],
            "Check": [_CHECKS[str(check)] for check in rows["check"]],
            "Result": ["holds" if passed else "fails: figures withheld" for passed in rows["passed"]],
            "What was found": list(rows["sentence"]),
        },
        dtype="str",
    )


def check_lines(checks: pd.DataFrame) -> list[str]:
    """Return one line per CHECKS row, in the order given: month, what was checked, what was found."""
    return [
        f"{wording.month_words(row['month'])} · {_CHECKS[str(row['check'])]}: {row['sentence']}"
        for _, row in checks.iterrows()
    ]


def issues(known: pd.DataFrame, titles: dict[str, str]) -> list[Issue]:
    """Return every known issue in words, in the order of the file; `titles` has the words for a KPI by its name."""
    return [
        Issue(
            str(same["title"].iloc[0]),
            _span(same.iloc[0]),
            _text(same["sources"].iloc[0], ""),
            str(same["effect"].iloc[0]),
            tuple(titles.get(kpi, kpi) for kpi in same["kpi"].dropna()),
        )
        for _, same in known.groupby("number", sort=True)
    ]


def _told(findings: pd.DataFrame, loads: pd.DataFrame) -> pd.DataFrame:
    """Return the findings with their load, and `told`: the sentence without file, place and count."""
    columns = ["load_id", "file_name", "sender", "organisation", "month", "period_months"]
    rows = findings.merge(loads[columns], on="load_id", how="left")
    return rows.assign(
        told=[_sentence(m, _text(f, "")) for m, f in zip(rows["message"], rows["file_name"], strict=True)]
    )


def _sentence(message: str, file: str) -> str:
    bare = message.removeprefix(file) if file else message
    if bare != message:
        bare = bare.partition(": ")[2] or bare
    bare = _COUNTED.sub("", bare)
    named = "_" in bare.partition(" ")[0]  # a code keeps its spelling
    return bare if named else bare[:1].upper() + bare[1:]


def _place(row: pd.Series) -> str:
    """Return the first place of a finding; a CSV is its own only sheet, which need not be said."""
    named = [n for n in ("sheet", "row", "column") if pd.notna(row[n]) and row[n] != row["file_name"]]
    return ", ".join(f"{name} {row[name]}" for name in named)


def _period(row: pd.Series) -> str:
    return wording.short_period(row["month"], int(row["period_months"]))


def _list_words(clock: str, area: str) -> str:
    known = load_clocks().get(clock)
    return f"{known.title if known else clock} · {area}"


def _span(row: pd.Series) -> str:
    first = wording.month_words(row["first_month"])
    return f"since {first}" if pd.isna(row["last_month"]) else f"{first} to {wording.month_words(row['last_month'])}"


def _text(value: object, otherwise: str) -> str:
    return otherwise if value is None or pd.isna(value) else str(value)  # type: ignore[call-overload]
