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
from foundation.facts import recorded
from foundation.stamp import Stamp
from people.models import DetailRequestRow
from people.services.links import invite
from tests.borough import PASSWORD, email_of
from tests.e2e.bookings_tour import own_bookings, several_bookings, team_bookings
from tests.e2e.certificates_tour import certificates, checking, own_certificates
from tests.e2e.evaluation_tour import answering, results
from tests.e2e.loading_tour import loading, of_partner
from tests.e2e.planning_tour import planning
from tests.e2e.records_tour import records
from tests.e2e.registers_tour import registers
from tests.e2e.reminders_tour import own_reminders, partners, peoples, reminders
from tests.e2e.reports_tour import reports
from tests.e2e.rules_tour import rules
from tests.e2e.schools_tour import schools
from tests.e2e.walking import Walk

Tour = Callable[[Walk], None]

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
    walk.page.get_by_role("link", name=re.compile("^Withdraw ")).first.click()
    walk.see("courses.withdraw")
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
    accounts(walk)
    walk.go("/figures", "compliance.figures")
    walk.go("/figures?by=organisation", "compliance.figures", "by organisation")
    walk.go("/figures?by=unit", "compliance.figures", "by unit")
    walk.go("/figures?by=role", "compliance.figures", "by role")
    walk.go("/figures?by=sector&as_at=2098-01-01", "compliance.figures", "by sector, a forecast")
    walk.go("/figures?known_at=2026-01-01T09:30", "compliance.figures", "as the record stood")
    walk.go("/figures?known_at-time=25:00", "compliance.figures", "error in the moment")
    walk.go("/figures/trend", "compliance.trend")
    walk.go("/figures/trend?every=quarter&back=3", "compliance.trend", "by quarters")
    walk.go(f"/figures/bridge?start={clock.today() - timedelta(days=365)}", "compliance.bridge_page")
    walk.go(f"/figures/bridge?start={clock.today()}", "compliance.bridge_page", "nobody moved")
    walk.go("/figures/bridge?start=x", "compliance.bridge_page", "error")
    walk.go(f"/figures/bridge/people?start={clock.today() - timedelta(days=365)}", "compliance.bridge_people")
    walk.go("/figures/schools", "compliance.coverage")
    walk.go("/figures/schools?requirement=STALLS", "compliance.coverage", "another requirement")
    walk.go(f"/figures?{BAD_DAY}", "compliance.figures", "error")
    walk.go("/figures?requirement=NOPE", "compliance.figures", "not found")
    walk.go("/people", "compliance.people")
    walk.go("/people?show=expired", "compliance.people", "expired")
    walk.go(f"/people?{BAD_DAY}", "compliance.people", "error")
    walk.go("/people/Sam", "compliance.person")
    walk.go("/people/Two", "compliance.person", "two posts")


def work(walk: Walk) -> None:
    """Learning and development: what waits, a check of evidence up to undoing it, what is to be put right."""
    ask_for_correction(walk)
    walk.go("/work", "compliance.worklist")
    walk.go("/work/people?problem=no-manager", "compliance.people_to_mend")
    walk.go("/work/people?problem=no-email", "compliance.people_to_mend", "nobody")
    walk.go("/work/roles", "compliance.roles_to_review", "none")
    walk.go("/people/requests", "people.detail_requests")
    walk.page.locator("main details").first.evaluate("found => { found.open = true }")
    walk.press("Send the answer")
    walk.see("people.detail_requests", "error")
    walk.go("/evidence/to-check?came=self", "courses.evidence_queue", "none of these")
    walk.go("/evidence/to-check", "courses.evidence_queue")
    walk.page.get_by_role("button", name="Check the first").click()
    walk.see("courses.check_evidence")
    walk.press(only_button(walk))
    walk.see("courses.check_evidence", "error")
    walk.page.get_by_label("No: it cannot be read").check()
    walk.press(only_button(walk))
    walk.see("courses.evidence_queue", "just decided")
    walk.page.get_by_role("button", name="Undo").click()
    walk.see("courses.check_evidence", "undone")


def ask_for_correction(walk: Walk) -> None:
    """Ola says that a name is wrong."""
    with walk.app.app_context(), transaction(db.session()) as session:
        stamp = Stamp("command:tests", clock.now())
        values = {"person_id": walk.borough.ids["Ola"], "detail": "name", "should_be": "Olha"}
        session.add(DetailRequestRow(**values, **recorded(stamp)))


