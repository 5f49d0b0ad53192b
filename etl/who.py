"""Who sent a row-level extract, and which local area its children belong to."""

import re
from collections.abc import Iterable, Mapping

import pandas as pd

from etl.extract import Extract
from etl.finding import Finding
from etl.heading import normal

NOT_STATED = "not_stated"
_ONS = r"[EWSN]\d{8}"


def organisation_of(extract: Extract) -> str:
    """Return the code of the one organisation the file is from; what is odd about it goes to the extract's findings.

    The column wins over what the source states, and both over the file's name.
    """
    area, key = extract.context.area, extract.layout.organisation
    if extract.layout.from_council:
        return area.code
    named = area.provider_in(extract.context.file.stem)
    inside = _codes(extract, str(key)) if extract.has(key) else set()
    if len(inside) > 1:
        remedy = "Split it: one file holds one organisation."
        extract.refuse(key, "ORGANISATIONS_DIFFER", "the file names more than one organisation", remedy, len(inside))
    stated = extract.source.organisation
    code = min(inside, default=None) or stated or named or NOT_STATED
    if named and named != code:
        extract.result.findings.append(
            Finding(
                "ORGANISATION_DISAGREES", "query", "the file's name and its source or content name different senders",
                "Check whose file it is.",
            )
        )  # fmt: skip
    if code == NOT_STATED:
        extract.result.findings.append(
            Finding("ORGANISATION_NOT_STATED", "note", "nothing says who sent the file; a column Provider code would")
        )
    elif code not in area.providers and code != stated:
        extract.result.findings.append(
            Finding(
                "ORGANISATION_UNEXPECTED", "query", "the file is from an organisation that sends none for this area",
                "Check whose file it is; a new sender goes into data/plan/providers.yaml.",
            )
        )  # fmt: skip
    return code


def _codes(extract: Extract, key: str) -> set[str]:
    """Return the codes of the senders named; one that is no provider we know stands for itself, without its name."""
    area, found = extract.context.area, set()
    for words in set(extract.text[key][extract.good].unique()) - {""}:
        known = area.provider(words)
        looked_up = extract.context.organisations.area("provider", words).code
        plain = looked_up if not looked_up.startswith("name:") else words.upper()
        found.add(known or (plain if re.fullmatch(r"[A-Z0-9]{3,6}", plain) else "unknown"))
    return found


def area_of_lines(extract: Extract, words: Mapping[str, pd.Series]) -> pd.Series:
    """Return each child's local area: its column's, the plan's where that is blank or the file has no such column."""
    home, key = extract.context.area, extract.layout.area
    if key is None or key not in words:
        return pd.Series(home.code, index=extract.index, dtype="str")
    known = {text: _area_code(extract, text) for text in words[key].dropna().unique()}
    codes = words[key].map(known).astype("str")
    extract.hold(
        words[key].notna() & codes.isna(), key, "AREA_UNKNOWN", "a local area we do not know",
        "Write its ONS code (E06…), or its name as the council writes it.",
    )  # fmt: skip
    return codes.where(words[key].notna(), home.code)


def _area_code(extract: Extract, text: str) -> str | None:
    home = extract.context.area
    if re.fullmatch(_ONS, text.upper()):
        return text.upper()
    if normal(text) in (normal(home.name), f"{normal(home.name)} council"):
        return home.code
    found = extract.context.organisations.area("local_authority", text).code
    return None if found.startswith("name:") else found


def area_rows(extract: Extract, areas: pd.Series) -> Iterable[dict[str, object]]:
    """Return one row per area the load names, the sender included, so that codes have names on screen."""
    home, organisations = extract.context.area, extract.context.organisations
    for code in sorted(areas.unique()):
        name = home.name if code == home.code else organisations.area("local_authority", code, code).name
        yield {"load_id": "", "area": code, "level": "local_authority", "name": name}
    sender = extract.result.organisation
    if sender and sender not in (NOT_STATED, *areas.unique()):
        provider = home.providers.get(sender)
        name = provider.name if provider else organisations.area("provider", sender, sender).name
        yield {"load_id": "", "area": sender, "level": "provider", "name": name}
