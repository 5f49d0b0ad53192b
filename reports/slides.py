"""The pack as PowerPoint: native charts and tables, sources in the notes, edition and marks on every slide."""

import io
from collections.abc import Sequence

from pptx.presentation import Presentation
from pptx.slide import Slide
from pptx.util import Emu, Inches, Pt

from metrics import wording
from pages.components.theme import LIGHT
from reports.content import Pack, Part
from reports.sealed import fit, sealed
from reports.slide_charts import add_chart, rgb
from reports.slide_frame import LEAD, Box, Words, add_table, pages, split, tall, text_box, write
from reports.template import MARGIN, TITLES, cover_layout, opened, plain_layout

_FOOT = Inches(0.62)
_AIR = Inches(0.15)
_BESIDE = 0.52  # of the width a chart takes where lines stand beside it
_SMALL_CHART = Inches(2.6)


def as_slides(pack: Pack, template: bytes | None = None) -> bytes:
    """Return the pack as a .pptx. Raises UsageError for a template that cannot be used."""
    show = opened(template)
    _cover(show, pack, template is None)
    for part in (part for part in pack.parts if part.on_slides):
        _Writer(show, pack, part).write()
    said, about = pack.manifest, show.core_properties
    about.title, about.subject, about.author, about.keywords = fit(pack.title), pack.foot, "Waymark", pack.marks[0]
    about.comments, about.category, about.revision, about.last_modified_by = "", "Board pack", 1, "Waymark"
    about.language = "en-GB"
    about.created = about.modified = said.published_at.replace(tzinfo=None)
    out = io.BytesIO()
    show.save(out)
    return sealed(out.getvalue(), said.published_at)


def _cover(show: Presentation, pack: Pack, is_house: bool) -> None:
    said = pack.manifest
    slide = show.slides.add_slide(cover_layout(show))
    lines = [
        Words(f"{said.area_name} · figures as of {wording.month_words(said.as_of)}", 20),
        Words(f"Edition {said.edition_id}, published {wording.moment_words(said.published_at)} by {said.published_by}"),
        Words(f"Content hash of these figures: {said.content_sha256}"),
        *([Words(f"What is hidden: {said.disclosure}")] if said.disclosure else []),
        *([Words(f"Note: {said.note}")] if said.note else []),
    ]
    _titled(slide, pack.title, 32)
    rest = [one for one in slide.placeholders if one.placeholder_format.type not in TITLES]
    if rest:
        write(rest[0].text_frame, lines, rgb(LIGHT.ink) if is_house else None)
        for place in rest[1:]:
            place._element.getparent().remove(place._element)
    else:
        text_box(slide, _body(show), "About this pack", lines)
    _framed(show, slide, pack)


