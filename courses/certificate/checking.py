"""Checking a signed PDF with nothing but the public keys that are trusted: no database, no network.

The order is what keeps hostile files harmless. First the bytes: one signature that covers every byte of the file but
its own place, made by a trusted key and written in the one way in which we write it. Only what passed is read as a PDF,
and that is then byte for byte what the owner of a trusted key signed. So nothing that a stranger wrote is ever parsed:
not the file, nor the container of the signature, which is made anew and compared.

PDF signatures are known to be got round by adding to a file, wrapping or moving the signature, or replacing it by an
empty one (promise S17). None of these leaves a signature here that covers the whole file.
"""

import json
import logging
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.keys.internal import translate_pyca_cryptography_cert_to_asn1
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import MDPPerm
from pyhanko.sign.validation import async_validate_pdf_signature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from courses.certificate import record
from courses.certificate.keys import PublishedKey
from courses.certificate.loops import waited_for
from courses.certificate.signing import container
from courses.certificate.tokens import NotGenuine
from courses.domain.certificates import Certificate
from foundation.errors import DomainError

log = logging.getLogger(__name__)

LARGEST: Final = 5 * 1024 * 1024
"""Bytes. A certificate has some 40 kB, and a logo at most half a megabyte."""
_RANGE: Final = re.compile(rb"/ByteRange ?\[ ?([0-9]{1,9}) ([0-9]{1,9}) ([0-9]{1,9}) ([0-9]{1,9}) ?\]")
_LARGEST_CONTAINER: Final = 64 * 1024
_HEX: Final = re.compile(rb"[0-9A-F]+")


@dataclass(frozen=True, slots=True)
class Signed:
    """What a genuine file says of itself (its document information), and the fingerprint of the key that signed it."""

    information: Mapping[str, str]
    key_id: str

    @property
    def certificate(self) -> Certificate:
        """The certificate that it is. Raises NotGenuine where it is something else, such as a training passport."""
        try:
            said = json.loads(self.information[record.ENTRY])
            return record.read(said)
        except (KeyError, ValueError, DomainError) as error:
            raise NotGenuine("This file was signed with a trusted key, but it is no certificate.") from error


def check(content: bytes, trusted: Iterable[PublishedKey]) -> Signed:
    """What a file says, if one of these keys signed it and every byte is as it was.

    Raises NotGenuine, with the reason in plain words.
    """
    if not content.startswith(b"%PDF-"):
        raise NotGenuine("This file is not a PDF.")
    if len(content) > LARGEST:
        raise NotGenuine("This file is too large to be a certificate.")
    before, made, after = _parts(content)
    key = _signer(made, trusted)
    _verify(key, made, sha256(before + after).digest())
    return Signed(_read(content, key), key.key_id)


def _parts(content: bytes) -> tuple[bytes, bytes, bytes]:
    """The file before its signature, the signature, and the file after it."""
    found = _RANGE.findall(content)
    if not found:
        raise NotGenuine("This file is not signed.")
    if len(found) > 1:
        raise NotGenuine("This file has more than one signature, which no certificate of ours has.")
    start, first, second, rest = (int(number) for number in found[0])
    if start != 0 or second + rest > len(content) or not 0 < first < second:
        raise NotGenuine("The signature does not cover this file.")
    if second + rest < len(content):
        raise NotGenuine("Something was added to this file after it was signed.")
    gap = content[first:second]
    if (
        gap[:1] != b"<"
        or gap[-1:] != b">"
        or len(gap) > 2 * _LARGEST_CONTAINER
        or not _HEX.fullmatch(gap[1:-1])
    ):
        raise NotGenuine("The signature of this file is damaged.")
    if len(gap) % 2:
        raise NotGenuine("The signature of this file is damaged.")
    return content[:first], bytes.fromhex(gap[1:-1].decode("ascii")), content[second:]


def _signer(made: bytes, trusted: Iterable[PublishedKey]) -> PublishedKey:
    """The trusted key whose certificate stands in the signature."""
    for key in trusted:
        if key.certificate.public_bytes(Encoding.DER) in made:
            return key
    raise NotGenuine("This file was signed with a key that is not trusted here.")


def _verify(key: PublishedKey, made: bytes, digest: bytes) -> None:
    """The signature is this key's over this digest, and its container is as we write it, to the last byte."""
    public = key.certificate.public_key()
    if not isinstance(public, rsa.RSAPublicKey):
        raise NotGenuine("The trusted key is not of the kind that signs certificates.")
    length = 4 + int.from_bytes(
        made[2:4], "big"
    )  # of DER with a length in two bytes; else the comparison fails
    raw = made[:length][-public.key_size // 8 :]

    def verified(data: bytes) -> bytes:
        public.verify(raw, data, padding.PKCS1v15(), hashes.SHA256())
        return raw

    try:
        expected = container(key, digest, verified)
    except InvalidSignature as error:
        raise NotGenuine("This file was changed after it was signed.") from error
    if made != expected.ljust(len(made), b"\x00"):
        raise NotGenuine("The signature of this file was changed.")


def _read(content: bytes, key: PublishedKey) -> Mapping[str, str]:
    """The information in the file, which is as its signer made it; pyHanko is asked for its judgement as well."""
    try:
        reader = PdfFileReader(BytesIO(content))
        [embedded] = reader.embedded_signatures
        root = translate_pyca_cryptography_cert_to_asn1(key.certificate)
        moment = embedded.self_reported_timestamp
        context = ValidationContext(trust_roots=[root], allow_fetching=False, moment=moment)
        status = waited_for(lambda: async_validate_pdf_signature(embedded, context))
        found = {str(name)[1:]: str(value) for name, value in reader.trailer["/Info"].items()}
    except Exception as error:  # what the owner of a trusted key signed, but not with this service
        log.info("a file with a trusted signature could not be read", exc_info=True)
        raise NotGenuine("This file was signed with a trusted key, but it cannot be read.") from error
    is_whole = status.coverage == SignatureCoverageLevel.ENTIRE_FILE
    is_closed = embedded.docmdp_level == MDPPerm.NO_CHANGES
    if not (status.intact and status.valid and status.trusted and is_whole and is_closed):
        raise NotGenuine("This file was signed with a trusted key, but not as a certificate is.")
    return found
