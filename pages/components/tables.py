"""Tables as screens show and hand them out: frames of the edition turned into words, and CSV no spreadsheet runs."""

import csv
import io

import pandas as pd

from metrics import wording
from pages.components.phrases import figure_words, period_and_base

FIGURE_COLUMNS = ("Figure", "Base", "95 % interval")
_PHONE, _PADDING, _LETTER = 346, 14, 7.5  # pixels: a table on a phone, the air of a cell, a letter
# What spreadsheets take for a formula; the full-width signs are read as the plain ones in some of them.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\0", "＝", "＋", "－", "＠")


def fits_a_phone(frame: pd.DataFrame) -> bool:
    """Return whether a table fits 390 pixels once its words wrap: by the longest word of each column.

    A plain table that is wider would scroll sideways, and the keyboard could not reach what is hidden.
    """
    told = {name: [str(name), *map(str, frame[name])] for name in frame}
    longest = [max(len(w) for text in texts for w in text.replace(" %", "_%").split(" ")) for texts in told.values()]
    return sum(_LETTER * letters + _PADDING for letters in longest) <= _PHONE


def figures(results: pd.DataFrame, unit: str, names: dict[str, str]) -> pd.DataFrame:
    """Return one row per row of RESULTS, in its order: period, area, figure in words, base, interval."""
    return pd.DataFrame(
        {
            "Period": [wording.period_words(r["month"], int(r["period_months"])) for _, r in results.iterrows()],
            "Area": [names.get(code, code) for code in results["area"]],
            "Figure": [figure_words(r, unit) for _, r in results.iterrows()],
            "Base": [_base(r) for _, r in results.iterrows()],
            "95 % interval": [_interval(r, unit) for _, r in results.iterrows()],
        },
        dtype="str",
    )


def breakdown(results: pd.DataFrame, unit: str, names: dict[str, str]) -> pd.DataFrame:
    """Return one row per breakdown and group: figure in words, base, interval, period; `names` of groups by code."""
    return pd.DataFrame(
        {
            "Split by": [wording.group_words(breakdown) for breakdown in results["breakdown"]],
            "Group": [names.get(group) or wording.group_words(group) for group in results["group"]],
            "Figure": [figure_words(r, unit) for _, r in results.iterrows()],
            "Base": [_base(r) for _, r in results.iterrows()],
            "95 % interval": [_interval(r, unit) for _, r in results.iterrows()],
            "Period": [wording.period_words(r["month"], int(r["period_months"])) for _, r in results.iterrows()],
        },
        dtype="str",
    )


def stages(results: pd.DataFrame) -> pd.DataFrame:
    """Return one row per stage: share on time, base, interval, period; takes RESULTS rows with a column `stage`."""
    return pd.DataFrame(
        {
            "Stage": list(results["stage"]),
            "On time": [figure_words(r, "percent") for _, r in results.iterrows()],
            "Base": [_base(r) for _, r in results.iterrows()],
            "95 % interval": [_interval(r, "percent") for _, r in results.iterrows()],
            "Period": [wording.period_words(r["month"], int(r["period_months"])) for _, r in results.iterrows()],
        },
        dtype="str",
    )


def loads(frame: pd.DataFrame) -> pd.DataFrame:
    """Return one row per load, latest first: what it was, who sent it, what it covers, rows in, loaded, held back."""
    rows = frame.sort_values(["month", "loaded_at"], ascending=False)
    return pd.DataFrame(
        {
            "Source": list(rows["title"]),
            "Sent by": [sender_words(r) for _, r in rows.iterrows()],
            "Period": [wording.short_period(r["month"], int(r["period_months"])) for _, r in rows.iterrows()],
            "Covers": [_covers(r) for _, r in rows.iterrows()],
            "State": [_state(r) for _, r in rows.iterrows()],
            "Rows read": list(rows["rows_in"]),
            "Loaded": list(rows["rows_loaded"]),
            "Held back": list(rows["rows_rejected"]),
            "File": list(rows["file_name"]),
            "Loaded on": [wording.moment_words(m) for m in rows["loaded_at"]],
            "Publisher": list(rows["publisher"]),
            "Licence": [_or_blank(v) for v in rows["licence"]],
            "Load": list(rows["load_id"]),
        }
    )


