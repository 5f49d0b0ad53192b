"""The pack as one HTML file: nothing is fetched, nothing runs, and it prints on A4.

Charts are the screens' own figures painted as SVG, each with its words and its figures as a table beneath.
"""

import base64
import hashlib
import html
from pathlib import Path

from pages.components.theme import LIGHT
from reports.content import Drawing, Pack, Part, Table
from reports.sealed import fit
from reports.svg import hatch, svg

_STYLE = Path(__file__).with_name("page.css")
_SHORT = 12  # rows
_WIDE = 6  # columns: a table with more is printed across the sheet


def as_page(pack: Pack) -> bytes:
    """Return the pack as UTF-8 HTML."""
    style = _STYLE.read_text(encoding="utf-8") + _sheet(pack)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    sections = []
    before = ""
    for number, part in enumerate(pack.parts):
        sections.append(_section(part, number, pack, is_fresh=number > 0 and part.group != before))
        before = part.group
    return "\n".join(
        [
            "<!doctype html>",
            '<html lang="en-GB">',
            f'<head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{policy}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="referrer" '
            f'content="no-referrer"><title>{_text(pack.title)}</title>',
            f"<style>{style}</style></head>",
            "<body>",
            hatch(),
            f"<header>{_marks(pack)}<h1>{_text(pack.title)}</h1>{_about(pack)}{_contents(pack)}</header>",
            "<main>",
            *sections,
            "</main>",
            f"<footer><p>{_text(pack.foot)}</p></footer>",
            "</body></html>\n",
        ]
    ).encode()


def _sheet(pack: Pack) -> str:
    """Return how a printed page is framed: marks over it, edition and page number beneath."""
    exact = pack.manifest.audience == "restricted"
    ink = LIGHT.tones["red"][0] if exact else LIGHT.muted
    font = f"font: {'bold ' if exact else ''}8pt Arial, sans-serif; color: {ink};"
    return (
        "@page { size: A4; margin: 18mm 14mm 18mm;"
        f" @top-left {{ content: {_quoted(' · '.join(pack.marks))}; width: 100%; {font} }}"
        f" @bottom-left {{ content: {_quoted(pack.foot)}; width: 88%; font: 7.5pt Arial, sans-serif; }}"
        ' @bottom-right { content: counter(page) " of " counter(pages); font: 8pt Arial, sans-serif; } }\n'
    )


def _quoted(text: str) -> str:
    """Return a CSS string in which no character can end it; a blank behind an escape would be taken for its end."""
    return '"' + "".join(c if c.isascii() and c.isalnum() else f"\\{ord(c):06x}" for c in fit(text)) + '"'


def _marks(pack: Pack) -> str:
    kind = "marks exact" if pack.manifest.audience == "restricted" else "marks"
    return f'<p class="{kind}">{_text(" · ".join(pack.marks))}</p>'


def _about(pack: Pack) -> str:
    said = pack.manifest
    told = [pack.foot, f"Content hash of these figures: {said.content_sha256}"]
    told += [f"What is hidden: {said.disclosure}"] if said.disclosure else []
    told += [f"Note: {said.note}"] if said.note else []
    return f"<p><strong>{_text(said.area_name)}</strong></p>" + "".join(
        f'<p class="about">{_text(t)}</p>' for t in told
    )


def _contents(pack: Pack) -> str:
    links = (f'<li><a href="#part-{n}">{_text(part.title)}</a></li>' for n, part in enumerate(pack.parts))
    return f'<nav aria-label="Contents"><ul>{"".join(links)}</ul></nav>'


def _section(part: Part, number: int, pack: Pack, is_fresh: bool) -> str:
    tables = [*([part.drawing.table] if part.drawing and part.drawing.table else []), *part.tables]
    wide = any(len(table.frame.columns) > _WIDE for table in tables)
    kinds = [*(["fresh"] if is_fresh or part.drawing or wide else []), *(["across"] if wide else [])]
    of_kind = f' class="{" ".join(kinds)}"' if kinds else ""
    key = f"part-{number}"
    inner = [
        f'<section id="{key}" aria-labelledby="{key}-title"{of_kind}>',
        f'<p class="each">{_text(pack.marks[0])}</p>' if pack.manifest.audience == "restricted" else "",
        f'<h2 id="{key}-title">{_text(part.title)}</h2>',
        *(f"<p>{_text(sentence)}</p>" for sentence in part.sentences),
        _drawn(part.drawing, key, part.title) if part.drawing else "",
        *(f"<h3>{_text(head)}</h3><ul>{_items(lines)}</ul>" for head, lines in part.lists),
        *(_table(table, is_after_chart=part.drawing is not None) for table in tables if len(table.frame)),
        "".join(f'<p class="sources">{_text(line)}</p>' for line in part.sources),
        "</section>",
    ]
    return "\n".join(line for line in inner if line)


def _drawn(drawing: Drawing, key: str, title: str) -> str:
    chart = svg(drawing.figure(LIGHT), _text(f"Chart: {title}"), f"{key}-words")
    return f'<figure>{chart}<figcaption id="{key}-words">{_text(drawing.words)}</figcaption></figure>'


def _items(lines: tuple[str, ...]) -> str:
    return "".join(f"<li>{_text(line)}</li>" for line in lines)


def _table(table: Table, is_after_chart: bool) -> str:
    """Return a table; on paper a short one is not broken, and a long one beneath a chart has a sheet of its own."""
    kind = "whole" if len(table.frame) <= _SHORT else "apart" if is_after_chart else ""
    figure = [' class="figure"' if str(name) in table.right else "" for name in table.frame]
    heads = zip(table.frame.columns, figure, strict=True)
    head = "".join(f'<th scope="col"{kind}>{_text(name)}</th>' for name, kind in heads)
    rows = []
    for cells in table.frame.astype("str").to_numpy().tolist():
        first, *rest = (f"{kind}>{_text(cell)}" for cell, kind in zip(cells, figure, strict=True))
        rows.append(f'<tr><th scope="row"{first}</th>{"".join(f"<td{cell}</td>" for cell in rest)}</tr>')
    return (
        f'<div class="scroll {kind}" role="region" tabindex="0" aria-label="Table: {_text(table.words)}"><table>'
        f"<caption>{_text(table.words)}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )


def _text(value: object) -> str:
    return html.escape(fit(value)).replace("\n", "<br>")
