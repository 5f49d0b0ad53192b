"""A module: one of several tables of a source that belong together, such as the nine of the SEN2 return."""

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from etl.documents import Document


class Module(Document):
    """Which headings the module has, and whose records its own hang off. One module's records are the lines.

    `several` says what follows where a record of `under` has more than one: each gets a line of its own, the first
    counts, or all but the first are held. A `header` has one record that holds for every line.
    """

    title: str = Field(description="what messages call it, and what stands above it where modules are stacked")
    also: list[str] = Field([], description="other words that stand above it")
    key: list[str] = Field([], description="headings of its own number, which the modules below it repeat")
    under: str | None = None
    columns: list[str] = []
    known: list[str] = Field([], description="headings that are known here and left out")
    optional: bool = False
    lines: bool = Field(False, description="its records are the lines; what stands above is repeated on each")
    header: bool = False
    several: Literal["held", "lines", "first"] = "held"
    order: str | None = Field(None, description="column whose lowest number comes first")
    marks: str | None = Field(None, description="code column that says yes where a line has such a record")
    numbers: str | None = Field(None, description="code column that numbers a line's records from 1")


def check_modules(modules: Mapping[str, Module]) -> None:
    """Raise ValueError where the modules do not hang together."""
    names = list(modules)
    for name, module in modules.items():
        if module.under is not None and module.under not in names[: names.index(name)]:
            raise ValueError(f"modules.{name}.under: {module.under} does not stand before it")
    if modules and sum(module.lines for module in modules.values()) != 1:
        raise ValueError("modules: one of them, and only one, has lines: true")
    columns = [column for module in modules.values() for column in module.columns]
    if twice := sorted({column for column in columns if columns.count(column) > 1}):
        raise ValueError(f"modules: in more than one: {', '.join(twice)}")


def above(modules: Mapping[str, Module], name: str) -> list[str]:
    """Return the modules a module hangs off, nearest first."""
    found: list[str] = []
    under = modules[name].under
    while under is not None:
        found.append(under)
        under = modules[under].under
    return found
