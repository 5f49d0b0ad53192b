"""The local area as loading needs it: its council's code, and who sends extracts under which names (data/plan)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from etl.documents import Document, read_document, read_mapping
from etl.errors import DocumentError
from etl.heading import normal
from etl.scope import Scope

# Codes of English local authorities by the Office for National Statistics: E06 to E10 by type of council.
COUNCIL = r"E(?:06|07|08|09|10)\d{6}"
# Of whatever rolls councils up: a place's code, or an NHS organisation's.
_CODE = r"[A-Z0-9]{3,9}"


class Provider(Document):
    """One sender: its name, and what else files and file names call it."""

    name: str
    also: list[str] = []


@dataclass(frozen=True)
class LocalArea:
    """The council's code and name, the providers by ODS code, and every area the plan follows.

    A plan that rolls up other areas has their codes as `members`, and as its own any area's.
    """

    code: str
    name: str
    providers: Mapping[str, Provider]
    areas: tuple[str, ...] = ()
    members: tuple[str, ...] = ()

    @property
    def scope(self) -> Scope:
        """Return what the area sees of a warehouse."""
        return Scope(self.code, self.members)

    def provider(self, words: str) -> str | None:
        """Return the code of the provider that these words name in full, else None."""
        for code, provider in self.providers.items():
            if normal(words) in (normal(name) for name in (code, provider.name, *provider.also)):
                return code
        return None

    def provider_in(self, text: str) -> str | None:
        """Return the one provider that a file's name mentions, else None."""
        plain = f" {re.sub('[^a-z0-9]+', ' ', text.casefold())} "
        found = {
            code
            for code, provider in self.providers.items()
            for name in (code, provider.name, *provider.also)
            if f" {re.sub('[^a-z0-9]+', ' ', name.casefold()).strip()} " in plain
        }
        return found.pop() if len(found) == 1 else None


@cache
def load_local_area(plan: Path) -> LocalArea:
    """Return the local area of a plan folder. Raises DocumentError where the plan names no council."""
    content = read_mapping(plan / "plan.yaml")
    codes = [str(entry["area"]) for entry in content.get("areas", []) if entry.get("role") == "local"]
    members = tuple(str(code) for code in content.get("rolls_up", []))
    fitting = [code for code in codes if re.fullmatch(_CODE if members else COUNCIL, code)]
    if not fitting:
        raise DocumentError("plan.yaml: no local area is a council (E06… to E10…), so children have no area.")
    if wrong := [code for code in members if not re.fullmatch(COUNCIL, code) or [*codes, *members].count(code) > 1]:
        raise DocumentError(f"plan.yaml: rolls_up: {wrong[0]!r} is no other council (E06… to E10…), or given twice.")
    path = plan / "providers.yaml"
    providers = {} if not path.is_file() else read_mapping(path)
    return LocalArea(
        fitting[0],
        str(content.get("area_name", fitting[0])),
        {str(code): read_document(path, Provider, entry) for code, entry in providers.items()},
        tuple(str(entry["area"]) for entry in content["areas"]),
        members,
    )
