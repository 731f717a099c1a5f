"""Which kinds of file are taken as evidence, and how the others are refused (promises E01 to E06).

The content decides what a file is, and the last ending of its name must agree with it. Every message says what is wrong
and how to mend it.
"""

from enum import StrEnum

from foundation.errors import DomainError

TAKEN = "Upload a PDF, PNG or JPEG."


class Kind(StrEnum):
    """A kind of file that is taken."""

    PDF = "pdf"
    PNG = "png"
    JPEG = "jpeg"


WORDS = {Kind.PDF: "PDF", Kind.PNG: "PNG", Kind.JPEG: "JPEG"}
MEDIA_TYPES = {Kind.PDF: "application/pdf", Kind.PNG: "image/png", Kind.JPEG: "image/jpeg"}
ENDINGS = {"pdf": Kind.PDF, "png": Kind.PNG, "jpg": Kind.JPEG, "jpeg": Kind.JPEG}
_BEGINNINGS = {Kind.PDF: b"%PDF-", Kind.PNG: b"\x89PNG\r\n\x1a\n", Kind.JPEG: b"\xff\xd8\xff"}

_SAVE_AS_PDF = "Open it, choose “Save as” or “Print”, then “PDF”, and upload that."
_AS_PICTURE = "Take a screenshot of it, or save it as a PDF, and upload that."
_OTHERS = {
    "a Word document": (("doc", "docx", "docm", "dot", "dotx", "odt", "rtf"), _SAVE_AS_PDF),
    "a spreadsheet": (("xls", "xlsx", "xlsm", "xlsb", "ods", "csv"), _SAVE_AS_PDF),
    "a presentation": (("ppt", "pptx", "pptm", "odp"), _SAVE_AS_PDF),
    "a web page": (("htm", "html", "xhtml", "mht", "mhtml"), _SAVE_AS_PDF),
    "an email": (("eml", "msg"), _SAVE_AS_PDF),
    "another kind of picture": (("gif", "heic", "heif", "webp", "bmp", "tif", "tiff", "svg"), _AS_PICTURE),
    "a packed folder": (("zip", "7z", "rar", "gz", "tar", "iso"), "Unpack it and upload the file inside."),
}
_OTHER_ENDINGS = {ending: (what, advice) for what, (endings, advice) in _OTHERS.items() for ending in endings}


def kind_of(file_name: str, content: bytes, limit: int) -> Kind:
    """What kind of file this is. Raises DomainError where it is none that is taken, or larger than `limit` bytes."""
    claimed = _claimed(file_name)
    if not content:
        raise DomainError("The file is empty. Save it again, look whether it opens, and upload it then.")
    if len(content) > limit:
        raise too_large(limit)
    found = next((kind for kind, start in _BEGINNINGS.items() if content.startswith(start)), None)
    if found is not claimed:
        raise DomainError(_disagreement(claimed, found))
    return claimed


def too_large(limit: int) -> DomainError:
    """What is said of a file over the limit, given in bytes."""
    return DomainError(
        f"The file is larger than {limit // (1024 * 1024)} MB. Scan or save it smaller and upload it again: "
        "150 dots per inch are enough to read a certificate."
    )


def _claimed(file_name: str) -> Kind:
    """The kind that the last ending of the name stands for: `a.pdf.exe` is an EXE whatever comes before."""
    name = "".join(filter(str.isprintable, file_name)).rstrip(" .")
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    claimed = ENDINGS.get(ending)
    if claimed is not None:
        return claimed
    if ending in _OTHER_ENDINGS:
        what, advice = _OTHER_ENDINGS[ending]
        raise DomainError(f"The file is {what} (.{ending}), which we do not take. {TAKEN} {advice}")
    called = f"A file whose name ends in .{ending[:10]}" if ending else "A file whose name has no ending"
    raise DomainError(f"{called} is not taken. {TAKEN}")


def _disagreement(claimed: Kind, found: Kind | None) -> str:
    if found is None:
        return (
            f"The file is not a {WORDS[claimed]}, although its name says so. {TAKEN} If it opens, save it again as a "
            f"{WORDS[claimed]} and upload that."
        )
    return (
        f"The file is a {WORDS[found]}, and its name says that it is a {WORDS[claimed]}. "
        f"Change the end of its name to .{found.value} and upload it again."
    )
