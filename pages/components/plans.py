"""Which KPIs stand together on the EHC plans page and in the pack, by the short names they go by beside each other."""

import pandas as pd

from pages.components.edition import Edition

Named = dict[str, str]  # KPI to the words it goes by beside others

IN_TIME: Named = {
    "ehc_plans_within_20_weeks_excluding_exceptions": "without exceptions",
    "ehc_plans_within_20_weeks": "every plan",
}
STILL_OPEN: Named = {"ehc_open_over_20_weeks": "open over 20 weeks"}
STAGES: Named = {
    "ehc_decisions_within_6_weeks_by_month": "Decision whether to assess, 6 weeks",
    "ehc_advice_education_within_6_weeks": "Advice from education, 6 weeks",
    "ehc_advice_educational_psychology_within_6_weeks": "Advice from educational psychology, 6 weeks",
    "ehc_advice_health_within_6_weeks": "Advice from health, 6 weeks",
    "ehc_advice_social_care_within_6_weeks": "Advice from social care, 6 weeks",
    "ehc_not_issued_within_16_weeks": "Notice that no plan is issued, 16 weeks",
    "ehc_plans_within_20_weeks_by_month": "Plan issued, 20 weeks",
}
REQUESTS: Named = {"ehc_requests": "requests"}
ISSUED: Named = {"ehc_plans_issued_by_month": "plans issued"}
REVIEWS: Named = {
    "annual_review_decisions_within_4_weeks": "of those decided",
    "annual_review_decisions_within_4_weeks_of_all_due": "of all due",
}
OVERDUE_REVIEWS: Named = {"annual_reviews_overdue_share": "overdue"}


def with_figures(edition: Edition, named: Named) -> dict[str, pd.DataFrame]:
    """Return the local area's RESULTS over time of those of the KPIs that have any, by KPI."""
    rows = {kpi: edition.over_time(kpi) for kpi in named if edition.kpi(kpi) is not None}
    return {kpi: frame for kpi, frame in rows.items() if len(frame)}


def latest_stages(held: dict[str, pd.DataFrame], named: Named) -> pd.DataFrame:
    """Return the latest RESULTS row of each KPI with a column `stage`, in the order given."""
    return pd.concat([frame.tail(1).assign(stage=named[kpi]) for kpi, frame in held.items()])
