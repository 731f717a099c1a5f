"""The tours of certificates: checking one, one's own, other people's, training passports and whom we trust."""

import json
from datetime import timedelta
from pathlib import Path

from joserfc.jwk import ECKey

from courses.certificate.passport import as_json, statement
from courses.certificate.tokens import published
from courses.domain.passports import Entry, Passport
from courses.services.issuers import issuer_file
from foundation import clock
from tests.e2e.walking import Walk

CERTIFICATE_FILES = {
    **dict.fromkeys(
        (
            "courses.badge_issuer",
            "courses.badge_keys",
            "courses.badge_key",
            "courses.badge_course",
            "courses.well_known_keys",
        ),
        "JSON for wallets of badges",
    ),
    **dict.fromkeys(
        (
            "courses.issuer_file",
            "courses.my_certificate_file",
            "courses.my_passport_file",
            "courses.person_certificate_file",
            "courses.person_passport_file",
        ),
        "a file",
    ),
    "courses.issue_certificate": "issues the certificate, and leads to it",
}
"""Addresses that show no page, and what they give."""
UNKNOWN = "0000-0000-0000-0000"
ADDRESS = "https://other.example.gov.uk"
ISSUER = "Another council"


def checking(walk: Walk) -> None:
    """Anybody: a number that is none, one that nobody has, and files of every kind. Ten tries are allowed a minute."""
    walk.go("/verify", "courses.verify")
    walk.press("Check the number")
    walk.see("courses.verify", "error")
    walk.page.get_by_label("Number").fill(UNKNOWN)
    walk.press("Check the number")
    walk.see("courses.verify_number", "unknown")
    walk.go("/verify/file", "courses.verify_file")
    walk.press("Check the file")
    walk.see("courses.verify_file", "error")
    _send(walk, "broken.pdf", b"%PDF-1.7\n", "Check the file")
    walk.see("courses.verify_file", "not genuine")


def own_certificates(walk: Walk) -> None:
    """Somebody of their own: having a certificate issued, its number checked, and a training passport."""
    walk.go("/my-training/certificates", "courses.my_certificates")
    walk.page.get_by_role("link", name="Prevent awareness").first.click()
    walk.see("courses.my_certificate", "not issued yet")
    walk.press("Get the certificate")
    walk.see("courses.my_certificate", "issued")
    number = walk.page.locator("dd", has_text="-").last.inner_text()
    walk.go(f"/verify/{number}", "courses.verify_number", "valid")
    walk.press("Show the full name")
    walk.see("courses.verify_number", "error")
    walk.page.get_by_label("Surname").fill("tester")
    walk.press("Show the full name")
    walk.see("courses.verify_number", "with the name")
    with walk.page.expect_download() as found:
        walk.page.goto("/my-training/certificates")
        walk.page.get_by_role("link", name="Prevent awareness").first.click()
        walk.page.get_by_role("link", name="Download the certificate (PDF)").click()
    walk.go("/verify/file", "courses.verify_file", "again")
    walk.page.locator("main input[type=file]").set_input_files(found.value.path())
    walk.press("Check the file")
    walk.see("courses.verify_file", "genuine")
    walk.go("/my-training/passport", "courses.my_passport")
    walk.press("Issue a passport")
    walk.see("courses.my_passport", "issued")
    walk.go("/my-training/passport/accept", "courses.accept_my_passport")
    walk.press("Continue")
    walk.see("courses.accept_my_passport", "error")


def certificates(walk: Walk) -> None:
    """Learning and development: issuing, correcting and withdrawing; trusting an issuer and accepting its passport."""
    vic = f"/people/{walk.borough.people['Vic']}"
    walk.go(f"{vic}/certificates", "courses.person_certificates")
    walk.page.get_by_role("link", name="Prevent awareness").first.click()
    walk.see("courses.person_certificate", "not issued yet")
    walk.press("Issue the certificate")
    walk.see("courses.person_certificate", "issued")
    walk.page.get_by_role("link", name="Issue a corrected certificate").click()
    walk.see("courses.correct_certificate")
    walk.press("Issue it")
    walk.see("courses.correct_certificate", "error")
    walk.page.get_by_role("link", name="Cancel").click()
    walk.page.get_by_role("link", name="Withdraw this certificate").click()
    walk.see("courses.revoke_certificate")
    walk.press("Withdraw it")
    walk.see("courses.revoke_certificate", "error")
    walk.page.get_by_label("Why?").fill("Another person")
    walk.press("Withdraw it")
    walk.see("courses.person_certificate", "withdrawn")
    walk.go(f"{vic}/passport", "courses.person_passport")
    _issuers(walk)


def _issuers(walk: Walk) -> None:
    key, today = ECKey.generate_key("P-256"), clock.today()
    entries = (
        Entry("PREV", "A course of theirs", "Somebody", today - timedelta(days=9), None),
        Entry("X-1", "Something that nobody knows here", "", today - timedelta(days=8), None),
    )
    said = Passport(
        "7ZQ4M2K9TC1B6XHD", "Kit Oldname", ISSUER, ADDRESS, clock.now().replace(microsecond=0), entries
    )
    walk.go("/passport-issuers", "courses.passport_issuers", "nobody yet")
    walk.go("/passport-issuers/new", "courses.trust_issuer")
    walk.press("Continue")
    walk.see("courses.trust_issuer", "error")
    file = json.dumps(issuer_file(ISSUER, ADDRESS, {"": published(key)})).encode()
    _send(walk, "issuer.json", file, "Continue")
    walk.see("courses.trust_issuer", "fingerprint")
    walk.press("It is the same: trust this issuer")
    walk.see("courses.passport_issuers", "trusted")
    walk.go(f"/people/{walk.borough.people['Kit']}/passport/accept", "courses.accept_person_passport")
    _send(walk, "passport.json", as_json(statement(said, key)).encode(), "Continue")
    walk.see("courses.accept_person_passport", "another name")
    walk.press("Record 1 course")
    walk.see("courses.accept_person_passport", "error")
    walk.page.get_by_role("group", name="Why is it this person's?").get_by_role("radio").first.check()
    walk.press("Record 1 course")
    walk.see("courses.person_passport", "recorded")
    walk.page.goto("/passport-issuers")
    walk.page.get_by_role("link", name="Stop trusting").click()
    walk.see("courses.withdraw_issuer")
    walk.press("Stop trusting")
    walk.see("courses.withdraw_issuer", "error")


def _send(walk: Walk, name: str, content: bytes, button: str) -> None:
    path = Path(walk.app.instance_path) / name
    path.write_bytes(content)
    walk.page.locator("main input[type=file]").set_input_files(str(path))
    walk.press(button)