def by_hand(walk: Walk) -> None:
    """Learning and development: a role by hand and an exemption, from giving to taking back."""
    sam = f"/people/{walk.borough.people['Sam']}"
    walk.go("/exemptions", "compliance.exemptions")
    walk.go("/exemptions?show=to_come", "compliance.exemptions", "none")
    walk.go(f"/people/{walk.borough.people['Uma']}/roles/new", "compliance.give_role", "oneself")
    walk.go(f"{sam}/roles/new", "compliance.give_role")
    walk.press("Continue")
    walk.see("compliance.give_role", "error")
    walk.page.locator("#role").select_option("street")
    walk.page.get_by_label("Approved by").fill("Head of Community Safety")
    walk.page.get_by_label("Why they have this role").fill("Covers the stalls")
    walk.press("Continue")
    walk.see("compliance.give_role", "what it changes")
    walk.press("Give this role")
    walk.see("compliance.person", "a role by hand")
    walk.page.get_by_role("link", name="Review the role").click()
    walk.see("compliance.review_role")
    walk.press("Keep this role")
    walk.see("compliance.review_role", "error")
    walk.page.goto(sam)
    walk.page.get_by_role("link", name="End the role").click()
    walk.see("compliance.end_role")
    walk.press("Continue")
    walk.see("compliance.end_role", "error")
    walk.page.get_by_label("It was given by mistake").check()
    walk.page.get_by_label("Why", exact=True).fill("Somebody else was meant")
    walk.press("Continue")
    walk.see("compliance.end_role", "what it changes")
    walk.go(f"{sam}/exemptions/new", "compliance.add_exemption")
    walk.press("Continue")
    walk.see("compliance.add_exemption", "error")
    walk.page.locator("#requirement").select_option("*")
    walk.page.get_by_label("Approved by").fill("Head of Community Safety")
    walk.page.get_by_label("Reason").fill("Trained elsewhere")
    last = clock.today() + timedelta(days=20)
    for part in ("day", "month", "year"):
        walk.page.locator(f"#last_day-{part}").fill(str(getattr(last, part)))
    walk.press("Continue")
    walk.see("compliance.add_exemption", "what it changes")
    walk.press("Record this exemption")
    walk.see("compliance.person", "an exemption")
    walk.page.get_by_role("link", name="End the exemption").click()
    walk.see("compliance.end_exemption")
    walk.press("Continue")
    walk.see("compliance.end_exemption", "error")


def auditor(walk: Walk) -> None:
    """An account that belongs to nobody who is counted; two-step sign-in from setting it up to taking it away."""
    walk.go("/imports", "compliance.imports", "to read")
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
    """The lead of a partner organisation, who declares a number of people without their names and loads a file."""
    headcounts(walk)
    of_partner(walk)
    walk.go("/figures", "compliance.figures")
    walk.go("/people", "compliance.people")


def accounts(walk: Walk) -> None:
    """Accounts of others: inviting, giving a permission, doing something that asks first."""
    walk.go("/accounts", "people.accounts")
    walk.go("/accounts?state=disabled&permission=auditor", "people.accounts", "none")
    walk.go("/accounts/invite", "people.invite_account")
    walk.press("Send the invitation")
    walk.see("people.invite_account", "error")
    walk.page.get_by_label(re.compile("email")).fill("new.starter@council.example")
    walk.press("Send the invitation")
    walk.see("people.account_page", "invited")
    walk.page.get_by_role("link", name="Give a permission").click()
    walk.see("people.give_permission")
    walk.press("Continue")
    walk.see("people.give_permission", "error")
    walk.page.locator("input[value=auditor]").check()
    walk.press("Continue")
    walk.see("people.account_page", "permission asked for")
    walk.page.get_by_role("link", name="Disable this account").click()
    walk.see("people.change_account")


def headcounts(walk: Walk) -> None:
    """People trained by sector, and a number declared, corrected and withdrawn."""
    walk.go("/figures/sectors", "compliance.sectors")
    walk.go("/figures/sectors?first-day=31&first-month=6&first-year=2026", "compliance.sectors", "error")
    walk.go("/figures/declared", "compliance.declared", "none")
    walk.go("/figures/declared/new", "compliance.declare")
    walk.press("Save")
    walk.see("compliance.declare", "error")
    day = clock.today() - timedelta(days=3)
    for name in ("first", "last"):
        for part in ("day", "month", "year"):
            walk.page.locator(f"#{name}-{part}").fill(str(getattr(day, part)))
    walk.page.locator("#course").select_option(index=1)
    walk.page.locator("#people").fill("40")
    walk.page.locator("#declared_by").fill("The head of training")
    walk.press("Save")
    walk.see("compliance.declared")
    walk.page.get_by_role("link", name=re.compile("^Correct")).click()
    walk.see("compliance.correct_declared")
    walk.page.go_back()
    walk.page.get_by_role("link", name=re.compile("^Withdraw")).click()
    walk.see("compliance.withdraw_declared")


ROUTES = {
    "anybody": Route(None, anybody),
    "staff": Route("staff", staff),
    "manager": Route("manager", manager),
    "learning": Route("learning", learning),
    "rules": Route("learning", rules),
    "loading": Route("learning", loading),
    "by hand": Route("learning", by_hand),
    "work": Route("learning", work),
    "planning": Route("coordinator", planning),
    "schools": Route("coordinator", schools),
    "answering about a workshop": Route(None, answering),
    "what people thought": Route("learning", results),
    "records": Route("learning", records),
    "reminders": Route("learning", reminders),
    "own reminders": Route("staff", own_reminders),
    "reminders of a team": Route("manager", peoples),
    "reminders of an organisation": Route("partner", partners),
    # Ola completes a course in it, and has no reminder any more: the tours of one service go in this order.
    "registers": Route("learning", registers),
    "reports": Route("coordinator", reports),
    "own bookings": Route("staff", own_bookings),
    "team bookings": Route("manager", team_bookings),
    "several bookings": Route("learning", several_bookings),
    "checking certificates": Route(None, checking),
    "own certificates": Route("manager", own_certificates),
    "certificates": Route("learning", certificates),
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
