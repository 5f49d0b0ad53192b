"""How Waymark looks: palettes for light and dark, the mark of each status and flag, the Plotly template.

Colour never carries meaning alone: every status and flag has a shape and a word of its own, and every pair of colours
used for text reaches a contrast of 4.5 to 1. `.streamlit/config.toml` repeats these colours; a test holds them equal.
"""

from dataclasses import dataclass

import plotly.graph_objects as go

FONT = '"Source Sans", "Source Sans 3", "Segoe UI", Arial, sans-serif'


@dataclass(frozen=True)
class Look:
    """The colours of one scheme, as hex codes."""

    name: str
    background: str
    surface: str
    ink: str
    muted: str
    grid: str
    actual: str
    planned: str
    other: str
    tones: dict[str, tuple[str, str]]  # tone → text and background of a badge

    def soft(self, colour: str, share: float) -> str:
        """Return a colour made transparent, as rgba(); `share` is its opacity."""
        red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
        return f"rgba({red},{green},{blue},{share})"

    def tint(self, colour: str, share: float) -> str:
        """Return a colour mixed with the background, as a hex code; 1 is the colour itself."""
        pairs = [(int(colour[i : i + 2], 16), int(self.background[i : i + 2], 16)) for i in (1, 3, 5)]
        return "#" + "".join(f"{round(share * own + (1 - share) * ground):02x}" for own, ground in pairs)


@dataclass(frozen=True)
class Mark:
    """One status or flag: a glyph for text, a Plotly symbol for charts, and the tone of its badge."""

    glyph: str
    symbol: str
    tone: str


LIGHT = Look(
    name="light",
    background="#ffffff",
    surface="#f3f6f9",
    ink="#15202b",
    muted="#4c5966",
    grid="#dde3e9",
    actual="#0b5cad",
    planned="#9a5200",
    other="#66727e",
    tones={
        "green": ("#0a5f45", "#e3f3ec"),
        "blue": ("#0b4f96", "#e4effa"),
        "orange": ("#7a4300", "#fdf0dc"),
        "red": ("#9c2417", "#fce9e6"),
        "yellow": ("#5c4300", "#fdf4d3"),
        "violet": ("#5b3591", "#f1eafa"),
        "gray": ("#47535f", "#eceff3"),
    },
)
DARK = Look(
    name="dark",
    background="#10161d",
    surface="#1a232d",
    ink="#e9eef3",
    muted="#b3bec9",
    grid="#2f3b47",
    actual="#74b7ff",
    planned="#f2b866",
    other="#98a4b0",
    tones={
        "green": ("#7fdcb9", "#12352b"),
        "blue": ("#9ccbff", "#15304d"),
        "orange": ("#f5c27d", "#3c2a10"),
        "red": ("#ffab9c", "#451d17"),
        "yellow": ("#f6dd8c", "#352c0f"),
        "violet": ("#cfb2f8", "#33244a"),
        "gray": ("#c0cad4", "#2a343f"),
    },
)

STATUS_MARKS = {
    "met": Mark("✔", "star", "green"),
    "on_trajectory": Mark("●", "circle", "blue"),
    "near": Mark("◆", "diamond", "orange"),
    "off": Mark("■", "square", "red"),
    "not_due": Mark("○", "circle-open", "gray"),
    "no_target": Mark("–", "line-ew-open", "gray"),
    "no_data": Mark("□", "square-open", "gray"),
    "withheld": Mark("⊘", "circle-x-open", "violet"),
    "suppressed": Mark("◐", "diamond-wide-open", "violet"),
}

FLAG_MARKS = {
    "not_supplied": Mark("✕", "x-thin-open", "gray"),
    "suppressed": Mark("◐", "diamond-wide-open", "violet"),
    "not_available": Mark("□", "square-open", "gray"),
    "not_applicable": Mark("–", "line-ew-open", "gray"),
    "low": Mark("▽", "triangle-down-open", "gray"),
    "withheld": Mark("⊘", "circle-x-open", "violet"),
    "small_base": Mark("△", "triangle-up-open", "violet"),
    "no_base": Mark("○", "circle-open", "gray"),
}

# A person's rating of an action; without one; and two that disagree.
RAG_MARKS = {
    "R": Mark("■", "square", "red"),
    "A": Mark("▲", "triangle-up", "orange"),
    "G": Mark("●", "circle", "green"),
    "C": Mark("✔", "star", "blue"),
    "none": Mark("○", "circle-open", "gray"),
    "conflict": Mark("✕", "x", "violet"),
}

# What may become of a file, and how grave a finding is.
VERDICT_MARKS = {
    "accept": Mark("✔", "star", "green"),
    "query": Mark("◆", "diamond", "orange"),
    "reject": Mark("■", "square", "red"),
}
SEVERITY_MARKS = {
    "error": Mark("■", "square", "red"),
    "query": Mark("◆", "diamond", "orange"),
    "note": Mark("○", "circle-open", "gray"),
}

# Points of a control chart by meaning, and its icon for the latest one.
MEANING_MARKS = {
    "special_cause_improvement": Mark("★", "star", "blue"),
    "special_cause_concern": Mark("■", "square", "orange"),
    "special_cause_neutral_high": Mark("▲", "triangle-up", "violet"),
    "special_cause_neutral_low": Mark("▼", "triangle-down", "violet"),
    "common_cause": Mark("●", "circle", "gray"),
    "not_assessed": Mark("○", "circle-open", "gray"),
}

ASSURANCE_MARKS = {
    "consistent_pass": Mark("P", "circle", "blue"),
    "inconsistent": Mark("?", "circle", "gray"),
    "consistent_fail": Mark("F", "circle", "orange"),
}


def template(look: Look) -> go.layout.Template:
    """Return the Plotly template of a look: transparent ground, quiet grid, labels instead of a legend.

    Margins are ours and hold two lines under a time axis: to find its own, Plotly draws every chart twice.
    """
    axis = {
        "gridcolor": look.grid,
        "linecolor": look.grid,
        "zeroline": False,
        "tickfont": {"color": look.muted, "size": 13},
        "title": {"font": {"color": look.muted, "size": 13}},
    }
    return go.layout.Template(
        layout={
            "font": {"family": FONT, "size": 14, "color": look.ink},
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "xaxis": {**axis, "showgrid": False, "ticklabelmode": "period", "ticklabelstandoff": 8},
            "yaxis": axis,
            "margin": {"l": 8, "r": 16, "t": 16, "b": 44},
            "showlegend": False,
            "hoverlabel": {
                "bgcolor": look.surface,
                "bordercolor": look.muted,
                "font": {"family": FONT, "size": 14, "color": look.ink},
            },
            "separators": ".,",
            "dragmode": False,
        }
    )


def contrast(first: str, second: str) -> float:
    """Return the WCAG 2.2 contrast ratio of two hex colours, from 1 to 21."""
    lighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
