"""The presentation a pack is written into: the house's own, or one the local area brings."""

import io
from typing import Any
from zipfile import BadZipFile

from pptx import Presentation
from pptx.enum.shapes import MSO_SHAPE, PP_PLACEHOLDER
from pptx.exc import PythonPptxError
from pptx.oxml.ns import qn
from pptx.presentation import Presentation as Slides
from pptx.slide import SlideLayout
from pptx.util import Emu, Inches

from etl.errors import UsageError
from pages.components.theme import LIGHT
from reports.slide_charts import rgb

TITLES = (PP_PLACEHOLDER.TITLE, PP_PLACEHOLDER.CENTER_TITLE)
_KEPT_BY_THE_MASTER = (PP_PLACEHOLDER.DATE, PP_PLACEHOLDER.FOOTER, PP_PLACEHOLDER.SLIDE_NUMBER)
MARGIN = Inches(0.5)


def opened(template: bytes | None) -> Slides:
    """Return an empty presentation: the template without its slides, or the house's own, 16 to 9.

    Raises UsageError for a file that is no presentation, or one without a layout that has a title.
    """
    if template is None:
        return _house()
    try:
        slides = Presentation(io.BytesIO(template))
    except (KeyError, ValueError, OSError, SyntaxError, BadZipFile, PythonPptxError) as error:  # file, parts, XML
        raise UsageError("The template is not a PowerPoint file (.pptx) that can be read.") from error
    for slide in list(slides.slides._sldIdLst):
        slides.part.drop_rel(slide.rId)
        slides.slides._sldIdLst.remove(slide)
    if not any(_has_title(layout) for layout in slides.slide_layouts):
        raise UsageError("The template has no slide layout with a title; add one, such as “Title Only”.")
    return slides


def plain_layout(slides: Slides) -> SlideLayout:
    """Return the layout with a title and least else: “Title Only” in most templates."""
    return min((one for one in slides.slide_layouts if _has_title(one)), key=lambda one: len(_own_places(one)))


def cover_layout(slides: Slides) -> SlideLayout:
    """Return the layout of a title slide, or the plain one where a template has none."""
    layouts: Any = slides.slide_layouts
    for layout in layouts:
        if any(place.placeholder_format.type == PP_PLACEHOLDER.CENTER_TITLE for place in layout.placeholders):
            found: SlideLayout = layout
            return found
    return plain_layout(slides)


def _to_the_left(shape: Any) -> Any:
    return shape.makeelement(qn("a:lvl1pPr"), {"algn": "l"})


def _has_title(layout: Any) -> bool:
    return any(place.placeholder_format.type in TITLES for place in layout.placeholders)


def _own_places(layout: Any) -> list[Any]:
    return [one for one in layout.placeholders if one.placeholder_format.type not in _KEPT_BY_THE_MASTER]


def _house() -> Slides:
    """Return python-pptx's plain presentation widened to 16 to 9, its titles at the left over a thin line."""
    slides = Presentation()
    slides.slide_width, slides.slide_height = Emu(12192000), Emu(6858000)
    wide = slides.slide_width - 2 * MARGIN
    places: Any = ((plain_layout(slides), 0.42, 0.8), (cover_layout(slides), 1.6, 1.5))
    for layout, top, height in places:
        for place in layout.placeholders:
            if place.placeholder_format.type in TITLES:
                place.left, place.top, place.width, place.height = MARGIN, Inches(top), wide, Inches(height)
                place._element.txBody.find(qn("a:lstStyle")).append(_to_the_left(place._element))
            elif place.placeholder_format.type == PP_PLACEHOLDER.SUBTITLE:
                place.left, place.top, place.width, place.height = MARGIN, Inches(3.4), wide, Inches(2.4)
        drawn = slides.slides.add_slide(layout)
        line = drawn.shapes.add_shape(MSO_SHAPE.RECTANGLE, MARGIN, Inches(top + height), wide, Emu(19050))
        line.fill.solid()
        line.fill.fore_color.rgb = rgb(LIGHT.actual)
        line.line.fill.background()
        taken = [int(found) for found in layout.shapes._spTree.xpath(".//p:cNvPr/@id")]
        line._element.nvSpPr.cNvPr.set("id", str(max(taken) + 1))
        layout.shapes._spTree.append(line._element)
        slides.part.drop_rel(slides.slides._sldIdLst[0].rId)
        slides.slides._sldIdLst.remove(slides.slides._sldIdLst[0])
    return slides
