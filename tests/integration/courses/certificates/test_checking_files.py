"""A genuine certificate passes; whatever else is done to one, it does not (promise S17). No database is asked."""

import re
import subprocess
import zlib
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from io import BytesIO
from random import Random
from time import perf_counter
from typing import Any

import pytest
from pyhanko.keys.internal import (
    translate_pyca_cryptography_cert_to_asn1,
    translate_pyca_cryptography_key_to_asn1,
)
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko_certvalidator.registry import SimpleCertificateStore
from pypdf import PdfReader, PdfWriter
from pypdf.generic import NameObject, TextStringObject

from courses.certificate import record
from courses.certificate.checking import LARGEST, check
from courses.certificate.drawing import drawn
from courses.certificate.keys import read_published
from courses.certificate.loops import waited_for
from courses.certificate.signing import signed
from courses.certificate.tokens import NotGenuine
from courses.domain.certificates import Certificate
from tests.services import poppler
from tests.signing import ISSUED_AT, LOOK, certificate, key, signed_pdf

TRUSTED = [key().published]


def why_not(content: bytes) -> str:
    with pytest.raises(NotGenuine) as caught:
        check(content, TRUSTED)
    return str(caught.value)


# --- what is genuine


def test_a_genuine_file_passes_and_says_what_it_says() -> None:
    found = check(signed_pdf(), TRUSTED)
    assert found.certificate == certificate()
    assert found.key_id == key().key_id


@pytest.mark.parametrize(
    "said",
    [
        {"name": "李 小龍 (Sam) \\ /ByteRange [0 1 2 3] >>"},
        {"name": "x" * 401, "course_title": "y" * 200, "provider": "z" * 200, "council": "c" * 200},
        {"valid_until": None, "number": "0" * 16},
        {"name": "/ByteRange [0 1 2 3]", "course_title": "\n/ByteRange\n[0 1 2 3]"},
        {"provider": ""},
    ],
)
def test_whatever_it_says_a_genuine_file_passes(said: dict[str, object]) -> None:
    of = certificate(**said)
    assert check(signed_pdf(of), TRUSTED).certificate == of


def test_the_same_certificate_is_the_same_file() -> None:
    assert signed_pdf() == signed_pdf()


def test_a_key_is_read_back_from_the_file_that_publishes_it() -> None:
    handed_out = read_published(key().published.pem)
    assert check(signed_pdf(), [key("theirs").published, handed_out]).key_id == key().key_id


@pytest.mark.poppler
def test_poppler_agrees_with_what_we_claim(tmp_path: Any) -> None:
    file = tmp_path / "certificate.pdf"
    file.write_bytes(signed_pdf())

    def says(program: str, *options: str) -> str:
        command = [f"{poppler()}/{program}", *options, str(file)]
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout

    signature = says("pdfsig", "-nocert")
    for words in (
        "Signature is Valid",
        "Total document signed",
        "ETSI.CAdES.detached",
        "SHA-256",
        "Nov 21 2026 23:45:00",
        "CN=Example Borough Council: training certificates",
    ):
        assert words in signature
    structure = says("pdfinfo", "-struct-text")
    for words in (
        "H1",
        "Certificate of completion",
        "Siân Ŵyn Llŷr-Ŷstwyth",
        "Figure",
        "Valid until: 20 November 2028",
    ):
        assert words in structure
    assert re.search(r"Tagged: +yes", says("pdfinfo"))
    changed = bytearray(file.read_bytes())
    changed[1000] ^= 1
    file.write_bytes(changed)
    assert "Signature is Valid" not in says("pdfsig", "-nocert")


def test_it_is_certified_and_allows_no_change() -> None:
    reader: Any = PdfReader(BytesIO(signed_pdf()))
    signature = reader.root_object["/Perms"]["/DocMDP"]
    [reference] = signature["/Reference"]
    assert reference["/TransformMethod"] == "/DocMDP"
    assert reference["/TransformParams"]["/P"] == 1
    assert signature["/SubFilter"] == "/ETSI.CAdES.detached"
    assert signature["/M"].startswith("D:20261121234500")


# --- what is forged


def rewritten(change: Callable[[PdfWriter], None]) -> bytes:
    """The file taken apart and put together anew, as an editor does it."""
    writer = PdfWriter(clone_from=BytesIO(signed_pdf()))
    change(writer)
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


PRINTED = {
    "name": "Somebody Else",
    "course_title": "Another course",
    "provider": "Another provider",
    "completed_on": date(2026, 11, 19),
    "valid_until": date(2038, 11, 20),
    "council": "Another council",
    "number": "7ZQ4M2K9TC1B6XHF",
    "issued_at": ISSUED_AT.replace(year=2025),
    "course": "OTHER",
}


