"""A training passport as files: a signed statement in JSON, and the same statement inside a PDF.

The JSON file is a JSON Web Signature in its flattened form (RFC 7515, 7.2.2). The PDF shows the same to people and
carries the statement in its document information, where it is found without reading the PDF: whoever accepts a passport
believes the statement and what its signature covers, never what is printed.
"""

import json
import re
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from hashlib import sha256
from hmac import compare_digest

from joserfc.jwk import ECKey

from courses.certificate.tokens import LONGEST, Jwk, NotGenuine, Statement, checked, could_sign, signed
from courses.domain.certificates import read_number
from courses.domain.passports import Passport, from_content, to_content

KIND = "training-passport+jwt"
MARK = "training-passport:"
RECORD = "passport"
_IN_PDF = re.compile(rb"training-passport:([A-Za-z0-9_-]{20,}\.[A-Za-z0-9_-]{20,}\.[A-Za-z0-9_-]{20,})")
_PARTS = ("protected", "payload", "signature")
_NOT_ONE = "The file is not a training passport. Choose the JSON file or the PDF that was handed out as one."


def statement(passport: Passport, key: ECKey) -> str:
    """A passport, signed, in compact form."""
    return signed(to_content(passport), key, key.thumbprint(), KIND)


def as_json(token: str) -> str:
    """The file to hand to the next employer."""
    return json.dumps(dict(zip(_PARTS, token.split("."), strict=True)), indent=1) + "\n"


def record_of(passport: Passport, token: str) -> str:
    """What the PDF carries in its document information, as certificates carry theirs (`courses.certificate.record`)."""
    return json.dumps({"kind": RECORD, "number": passport.number, "statement": MARK + token})


def passport_number(said: str) -> str | None:
    """The number in what a signed PDF carries; None where that is not a passport."""
    try:
        read = json.loads(said)
        return read_number(read["number"]) if read["kind"] == RECORD else None
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def token_in(content: bytes) -> str:
    """The statement in a file: JSON, compact, or in a PDF of ours. Raises NotGenuine where there is none."""
    if content.startswith(b"%PDF-"):
        found = set(_IN_PDF.findall(content))
        if len(found) != 1:
            # Two of them: an old one was left beside a new one, and nobody knows which of them is meant.
            raise NotGenuine(_NOT_ONE)
        inside: bytes = found.pop()
        return inside.decode("ascii")
    if len(content) > LONGEST:
        raise NotGenuine(_NOT_ONE)
    try:
        text = content.decode("utf-8-sig").strip()
    except UnicodeDecodeError as error:
        raise NotGenuine(_NOT_ONE) from error
    if text.count(".") == 2 and not text.startswith("{"):
        return text
    try:
        read = json.loads(text)
        parts = [read[name] for name in _PARTS]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise NotGenuine(_NOT_ONE) from error
    if not all(isinstance(part, str) and "." not in part for part in parts) or set(read) != set(_PARTS):
        raise NotGenuine(_NOT_ONE)
    return ".".join(parts)


def read_passport(token: str, keys: Mapping[str, Jwk]) -> tuple[Passport, Statement]:
    """What a passport says, once its signature was found to be right. `keys`: of those who are believed, by id.

    Raises UnknownKey where somebody else may have signed it, and NotGenuine with the reason for everything else.
    """
    found = checked(token, keys, KIND)
    try:
        passport = from_content(found.said)
    except ValueError as error:
        raise NotGenuine(f"The file is signed, but cannot be taken: {error}.") from error
    if not could_sign(keys[found.key_id], passport.issued_at):
        raise NotGenuine(
            "The key with which the passport was signed had expired, or was not yet in use, when it was issued. "
            "Ask the issuer for a new passport."
        )
    return passport, found


def mark_of_email(email: str, salt: str) -> str:
    """An e-mail address as a passport names it: nobody reads it there who does not know it already."""
    return sha256((email.strip().lower() + salt).encode()).hexdigest()


def has_email(passport: Passport, email: str | None) -> bool:
    """Whether the passport was issued to somebody with this e-mail address."""
    if not email or not passport.email_mark:
        return False
    return compare_digest(mark_of_email(email, passport.salt), passport.email_mark)


def new_salt(number: str) -> str:
    """A salt for the passport with this number."""
    return urlsafe_b64encode(sha256(f"passport {number}".encode()).digest()[:12]).decode()
