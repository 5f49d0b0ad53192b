"""Why a scored KPI has no figure at all, in one sentence that says what is missing."""

from metrics.clocks import load_clocks
from metrics.definition import Definition
from metrics.selection import load_measures
from metrics.trajectory import Reading
from metrics.wording import FLAG_WORDS


def why_no_figure(kpi: Definition, found: list[Reading], fed: bool) -> str | None:
    """Return why there is no figure for any month; None where there is one.

    `found` holds the readings of the scored area, `fed` says whether any load in use answers for what the KPI counts.
    """
    if any(reading.value is not None or reading.at_least is not None for reading in found):
        return None
    flags = dict.fromkeys(FLAG_WORDS[reading.flag] for reading in found if reading.flag)
    if flags:
        return f"Files came, but every figure so far is {' or '.join(flags)}"
    if fed:
        return "Files came, but they hold nothing this counts for the area scored"
    return f"Nothing has come yet on: {_what(kpi)}"


def _what(kpi: Definition) -> str:
    name = str(kpi.select[kpi.lead])
    if kpi.lead == "clock":
        return load_clocks()[name].title
    return load_measures()[name] if kpi.lead == "measure" else name.replace("_", " ")
