"""Certificates, passports and trusted issuers, for tests that ask for what is theirs and what is not."""

import json
from datetime import timedelta

from joserfc.jwk import ECKey
from sqlalchemy.orm import Session

from courses.certificate.badge_keys import published_keys
from courses.certificate.issuer import issuer_of
from courses.certificate.tokens import published
from courses.domain import CompletionKey, Evidence
from courses.services import certificates, passports
from courses.store import record_completion
from courses.store.passports import record_issuer
from foundation import facts
from foundation.stamp import Stamp
from tests.belongings import NOBODY, Thing, World

UNKNOWN = "0" * 16


def certified(world: World, session: Session, stamp: Stamp) -> dict[str, list[Thing]]:
    """Of several people a certificate and a passport, each of another day: one's own are named by course and day."""
    issuer = issuer_of(world.app.config, world.app.instance_path)
    today = world.borough.today
    own, others, own_passports, other_passports = [], [], [], []
    numbers = [Thing("everybody", {"number": UNKNOWN})]
    fields = {"reason": "Tests"}
    for days, name in enumerate(("Sam", "Mo", "Vic", "Pia", "Xan"), start=80):
        key = CompletionKey(world.borough.ids[name], "PREV", today - timedelta(days=days))
        record_completion(session, stamp, key, Evidence.VERIFIED, provider="", reference="", source="tests")
        facts.touch(session, [key.person_id])
        certificate = certificates.issue(session, stamp, issuer, key, today)
        passport = passports.issue_passport(session, stamp, issuer, key.person_id, today)
        where = {"course": "PREV", "completed_on": key.completed_on.isoformat(), "kind": "pdf"}
        person = {"public_id": world.borough.people[name]}
        own.append(Thing(name, where, fields=fields))
        others.append(Thing(name, {**where, **person}, fields=fields))
        handed = {"number": passport.number, "kind": "json"}
        own_passports.append(Thing(name, handed))
        other_passports.append(Thing(name, {**handed, **person}))
        numbers += [Thing("everybody", {"number": one}) for one in (certificate.number, passport.number)]
    never = {"course": "BRIEF", "completed_on": "2020-02-02", "kind": "pdf"}
    nobody = {"public_id": NOBODY}
    key_id = _issuer(session, stamp)
    ours = next(iter(published_keys(issuer.badge_keys, stamp.at)))
    return {
        "own certificate": [*own, Thing(None, never, fields=fields)],
        "certificate": [
            *others,
            Thing(None, {**others[0].values, **nobody}, fields=fields),
            Thing(None, {**others[0].values, **never}, fields=fields),
        ],
        "own passport": [*own_passports, Thing(None, {"number": UNKNOWN, "kind": "json"})],
        "passport": [
            *other_passports,
            Thing(None, {**other_passports[0].values, **nobody}),
            Thing(None, {**other_passports[0].values, "number": UNKNOWN}),
        ],
        "number to check": numbers,
        "trusted issuer": [
            Thing("the issuer", {"key_id": key_id}, fields=fields),
            Thing(None, {"key_id": "x" * 43}, fields=fields),
        ],
        "key of badges": [Thing("everybody", {"key_id": ours})],
    }


def _issuer(session: Session, stamp: Stamp) -> str:
    key = ECKey.generate_key("P-256")
    public = json.dumps(published(key))
    record_issuer(session, stamp, key.thumbprint(), "Another council", "https://other.example.gov.uk", public)
    return key.thumbprint()
