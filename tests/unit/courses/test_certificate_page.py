"""The page of a certificate: everything is on it whatever its length, tagged, and the same each time."""

import re
from dataclasses import replace
from io import BytesIO
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from pypdf import PdfReader

from courses.certificate.drawing import BAND, HEIGHT, LACKING, LEFT, RIGHT, SIZE, drawn, fit
from courses.certificate.issuer import Look
from courses.domain.certificates import Certificate
from foundation.tagged_pdf import BOLD, register_fonts, width_of
from tests.signing import ADDRESS, COUNCIL, LOOK, certificate

LETTERS = st.sampled_from("ABCŴŶĄŁŞȘijklwwwwWWWWMMM -'éüñ")
NAMES = st.text(LETTERS, min_size=1, max_size=401)


def page_of(said: Certificate, look: Look = LOOK) -> Any:
    [page] = PdfReader(BytesIO(drawn(said, look))).pages
    return page


def text_of(page: Any) -> str:
    return " ".join(page.extract_text().split())


def test_the_text_gives_name_course_and_days() -> None:
    text = text_of(page_of(certificate()))
    for words in (
        "Certificate of completion",
        "Siân Ŵyn Llŷr-Ŷstwyth",
        "Workshop to raise awareness of Prevent",
        "Provider: Prevent team",
        "Completed on: 20 November 2026",
        "Valid until: 20 November 2028",
        "Certificate number: 7ZQ4-M2K9-TC1B-6XHD",
        f"{ADDRESS}/verify/7ZQ4M2K9TC1B6XHD",
        f"Issued by {COUNCIL} on 21 November 2026",
    ):
        assert words in text
    assert "Valid until: Does not expire" in text_of(page_of(certificate(valid_until=None)))


def test_it_is_a4_on_its_side_with_every_font_inside() -> None:
    page = page_of(certificate())
    assert (float(page.mediabox.width), float(page.mediabox.height)) == pytest.approx(SIZE, abs=0.01)
    fonts = [font.get_object() for font in page["/Resources"]["/Font"].values()]
    assert fonts
    assert all("/FontFile2" in font["/FontDescriptor"] for font in fonts if font["/Subtype"] == "/TrueType")


def test_the_same_certificate_is_the_same_file_and_another_is_another() -> None:
    assert drawn(certificate(), LOOK) == drawn(certificate(), LOOK)
    files = {
        drawn(certificate(), LOOK),
        drawn(certificate(name="Sam"), LOOK),
        drawn(certificate(), replace(LOOK, colour="#000000")),
        drawn(certificate(), replace(LOOK, base_url="https://other.example")),
    }
    assert len(files) == 4


@settings(max_examples=40, deadline=None)
@given(NAMES, NAMES.map(lambda text: text[:200]), NAMES.map(lambda text: text[:200]))
def test_whatever_its_length_nothing_is_cut_and_nothing_leaves_its_place(
    name: str, title: str, provider: str
) -> None:
    said = certificate(name=name, course_title=title, provider=provider, council=title)
    page = page_of(said)
    together = re.sub(r"\s", "", page.extract_text())
    for text in (name, title, provider):
        assert re.sub(r"\s", "", text) in together
    lines: list[tuple[float, float, str]] = []
    page.extract_text(
        visitor_text=lambda text, _cm, tm, _font, _size: (
            lines.append((tm[4], tm[5], text)) if text.strip() else None
        )
    )
    assert all(LEFT - 1 <= x <= RIGHT and 10 <= y <= HEIGHT for x, y, _ in lines)
    # Below the band every line is under the one before it, or beside it: none is drawn over another.
    ys = [y for _, y, _ in lines if y < HEIGHT - BAND]
    assert all(after <= before + 0.01 or after > before - 200 for before, after in pairwise(ys))


@settings(deadline=None)
@given(NAMES, st.integers(1, 5))
def test_a_text_fits_its_width(text: str, most_lines: int) -> None:
    register_fonts()
    size, lines = fit(text, BOLD, 34, 9, RIGHT - LEFT, most_lines)
    assert 9 <= size <= 34
    assert all(width_of(line, BOLD, size) <= RIGHT - LEFT for line in lines)
    assert re.sub(r"\s", "", "".join(lines)) == re.sub(r"\s", "", text)


