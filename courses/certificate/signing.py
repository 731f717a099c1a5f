"""Signing a PDF so that every byte of it counts: PAdES, baseline B-B, certified, with no change allowed afterwards.

pyHanko puts the signature in place. What it would take from chance and from the clock is taken from the document and
from the moment of issue instead, so that the same certificate is the same file each time.
"""

from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from io import BytesIO
from typing import Any, Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from pyhanko.keys.internal import translate_pyca_cryptography_cert_to_asn1
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.signers.cms_embedder import PdfCMSEmbedder, SigIOSetup, SigMDPSetup, SigObjSetup
from pyhanko.sign.signers.pdf_byterange import SignatureObject
from pyhanko.sign.signers.pdf_cms import Signer
from pyhanko_certvalidator.registry import SimpleCertificateStore

from courses.certificate.keys import PublishedKey, SigningKey
from courses.certificate.loops import waited_for
from foundation.errors import DomainError

DIGEST: Final = "sha256"
FIELD: Final = "Signature"
_ROOM: Final = 1536
"""Bytes for the signature besides the certificates."""
_DIGEST: Final = sha256(b"the place of a digest").digest()


class _Maker(Signer):
    """Makes the signature container of a key; `raw` gives the very signature of what is to be signed."""

    def __init__(self, key: PublishedKey, raw: Callable[[bytes], bytes]) -> None:
        above = SimpleCertificateStore()  # type: ignore[no-untyped-call]  # it has no types there
        above.register_multiple([translate_pyca_cryptography_cert_to_asn1(one) for one in key.chain])
        super().__init__(
            signing_cert=translate_pyca_cryptography_cert_to_asn1(key.certificate), cert_registry=above
        )
        self._raw = raw

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        return self._raw(data)


class _Writer(IncrementalPdfFileWriter):
    """Adds the signature and nothing else: no moment of its own, no number of chance."""

    def _update_meta(self) -> None:
        """The document says already when it was made, and by whom."""


def container(key: PublishedKey, digest: bytes, raw: Callable[[bytes], bytes]) -> bytes:
    """The signature of a document with this digest: always the same for the same key, digest and raw signature.

    `raw` is given what is to be signed. pyHanko builds one container for each key, which takes it longer than the
    signing; of the next ones only the digest and the signature are others.
    """
    to_sign, made = _shapes(key)
    signature = raw(to_sign.replace(_DIGEST, digest))
    return made.replace(_DIGEST, digest).replace(_mark(len(signature)), signature)


@lru_cache(maxsize=32)
def _shapes(key: PublishedKey) -> tuple[bytes, bytes]:
    """What is signed and the container of the signature, with marks in place of the digest and the signature."""
    seen: list[bytes] = []
    public = key.certificate.public_key()
    assert isinstance(public, rsa.RSAPublicKey)
    mark = _mark(public.key_size // 8)

    def raw(data: bytes) -> bytes:
        seen.append(data)
        return mark

    maker = _Maker(key, raw)
    made: bytes = waited_for(lambda: maker.async_sign(_DIGEST, DIGEST, use_pades=True)).dump()
    [to_sign] = seen
    assert to_sign.count(_DIGEST) == made.count(_DIGEST) == made.count(mark) == 1
    return to_sign, made


def _mark(length: int) -> bytes:
    return (sha256(b"the place of a signature").digest() * (length // 32 + 1))[:length]


def signed(pdf: bytes, key: SigningKey, at: datetime) -> bytes:
    """The document with its signature, which says that it was made at this moment."""
    private = key.private
    if not isinstance(private, rsa.RSAPrivateKey):
        raise DomainError("This key signs no PDF: an RSA key is needed.")
    if b"/ByteRange" in pdf:
        raise DomainError("This document is signed already, or says so. Nothing was signed.")
    stream = BytesIO()
    stream.write(pdf)
    writer = _Writer(stream)
    first, _ = writer._document_id
    writer._document_id = generic.ArrayObject(
        [first, generic.ByteStringObject(sha256(pdf + key.key_id.encode()).digest()[:16])]
    )
    steps: Any = PdfCMSEmbedder().write_cms(FIELD, writer)
    next(steps)
    steps.send(
        SigObjSetup(
            SignatureObject(
                timestamp=at,
                subfilter=SigSeedSubFilter.PADES,
                bytes_reserved=2 * (_ROOM + len(key.published.pem)),
            ),
            SigMDPSetup(md_algorithm=DIGEST, certify=True, docmdp_perms=MDPPerm.NO_CHANGES),
        )
    )
    prepared, output = steps.send(SigIOSetup(md_algorithm=DIGEST, in_place=True))
    made = container(
        key.published,
        prepared.document_digest,
        lambda data: private.sign(data, padding.PKCS1v15(), hashes.SHA256()),
    )
    prepared.fill_with_cms(output, made)
    found: bytes = output.getvalue()
    return found
