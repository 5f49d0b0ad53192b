"""A look before opening: is the file what its name says, and is its archive safe to unpack?"""

import copy
import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile, ZipInfo

from etl.errors import UnreadableFileError
from etl.formats import (
    MAX_FILE_BYTES,
    MAX_MEMBERS,
    MAX_RATIO,
    MAX_UNPACKED_BYTES,
    RATIO_COUNTS_FROM,
    Kind,
    nature,
    refused,
)

_HEAD_BYTES = 65_536
_CHUNK_BYTES = 4_194_304
_KINDS: dict[str, Kind] = {".xlsx": "xlsx", ".ods": "ods", ".csv": "csv", ".xml": "xml", ".zip": "zip"}
_BLANK = b" \t\r\n\f\v\xef\xbb\xbf\xff\xfe\0"  # white space and byte order marks; the zeros are those of UTF-16
EXPORT_AGAIN = "Export it again; an empty list is never read as zero children."
_ARCHIVE_ERRORS = (zipfile.BadZipFile, zlib.error, EOFError, KeyError, NotImplementedError, OSError, RuntimeError)
_SAVE_AS_XLSX = "Open it in Excel and save it as .xlsx."
_OLD_KINDS = {
    ".xls": "an Excel 97–2003 workbook (.xls)",
    ".xlsb": "a binary Excel workbook (.xlsb)",
    ".xlsm": "an Excel workbook with macros (.xlsm)",
    ".xltx": "an Excel template (.xltx)",
    ".zip": "a zip archive",
}
_WORDS = {
    "xlsx": "an Excel workbook (.xlsx)",
    "ods": "an OpenDocument spreadsheet (.ods)",
    "html": "a web page (HTML)",
    "xml": "an XML file",
    "json": "a JSON file",
    "text": "a text file such as CSV",
    "binary": "neither text nor a workbook",
    **_OLD_KINDS,
}


def look(path: Path) -> Kind:
    """Return the kind of file. Raises UnreadableFileError when name and content disagree or the archive is unsafe."""
    extension = path.suffix.lower()
    head, size = _head(path)
    if not size or (size <= _HEAD_BYTES and not head.strip(_BLANK)):
        raise refused("EMPTY", "The file is empty.", EXPORT_AGAIN)
    if size > MAX_FILE_BYTES:
        remedy = f"Up to {MAX_FILE_BYTES / 1e6:,.0f} MB are read; split it by month."
        raise refused("FILE_TOO_LARGE", f"The file has {size / 1e6:,.0f} MB.", remedy)
    found = _really(path, head)
    kind = _KINDS.get(extension)
    if found == "html" and extension in {".xls", ".xlsx"}:
        raise refused("TYPE_MISMATCH", "This is a web page (HTML) under the name of a workbook.", _SAVE_AS_XLSX)
    if kind is None:
        raise _not_allowed(extension, found)
    if found != {"csv": "text", "zip": ".zip"}.get(kind, kind):
        raise _mismatch(extension, found)
    return kind


def _head(path: Path) -> tuple[bytes, int]:
    """Return the first bytes and the size. Raises UnreadableFileError for what is no file: a pipe would never end."""
    try:
        if path.is_file():
            with path.open("rb") as file:
                return file.read(_HEAD_BYTES), path.stat().st_size
    except (OSError, ValueError):  # ValueError: a NUL in the name
        pass
    raise refused("FILE_MISSING", "The file cannot be opened.", "Check its name and that you may read it.")


def _not_allowed(extension: str, found: str) -> UnreadableFileError:
    if extension == ".xls" and found not in _OLD_KINDS:
        return _mismatch(extension, found)
    what = _OLD_KINDS.get(extension, "a kind of file that is not read")
    remedy = _SAVE_AS_XLSX if extension.startswith(".xl") else "Export it as .xlsx or .csv."
    return refused("TYPE_NOT_ALLOWED", f"This is {what}.", remedy)


def _mismatch(extension: str, found: str) -> UnreadableFileError:
    rule = "TYPE_NOT_ALLOWED" if found in {".xlsb", ".xlsm", ".xls"} else "TYPE_MISMATCH"
    return refused(rule, f"The name ends in {extension}, but this is {_WORDS.get(found, found)}.", _remedy(found))


def _remedy(found: str) -> str:
    if found in {"xlsx", "ods", "text"}:
        return f"Rename it to .{'csv' if found == 'text' else found}, or export it again."
    return _SAVE_AS_XLSX if found in {"html", "xml", *_OLD_KINDS} else "Export it again as .xlsx or .csv."


def _really(path: Path, head: bytes) -> str:
    """Return the file's nature, with zip and OLE containers looked into."""
    found = nature(head)
    if found == "ole":
        return _really_ole(path)
    if found != "zip":
        return found
    with open_archive(path) as archive:
        names = set(archive.namelist())
        if "xl/workbook.bin" in names:
            return ".xlsb"
        if "xl/vbaProject.bin" in names:
            return ".xlsm"
        if any(name.lower() in {"xl/workbook.xml", "[content_types].xml"} for name in names):
            return _really_office(names)
        if "mimetype" in names and b"opendocument.spreadsheet" in read_part(archive, "mimetype"):
            _refuse_encrypted_ods(archive)
            return "ods"
    return ".zip"


