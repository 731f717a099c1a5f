"""Every page of the service, in the states that readers meet, with errors and without.

A tour is one reader's way. A page that is on no tour fails tests/e2e/test_accessible.py: add it here, with the errors
that its form can show.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pyotp
from reportlab.pdfgen.canvas import Canvas

from foundation import clock
from foundation.db import db, transaction
from foundation.stamp import Stamp
from people.services.links import invite
from tests.borough import PASSWORD, email_of
from tests.e2e.walking import Walk

Tour = Callable[[Walk], None]

NOT_PAGES = {
    "static": "files of the look",
    "brand_css": "the council's colours",
    "council_logo": "the council's logo",
    "security_txt": "plain text (RFC 9116)",
    "health.healthz": "plain text for monitors",
    "health.readyz": "plain text for monitors",
    "home": "leads to the first page of the reader",
    "compliance.my_history_csv": "a file",
    "compliance.my_team_csv": "a file",
    "compliance.my_team_xlsx": "a file",
    "compliance.figures_csv": "a file",
    "compliance.people_csv": "a file",
    "courses.evidence": "a file",
}
"""Addresses that show no page, and what they give."""

BAD_DAY = "as_at-day=31&as_at-month=6&as_at-year=2026"


@dataclass(frozen=True, slots=True)
class Route:
    """Who goes on a tour, and which way."""

    reader: str | None
    tour: Tour


def anybody(walk: Walk) -> None:
    """Before signing in, and the pages about the service."""
    walk.go("/sign-in", "people.sign_in")
    walk.press("Sign in")
    walk.see("people.sign_in", "error")
    walk.go("/get-link", "people.get_link")
    walk.press(only_button(walk))
    walk.see("people.get_link", "error")
    walk.page.get_by_label("Email address").fill("nobody@council.example")
    walk.press(only_button(walk))
    walk.see("people.get_link_sent")
    walk.go("/set-password/made-up", "people.set_password", "expired")
    walk.go(f"/set-password/{new_link(walk)}", "people.set_password")
    walk.press(only_button(walk))
    walk.see("people.set_password", "error")
    walk.go("/help", "help")
    walk.go("/accessibility", "accessibility")
    walk.go("/privacy", "privacy")
    walk.go("/cookies", "cookies")
    walk.go("/nowhere", "nobody's", "not found")
    walk.go("/sign-out", "nobody's", "not in this way")


def staff(walk: Walk) -> None:
    """Somebody of the street team: what is asked of them, and telling of training with a certificate and without."""
    walk.go("/my-training", "compliance.my_training")
    walk.go("/my-training/history", "compliance.my_history")
    walk.go("/account", "people.account")
    walk.go("/account/sessions", "people.sessions")
    walk.go("/account/password", "people.change_password")
    walk.press(only_button(walk))
    walk.see("people.change_password", "error")
    walk.go("/account/details", "people.my_details")
    walk.press("Ask for a correction")
    walk.see("people.my_details", "error")
    walk.page.locator("main input[type=radio]").first.check()
    walk.page.get_by_label(re.compile("should", re.IGNORECASE)).fill("Samuel")
    walk.press("Ask for a correction")
    walk.see("people.my_details", "asked for")
    walk.go("/figures", "compliance.figures")
    walk.go("/people", "compliance.people", "refused")
    walk.go("/people/Sam", "compliance.person", "one's own")
    walk.go("/training/tell-us", "courses.tell_us")
    walk.press("Continue")
    walk.see("courses.tell_us", "error")
    walk.press("I have no certificate")
    walk.see("courses.tell_us_details", "without certificate")
    walk.go("/training/tell-us", "courses.tell_us", "again")
    walk.page.locator("main input[type=file]").set_input_files(certificate(walk))
    walk.press("Continue")
    walk.see("courses.tell_us_details")
    for part in ("day", "month", "year"):
        walk.page.locator(f"#completed_on-{part}").fill("")
    walk.press("Continue")
    walk.see("courses.tell_us_details", "error")
    fill_session(walk, "PREV")
    walk.press("Continue")
    walk.see("courses.tell_us_check")
    walk.page.locator("main form button").first.click()
    walk.see("courses.tell_us_sent")
    walk.go("/my-training", "compliance.my_training", "waiting for a check")
    walk.go("/my-training/history", "compliance.my_history", "with a file")
    walk.go("/people/Sam", "compliance.person", "one's own, with a file")
    evidence = f"/people/{walk.borough.people['Sam']}/evidence"
    walk.go(evidence, "courses.person_evidence")
    signed_out(walk)


def signed_out(walk: Walk) -> None:
    """A form that is sent after its session ended, and what was typed given back."""
    walk.go("/account/details", "people.my_details", "once more")
    walk.page.locator("main input[type=radio]").first.check()
    walk.page.get_by_label(re.compile("should", re.IGNORECASE)).fill("Samantha")
    walk.page.context.clear_cookies(name="tracker_session")
    walk.press("Ask for a correction")
    walk.see("people.my_details", "signed out")
    walk.page.get_by_label("Email address").fill(email_of("staff"))
    walk.page.get_by_label("Password", exact=True).fill(PASSWORD)
    walk.press("Sign in")
    walk.see("people.sign_in", "what was typed")
    walk.press("Send it again")
    walk.see("people.my_details", "sent again")


def manager(walk: Walk) -> None:
    """Somebody with a team: how it stands, handing it over, recording a signed register."""
    walk.go("/my-training", "compliance.my_training")
    walk.go("/my-team", "compliance.my_team")
    walk.go("/my-team?scope=everyone&unit=in", "compliance.my_team", "everybody in the unit")
    walk.go("/my-team?q=nobody-has-this-name", "compliance.my_team", "nobody found")
    walk.go("/people/Bo", "compliance.person")
    walk.go("/figures", "compliance.figures")
    walk.go("/my-team/delegates", "people.delegates", "nobody yet")
    walk.go("/my-team/delegates/new", "people.delegates_new")
    walk.page.locator("#begins-day").fill("")
    walk.press("Continue")
    walk.see("people.delegates_new", "error")
    last = clock.today() + timedelta(days=20)
    first = clock.today()
    walk.page.locator("main input[type=text], main input[type=email]").first.fill("ola@council.example")
    for name, day in (("begins", first), ("ends", last)):
        for part in ("day", "month", "year"):
            walk.page.locator(f"#{name}-{part}").fill(str(getattr(day, part)))
    walk.press("Continue")
    walk.see("people.delegates_check")
    walk.press("Hand your team over")
    walk.see("people.delegates", "handed over")
    walk.page.get_by_role("link", name="Change the last day").click()
    walk.see("people.delegates_change")
    walk.page.locator("#ends-year").fill("1999")
    walk.press("Save")
    walk.see("people.delegates_change", "error")
    walk.page.goto("/my-team/delegates")
    walk.page.get_by_role("link", name="Take your team back").click()
    walk.see("people.delegates_end")
    walk.press("Take your team back")
    walk.see("people.delegates", "taken back")
    register(walk)


def register(walk: Walk) -> None:
    """The signed register, from the file to the end."""
    walk.go("/my-team/register", "courses.register")
    walk.press("Continue")
    walk.see("courses.register", "error")
    walk.page.locator("main input[type=file]").set_input_files(certificate(walk))
    walk.press("Continue")
    walk.see("courses.register_details")
    walk.page.locator("#course").select_option("")
    walk.press("Continue")
    walk.see("courses.register_details", "error")
    fill_session(walk, "BRIEF")
    walk.press("Continue")
    walk.see("courses.register_people")
    walk.press("Continue")
    walk.see("courses.register_people", "error")
    walk.page.locator("main input[type=checkbox]").first.check()
    walk.press("Continue")
    walk.see("courses.register_check")
    walk.page.locator("main form button").first.click()
    walk.see("courses.register_sent")


def learning(walk: Walk) -> None:
    """Learning and development: every figure and everybody."""
    walk.go("/figures", "compliance.figures")
    walk.go("/figures?by=organisation", "compliance.figures", "by organisation")
    walk.go("/figures?by=unit", "compliance.figures", "by unit")
    walk.go(f"/figures?{BAD_DAY}", "compliance.figures", "error")
    walk.go("/figures?requirement=NOPE", "compliance.figures", "not found")
    walk.go("/people", "compliance.people")
    walk.go("/people?show=expired", "compliance.people", "expired")
    walk.go(f"/people?{BAD_DAY}", "compliance.people", "error")
    walk.go("/people/Sam", "compliance.person")
    walk.go("/people/Two", "compliance.person", "two posts")


def auditor(walk: Walk) -> None:
    """An account that belongs to nobody who is counted; two-step sign-in from setting it up to taking it away."""
    walk.go("/my-training", "compliance.my_training", "no record")
    walk.go("/account/two-step", "people.second_step_setup")
    walk.press("Continue")
    walk.see("people.second_step_setup", "error")
    walk.page.get_by_label("Your password", exact=True).fill(PASSWORD)
    walk.press("Continue")
    walk.see("people.second_step_setup", "the key")
    secret = walk.page.locator(".app-key").inner_text().replace(" ", "")
    walk.page.locator("main form button").first.click()
    walk.see("people.second_step_setup", "error with the key")
    code = pyotp.TOTP(secret).now()
    walk.page.get_by_label("Security code").fill(code)
    walk.page.locator("main form button").first.click()
    walk.see("people.recovery_codes", "to keep")
    codes = re.findall(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}", walk.page.locator("main").inner_text())
    walk.page.locator("main form button").first.click()
    walk.see("people.second_step_setup", "set up")
    walk.go("/account/two-step/recovery-codes", "people.recovery_codes")
    walk.page.get_by_role("button", name="Sign out").first.click()
    walk.page.goto("/sign-in")
    walk.page.get_by_label("Email address").fill(email_of("auditor"))
    walk.page.get_by_label("Password", exact=True).fill(PASSWORD)
    walk.press("Sign in")
    walk.see("people.second_step")
    walk.page.locator("main form button").first.click()
    walk.see("people.second_step", "error")
    walk.go("/sign-in/code?with=recovery-code", "people.second_step", "recovery code")
    walk.page.get_by_label("Recovery code").fill(codes[0])
    walk.page.locator("main form button").first.click()
    walk.go("/account/two-step/remove", "people.second_step_remove")


def partner(walk: Walk) -> None:
    """The lead of a partner organisation."""
    walk.go("/figures", "compliance.figures")
    walk.go("/people", "compliance.people")


ROUTES = {
    "anybody": Route(None, anybody),
    "staff": Route("staff", staff),
    "manager": Route("manager", manager),
    "learning": Route("learning", learning),
    "auditor": Route("auditor", auditor),
    "partner": Route("partner", partner),
}


def only_button(walk: Walk) -> str:
    """The words of the button of the page's form."""
    return walk.page.locator("main form button[type=submit]").first.inner_text()


def certificate(walk: Walk) -> str:
    """A PDF that says what a certificate says."""
    path = Path(walk.app.instance_path) / "certificate.pdf"
    canvas = Canvas(str(path))
    for line, text in enumerate(("Certificate", "Sam Tester completed Prevent awareness", "on 3 May 2026")):
        canvas.drawString(72, 700 - 20 * line, text)
    canvas.save()
    return str(path)


def fill_session(walk: Walk, course: str) -> None:
    """Choose the course, and say that it was ten days ago."""
    day = clock.today() - timedelta(days=10)
    walk.page.locator("#course").select_option(course)
    for part in ("day", "month", "year"):
        walk.page.locator(f"#completed_on-{part}").fill(str(getattr(day, part)))


def new_link(walk: Walk) -> str:
    """The token of an invitation for Vic, who has no account yet."""
    with walk.app.app_context(), transaction(db.session()) as session:
        stamp = Stamp("command:tests", clock.now())
        found = invite(
            session,
            stamp,
            "vic@council.example",
            lambda *_: ("An invitation", "Its words are tested elsewhere."),
            person_ref="N-Vic",
        )
    return found.token
