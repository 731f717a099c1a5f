"""Files that are refused or made harmless: promises 9.4, E01 to E24, each with its message."""

import time
import zlib
from io import BytesIO
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from courses.uploads.inspection import Inspected, inspect_upload
from courses.uploads.kinds import Kind
from courses.uploads.reading import answer_to
from foundation.errors import DomainError
from tests.certificates import (
    CATALOG,
    PAGE,
    bomb,
    certificate,
    packed_pdf,
    photograph,
    picture,
    png_of,
    raw_pdf,
    spread_out,
    stream,
)

MEGABYTE = 1024 * 1024
LIMIT = 10 * MEGABYTE
EXE = b"MZ\x90\0" + b"\0" * 100
HTML = b"<!DOCTYPE html><script>alert(1)</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
ZIP = b"PK\x03\x04" + b"\0" * 60
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
PDF = certificate("Sam Tester", "3 May 2026")

ADVICE = ("Upload", "upload", "Save", "Scan", "Print", "Take")
TAKEN = "Upload a PDF, PNG or JPEG."
WORD = "The file is a Word document"
ACTIVE = "The PDF contains active content, which could do something by itself when it is opened."
INSIDE = "The PDF has another file inside it."
DAMAGED = "The file is damaged, or only a part of it arrived."
COMPLEX = "The PDF is too complex to be checked."
SLOW = "The file takes too long to be checked"
LONG = "The PDF has more than 200 pages."
PIXELS = "The picture is too large: it has more than 50 million pixels."
NOT_PDF = "The file is not a PDF, although its name says so."

KIDS = b"<< /Type /Pages /Kids [" + b"3 0 R " * 100_000 + b"] /Count 1 >>"
LOOP = b"<< /Type /Pages /Kids [2 0 R] /Count 1 >>"
WRITTEN = PAGE.replace(b">>", b"/Contents 4 0 R /Resources << /Font << /F 5 0 R >> >> >>")
SCRIBBLE = b"BT /F 12 Tf 1 0 0 1 5 5 Tm " + b"(ab) Tj 3 4 Td " * 1_000_000 + b" ET"
HUGE_TABLE = (
    b"%PDF-1.4\nxref\n0 999999999\n0000000000 65535 f \ntrailer\n<< /Size 999999999 /Root 1 0 R >>\n"
    b"startxref\n9\n%%EOF\n"
)


def with_catalog(words: bytes, *more: bytes) -> bytes:
    return raw_pdf(*more, catalog=CATALOG.replace(b">>", words + b" >>"))


