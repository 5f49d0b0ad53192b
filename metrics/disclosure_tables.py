"""The board's other tables: what loads, findings and checks say of lists of children, without their numbers."""

from collections.abc import Mapping

import pandas as pd

from metrics.plan_edition import escalations_for_board

# A check's sentence holds counts; the board learns whether it held.
_HELD = {True: "It holds.", False: "It does not hold; the restricted edition says by how much."}
_ROWS = ["rows_in", "rows_loaded", "rows_rejected"]


def for_board(
    tables: Mapping[str, pd.DataFrame], loads: pd.DataFrame, strict: set[tuple[str, str]]
) -> dict[str, pd.DataFrame]:
    """Return all tables of a board file, `tables` being derived from protected results.

    Findings and rows held back of loads that are not public are an analyst's, and left out; their numbers of rows are
    numbers of children, and missing. `loads` is the warehouse's table, `strict` metrics.disclosure.not_public.
    """
    private = set(loads.loc[~loads["public"].astype("bool"), "load_id"])
    mine = tables["loads"]["load_id"].isin(private)
    checks = tables["checks"]
    pairs = pd.MultiIndex.from_frame(checks[["clock", "area"]])
    own = pd.Series(pairs.isin(list(strict)) if strict else False, index=checks.index)
    own &= checks["check"] != "members"  # which area has no list is no number
    words = checks["passed"].map(_HELD)
    return {
        **tables,
        "loads": tables["loads"].assign(**{name: tables["loads"][name].mask(mine) for name in _ROWS}),
        "findings": tables["findings"][~tables["findings"]["load_id"].isin(private)].reset_index(drop=True),
        "rejected": tables["rejected"][~tables["rejected"]["load_id"].isin(private)].reset_index(drop=True),
        "escalations": escalations_for_board(tables["escalations"]),
        "checks": checks.assign(sentence=checks["sentence"].mask(own, words), gap=checks["gap"].mask(own)),
    }
