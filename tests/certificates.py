"""Files that people might send as evidence, honest and hostile, made here byte by byte."""

import struct
import zlib
from io import BytesIO
from typing import Any

from PIL import Image
from reportlab.pdfgen import canvas


def certificate(*lines: str, pages: int = 1) -> bytes:
    """A PDF with these lines on each page."""
    out = BytesIO()
    paper = canvas.Canvas(out)
    for _ in range(pages):
        paper.setFont("Helvetica", 12)
        for number, line in enumerate(lines):
            paper.drawString(72, 720 - 24 * number, line)
        paper.showPage()
    paper.save()
    return out.getvalue()


def spread_out(*words: tuple[int, int, str]) -> bytes:
    """A PDF with words here and there: (from the left, from the foot, text)."""
    out = BytesIO()
    paper = canvas.Canvas(out, pageCompression=1)
    for left, foot, text in words:
        paper.drawString(left, foot, text)
    paper.save()
    return out.getvalue()


CATALOG = b"<< /Type /Catalog /Pages 2 0 R >>"
PAGES = b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"
PAGE = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] >>"


def raw_pdf(
    *more: bytes, catalog: bytes = CATALOG, pages: bytes = PAGES, page: bytes = PAGE, trailer: bytes = b""
) -> bytes:
    """A PDF of these objects: the catalogue is 1, the pages 2, a page 3, and `more` follow."""
    objects = (catalog, pages, page, *more)
    out, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    size = b"trailer\n<< /Size %d /Root 1 0 R %s>>\n" % (len(objects) + 1, trailer)
    return out + head + table + size + b"startxref\n%d\n%%%%EOF\n" % len(out)


def lettered(text: str) -> bytes:
    """A PDF with a line in letters of any language: a font of its own says which letter each code stands for."""
    letters = sorted(set(text))
    codes = b"".join(b"<%02x> <%04x>\n" % (code, ord(letter)) for code, letter in enumerate(letters, 1))
    said = b"1 begincodespacerange <00> <ff> endcodespacerange\n%d beginbfchar\n%sendbfchar" % (
        len(letters),
        codes,
    )
    line = b"".join(b"%02x" % (letters.index(letter) + 1) for letter in text)
    page = PAGE.replace(b">>", b"/Contents 4 0 R /Resources << /Font << /F 5 0 R >> >> >>")
    font = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /ToUnicode 6 0 R >>"
    return raw_pdf(stream(b"BT /F 12 Tf 10 100 Td <%s> Tj ET" % line), font, stream(said), page=page)


def stream(content: bytes, words: bytes = b"") -> bytes:
    """A compressed stream object."""
    packed = zlib.compress(content, 9)
    return b"<< /Filter /FlateDecode /Length %d %s >>\nstream\n%s\nendstream" % (len(packed), words, packed)


def packed_pdf(hidden: bytes) -> bytes:
    """A PDF whose sixth object is packed into a stream with others, as newer programs write them."""
    packed = stream(b"6 0 " + hidden, b"/Type /ObjStm /N 1 /First 4")
    out, places = b"%PDF-1.5\n", [0]
    for number, content in enumerate((CATALOG, PAGES, PAGE, packed), 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    places.append(len(out))
    rows = [struct.pack("!BLB", 1, place, 0) for place in places[1:]] + [struct.pack("!BLB", 2, 4, 0)]
    table = stream(
        struct.pack("!BLB", 0, 0, 255) + b"".join(rows), b"/Type /XRef /W [1 4 1] /Size 7 /Root 1 0 R"
    )
    return out + b"5 0 obj\n%s\nendobj\nstartxref\n%d\n%%%%EOF\n" % (table, places[5])


def picture(form: str = "JPEG", size: tuple[int, int] = (60, 40), colour: str = "teal", **said: Any) -> bytes:
    """A picture of one colour, saved with whatever is said besides."""
    out = BytesIO()
    Image.new("RGB", size, colour).save(out, form, **said)
    return out.getvalue()


def photograph(orientation: int = 1) -> bytes:
    """A JPEG as a telephone takes it: with a place, a camera, and a note of how it was held."""
    notes = Image.Exif()
    notes[0x0112] = orientation
    notes[0x010F] = "A telephone of mine"
    notes[0x8825] = {1: "N", 2: (51.0, 30.0, 0.0), 3: "W", 4: (0.0, 7.0, 0.0)}
    return picture("JPEG", exif=notes, comment=b"<?php system($_GET['x']); ?><script>alert(1)</script>")


def png_of(width: int, height: int, packed: bytes, *more: tuple[bytes, bytes]) -> bytes:
    """A PNG of these parts; `packed` is what its pixels are said to be."""
    head = struct.pack("!LLBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = [(b"IHDR", head), *more, (b"IDAT", packed), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack("!L", len(content)) + name + content + struct.pack("!L", zlib.crc32(name + content))
        for name, content in parts
    )


def bomb(megabytes: int) -> bytes:
    """So many megabytes of noughts, packed."""
    packer = zlib.compressobj(9)
    megabyte = b"\0" * 1024 * 1024
    return b"".join(packer.compress(megabyte) for _ in range(megabytes)) + packer.flush()
