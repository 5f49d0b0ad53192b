"""The data dictionary: what stands in every table of the warehouse, written from the contract in etl/tables.py."""

from etl.tables import WAREHOUSE, Column, Table

_TOP = """# Data dictionary

Every table of the warehouse, its grain and its columns. Written by `python -m etl dictionary` from `etl/tables.py`;
change that file, not this one. Dates are days, months are the first of the month, identifiers exist only as pseudonyms.
"""


def dictionary() -> str:
    """Return the dictionary as Markdown."""
    return "\n".join([_TOP, *(_table(table) for table in WAREHOUSE)])


def _table(table: Table) -> str:
    key = f"\nNo two rows share: {', '.join(f'`{name}`' for name in table.key)}.\n" if table.key else ""
    lines = ["| Column | Type | Always there | Meaning |", "|---|---|---|---|", *map(_column, table.columns)]
    return f"## {table.name}\n\n{table.grain}\n{key}\n" + "\n".join(lines) + "\n"


def _column(column: Column) -> str:
    allowed = f"; one of {', '.join(f'`{word}`' for word in column.allowed)}" if column.allowed else ""
    there = "yes" if column.required else "no"
    return f"| `{column.name}` | {column.type} | {there} | {column.meaning}{allowed} |"
