"""What must come of one awkward file."""

from dataclasses import dataclass, field

Cells = dict[tuple[int, int], str]


@dataclass(frozen=True)
class Case:
    """`rule` is the code a file is refused with; without one it is read, and the rest says what comes back."""

    name: str
    content: bytes = field(repr=False)
    rule: str | None = None
    says: tuple[str, ...] = ()  # words of the refusal
    rows: int | None = None
    columns: int | None = None
    cells: Cells = field(default_factory=dict)  # by Excel's row number and column from 0
    notes: tuple[str, ...] = ()  # rules of all notes, in order
    problems: tuple[tuple[str, int], ...] = ()
    sheet: int = 0
    sheets: int = 1
    merged: tuple[str, ...] = ()
    hidden: tuple[bool, ...] = (False,)
    hidden_rows: int = 0
    epoch_1904: bool = False