@pytest.mark.parametrize("field", PRINTED)
def test_a_printed_field_that_was_changed_fails(field: str) -> None:
    """The page and the record of another certificate under the signature of a genuine one."""
    forged = drawn(certificate(**{field: PRINTED[field]}), LOOK)
    genuine = signed_pdf()
    start = genuine.index(b"startxref")
    assert why_not(forged) == "This file is not signed."
    assert why_not(forged + genuine[start + 40 :])
    start, end = (int(number) for number in re.findall(rb"/ByteRange \[0 (\d+) (\d+) ", genuine)[0])
    again = signed(forged, key("theirs"), ISSUED_AT)
    own_start, own_end = (int(number) for number in re.findall(rb"/ByteRange \[0 (\d+) (\d+) ", again)[0])
    assert own_end - own_start == end - start
    assert why_not(again[:own_start] + genuine[start:end] + again[own_end:]) == (
        "This file was changed after it was signed."
    )


@pytest.mark.parametrize("field", PRINTED)
def test_a_record_that_was_changed_fails(field: str) -> None:
    said = record.written(certificate(**{field: PRINTED[field]}))

    def change(writer: PdfWriter) -> None:
        writer.metadata = {**(writer.metadata or {}), f"/{record.ENTRY}": said}

    assert why_not(rewritten(change))


def test_text_on_the_page_that_was_changed_in_place_fails() -> None:
    """The stream of the page is packed again at its old length, so nothing else in the file moves."""
    genuine = signed_pdf()
    reader: Any = PdfReader(BytesIO(genuine))
    content = reader.pages[0].get_contents().get_data()
    assert content
    for name in ("Producer", "Author"):
        at = genuine.index(f"/{name}".encode())
        assert (
            why_not(genuine[: at + 12] + b"X" + genuine[at + 13 :])
            == "This file was changed after it was signed."
        )


def test_an_update_that_is_appended_fails() -> None:
    writer = IncrementalPdfFileWriter(BytesIO(signed_pdf()))
    writer.root["/Lang"] = generic.TextStringObject("cy")
    writer.update_root()  # type: ignore[no-untyped-call]  # it has no types there
    out = BytesIO()
    writer.write(out)  # type: ignore[no-untyped-call]  # nor here
    assert why_not(out.getvalue()) == "Something was added to this file after it was signed."


@pytest.mark.parametrize("more", [b"\n", b" ", b"\x00", b"%%EOF\n", b"%" + b"x" * 5000])
def test_bytes_that_are_appended_fail(more: bytes) -> None:
    assert why_not(signed_pdf() + more) == "Something was added to this file after it was signed."


def test_an_empty_update_by_another_program_fails() -> None:
    def nothing(writer: PdfWriter) -> None:
        """Only written anew."""

    assert why_not(rewritten(nothing))
    writer = PdfWriter(BytesIO(signed_pdf()), incremental=True)
    writer.add_metadata({"/Title": "Another"})
    out = BytesIO()
    writer.write(out)
    assert why_not(out.getvalue())


def test_a_signature_by_another_key_of_the_same_name_fails() -> None:
    """Their key names our council as its owner: the name proves nothing."""
    forged = signed(drawn(certificate(), LOOK), key("theirs"), ISSUED_AT)
    assert key("theirs").published.certificate.subject == key().published.certificate.subject
    assert why_not(forged) == "This file was signed with a key that is not trusted here."
    assert check(forged, [key("theirs").published]).certificate == certificate()


def test_a_signature_by_another_key_with_our_certificate_beside_it_fails() -> None:
    theirs = key("theirs")
    private: Any = theirs.private
    beside = SimpleCertificateStore()  # type: ignore[no-untyped-call]  # it has no types there
    beside.register(translate_pyca_cryptography_cert_to_asn1(key().published.certificate))
    signer = signers.SimpleSigner(
        translate_pyca_cryptography_cert_to_asn1(theirs.published.certificate),
        translate_pyca_cryptography_key_to_asn1(private),
        beside,
    )
    meta = signers.PdfSignatureMetadata("Signature", certify=True, subfilter=fields.SigSeedSubFilter.PADES)
    document = IncrementalPdfFileWriter(BytesIO(drawn(certificate(), LOOK)))
    out = waited_for(lambda: signers.PdfSigner(meta, signer).async_sign_pdf(document))
    assert why_not(out.getvalue()) == "This file was changed after it was signed."


def test_a_genuine_certificate_wrapped_in_another_document_fails() -> None:
    cover = PdfWriter(clone_from=BytesIO(drawn(certificate(name="Somebody Else"), LOOK)))
    cover.add_attachment("certificate.pdf", signed_pdf())
    out = BytesIO()
    cover.write(out)
    assert why_not(out.getvalue())
    assert why_not(b"%PDF-1.7\n" + signed_pdf())
    assert why_not(drawn(certificate(name="Somebody Else"), LOOK) + signed_pdf())