class _Writer:
    """Writes one part, on as many slides as it takes."""

    def __init__(self, show: Presentation, pack: Pack, part: Part) -> None:
        self.show, self.pack, self.part = show, pack, part
        self.slides: list[Slide] = []

    def write(self) -> None:
        part = self.part
        said = [Words(text, LEAD if part.drawing else 14, is_line=part.drawing is None) for text in part.sentences]
        lists = [
            words
            for head, lines in part.lists
            for words in (Words(head, bold=True), *(Words(line, is_line=True) for line in lines))
        ]
        if part.drawing is not None:
            lists = self._chart(said, lists)
            self._text(lists)
        elif part.tables and not lists and sum(tall(words, _body(self.show).width) for words in said) < Inches(1.5):
            self._tables(said)
            self._number()
            return
        else:
            self._text([*said, *lists])
        self._tables([])
        self._number()

    def _chart(self, said: list[Words], lists: list[Words]) -> list[Words]:
        """Put sentences over the chart, the lists beside it, and return what did not fit."""
        slide, body = self._slide(), _body(self.show)
        assert self.part.drawing is not None
        if said:
            taken = sum(tall(words, body.width) for words in said)
            text_box(slide, Box(body.left, body.top, body.width, taken), "Verdict", said)
            body = body.below(taken + _AIR)
        wide = int(body.width * _BESIDE) if lists else body.width
        add_chart(slide, self.part.drawing, (body.left, body.top, wide, body.height), self.part.title)
        left = body.left + wide + 2 * _AIR
        beside = Box(left, body.top, body.left + body.width - left, body.height)
        here, rest = split(lists, beside.width, beside.height) if lists else ([], [])
        if here:
            text_box(slide, beside, "Beside the chart", here)
        _framed(self.show, slide, self.pack)
        return rest

    def _text(self, paragraphs: Sequence[Words]) -> None:
        body, rest = _body(self.show), list(paragraphs)
        while rest:
            here, rest = split(rest, body.width, body.height)
            slide = self._slide()
            text_box(slide, body, "Text", here)
            _framed(self.show, slide, self.pack)

    def _tables(self, said: list[Words]) -> None:
        for table in self.part.tables:
            body, head = _body(self.show), list(said)
            if len(self.part.tables) > 1 or not said:
                head.append(Words(table.words, 14, bold=True))
            taken = sum(tall(words, body.width) for words in head)
            box = body.below(taken + _AIR)
            found = pages(table, box.width, box.height)
            for number, rows in enumerate(found):
                slide = self._slide()
                text_box(slide, Box(body.left, body.top, body.width, taken), "About the table", head)
                counted = f" ({number + 1} of {len(found)})" if len(found) > 1 else ""
                add_table(slide, table, rows, box, f"{table.words}{counted}")
                _framed(self.show, slide, self.pack)

    def _slide(self) -> Slide:
        slide: Slide = self.show.slides.add_slide(plain_layout(self.show))
        self.slides.append(slide)
        for place in list(slide.placeholders):
            if place.placeholder_format.type not in TITLES:
                place._element.getparent().remove(place._element)
        told = "\n".join([*self.part.sources, self.pack.foot, *self.pack.marks])
        frame = slide.notes_slide.notes_text_frame
        if frame is not None:
            frame.text = fit(told)
        return slide

    def _number(self) -> None:
        """Give every slide of the part its title, with its number where there are several."""
        for number, slide in enumerate(self.slides, 1):
            counted = f" ({number} of {len(self.slides)})" if len(self.slides) > 1 else ""
            _titled(slide, f"{self.part.title}{counted}", 26)


def _titled(slide: Slide, title: str, size: int) -> None:
    shape = slide.shapes.title
    assert shape is not None  # the layout was chosen for it
    shape.text_frame.text = ""
    write(shape.text_frame, [Words(title, size if len(title) < 80 else size - 6)])


def _body(show: Presentation) -> Box:
    """Return what a slide has beneath its title and above its footer."""
    top = Inches(1.38)
    return Box(MARGIN, top, _width(show) - 2 * MARGIN, _height(show) - top - _FOOT - Inches(0.05))


def _framed(show: Presentation, slide: Slide, pack: Pack) -> None:
    """Put the marks over a slide and edition, hash, rule set and date beneath it, last in the order of reading."""
    wide = _width(show) - 2 * MARGIN
    exact = pack.manifest.audience == "restricted"
    top = Box(MARGIN, Inches(0.12), wide, Pt(18))
    text_box(slide, top, "Marks", [Words(" · ".join(pack.marks), bold=exact)], rgb(_ink(exact)))
    foot = Box(MARGIN, _height(show) - _FOOT + Inches(0.05), wide, _FOOT - Inches(0.1))
    number = len(show.slides)
    text_box(slide, foot, "Footer", [Words(f"{pack.foot} · slide {number}")], rgb(LIGHT.muted))


def _ink(exact: bool) -> str:
    return LIGHT.tones["red"][0] if exact else LIGHT.muted


def _width(show: Presentation) -> int:
    return int(show.slide_width or Emu(12192000))


def _height(show: Presentation) -> int:
    return int(show.slide_height or Emu(6858000))
