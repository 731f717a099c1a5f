"""Letters to print: one page a person, the address behind the window, read aloud in order, the same each time."""

import re
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from pypdf import PageObject, PdfReader

from reports.document import Bullets, Heading, Paragraph, PrintedLetter, heading_lines, read_blocks
from reports.render_pdf import letters_pdf
from tests.snapshots import same_as_snapshot

SNAPSHOTS = Path(__file__).with_name("snapshots")
MM = 72 / 25.4


def letter(name: str = "Łukasz Nguyễn", blocks: int = 1, title: str = "Officer") -> PrintedLetter:
    text = "You have something to do for Prevent training. It takes about 40 minutes, and you have the time."
    return PrintedLetter(
        sender=("Example Borough Council", "Prevent training"),
        address=(name, title, "Homes", "Community Solutions", "Example Borough Council", "Internal post"),
        date="23 November 2026",
        subject="Prevent awareness for front-line staff: due by 23 December 2026",
        blocks=(
            Paragraph((f"Dear {name}",)),
            *(Paragraph((text,)) for _ in range(blocks)),
            Heading("1. Where"),
            Paragraph(
                ("Where: https://www.support-people-susceptible-to-radicalisation.service.gov.uk/portal", "b")
            ),
            Bullets(("one", text)),
        ),
    )


def pages(*letters: PrintedLetter) -> list[PageObject]:
    return list(PdfReader(BytesIO(letters_pdf("Letters of 23 November 2026", letters))).pages)


def test_the_text_of_a_letter_reads_as_it_did() -> None:
    [page] = pages(letter())
    lines = [line.strip() for line in page.extract_text().splitlines()]
    assert same_as_snapshot(SNAPSHOTS / "letter_pdf.txt", "\n".join(lines) + "\n")


def test_each_person_has_a_page_of_a4() -> None:
    found = pages(*(letter(f"Person {number}") for number in range(100)))
    assert len(found) == 100
    for number, page in enumerate(found):
        assert (round(page.mediabox.width / MM), round(page.mediabox.height / MM)) == (210, 297)
        assert re.findall(r"Person \d+", page.extract_text()) == [f"Person {number}"] * 2


def test_what_does_not_fit_goes_on_to_a_second_page_and_nothing_is_lost() -> None:
    found = pages(letter(blocks=20), letter("Next"))
    assert len(found) == 3
    said = " ".join(" ".join(page.extract_text() for page in found[:2]).split())
    assert said.count("It takes about 40 minutes") == 21
    assert "Next" in found[2].extract_text()


def placed(page: PageObject) -> dict[str, tuple[float, float]]:
    """Where each piece of text begins, in millimetres from the left and upper edge, with the larger of its sizes."""
    found: dict[str, tuple[float, float]] = {}

    def note(text: str, _cm: Any, tm: list[float], _font: Any, _size: float) -> None:
        if text.strip():
            found.setdefault(text.strip(), (tm[4] / MM, 297 - tm[5] / MM))

    page.extract_text(visitor_text=note)
    return found


def test_the_address_stands_in_the_window_of_an_envelope() -> None:
    [page] = pages(letter())
    where = placed(page)
    inside = [where[line] for line in ("Homes", "Internal post")]
    assert all(20 <= x <= 30 and 45 <= y <= 85 for x, y in inside), inside
    assert where["23 November 2026"][1] > 85, "nothing else shows in the window"


def test_a_long_title_stays_behind_the_window() -> None:
    [page] = pages(letter(title="Officer for " + "very " * 40 + "long titles"))
    [line] = [text for text in placed(page) if text.startswith("Officer for very")]
    assert line.endswith("…")


def test_it_is_tagged_titled_and_in_british_english() -> None:
    reader = PdfReader(BytesIO(letters_pdf("Letters of 23 November 2026", [letter(), letter("Next")])))
    root: Any = reader.root_object
    assert reader.metadata is not None
    assert reader.metadata.title == "Letters of 23 November 2026"
    assert root["/Lang"] == "en-GB"
    assert root["/MarkInfo"]["/Marked"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    [document] = root["/StructTreeRoot"]["/K"]
    kinds = [kind_of(section.get_object()) for section in document.get_object()["/K"]]
    of_letter = (
        "Sect",
        ["P", "P", "P", "P", "H1", "P", "P", "H2", "P", ("L", [("LI", ["Lbl", "LBody"])] * 2)],
    )
    assert kinds == [of_letter] * 2
    # Every mark on the pages is in the tree, in the order in which it is drawn, and nothing is drawn outside a mark.
    numbers = root["/StructTreeRoot"]["/ParentTree"]["/Nums"]
    for number, page in enumerate(pages_of(reader)):
        content = page.get_contents()
        drawn = content.get_data().decode("latin-1")
        marks = [int(mark) for mark in re.findall(r"/MCID (\d+)", drawn)]
        assert marks == list(range(len(marks)))
        assert numbers[2 * number] == page["/StructParents"] == number
        assert len(numbers[2 * number + 1].get_object()) == len(marks)
        outside = re.sub(r"/\w+ (<</MCID \d+>> BDC|BMC).*?EMC", "", drawn, flags=re.DOTALL)
        assert not re.search(r"\bTj\b|\bTJ\b", outside)


def pages_of(reader: PdfReader) -> list[Any]:
    return list(reader.pages)


def kind_of(element: Any) -> object:
    """The kind of an element with those of the elements below it."""
    below = element["/K"]
    if isinstance(below, int):
        return element["/S"][1:]
    return element["/S"][1:], [kind_of(one.get_object()) for one in below]


def test_all_fonts_are_in_the_file() -> None:
    [page] = pages(letter())
    fonts: Any = page["/Resources"]["/Font"]  # type: ignore[index]  # pypdf's objects
    found = [font.get_object() for font in fonts.values()]
    assert found
    assert all("/FontFile2" in font["/FontDescriptor"] for font in found)


def test_the_same_letters_are_the_same_file() -> None:
    assert letters_pdf("Letters", [letter()]) == letters_pdf("Letters", [letter()])
    assert letters_pdf("Letters", [letter()]) != letters_pdf("Letters", [letter("Next")])


@pytest.mark.parametrize(
    "name", ["(Sam) \\ ) Tj ET", "<</MCID 0>> BDC EMC", "李 小龍", "x" * 500, "\u202eSam", ""]
)
def test_no_name_breaks_a_letter(name: str) -> None:
    found = pages(letter(name), letter("Next"))
    assert len(found) == 2
    assert "Dear Next" in found[1].extract_text()


def test_no_letters_are_a_file_without_pages_that_say_anything() -> None:
    assert not "".join(page.extract_text() for page in pages())


def test_a_text_is_read_into_blocks_by_its_lines() -> None:
    text = f"{heading_lines('To do')}\n\nHello\nSam\n\n- one\n- two\nthen\n\n\n---\n\n"
    assert read_blocks(text) == (
        Heading("To do"),
        Paragraph(("Hello", "Sam")),
        Bullets(("one", "two")),
        Paragraph(("then",)),
        Paragraph(("---",)),
    )
    assert read_blocks("") == ()
