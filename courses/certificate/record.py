"""What a certificate says, as data inside its own PDF: under the signature, so as sure as what is printed.

A checker without a database reads it from there. Nothing here is trusted before the signature is (checking.py).
"""

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from courses.domain.certificates import Certificate
from foundation.errors import DomainError

ENTRY: Final = "PreventTrainingRecord"
"""The entry of the document information dictionary that holds the record, as JSON."""
KIND: Final = "certificate"


def written(certificate: Certificate) -> str:
    """The record of a certificate, in ASCII, the same each time."""
    said = {
        "kind": KIND,
        "number": certificate.number,
        "name": certificate.name,
        "course": certificate.course,
        "course_title": certificate.course_title,
        "provider": certificate.provider,
        "completed_on": certificate.completed_on.isoformat(),
        "valid_until": certificate.valid_until.isoformat() if certificate.valid_until else None,
        "council": certificate.council,
        "issued_at": certificate.issued_at.isoformat(),
        "key_id": certificate.key_id,
        "layout": certificate.layout,
    }
    # No name can then spell an entry of a PDF: a checker finds the place of the signature by one (checking.py).
    return json.dumps(said, sort_keys=True).replace("/", "\\u002f")


def read(said: Mapping[str, Any]) -> Certificate:
    """The certificate in a record. Raises DomainError where the record is that of something else."""
    if said.get("kind") != KIND:
        raise DomainError("This was signed with a trusted key, but it is no certificate.")
    try:
        return Certificate(
            number=said["number"],
            name=said["name"],
            course=said["course"],
            course_title=said["course_title"],
            provider=said["provider"],
            completed_on=date.fromisoformat(said["completed_on"]),
            valid_until=date.fromisoformat(said["valid_until"]) if said["valid_until"] else None,
            council=said["council"],
            issued_at=datetime.fromisoformat(said["issued_at"]),
            key_id=said["key_id"],
            layout=said["layout"],
        )
    except (KeyError, TypeError, ValueError) as error:
        raise DomainError("The certificate is of a kind that this version does not know.") from error