def test_a_short_name_is_large_and_a_long_one_takes_lines() -> None:
    register_fonts()
    assert fit("Sam Doe", BOLD, 34, 9, RIGHT - LEFT, 5) == (34, ["Sam Doe"])
    size, lines = fit("Wolfeschlegelsteinhausenbergerdorff " * 3, BOLD, 34, 9, RIGHT - LEFT, 5)
    assert len(lines) == 2
    assert size > 16


@pytest.mark.parametrize("name", ["李 小龍", "\U0001f600 Sam", "ሰላም", "नमस्ते"])
def test_letters_that_cannot_be_printed_are_boxes_and_it_is_said(name: str) -> None:
    content = drawn(certificate(name=name), LOOK)
    text = text_of(PdfReader(BytesIO(content)).pages[0])
    assert LACKING in text
    assert "\u25a1" in text
    assert LACKING not in text_of(page_of(certificate()))
    root: Any = PdfReader(BytesIO(content)).root_object
    [document] = root["/StructTreeRoot"]["/K"]
    assert name in [one.get_object().get("/ActualText") for one in document.get_object()["/K"]]


@pytest.mark.parametrize(
    "name", ["", "(Sam) \\ ) Tj ET", "<</MCID 0>> BDC EMC", "\u202eSam\u202c", "Sam\x00\n\x07Doe"]
)
def test_no_name_breaks_the_page(name: str) -> None:
    page = page_of(certificate(name=name))
    shown = " ".join("".join(letter for letter in name.replace("\n", " ") if letter.isprintable()).split())
    assert shown in text_of(page)
    assert "Completed on: 20 November 2026" in text_of(page)


def kinds(element: Any) -> list[tuple[str, str | None]]:
    below = element["/K"]
    if isinstance(below, int):
        return [(element["/S"][1:], element.get("/Alt"))]
    return [kind for one in below for kind in kinds(one.get_object())]


def test_it_is_tagged_titled_and_in_british_english() -> None:
    reader = PdfReader(BytesIO(drawn(certificate(), LOOK)))
    root: Any = reader.root_object
    assert root["/Lang"] == "en-GB"
    assert root["/MarkInfo"]["/Marked"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert reader.metadata is not None
    assert reader.metadata.title == (
        "Certificate of completion: Siân Ŵyn Llŷr-Ŷstwyth, Workshop to raise awareness of Prevent"
    )
    assert str(reader.metadata.creation_date).startswith("2026-11-21 23:45:00")
    [document] = root["/StructTreeRoot"]["/K"]
    found = kinds(document.get_object())
    assert [kind for kind, _ in found] == ["P", "H1", *["P"] * 8, "Figure", "P", "P", "P"]
    assert dict(found)["Figure"] == f"QR code. It opens {ADDRESS}/verify/7ZQ4M2K9TC1B6XHD"
    content = reader.pages[0].get_contents()
    assert content is not None
    code = content.get_data().decode("latin-1")
    marks = [int(mark) for mark in re.findall(r"/MCID (\d+)", code)]
    assert marks == list(range(len(found)))
    outside = re.sub(r"/\w+ (<</MCID \d+>> BDC|BMC).*?EMC", "", code, flags=re.DOTALL)
    assert not re.search(r"\b(Tj|TJ|re|f)\b", outside)


def logo(size: tuple[int, int] = (600, 120)) -> bytes:
    out = BytesIO()
    Image.new("RGBA", size, (255, 255, 255, 200)).save(out, "PNG")
    return out.getvalue()


@pytest.mark.parametrize("size", [(600, 120), (50, 900), (4000, 10)])
def test_a_logo_stands_in_place_of_the_name(size: tuple[int, int]) -> None:
    content = drawn(certificate(), replace(LOOK, logo=logo(size)))
    [page] = PdfReader(BytesIO(content)).pages
    assert len(page.images) >= 1
    root: Any = PdfReader(BytesIO(content)).root_object
    [document] = root["/StructTreeRoot"]["/K"]
    assert kinds(document.get_object())[0] == ("Figure", COUNCIL)
    assert content == drawn(certificate(), replace(LOOK, logo=logo(size)))


def test_a_damaged_logo_gives_way_to_the_name() -> None:
    assert COUNCIL in text_of(page_of(certificate(), replace(LOOK, logo=b"\x89PNG\r\n\x1a\nnothing")))
