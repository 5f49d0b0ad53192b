"""Office files that depend on their content alone: no clock, no order of chance, no character XML cannot hold."""

import io
import re
import zipfile
from collections.abc import Callable
from datetime import datetime

# XML 1.0 knows no other control characters, surrogates or the two non-characters; marks that turn the direction of
# writing could make a file name read as another.
_UNFIT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff\u202a-\u202e\u2066-\u2069]")
_MOMENTS = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*(</dcterms:\2>)")

Change = Callable[[str, bytes], bytes]


def fit(text: object) -> str:
    """Return text as it may stand in a slide, a sheet or a page; what cannot stand there becomes a blank."""
    return _UNFIT.sub(" ", str(text).replace("\r\n", "\n"))


def sealed(content: bytes, moment: datetime, change: Change = lambda _, part: part) -> bytes:
    """Return an office file with every part, and every workbook within, dated to one moment; `change` edits a part.

    Part names keep their order. The same parts give the same bytes under the same version of zlib.
    """
    out = io.BytesIO()
    stamp = f"{moment:%Y-%m-%dT%H:%M:%SZ}".encode()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(out, "w") as after:
        for name in before.namelist():
            part = before.read(name)
            if name.endswith(".xlsx"):
                part = sealed(part, moment)
            if name == "docProps/core.xml":
                part = _MOMENTS.sub(rb"\g<1>" + stamp + rb"\g<3>", part)
            entry = zipfile.ZipInfo(name, moment.timetuple()[:6])
            entry.compress_type, entry.create_system, entry.external_attr = zipfile.ZIP_DEFLATED, 3, 0o600 << 16
            after.writestr(entry, change(name, part), compresslevel=6)
    return out.getvalue()