BAD = {
    "E01 nothing at all": ("a.pdf", b"", "The file is empty."),
    "E02 a byte too many": ("a.pdf", PDF + b"\0" * (LIMIT + 1 - len(PDF)), "The file is larger than 10 MB."),
    "E03 a program": ("a.exe", EXE, TAKEN),
    "E03 a script": ("a.js", b"alert(1)", TAKEN),
    "E03 a web page": ("a.html", HTML, "The file is a web page (.html)"),
    "E03 a Word document with macros": ("a.docm", ZIP, WORD),
    "E03 a spreadsheet": ("a.xlsm", ZIP, "The file is a spreadsheet"),
    "E03 a packed folder": ("a.zip", ZIP, "Unpack it and upload the file inside."),
    "E03 a disk": ("a.iso", b"\0" * 50, "The file is a packed folder"),
    "E03 a shortcut": ("a.lnk", b"L\0\0\0", TAKEN),
    "E03 no ending": ("certificate", PDF, "A file whose name has no ending is not taken."),
    "E04 a program renamed": ("a.pdf", EXE, NOT_PDF),
    "E05 the last ending of two": ("a.pdf.exe", PDF, "A file whose name ends in .exe is not taken."),
    "E05 a program before the ending": ("a.exe.pdf", EXE, NOT_PDF),
    "E05 a nought inside the name": ("a.pdf\0.exe", PDF, "ends in .exe is not taken."),
    "E05 a picture under another name": (
        "a.jpg",
        picture("PNG"),
        "The file is a PNG, and its name says that it is a JPEG.",
    ),
    "E06 a web page before the PDF": ("a.pdf", HTML + PDF, NOT_PDF),
    "E06 a GIF that is an archive": ("a.gif", b"GIF89a" + ZIP, "The file is another kind of picture"),
    "E07 a script at the opening": (
        "a.pdf",
        with_catalog(b"/OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >>"),
        ACTIVE,
    ),
    "E07 a script among the names": (
        "a.pdf",
        with_catalog(b"/Names << /JavaScript 4 0 R >>", b"<< /Names [] >>"),
        ACTIVE,
    ),
    "E07 a script beside everything": (
        "a.pdf",
        raw_pdf(b"<< /S /JavaScript /JS 5 0 R >>", stream(b"app.alert(1)")),
        ACTIVE,
    ),
    "E07 a script in disguise": ("a.pdf", raw_pdf(b"<< /S /J#61vaScript >>"), ACTIVE),
    "E07 a script by a detour": ("a.pdf", raw_pdf(b"<< /S 5 0 R >>", b"/JavaScript"), ACTIVE),
    "E07 a program to start": ("a.pdf", raw_pdf(b"<< /S /Launch /F (cmd.exe) >>"), ACTIVE),
    "E07 an act at every page": (
        "a.pdf",
        raw_pdf(b"<< /AA << /O << /S /URI /URI (http://evil.test) >> >> >>"),
        ACTIVE,
    ),
    "E07 an act at the opening by a detour": (
        "a.pdf",
        with_catalog(b"/OpenAction 4 0 R", b"<< /S /SubmitForm /F (http://evil.test) >>"),
        ACTIVE,
    ),
    "E07 a link that is a script": (
        "a.pdf",
        raw_pdf(b"<< /S /URI /URI (JavaScript:alert\\(1\\)) >>"),
        ACTIVE,
    ),
    "E07 a film": ("a.pdf", raw_pdf(b"<< /Type /Annot /Subtype /RichMedia >>"), ACTIVE),
    "E07 a script that no table lists": (
        "a.pdf",
        raw_pdf() + b"9 0 obj << /S /J#61vaScript >> endobj",
        ACTIVE,
    ),
    "E07 a script in a packed object": ("a.pdf", packed_pdf(b"<< /S /JavaScript /JS (1) >>"), ACTIVE),
    "E07 something unreadable in a packed object": ("a.pdf", packed_pdf(b") >> ]"), DAMAGED),
    "E08 a file inside": (
        "a.pdf",
        with_catalog(b"/Names << /EmbeddedFiles 4 0 R >>", b"<< /Names [] >>"),
        INSIDE,
    ),
    "E08 a file pinned to a page": ("a.pdf", raw_pdf(b"<< /Type /Annot /Subtype /FileAttachment >>"), INSIDE),
    "E08 a file beside everything": ("a.pdf", raw_pdf(stream(ZIP, b"/Type /EmbeddedFile")), INSIDE),
    "E09 locked": (
        "a.pdf",
        raw_pdf(b"<< /Filter /Standard /V 1 /R 2 /O (x) /U (y) /P -4 >>", trailer=b"/Encrypt 4 0 R "),
        "Remove the password first.",
    ),
    "E10 many pages": ("a.pdf", certificate("one", pages=201), LONG),
    "E10 one page many times": ("a.pdf", raw_pdf(pages=KIDS), LONG),
    "E10 pages that bite their tail": ("a.pdf", raw_pdf(pages=LOOP), COMPLEX),
    "E10 many objects": ("a.pdf", raw_pdf(*[b"<< /A 1 >>"] * 20_001), COMPLEX),
    "E10 lists in lists": ("a.pdf", raw_pdf(b"[" * 100_000 + b"]" * 100_000), COMPLEX),
    "E10 names in names": ("a.pdf", raw_pdf(b"<</A " * 100_000 + b"1" + b">>" * 100_000), COMPLEX),
    "E10 words without end": ("a.pdf", raw_pdf(stream(SCRIBBLE), page=WRITTEN), SLOW),
    "E10 a huge table": ("a.pdf", HUGE_TABLE, DAMAGED),
    "E11 cut off": ("a.pdf", PDF[: len(PDF) // 2], DAMAGED),
    "E11 a beginning and nothing more": ("a.pdf", b"%PDF-1.7\n", DAMAGED),
    "E11 no page": (
        "a.pdf",
        raw_pdf(pages=b"<< /Type /Pages /Kids 9 0 R >>", catalog=b"<< /Type /Catalog >>"),
        DAMAGED,
    ),
    "E11 a picture cut off": ("a.jpg", picture(size=(600, 400))[:-400], DAMAGED),
    "E12 a flood of pixels": ("a.png", png_of(50_000, 50_000, zlib.compress(b"\0")), PIXELS),
    "E15 much hidden text": (
        "a.png",
        png_of(1, 1, zlib.compress(b"\0" * 4), (b"zTXt", b"a\0\0" + bomb(64))),
        DAMAGED,
    ),
    "E15 many hidden pixels": (
        "a.png",
        png_of(10, 10, bomb(64)),
        "The file holds far more than the picture that it shows.",
    ),
    "E16 a moving picture": ("a.gif", b"GIF89a", "Take a screenshot of it"),
    "E17 a drawing with a script": ("a.svg", SVG, "The file is another kind of picture (.svg)"),
    "E17 a drawing renamed": ("a.png", SVG, "The file is not a PNG"),
    "E18 to E22 a Word document": (
        "a.docx",
        ZIP,
        "Open it, choose “Save as” or “Print”, then “PDF”, and upload that.",
    ),
    "E23 the test virus": ("a.pdf", EICAR, NOT_PDF),
}


@pytest.mark.parametrize("name, content, message", BAD.values(), ids=BAD)
def test_a_bad_file_is_refused_with_its_message_and_how_to_mend_it(
    name: str, content: bytes, message: str
) -> None:
    began = time.perf_counter()
    with pytest.raises(DomainError) as refusal:
        inspect_upload(name, content, LIMIT)
    assert message in str(refusal.value)
    if len(content) < MEGABYTE:
        assert any(word in str(refusal.value) for word in ADVICE), refusal.value
    # Of the work of the other process at most four seconds; a busy machine may take its time over them.
    assert time.perf_counter() - began < 90


def kept(name: str, content: bytes) -> Inspected:
    return inspect_upload(name, content, LIMIT)


def test_a_certificate_that_opens_at_a_page_is_taken() -> None:
    """Moodle's certificates name the page and the size at which to begin: a place, and no act."""
    for opening in (b"/OpenAction [3 0 R /FitH null]", b"/OpenAction << /S /GoTo /D [3 0 R /Fit] >>"):
        assert kept("a.pdf", with_catalog(opening)).kind is Kind.PDF


def test_a_pdf_of_a_newer_program_is_taken() -> None:
    assert kept("a.pdf", packed_pdf(b"<< /Author (Somebody) >>")).kind is Kind.PDF


def test_a_link_to_a_web_site_is_taken() -> None:
    link = b"<< /Type /Annot /Subtype /Link /A << /S /URI /URI (https://www.gov.uk/) >> >>"
    assert kept("a.PDF ", raw_pdf(link)).kind is Kind.PDF


def test_a_pdf_with_something_behind_its_end_is_kept_as_the_pdf_it_is() -> None:
    """E06: what follows is never looked for, as the file is only ever saved (see test_opening_evidence)."""
    assert kept("a.pdf", PDF + ZIP).kind is Kind.PDF


def test_two_hundred_pages_are_not_too_many() -> None:
    assert kept("a.pdf", certificate("one", pages=200)).words.startswith("one")


def test_ten_megabytes_are_not_too_many() -> None:
    """As a scanner writes them: a picture, which nothing packs any further."""
    found = kept("a.pdf", raw_pdf(stream(Random(7).randbytes(LIMIT - 6000))))
    assert len(found.content) > LIMIT - 7000


def test_a_photograph_keeps_its_pixels_and_nothing_else() -> None:
    """E13 and E14: no place, no camera, no comment, no program behind it."""
    sent = photograph() + ZIP
    assert b"<?php" in sent
    found = kept("IMG_0001.JPG", sent)
    assert found.kind is Kind.JPEG
    for trace in (b"<?php", b"script", b"telephone", b"Exif", b"PK\x03\x04", b"GPS"):
        assert trace not in found.content
    with Image.open(BytesIO(found.content)) as seen:
        assert seen.size == (60, 40)
        assert not seen.getexif()
        assert seen.info.keys() <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


def test_a_photograph_taken_upright_stays_upright() -> None:
    with Image.open(BytesIO(kept("a.jpeg", photograph(orientation=6)).content)) as seen:
        assert seen.size == (40, 60)


def test_a_screenshot_keeps_what_is_see_through_and_loses_its_text() -> None:
    out = BytesIO()
    image = Image.new("RGBA", (20, 20), (10, 20, 30, 40))
    image.info["dpi"] = (72, 72)
    image.save(out, "PNG", dpi=(72, 72))
    with Image.open(BytesIO(kept("a.png", out.getvalue()).content)) as seen:
        assert seen.getpixel((0, 0)) == (10, 20, 30, 40)
        assert seen.info == {}


def test_a_large_photograph_is_kept_large_enough_to_read() -> None:
    with Image.open(BytesIO(kept("a.jpg", picture(size=(8000, 6000))).content)) as seen:
        assert max(seen.size) == 3000


def test_a_scan_without_words_is_taken() -> None:
    assert kept("a.pdf", raw_pdf()).words == ""


def test_words_that_cannot_be_read_are_no_reason_to_refuse() -> None:
    page = b"<< /Type /Page /Parent 2 0 R /Contents 4 0 R >>"
    assert kept("a.pdf", raw_pdf(stream(b"BT /F 12 Tf ("), page=page)).words == ""


def test_the_words_are_read_wherever_they_stand() -> None:
    words = kept("a.pdf", spread_out((72, 700, "Awarded to"), (300, 500, "Sam Tester"))).words
    assert "Sam Tester" in words


def test_the_process_that_reads_says_the_same_as_its_parts() -> None:
    """In this process too, so that a fault in it is seen here and not as a file that takes too long."""
    assert answer_to(Kind.PDF, PDF).startswith(b'{"words": "Sam Tester')
    assert b'{"refused": ' in answer_to(Kind.PDF, PDF[:100])
    assert answer_to(Kind.PNG, picture("PNG")).startswith(b'{"words": ""}\n\x89PNG')


def test_the_service_learns_nothing_from_a_process_that_dies(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from courses.uploads import apart

    monkeypatch.setattr(apart, "ROOT", tmp_path)  # where there is no program to read with
    with pytest.raises(DomainError, match="The file takes too long to be checked"):
        inspect_upload("a.pdf", PDF, LIMIT)


def test_a_file_that_takes_for_ever_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    from courses.uploads import apart

    monkeypatch.setattr(apart, "PATIENCE", 0.01)
    with pytest.raises(DomainError, match="The file takes too long to be checked"):
        inspect_upload("a.pdf", PDF, LIMIT)


SOUND = {Kind.PDF: PDF, Kind.PNG: picture("PNG"), Kind.JPEG: photograph()}


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(sorted(Kind)),
    st.lists(st.tuples(st.integers(8, 1200), st.binary(max_size=6)), max_size=6),
)
def test_a_file_with_any_fault_is_taken_or_refused_and_breaks_nothing(
    kind: Kind, faults: list[tuple[int, bytes]]
) -> None:
    content = bytearray(SOUND[kind])
    for place, fault in faults:
        content[place : place + len(fault)] = fault
    answer = answer_to(kind, bytes(content))
    assert answer.startswith((b'{"words": ', b'{"refused": '))
