"""The scorecard's rows and the attention list, on a plan and figures small enough to judge by hand."""

from datetime import date

import pandas as pd
import pytest

from metrics.definition import Definition, load_definitions
from metrics.edition_tables import RESULTS
from metrics.plan import Scorecard
from metrics.scorecard import score
from tests.metrics.test_trajectory import PLAN, row

KPIS = load_definitions()
WAIT = KPIS["slt_92nd_percentile_wait"]


def results(kpi: Definition, figures: dict[str, float | None], **more: object) -> pd.DataFrame:
    shared = {"kpi": kpi.id, "area": "X", "breakdown": "all", "group": "all", "period_months": 0, **more}
    return RESULTS.frame(
        {**shared, "month": date.fromisoformat(f"{month}-01"), "value": value} for month, value in figures.items()
    )


def scored(
    kpi: Definition, baseline: float | None, targets: dict[int, float | str], found: pd.DataFrame, as_of: str
) -> pd.Series:
    card = Scorecard(rows=[row(kpi, baseline, targets)])
    return score(PLAN, card, KPIS, found, date.fromisoformat(f"{as_of}-01"))["scorecard"].iloc[0]


@pytest.mark.parametrize(
    ("target", "status", "reason"),
    [
        (18, "off", "Newly off trajectory: at least 34.0 weeks behind the plan"),  # 52 - 18
        (60, "no_data", "Cannot be judged: known only as 52+ weeks"),
    ],
)
def test_a_figure_in_an_open_band_stays_on_the_attention_list(target: float, status: str, reason: str) -> None:
    found = results(WAIT, {"2023-10": None}, at_least=52)
    line = scored(WAIT, target, {2: target, 4: target}, found, "2023-10")
    assert (line["status"], line["attention"], line["attention_reason"]) == (status, 1, reason)
    assert pd.isna(line["gap"])  # how far exactly is not known
