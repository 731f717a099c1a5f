"""Badges: what Open Badges 3.0 and Verifiable Credentials 2.0 ask of one, and forgeries of every kind."""

import base64
import hmac
import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from joserfc import jws
from joserfc.jwk import ECKey

from courses.certificate.badge import Addresses, badge, credential, profile, read_badge
from courses.certificate.badge_keys import kept_key, published_keys, signing_key
from courses.certificate.keys import badge_keys
from courses.certificate.tokens import NotGenuine, UnknownKey, keys_in, published, signed
from courses.domain.certificates import Certificate
from foundation.errors import DomainError

ADDRESSES = Addresses("https://training.example.gov.uk")
NOW = datetime(2026, 10, 1, 12, tzinfo=UTC)
SAID = Certificate(
    number="7ZQ4M2K9TC1B6XHD",
    name="Siân Fernwood",
    course="PREV-AW",
    course_title="Prevent awareness",
    provider="Home Office",
    completed_on=date(2026, 7, 1),
    valid_until=date(2028, 7, 1),
    council="Example Borough Council",
    issued_at=datetime(2026, 7, 2, 9, tzinfo=UTC),
    key_id="0" * 64,
)
KEY, OTHER = ECKey.generate_key("P-256"), ECKey.generate_key("P-256")
KEYS = {KEY.thumbprint(): published(KEY)}


def parts(token: str) -> tuple[dict[str, Any], dict[str, Any], str]:
    header, payload, signature = token.split(".")
    return _decoded(header), _decoded(payload), signature


