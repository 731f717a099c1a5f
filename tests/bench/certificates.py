"""`python -m tests.bench.certificates [--number 1000]`: how fast certificates are made.

Beside them, in the same run, the same pages by bare reportlab (same words, typeface and code, without tags) and signed
by pyHanko as its manual shows it (`signers.sign_pdf`), with the same key. That key is held ready: pyHanko's own signer
reads and proves it anew for each signature, which takes far longer than all else. The ratio of the two is the result
(goal 1.3). Drawing the code must not be the largest part of a page. Ends with 1 when a file of either is not what it
should be; never for time.
"""

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from time import perf_counter
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from pyhanko.keys.internal import (
    translate_pyca_cryptography_cert_to_asn1,
    translate_pyca_cryptography_key_to_asn1,
)
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko_certvalidator.registry import SimpleCertificateStore
from pypdf import PdfReader
from reportlab.lib.colors import HexColor
from reportlab.pdfgen.canvas import Canvas

from courses.certificate.checking import check
from courses.certificate.drawing import BAND, HEIGHT, QR_SIZE, RIGHT, SIZE, WIDTH, drawn
from courses.certificate.qr import qr_path
from courses.certificate.signing import signed
from courses.domain.certificates import Certificate
from courses.services.certificates import new_number
from foundation.tagged_pdf import Line, TaggedPages, register_fonts
from tests.signing import ISSUED_AT, LOOK, certificate, key

GOAL = 1.3
NAMES = (
    "Siân Ŵyn Llŷr-Ŷstwyth",
    "Łukasz Nguyễn",
    "Asha Example",
    "Wolfeschlegelsteinhausenbergerdorff Ö'Connor",
)
AT_ONCE = 50


@dataclass(frozen=True)
class Page:
    """Where each line of a certificate stands: so both sides draw the very same ones."""

    of: Certificate
    lines: tuple[Line, ...]


def pages(number: int) -> list[Page]:
    """So many certificates, each of its own number and of one of several names."""
    found = []
    for at in range(number):
        of = certificate(number=new_number(), name=f"{NAMES[at % len(NAMES)]} {at}")
        lines: list[Line] = []
        plain = TaggedPages.mark

        def note(self: TaggedPages, kind: str, drawn_lines: Any, *more: Any, **named: Any) -> None:
            lines.extend(drawn_lines)  # noqa: B023 -- called within this turn alone
            plain(self, kind, drawn_lines, *more, **named)  # noqa: B023 -- likewise

        TaggedPages.mark = note  # type: ignore[method-assign,assignment]  # put back below
        try:
            drawn(of, LOOK)
        finally:
            TaggedPages.mark = plain  # type: ignore[method-assign]  # as it was
        found.append(Page(of, tuple(lines)))
    return found


def product(page: Page) -> bytes:
    """The certificate as the service makes it."""
    return signed(drawn(page.of, LOOK), key(), ISSUED_AT)


def bare_page(page: Page) -> bytes:
    """The same lines and the same code, by reportlab alone."""
    register_fonts()
    out = BytesIO()
    canvas = Canvas(out, pagesize=SIZE, pageCompression=1, invariant=1)
    canvas.setFillColor(HexColor(LOOK.colour))
    canvas.rect(0, HEIGHT - BAND, WIDTH, BAND, stroke=0, fill=1)
    canvas.setFillColor(HexColor("#0b0c0c"))
    for line in page.lines:
        canvas.setFont(line.font, line.size)
        canvas.drawString(line.x, line.y, line.text)
    canvas._code.append(qr_path(LOOK.address(page.of.number), RIGHT - QR_SIZE, 40, QR_SIZE))
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def bare(signer: signers.SimpleSigner) -> Callable[[Page], bytes]:
    """The bare page, signed in pyHanko's ordinary way."""

    def make(page: Page) -> bytes:
        meta = signers.PdfSignatureMetadata(
            "Signature",
            md_algorithm="sha256",
            certify=True,
            docmdp_permissions=fields.MDPPerm.NO_CHANGES,
            subfilter=fields.SigSeedSubFilter.PADES,
        )
        out = signers.sign_pdf(IncrementalPdfFileWriter(BytesIO(bare_page(page))), meta, signer)
        content: bytes = out.getvalue()
        return content

    return make


class ReadySigner(signers.SimpleSigner):
    """pyHanko's signer with a key that was read once."""

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        private: Any = key().private
        if dry_run:
            return bytes(private.key_size // 8)
        made: bytes = private.sign(data, padding.PKCS1v15(), hashes.SHA256())
        return made


def bare_signer() -> signers.SimpleSigner:
    """The signer of the bare pages."""
    private: Any = key().private
    return ReadySigner(
        translate_pyca_cryptography_cert_to_asn1(key().published.certificate),
        translate_pyca_cryptography_key_to_asn1(private),
        SimpleCertificateStore(),  # type: ignore[no-untyped-call]  # it has no types there
    )


def in_turns(every: list[Page], *ways: Callable[[Page], object]) -> list[float]:
    """Seconds that each way takes for all pages; they take turns, so that a busy machine is busy for all."""
    took = [0.0] * len(ways)
    for at in range(0, len(every), AT_ONCE):
        for number, way in enumerate(ways):
            began = perf_counter()
            for page in every[at : at + AT_ONCE]:
                way(page)
            took[number] += perf_counter() - began
    return took


def main(arguments: list[str] | None = None) -> int:
    """Measure, print, and say whether the files were right."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--number", type=int, default=1000)
    number = parser.parse_args(arguments).number
    every = pages(number)
    floor = bare(bare_signer())
    problems = _wrong(every[:20], floor)
    own, other, drawing_alone, bare_drawing, code = in_turns(
        every,
        product,
        floor,
        lambda page: drawn(page.of, LOOK),
        bare_page,
        lambda page: qr_path(LOOK.address(page.of.number), 0, 0, QR_SIZE),
    )
    each = 1000 / number
    print(f"{number:,} certificates, drawn and signed: {own:.1f} s, {number / own:.0f} a second")
    print(f"{number:,} bare pages, signed by pyHanko: {other:.1f} s, {number / other:.0f} a second")
    print(f"ratio {own / other:.2f}, goal {GOAL}: {'met' if own / other <= GOAL else 'MISSED'}")
    print(
        f"drawing {drawing_alone * each:.2f} ms, bare {bare_drawing * each:.2f} ms: {drawing_alone / bare_drawing:.2f}"
    )
    share = code / own
    print(f"of it the code {code * each:.2f} ms, {100 * share:.0f} % of a certificate")
    for problem in problems:
        print(problem)
    return 1 if problems else 0


def _wrong(some: list[Page], floor: Callable[[Page], bytes]) -> list[str]:
    """Files that do not say what they should."""
    found = []
    for page in some:
        own = product(page)
        if check(own, [key().published]).certificate != page.of or own != product(page):
            found.append(f"{page.of.number}: the certificate is not what it should be")
        texts = [
            sorted("".join(PdfReader(BytesIO(content)).pages[0].extract_text().split()))
            for content in (own, floor(page))
        ]
        if texts[0] != texts[1]:
            found.append(f"{page.of.number}: the bare page says something else")
    return found


if __name__ == "__main__":
    sys.exit(main())
