"""A survey beside what is loaded: the same wave under another name would count everyone twice."""

from etl.examine import Examination
from etl.finding import Finding
from etl.warehouse import Reader


def beside_waves(reader: Reader, found: Examination) -> list[Finding]:
    """Return an error where another source in use holds the same wave of the same survey and group asked."""
    waves = (found.frames or {}).get("waves")
    if waves is None or found.source is None:
        return []
    wave = waves.iloc[0]
    held = reader.query(
        "SELECT loads.load_id FROM waves JOIN loads ON loads.load_id = waves.load_id "
        "WHERE loads.state = 'current' AND loads.source <> ? AND loads.organisation = ? "
        "AND waves.survey = ? AND waves.wave = ? AND waves.respondent_group = ?",
        [found.source.kept_as, found.organisation, wave["survey"], wave["wave"], wave["respondent_group"]],
    )
    if held.empty:
        return []
    load_id = held["load_id"].iloc[0]
    remedy = (
        f"If this file takes its place: python -m etl withdraw {load_id} --why WHY; else give it a wave of its own."
    )
    return [Finding("WAVE_TWICE", "error", f"the same wave is loaded already, as {load_id}", remedy)]