def _really_office(names: set[str]) -> str:
    if any(name.startswith("word/") for name in names):
        return "a Word document"
    return "a presentation" if any(name.startswith("ppt/") for name in names) else "xlsx"


def _really_ole(path: Path) -> str:
    content = path.read_bytes()
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise _encrypted()
    if "WordDocument".encode("utf-16-le") in content:
        return "a Word 97–2003 document"
    return ".xls"


def _encrypted() -> UnreadableFileError:
    remedy = (
        "Open it in Excel, choose File, Info, Protect Workbook, Encrypt with Password, clear the password and save."
    )
    return refused("FILE_ENCRYPTED", "The file is protected by a password.", remedy)


def _damaged(detail: str) -> UnreadableFileError:
    return refused("FILE_DAMAGED", f"The file is damaged: {detail}.", "Ask for it again, or export it again.")


def _refuse_encrypted_ods(archive: ZipFile) -> None:
    if "META-INF/manifest.xml" in archive.namelist() and b"encryption-data" in read_part(
        archive, "META-INF/manifest.xml"
    ):
        raise _encrypted()


def open_archive(path: Path) -> ZipFile:
    """Return the archive, its declared sizes, names and member count checked. Raises UnreadableFileError."""
    try:
        archive = ZipFile(path)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, IndexError) as error:
        raise _damaged("its archive cannot be opened, as when a transfer stops half-way") from error
    try:
        _check_members(archive.infolist())
    except UnreadableFileError:
        archive.close()
        raise
    return archive


def _check_members(members: list[ZipInfo]) -> None:
    ask = "Save the workbook again in Excel."
    if len(members) > MAX_MEMBERS:
        raise refused(
            "ZIP_TOO_MANY_MEMBERS", f"The archive has {len(members):,} parts, more than {MAX_MEMBERS:,}.", ask
        )
    if len({member.filename for member in members}) < len(members):
        raise refused("ZIP_NAME_TWICE", "The archive holds two parts of one name.", ask)
    if any(_leaves(member.filename) for member in members):
        raise refused("ZIP_PATH", "The archive names a part outside itself.", ask)
    if any(member.flag_bits & 1 for member in members):
        raise _encrypted()
    unpacked = sum(member.file_size for member in members)
    worst = max((m.file_size / max(m.compress_size, 1) for m in members if m.file_size > RATIO_COUNTS_FROM), default=0)
    if unpacked > MAX_UNPACKED_BYTES or worst > MAX_RATIO:
        allowed = f"{MAX_UNPACKED_BYTES / 1e6:,.0f} MB are allowed"
        message = f"The archive would unpack to {unpacked / 1e6:,.0f} MB ({allowed})."
        if unpacked <= MAX_UNPACKED_BYTES:
            size = f"{unpacked / 1e6:,.0f} MB in all"
            message = f"A part of the archive unpacks to {worst:,.0f} times its size, {size} ({MAX_RATIO} are allowed)."
        raise refused("ZIP_BOMB", message, "Delete unused sheets and formats, or save the sheet as .csv.")


def _leaves(name: str) -> bool:
    return ".." in re.split(r"[/\\]", name) or name.startswith(("/", "\\")) or re.match(r"[A-Za-z]:", name) is not None


def read_part(archive: ZipFile, name: str) -> bytes:
    """Return one part whole. Raises UnreadableFileError when it is damaged or lies about its size."""
    return b"".join(stream_part(archive, name))


def stream_part(archive: ZipFile, name: str) -> Iterator[bytes]:
    """Yield one part in pieces, size and checksum verified. Raises UnreadableFileError as `read_part`."""
    length = 0
    try:
        with archive.open(name) as part:
            while piece := part.read(_CHUNK_BYTES):
                length += len(piece)
                yield piece
    except _ARCHIVE_ERRORS as error:
        if _longer_than_declared(archive, name):
            raise _wrong_size() from error
        raise _damaged("a part of it is missing, cut or rotted") from error
    if length != archive.getinfo(name).file_size:
        raise _wrong_size()


def _wrong_size() -> UnreadableFileError:
    message = "A part of the archive does not have the size it declares."
    return refused("ZIP_SIZE", message, "Open the file in Excel and save it again, or ask for it again.")


def _longer_than_declared(archive: ZipFile, name: str) -> bool:
    """Tell whether a part unpacks beyond its declared size: reading past it, checksum ignored, still finds bytes."""
    try:
        altered = copy.copy(archive.getinfo(name))
        declared, altered.file_size = altered.file_size, altered.file_size + 1
        del altered.CRC
        with archive.open(altered) as part:
            return sum(len(piece) for piece in iter(lambda: part.read(_CHUNK_BYTES), b"")) > declared
    except (*_ARCHIVE_ERRORS, AttributeError):
        return False