def test_a_signature_that_is_moved_or_stretched_fails() -> None:
    genuine = signed_pdf()
    match = re.search(rb"/ByteRange \[0 (\d+) (\d+) (\d+)\]", genuine)
    assert match is not None
    first, second, rest = (int(number) for number in match.groups())
    for range_ in (
        (1, first - 1, second, rest),
        (0, first - 10, second, rest),
        (0, first, second + 10, rest - 10),
        (0, first, second, rest - 1),
        (0, first, second, rest + 1),
        (0, 0, second, rest),
        (0, second, first, rest),
        (0, 999999999, 999999999, 999999999),
    ):
        text = b"/ByteRange [%d %d %d %d]" % range_
        forged = genuine.replace(match[0], text.ljust(len(match[0]))[: len(match[0])])
        assert why_not(forged)
    gap = genuine[first:second]
    assert why_not(genuine[:first] + gap.lower() + genuine[second:])
    assert why_not(genuine[:first] + b"<" + b"0" * (len(gap) - 2) + b">" + genuine[second:])
    assert why_not(genuine[:first] + b"<" + b"FF" * ((len(gap) - 2) // 2) + b">" + genuine[second:])
    assert why_not(genuine[: first - 5] + gap + genuine[first - 5 : first] + genuine[second:])


@pytest.mark.slow
def test_every_byte_counts() -> None:
    """One bit of each byte in turn, for every byte of the file."""
    genuine, chance = signed_pdf(), Random(17)
    passed = []
    for at in range(len(genuine)):
        changed = bytearray(genuine)
        changed[at] ^= 1 << chance.randrange(8)
        try:
            check(bytes(changed), TRUSTED)
            passed.append(at)
        except NotGenuine:
            continue
    assert passed == []


def test_a_file_that_is_cut_short_fails() -> None:
    genuine = signed_pdf()
    assert all(why_not(genuine[:length]) for length in range(0, len(genuine), 997))


def bomb() -> bytes:
    """A page whose stream unpacks to a gigabyte."""
    packed = zlib.compress(b"\x00" * 50_000_000, 9)
    return (
        b"%PDF-1.7\n1 0 obj <</Filter/FlateDecode/Length "
        + str(len(packed)).encode()
        + b">> stream\n"
        + packed
    )


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK\x03\x04",
        b"%PDF-",
        b"%PDF-1.7\n" + b"[" * 1_000_000,
        b"%PDF-1.7\n" + b"<<" * 1_000_000,
        b"%PDF-1.7\n" + b"/ByteRange [0 1 2 3]" * 200_000,
        b"%PDF-1.7\n" + b"/ByteRange [" * 300_000,
        b"%PDF-1.7\n/ByteRange [0 10 20 30]",
        b"%PDF-1.7\n/ByteRange [0 999999999 999999999 999999999]",
        b"%PDF-1.7" + b"\x00" * LARGEST,
        bomb(),
    ],
    ids=lambda content: str(len(content)),
)
def test_a_hostile_file_is_refused_at_once(content: bytes) -> None:
    began = perf_counter()
    assert why_not(content)
    assert perf_counter() - began < 10


def test_nested_containers_in_the_place_of_the_signature_are_not_even_read() -> None:
    genuine = signed_pdf()
    start, end = (int(number) for number in re.findall(rb"/ByteRange \[0 (\d+) (\d+) ", genuine)[0])
    deep = (b"3080" * 5000).ljust(end - start - 2, b"0")[: end - start - 2]
    assert why_not(genuine[:start] + b"<" + deep + b">" + genuine[end:]) == (
        "This file was signed with a key that is not trusted here."
    )


def test_what_a_trusted_key_signed_that_is_no_certificate_is_no_certificate() -> None:
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    writer.add_metadata({"/Title": "A letter"})
    out = BytesIO()
    writer.write(out)
    found = check(signed(out.getvalue(), key(), ISSUED_AT), TRUSTED)
    with pytest.raises(NotGenuine, match="no certificate"):
        _ = found.certificate
    writer = PdfWriter(clone_from=BytesIO(drawn(certificate(), LOOK)))
    writer.root_object[NameObject("/Note")] = TextStringObject("other")
    writer.add_metadata({f"/{record.ENTRY}": "{}"})
    out = BytesIO()
    writer.write(out)
    with pytest.raises(NotGenuine, match="no certificate"):
        _ = check(signed(out.getvalue(), key(), ISSUED_AT), TRUSTED).certificate


def test_without_trusted_keys_nothing_is_genuine() -> None:
    with pytest.raises(NotGenuine):
        check(signed_pdf(), [])


def test_a_certificate_of_another_moment_is_another_file() -> None:
    said: Certificate = certificate()
    later = replace(said, issued_at=ISSUED_AT.replace(hour=22))
    assert signed_pdf(said) != signed_pdf(later)