def _decoded(part: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return found


def encoded(value: Any) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


@pytest.fixture
def token() -> str:
    return badge(SAID, ADDRESSES, "sian@council.example", KEY)


# --- the standards, field by field


def test_it_is_a_verifiable_credential_of_version_two() -> None:
    """Verifiable Credentials 2.0, 4.3 to 4.9."""
    said = credential(SAID, ADDRESSES, "sian@council.example")
    assert said["@context"][0] == "https://www.w3.org/ns/credentials/v2"
    assert all(isinstance(one, str) and one.startswith("https://") for one in said["@context"])
    assert "VerifiableCredential" in said["type"]
    assert said["id"].startswith("https://")
    assert said["issuer"]["id"].startswith("https://")
    for name in ("validFrom", "validUntil"):
        assert datetime.fromisoformat(said[name]).tzinfo is not None  # dateTimeStamp: never without an offset
    assert said["validFrom"] < said["validUntil"]
    assert isinstance(said["credentialSubject"], dict)
    assert not {"issuanceDate", "expirationDate", "vc"} & said.keys()  # those of version one


def test_it_is_an_open_badge_of_version_three() -> None:
    """Open Badges 3.0, AchievementCredential, AchievementSubject, Achievement, IdentityObject, Profile."""
    said = credential(SAID, ADDRESSES, "sian@council.example")
    assert said["@context"][1].startswith("https://purl.imsglobal.org/spec/ob/v3p0/context-3.0")
    assert {"VerifiableCredential"} < set(said["type"])
    assert set(said["type"]) & {"OpenBadgeCredential", "AchievementCredential"}
    assert said["name"]
    subject = said["credentialSubject"]
    assert "AchievementSubject" in subject["type"]
    assert subject.get("id") or subject.get("identifier")  # at least one of them
    achieved = subject["achievement"]
    assert "Achievement" in achieved["type"]
    for name in ("id", "name", "description", "criteria"):
        assert achieved[name], name
    assert achieved["id"].startswith("https://")
    assert achieved["criteria"].get("id") or achieved["criteria"].get("narrative")
    issuer = said["issuer"]
    assert "Profile" in issuer["type"]
    assert issuer["name"]
    for identity in subject["identifier"]:
        assert identity["type"] == "IdentityObject"
        assert identity["hashed"] is True
        assert identity["identityHash"].startswith("sha256$")
        assert len(identity["identityHash"]) == len("sha256$") + 64
        assert identity["salt"]
    assert "credentialStatus" not in said


def test_the_token_is_the_credential_with_the_registered_claims(token: str) -> None:
    """Open Badges 3.0, 8.2: JOSE header and claims; no `vc` around the credential."""
    header, payload, _ = parts(token)
    assert header["alg"] == "ES256"
    assert header["typ"] == "JWT"
    assert header["kid"] == ADDRESSES.key(KEY.thumbprint())
    assert "jwk" not in header
    said = credential(SAID, ADDRESSES, "sian@council.example")
    assert {name: payload[name] for name in said} == said
    assert payload["iss"] == said["issuer"]["id"]
    assert payload["jti"] == said["id"]
    assert payload["nbf"] == datetime.fromisoformat(said["validFrom"]).timestamp()
    assert payload["exp"] == datetime.fromisoformat(said["validUntil"]).timestamp()
    assert payload.keys() - said.keys() == {"iss", "jti", "nbf", "exp", "iat"}


def test_it_holds_through_its_last_day_in_london() -> None:
    said = credential(SAID, ADDRESSES, None)
    assert said["validFrom"] == "2026-06-30T23:00:00Z"
    assert said["validUntil"] == "2028-07-01T22:59:59Z"


def test_one_that_does_not_expire_has_no_end() -> None:
    endless = badge(replace(SAID, valid_until=None), ADDRESSES, None, KEY)
    _, payload, _ = parts(endless)
    assert not {"exp", "validUntil"} & payload.keys()
    assert read_badge(endless, KEYS).problem(NOW) == ""


def test_it_names_nobody_and_whoever_knows_the_address_can_compare(token: str) -> None:
    _, payload, _ = parts(token)
    text = json.dumps(payload, ensure_ascii=False)
    assert "Fernwood" not in text
    assert "sian@" not in text
    [identity] = payload["credentialSubject"]["identifier"]
    assert identity["identityType"] == "emailAddress"
    expected = sha256(("sian@council.example" + identity["salt"]).encode()).hexdigest()
    assert identity["identityHash"] == f"sha256${expected}"


def test_without_an_address_it_is_the_name_that_is_compared() -> None:
    [identity] = credential(SAID, ADDRESSES, None)["credentialSubject"]["identifier"]
    assert identity["identityType"] == "name"
    expected = sha256(("Siân Fernwood" + identity["salt"]).encode()).hexdigest()
    assert identity["identityHash"] == f"sha256${expected}"


def test_the_issuer_is_who_the_credential_says() -> None:
    assert profile(ADDRESSES, SAID.council) == credential(SAID, ADDRESSES, None)["issuer"]


# --- genuine and not


def test_a_first_key_that_was_made_days_after_the_issue_signs_what_is_genuine(tmp_path: Path) -> None:
    ring = badge_keys(tmp_path, "Council")
    at = SAID.issued_at + timedelta(days=9)
    _, key = signing_key(ring, at)
    found = read_badge(badge(SAID, ADDRESSES, None, key, at), published_keys(ring, at))
    assert found.awarded_at == SAID.issued_at


def test_a_new_key_signs_what_was_issued_before_it(tmp_path: Path) -> None:
    ring, at = badge_keys(tmp_path, "Council"), SAID.issued_at + timedelta(days=90)
    signing_key(ring, SAID.issued_at)
    ring.renew(at)
    _, key = signing_key(ring, at)
    assert read_badge(badge(SAID, ADDRESSES, None, key, at), published_keys(ring, at)).number == SAID.number


def test_an_older_key_signs_nothing_after_another_took_its_place(tmp_path: Path) -> None:
    ring, at = badge_keys(tmp_path, "Council"), SAID.issued_at + timedelta(days=90)
    _, old = signing_key(ring, SAID.issued_at)
    ring.renew(at)
    late = badge(SAID, ADDRESSES, None, old, at + timedelta(days=5))
    with pytest.raises(NotGenuine, match="not in use when it was signed"):
        read_badge(late, published_keys(ring, at))


@pytest.mark.parametrize("at", [10**40, -(10**40)])
def test_a_moment_of_signing_that_is_none_is_refused_in_plain_words(at: int) -> None:
    said = {**parts(badge(SAID, ADDRESSES, None, KEY))[1], "iat": at}
    with pytest.raises(NotGenuine, match="does not say when"):
        read_badge(signed(said, KEY, KEY.thumbprint(), "JWT"), KEYS)


def test_a_genuine_one_passes_with_the_public_key_alone(token: str) -> None:
    found = read_badge(token, KEYS)
    assert (found.number, found.course_title, found.council) == (SAID.number, SAID.course_title, SAID.council)
    assert found.problem(NOW) == ""


def test_before_and_after_its_days_it_is_genuine_and_does_not_hold(token: str) -> None:
    found = read_badge(token, KEYS)
    assert "expired" in found.problem(datetime(2028, 7, 2, 12, tzinfo=UTC))
    assert found.problem(datetime(2028, 7, 1, 12, tzinfo=UTC)) == ""
    assert "only from" in found.problem(datetime(2026, 6, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    "path, value",
    [
        (("name",), "Advanced everything"),
        (("validUntil",), "2099-01-01T00:00:00Z"),
        (("exp",), 4_000_000_000),
        (("credentialSubject", "achievement", "name"), "Advanced everything"),
        (("credentialSubject", "identifier"), []),
        (("issuer", "name"), "Another council"),
        (("id",), "https://training.example.gov.uk/verify/0000000000000000"),
    ],
)
def test_each_field_that_is_changed_is_noticed(token: str, path: tuple[str, ...], value: Any) -> None:
    header, payload, signature = parts(token)
    inside = payload
    for name in path[:-1]:
        inside = inside[name]
    inside[path[-1]] = value
    with pytest.raises(NotGenuine, match="signature does not fit"):
        read_badge(f"{encoded(header)}.{encoded(payload)}.{signature}", KEYS)


def test_every_changed_letter_is_noticed(token: str) -> None:
    for at in range(0, len(token) - 1, 37):
        if token[at] == ".":
            continue
        changed = token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1 :]
        with pytest.raises(NotGenuine):
            read_badge(changed, KEYS)


def test_another_key_under_the_same_name_does_not_pass() -> None:
    forged = signed(credential(SAID, ADDRESSES, None), OTHER, KEY.thumbprint(), "JWT")
    with pytest.raises(NotGenuine, match="signature does not fit"):
        read_badge(forged, KEYS)


def test_a_key_that_nobody_brought_is_unknown_and_its_own_word_does_not_count() -> None:
    said = credential(SAID, ADDRESSES, None)
    header = {"alg": "ES256", "typ": "JWT", "kid": OTHER.thumbprint(), "jwk": published(OTHER)}
    forged = jws.serialize_compact(
        {name: header[name] for name in ("alg", "typ", "kid")}, json.dumps(said).encode(), OTHER
    )
    with pytest.raises(UnknownKey):
        read_badge(forged, KEYS)


@pytest.mark.parametrize("algorithm", ["none", "None", "", "HS256", "RS256", "ES384", "EdDSA"])
def test_no_other_algorithm_is_spoken(token: str, algorithm: str) -> None:
    header, payload, signature = parts(token)
    for ending in (signature, ""):
        with pytest.raises(NotGenuine, match="not signed as it should be"):
            read_badge(f"{encoded({**header, 'alg': algorithm})}.{encoded(payload)}.{ending}", KEYS)


@pytest.mark.parametrize("secret", ["json", "pem", "x"])
def test_the_public_key_taken_for_a_shared_secret_signs_nothing(secret: str) -> None:
    """Algorithm confusion: the public key is known to everybody, so a checker that took it for a secret is fooled."""
    said = credential(SAID, ADDRESSES, None)
    shared = {
        "json": json.dumps(KEY.as_dict(private=False)).encode(),
        "pem": KEY.as_pem(private=False),
        "x": base64.urlsafe_b64decode(str(KEY.as_dict(private=False)["x"]) + "=="),
    }[secret]
    head = encoded({"alg": "HS256", "typ": "JWT", "kid": KEY.thumbprint()})
    body = encoded(said)
    mark = encoded(hmac.new(shared, f"{head}.{body}".encode(), sha256).digest())
    with pytest.raises(NotGenuine):
        read_badge(f"{head}.{body}.{mark}", KEYS)


@pytest.mark.parametrize(
    "text", ["", ".", "..", "a.b", "a.b.c.d", "{}", "ä.ö.ü", "x" * 1_000_000, "W10.W10.W10", "bnVsbA.e30.AA"]
)
def test_what_is_no_statement_is_refused_in_plain_words(text: str) -> None:
    with pytest.raises(NotGenuine):
        read_badge(text, KEYS)


def test_what_was_signed_for_another_purpose_is_no_badge() -> None:
    with pytest.raises(NotGenuine, match="not signed as it should be"):
        read_badge(signed({"a": 1}, KEY, KEY.thumbprint(), "training-passport+jwt"), KEYS)
    with pytest.raises(NotGenuine, match="no Open Badge"):
        read_badge(signed({"a": 1}, KEY, KEY.thumbprint(), "JWT"), KEYS)


@pytest.mark.parametrize(
    "gone", ["@context", "type", "issuer", "validFrom", "credentialSubject", "iss", "jti", "nbf"]
)
def test_a_signed_one_that_lacks_what_the_standard_asks_for_is_refused(token: str, gone: str) -> None:
    _, payload, _ = parts(token)
    del payload[gone]
    with pytest.raises(NotGenuine):
        read_badge(signed(payload, KEY, KEY.thumbprint(), "JWT"), KEYS)


def test_a_critical_header_that_nobody_understands_is_refused(token: str) -> None:
    header, payload, signature = parts(token)
    with pytest.raises(NotGenuine):
        read_badge(f"{encoded({**header, 'crit': ['exp'], 'exp': 1})}.{encoded(payload)}.{signature}", KEYS)


# --- keys


def test_older_keys_stay_published_and_what_they_signed_stays_genuine(tmp_path: Path) -> None:
    ring = badge_keys(tmp_path, "Example Borough Council")
    before = NOW - timedelta(days=100)
    _, first = signing_key(ring, before)
    old = badge(replace(SAID, issued_at=before), ADDRESSES, None, first)
    ring.renew(NOW)
    _, second = signing_key(ring, NOW)
    new = badge(replace(SAID, issued_at=NOW + timedelta(days=3)), ADDRESSES, None, second)
    keys = published_keys(ring, NOW)
    assert list(keys) == [first.thumbprint(), second.thumbprint()]
    assert read_badge(old, keys).key_id == first.thumbprint()
    assert read_badge(new, keys).key_id == second.thumbprint()


def test_a_key_that_was_put_away_signs_nothing_new(tmp_path: Path) -> None:
    ring = badge_keys(tmp_path, "Example Borough Council")
    _, first = signing_key(ring, NOW - timedelta(days=100))
    ring.renew(NOW)
    late = badge(replace(SAID, issued_at=NOW + timedelta(days=30)), ADDRESSES, None, first)
    with pytest.raises(NotGenuine, match="not in use"):
        read_badge(late, published_keys(ring, NOW))


def test_a_key_that_was_lost_is_said_to_be(tmp_path: Path) -> None:
    with pytest.raises(DomainError, match="not here any more"):
        kept_key(badge_keys(tmp_path, "Example Borough Council"), "0" * 64)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{}",
        '{"keys": []}',
        '{"keys": [1]}',
        '{"kty": "oct", "k": "c2VjcmV0"}',
        '{"kty": "EC", "crv": "P-384", "x": "AA", "y": "AA"}',
        '{"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}',
        json.dumps(KEY.as_dict(private=True)),
        json.dumps({"keys": [published(KEY)] * 51}),
    ],
)
def test_a_file_without_public_keys_on_the_one_curve_is_refused(content: str) -> None:
    with pytest.raises(NotGenuine):
        keys_in(content)


def test_one_key_and_a_set_of_keys_are_both_read() -> None:
    assert list(keys_in(json.dumps(published(KEY)))[0]) == [KEY.thumbprint()]
    both = keys_in(json.dumps({"keys": [published(KEY), published(OTHER)]}))[0]
    assert list(both) == [KEY.thumbprint(), OTHER.thumbprint()]


def test_a_key_goes_by_what_it_is_and_not_by_what_it_says() -> None:
    claimed = {**published(OTHER), "kid": KEY.thumbprint()}
    assert list(keys_in(json.dumps(claimed))[0]) == [OTHER.thumbprint()]
