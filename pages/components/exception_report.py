"""An exception report as one page to print: self-contained HTML, everything from files and people escaped."""

from collections.abc import Iterable
from html import escape

import pandas as pd

from metrics import wording
from metrics.edition import Manifest
from pages.components import actions, charts
from pages.components.theme import FONT, LIGHT

_STYLE = f"""
@page {{ size: A4; margin: 16mm }}
body {{ font: 11pt {FONT}; color: {LIGHT.ink}; max-width: 178mm; margin: 0 auto }}
h1 {{ font-size: 17pt; margin: 0 0 2mm }} h2 {{ font-size: 12pt; margin: 5mm 0 1mm }}
svg {{ width: 100%; height: 42mm }} ul {{ margin: 1mm 0; padding-left: 5mm }} p {{ margin: 1mm 0 }}
table {{ width: 100%; border-collapse: collapse }} td {{ border: 1px solid {LIGHT.muted}; padding: 2mm; height: 9mm }}
td:first-child {{ width: 42mm }} .answer td {{ height: 20mm }} small {{ color: {LIGHT.muted} }}
"""


def exception_report(
    row: pd.Series, plan: charts.Plan, behind: pd.DataFrame, check_ins: pd.DataFrame, manifest: Manifest
) -> str:
    """Return the page: what was found, the KPI's course, the actions behind it, their last words, room to answer.

    `behind` are ACTIONS rows linked to the KPI, `check_ins` their CHECK_INS rows.
    """
    words = charts.trajectory_in_words(plan)
    return "".join(
        [
            '<!doctype html><html lang="en-GB"><head><meta charset="utf-8">',
            f"<title>Exception report: {escape(str(row['title']))}</title><style>{_STYLE}</style></head><body>",
            f"<small>Exception report {escape(str(row['exception_id']))} · {escape(manifest.plan_title)}</small>",
            f"<h1>{escape(str(row['title']))}</h1>",
            f"<p><strong>{escape(actions.exception_words(row))}.</strong> {escape(str(row['sentence']))}</p>",
            f'<div role="img" aria-label="{escape(words, quote=True)}">{charts.sparkline(plan, LIGHT)}</div>',
            "<p><small>Planned path dashed, actual figures in a line.</small></p>",
            "<h2>Milestones</h2>", _list(_milestones(plan)),
            "<h2>Actions behind this KPI</h2>", _list(_action(one) for _, one in behind.iterrows()),
            "<h2>Last check-ins</h2>", _list(_check_in(one) for _, one in check_ins.iterrows()),
            "<h2>Response</h2>", _answer(row),
            f"<p><small>Drafted in {wording.month_words(row['raised_in'])}. Edition {escape(manifest.edition_id)}, "
            f"published {wording.moment_words(manifest.published_at)}.</small></p></body></html>",
        ]
    )  # fmt: skip


def _milestones(plan: charts.Plan) -> Iterable[str]:
    for _, row in plan.milestones.sort_values("position").iterrows():
        target = "" if pd.isna(row["target"]) else f"planned {wording.number(row['target'], plan.unit)}, "
        reading = wording.figure(row["reading"], plan.unit, at_least=row["reading_at_least"], flag=row["reading_flag"])
        yield f"{row['label']}, {wording.month_words(row['month'])}: {target}actual {reading}"


def _action(row: pd.Series) -> str:
    return (
        f"{row['ref']} {row['title']}: {actions.rag_words(row)}, {actions.date_words(row)}, {actions.lead_words(row)}"
    )


def _check_in(row: pd.Series) -> str:
    return f"{row['ref']}, {wording.day_words(row['at'])}, {row['role']}: {row['rag']}. {row['progress']}"


def _answer(row: pd.Series) -> str:
    given = bool(row["answered"])
    cells = (
        ("What is done about it", row["response"] if given else ""),
        ("Role that answers for it", row["owner"] if given else ""),
        ("By when", wording.day_words(row["due_on"]) if given else ""),
    )
    lines = "".join(f"<tr><td>{name}</td><td>{escape(str(words))}</td></tr>" for name, words in cells)
    return f'<table class="{"" if given else "answer"}">{lines}</table>'


def _list(lines: Iterable[str]) -> str:
    told = "".join(f"<li>{escape(line)}</li>" for line in lines)
    return f"<ul>{told}</ul>" if told else "<p>None.</p>"
