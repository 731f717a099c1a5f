"""Which links the frame of a page shows to whom, and the start page, which leads to the first of them.

A link is shown to those who may follow it; whether they may is decided again by the page itself.
"""

from typing import Any

from flask import Flask, current_app, redirect, request, url_for
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response

from app.frame_links import Destination, Links
from people import auth
from people.domain import Account, Permission

HOME = "home"
LINKS = "links of the frame"


MY_TRAINING = Destination(
    "My training",
    "compliance.my_training",
    frozenset(
        {
            "compliance.my_history",
            "courses.accept_my_passport",
            "courses.my_certificate",
            "courses.my_certificates",
            "courses.my_passport",
            "courses.my_workshops",
            "reminders.frequency",
        }
    ),
)
MY_TEAM = Destination(
    "My team", "compliance.my_team", frozenset({"reminders.peoples_reminders", "reminders.send_now"})
)
WORK = Destination(
    "Work to do",
    "compliance.worklist",
    frozenset(
        {
            "compliance.people_to_mend",
            "compliance.roles_to_review",
            "courses.evidence_queue",
            "courses.check_evidence",
            "people.detail_requests",
        }
    ),
)
FIND_PEOPLE = Destination("Find people", "compliance.find_people")
WORKSHOPS = Destination(
    "Workshops",
    "courses.workshops",
    frozenset(
        {
            "courses.workshop",
            "courses.book_for",
            "courses.book_workshop",
            "courses.booking",
            "courses.cancel_booking",
            "courses.peoples_bookings",
            "courses.substitute_booking",
            "courses.workshop_bookings",
            "courses.plan_workshop",
            "courses.change_workshop",
            "courses.call_off_workshop",
            "courses.register_add",
            "courses.register_close",
            "courses.register_correct",
            "courses.register_guest",
            "courses.register_print",
            "courses.register_upload",
            "courses.register_upload_check",
            "courses.evaluation_results",
            "courses.evaluation_slips",
            "courses.workshop_door",
            "courses.workshop_recharge",
            "courses.workshop_register",
            "compliance.workshop_need",
        }
    ),
)
IMPORTS = Destination(
    "Imports",
    "compliance.imports",
    frozenset(
        {
            "compliance.imports_new",
            "compliance.import_run",
            "compliance.import_changes",
            "compliance.import_mend",
            "compliance.import_batch",
            "courses.passport_issuers",
            "courses.trust_issuer",
            "courses.withdraw_issuer",
        }
    ),
)
RULES = Destination(
    "Rule book",
    "compliance.rule_book",
    frozenset(
        {
            "compliance.rule_course",
            "compliance.rule_role",
            "compliance.rule_requirement",
            "compliance.rule_reminders",
            "compliance.rule_change",
            "compliance.rule_changes",
            "compliance.rule_draft",
            "compliance.rule_draft_people",
        }
    ),
)
REMINDERS = Destination(
    "Reminders",
    "reminders.state",
    frozenset(
        {
            "reminders.plan",
            "reminders.plan_message",
            "reminders.messages",
            "reminders.message",
            "reminders.decide",
            "reminders.twice",
            "reminders.letters",
            "reminders.halt",
            "reminders.resume",
            "reminders.release_run",
            "reminders.make_letters",
            "reminders.take_letters_back",
        }
    ),
)
ACCOUNTS = Destination(
    "Accounts",
    "people.accounts",
    frozenset(
        {"people.account_page", "people.invite_account", "people.give_permission", "people.change_account"}
    ),
)
FIGURES = Destination(
    "Figures",
    "compliance.figures",
    frozenset(
        {
            "compliance.people",
            "compliance.trend",
            "compliance.bridge_page",
            "compliance.bridge_people",
            "compliance.coverage",
        }
    ),
)

REPORTS = Destination(
    "Reports",
    "reports.catalogue",
    frozenset(
        {
            "reports.report",
            "reports.choose",
            "reports.keep_report",
            "reports.kept_reports",
            "reports.frozen",
            "reports.compare",
            "reports.plan",
            "reports.assurance_lines",
            "reports.assurance_line",
            "reports.save_assurance_line",
            "reports.schedules",
            "reports.new_schedule",
            "reports.change_schedule",
            "reports.end_schedule",
        }
    ),
)

# On every page, also where something went wrong, and in this order everywhere (WCAG 3.2.6, consistent help).
FOOTER: tuple[tuple[str, str, str], ...] = (
    ("Help", "help", ""),
    ("Check a certificate", "courses.verify", ""),
    ("Accessibility statement", "accessibility", ""),
    ("Privacy notice", "privacy", ""),
    ("Cookies", "cookies", ""),
    ("Complain about how we use your data", "privacy", "#complain"),
    ("Report a security weakness", "help", "#security"),
)
"""The words of each link, its endpoint, and its place on that page."""


def install(app: Flask) -> None:
    """Add the start page, and give every template what the frame shows."""
    app.add_url_rule("/", HOME, home)
    app.context_processor(frame)


@auth.public
def home() -> Response:
    """Lead to the first page that this account may see; learning and development to the work that waits."""
    account = signed_in()
    if account is None:
        return redirect(url_for("people.sign_in"))
    first = WORK if Permission.LEARNING in account.permissions else destinations(account)[0]
    return redirect(url_for(first.endpoint))


def signed_in() -> Account | None:
    """The account behind this request; nobody while the database cannot say, as error pages need a frame."""
    try:
        return auth.account()
    except SQLAlchemyError:
        return None


def holder() -> Account | None:
    """As `signed_in`, also while the second step of signing in is still to come: the frame offers a way out then."""
    try:
        return auth.holder()
    except SQLAlchemyError:
        return None


def destinations(account: Account) -> list[Destination]:
    """The menu of an account (authorization matrix, docs/security.md). Never empty."""
    found = []
    if account.person_id is not None:
        found.append(MY_TRAINING)
    if account.is_manager:
        found.append(MY_TEAM)
    if account.permissions:
        found.append(WORK)
        found.append(FIND_PEOPLE)
    if account.person_id is not None or account.permissions:
        found.append(WORKSHOPS)
    if account.permissions & {Permission.LEARNING, Permission.AUDITOR, Permission.PARTNER_LEAD}:
        found.append(IMPORTS)
    if account.sees_everybody:
        found.append(RULES)
        found.append(REMINDERS)
    found.append(FIGURES)
    if account.permissions:
        found.append(REPORTS)
    if account.permissions & {Permission.LEARNING, Permission.AUDITOR}:
        found.append(ACCOUNTS)
    return found


def frame() -> dict[str, Any]:
    """What layouts/base.html reads."""
    account, links = signed_in(), _links()
    menu = tuple(destinations(account)) if account else ()
    return {
        "account": account,
        "holder": holder(),
        "home_endpoint": HOME,
        "navigation": links.menu(request.script_root, request.endpoint, menu),
        "footer_links": links.footer(request.script_root),
    }


def _links() -> Links:
    """Made once from the paths of all pages that have nothing of their own in their addresses."""
    held = current_app.extensions
    if LINKS not in held:
        plain = (rule for rule in current_app.url_map.iter_rules() if not rule.arguments)
        held[LINKS] = Links({rule.endpoint: rule.rule for rule in plain}, FOOTER)
    links: Links = held[LINKS]
    return links
