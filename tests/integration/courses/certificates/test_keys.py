"""Keys are made once, for the service's eyes alone; none is lost when another takes its place."""

import logging
import stat
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption
from cryptography.hazmat.primitives.serialization.pkcs12 import serialize_key_and_certificates

from app.config import ROOT
from courses.certificate.checking import check
from courses.certificate.drawing import drawn
from courses.certificate.issuer import Issuer
from courses.certificate.keys import badge_keys, certificate_keys, read_published
from courses.certificate.numbered import NumberedFiles
from courses.certificate.signing import signed
from foundation.errors import DomainError
from tests.certificates import picture
from tests.signing import ADDRESS, COUNCIL, ISSUED_AT, LOOK, certificate, give_keys, key

AT = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
PASSWORD = "a password for tests"


def modes(folder: Path) -> set[str]:
    return {stat.filemode(path.stat().st_mode) for path in folder.rglob("*")}


def test_the_first_key_is_made_on_first_use_and_the_log_says_so(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    ring = certificate_keys(tmp_path, COUNCIL)
    assert ring.published() == []
    with caplog.at_level(logging.WARNING):
        made = ring.signing(AT)
    [line] = [entry.getMessage() for entry in caplog.records]
    assert "A new key for training certificates was made" in line
    assert made.key_id in line
    assert "backups" in line
    assert modes(tmp_path / "keys") == {"drwx------", "-rw-------"}
    assert ring.signing(AT + timedelta(days=900)).key_id == made.key_id
    assert [one.key_id for one in ring.published()] == [made.key_id]
    assert isinstance(made.private, rsa.RSAPrivateKey)
    assert made.private.key_size == 3072
    certificate_of = made.published.certificate
    assert certificate_of.not_valid_before_utc < AT
    assert certificate_of.not_valid_after_utc.year == 9999
    assert certificate_of.subject.rfc4514_string() == f"CN={COUNCIL}: training certificates,O={COUNCIL},C=GB"


def test_badges_have_keys_of_their_own(tmp_path: Path) -> None:
    made = badge_keys(tmp_path, COUNCIL).signing(AT)
    assert isinstance(made.private, ec.EllipticCurvePrivateKey)
    assert made.private.curve.name == "secp256r1"
    assert certificate_keys(tmp_path, COUNCIL).published() == []
    with pytest.raises(DomainError, match="RSA"):
        signed(drawn(certificate(), LOOK), made, ISSUED_AT)


def test_the_newest_signs_and_the_others_stay(tmp_path: Path) -> None:
    give_keys(tmp_path)
    ring = certificate_keys(tmp_path, COUNCIL)
    first = ring.signing(AT)
    second = ring.renew(AT)
    assert ring.signing(AT).key_id == second.key_id != first.key_id
    assert [one.key_id for one in ring.published()] == [first.key_id, second.key_id]
    assert ring.find(first.key_id) == first
    assert ring.find("0" * 64) is None


_MAKE = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from courses.certificate.keys import certificate_keys
sys.stdin.readline()
print(certificate_keys(Path(sys.argv[1]), "Council").signing(datetime(2026, 1, 1, tzinfo=UTC)).key_id)
"""


def test_processes_that_begin_at_once_agree_on_one_key(tmp_path: Path) -> None:
    command = [sys.executable, "-c", _MAKE, str(tmp_path)]
    started = [
        subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    for one in started:
        assert one.stdin is not None
        one.stdin.write("\n")
        one.stdin.flush()
    answers = {one.communicate(timeout=120)[0] for one in started}
    assert len(answers) == 1
    assert [path.name for path in (tmp_path / "keys" / "certificates").iterdir()] == ["0001.pem"]


def test_a_damaged_key_is_named_and_never_replaced(tmp_path: Path) -> None:
    give_keys(tmp_path)
    path = tmp_path / "keys" / "certificates" / "0001.pem"
    path.write_bytes(path.read_bytes()[:900])
    with pytest.raises(DomainError, match=r"0001\.pem is damaged"):
        certificate_keys(tmp_path, COUNCIL).signing(AT)


def test_a_folder_that_cannot_be_written_to_is_named(tmp_path: Path) -> None:
    (tmp_path / "keys").write_text("in the way")
    with pytest.raises(DomainError, match="cannot be written to"):
        certificate_keys(tmp_path, COUNCIL).signing(AT)


def pkcs12(path: Path, name: str = "outside", password: str = PASSWORD) -> Path:
    own: Any = key(name)
    content = serialize_key_and_certificates(
        b"council", own.private, own.published.certificate, None, BestAvailableEncryption(password.encode())
    )
    path.write_bytes(content)
    return path


def test_a_key_from_outside_signs_and_is_still_trusted_when_another_took_its_place(tmp_path: Path) -> None:
    give_keys(tmp_path)
    ring = certificate_keys(tmp_path, COUNCIL, pkcs12(tmp_path / "first.p12"), PASSWORD)
    assert ring.signing(AT).key_id == key("outside").key_id
    assert [one.key_id for one in ring.published()] == [key().key_id, key("outside").key_id]
    file = signed(drawn(certificate(), LOOK), ring.signing(AT), ISSUED_AT)
    other = certificate_keys(tmp_path, COUNCIL, pkcs12(tmp_path / "second.p12", "another"), PASSWORD)
    assert other.signing(AT).key_id == key("another").key_id
    assert check(file, other.published()).key_id == key("outside").key_id
    assert check(file, certificate_keys(tmp_path, COUNCIL).published()).key_id == key("outside").key_id
    assert other.find(key("outside").key_id) is None, "its private half went with its file"
    with pytest.raises(DomainError, match="CERTIFICATE_KEY_FILE"):
        other.renew(AT)


def test_a_key_from_outside_may_stand_under_an_authority(tmp_path: Path) -> None:
    own: Any = key("outside")
    path = tmp_path / "chain.p12"
    above = key("another").published.certificate
    path.write_bytes(
        serialize_key_and_certificates(
            b"council",
            own.private,
            own.published.certificate,
            [above],
            BestAvailableEncryption(PASSWORD.encode()),
        )
    )
    ring = certificate_keys(tmp_path, COUNCIL, path, PASSWORD)
    found = ring.signing(AT)
    assert found.published.chain == (above,)
    file = signed(drawn(certificate(), LOOK), found, ISSUED_AT)
    assert check(file, ring.published()).key_id == found.key_id
    assert read_published(found.published.pem) == found.published


@pytest.mark.parametrize("wrong", ["password", "content", "missing", "curve"])
def test_a_file_that_will_not_do_is_named(tmp_path: Path, wrong: str) -> None:
    path = pkcs12(tmp_path / "key.p12")
    if wrong == "content":
        path.write_bytes(b"nothing")
    elif wrong == "missing":
        path.unlink()
    elif wrong == "curve":
        badge: Any = badge_keys(tmp_path, COUNCIL).signing(AT)
        path.write_bytes(
            serialize_key_and_certificates(
                b"c",
                badge.private,
                badge.published.certificate,
                None,
                BestAvailableEncryption(PASSWORD.encode()),
            )
        )
    ring = certificate_keys(tmp_path, COUNCIL, path, "another" if wrong == "password" else PASSWORD)
    with pytest.raises(DomainError, match="CERTIFICATE_KEY_FILE"):
        ring.signing(AT)


@pytest.mark.parametrize(
    "content", [b"", b"nothing", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"]
)
def test_a_file_without_certificates_is_no_key(content: bytes) -> None:
    with pytest.raises(DomainError, match="PEM"):
        read_published(content)


# --- numbered files and looks


def test_a_number_is_taken_once(tmp_path: Path) -> None:
    files = NumberedFiles(tmp_path / "a" / "b", ".json")
    assert files.numbers() == []
    assert files.add(1, b"one")
    assert not files.add(1, b"another")
    assert files.add(10_001, b"many")
    (files.folder / "note.json").write_text("not ours")
    assert files.numbers() == [1, 10_001]
    assert files.path(1).read_bytes() == b"one"
    assert [path.name for path in files.folder.iterdir() if path.name.startswith(".part")] == []


def test_a_look_is_kept_once_and_a_lost_one_gives_way_to_the_present_one(tmp_path: Path) -> None:
    issuer = Issuer(COUNCIL, ADDRESS, LOOK.colour, tmp_path)
    assert [issuer.layout(), issuer.layout()] == [1, 1]
    other = replace(issuer, colour="#00703c")
    assert [other.layout(), other.layout()] == [2, 2]
    assert issuer.layout() == 3, "back to the old look is a new one: the last kept counts"
    assert other.look(1) == LOOK
    assert other.look(99).colour == "#00703c"


PIXEL = picture("PNG", size=(1, 1))


def test_a_png_is_printed_also_where_the_logo_is_an_svg_and_none_where_it_is_damaged(tmp_path: Path) -> None:
    plain = Issuer(COUNCIL, ADDRESS, LOOK.colour, tmp_path)
    (tmp_path / "logo.svg").write_bytes(b"<svg/>")
    drawn, beside = replace(plain, logo=tmp_path / "logo.svg"), tmp_path / "logo.png"
    with pytest.raises(DomainError, match="COUNCIL_LOGO"):
        drawn.layout()
    for content, printed in ((PIXEL, PIXEL), (b"nothing", b"")):
        beside.write_bytes(content)
        for issuer in (drawn, replace(plain, logo=beside)):
            assert issuer.look(issuer.layout()).logo == printed
    with pytest.raises(DomainError, match="COUNCIL_LOGO"):
        replace(plain, logo=tmp_path / "away.png").layout()