def sender_words(load: pd.Series) -> str:
    """Return who sent a load with the code it goes under: "Shropshire Community Health NHS Trust (R1D)"."""
    name, code = str(load["sender"]), str(load["organisation"])
    return name if name == code else f"{name} ({code})"


def series(arrivals: pd.DataFrame, titles: dict[str, str], senders: dict[str, str]) -> pd.DataFrame:
    """Return ARRIVALS with a column `series`: the source in words and who sent it."""
    rows = arrivals.sort_values(["source", "organisation", "month"])
    pairs = zip(rows["source"], rows["organisation"], strict=True)
    return rows.assign(series=[f"{titles.get(s, s)}, {senders.get(o, o)}" for s, o in pairs])


def missing(arrivals: pd.DataFrame) -> pd.DataFrame:
    """Return one row per run of months, or longer periods, without an extract: source and sender, from, to, months."""
    out = []
    for name, rows in arrivals.groupby("series", sort=False):
        run = (rows["arrived"] != rows["arrived"].shift()).cumsum()
        for _, gap in rows[~rows["arrived"].astype("bool")].groupby(run):
            length = int(gap["period_months"].iloc[0])
            words = [wording.period_words(month, length) for month in (gap["month"].iloc[0], gap["month"].iloc[-1])]
            months = len(gap) * max(length, 1)
            out.append({"Source": name, "From": words[0], "To": words[1], "Months missing": months})
    return pd.DataFrame(out, columns=pd.Index(["Source", "From", "To", "Months missing"]))


def totals(loads: pd.DataFrame, missing: pd.DataFrame) -> list[tuple[str, str]]:
    """Return a name and a figure for: loads in use, rows loaded, rows held back, months missing."""
    used = loads[loads["state"] == "current"]
    counts = {
        "Loads in use": len(used),
        "Rows loaded": int(used["rows_loaded"].sum()),
        "Rows held back": int(used["rows_rejected"].sum()),
        "Months missing": int(missing["Months missing"].sum()) if len(missing) else 0,
    }
    return [(name, f"{count:,}") for name, count in counts.items()]


def as_csv(frame: pd.DataFrame) -> bytes:
    """Return the frame as UTF-8 CSV with a byte order mark; a text cell that could start a formula gets a leading '.

    Numbers stay numbers, so a negative one keeps its sign. Missing cells are empty.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([harmless(str(name)) for name in frame.columns])
    for row in frame.itertuples(index=False):
        writer.writerow(["" if _missing(cell) else _csv_cell(cell) for cell in row])
    return text.getvalue().encode("utf-8-sig")


def harmless(text: str) -> str:
    """Return text that no spreadsheet takes for a formula: one that could start one gets a leading '."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def _csv_cell(cell: object) -> object:
    if isinstance(cell, pd.Timestamp):
        return cell.date().isoformat() if cell == cell.normalize() else cell.isoformat()
    return harmless(cell) if isinstance(cell, str) else cell


def _missing(cell: object) -> bool:
    return cell is None or bool(pd.isna(cell))  # type: ignore[call-overload]


def _base(row: pd.Series) -> str:
    return period_and_base(row).partition(" · ")[2]


def _interval(row: pd.Series, unit: str) -> str:
    return (
        "" if _missing(row["low"]) or _missing(row["high"]) else wording.interval_words(row["low"], row["high"], unit)
    )


def _covers(row: pd.Series) -> str:
    length = int(row["period_months"])
    first, last = (wording.short_period(row[end], length) for end in ("covers_from", "covers_to"))
    return first if first == last else f"{first} to {last}"


def _state(row: pd.Series) -> str:
    return f"{row['state']}: {row['state_reason']}" if pd.notna(row["state_reason"]) else str(row["state"])


def _or_blank(value: object) -> str:
    return "" if _missing(value) else str(value)
