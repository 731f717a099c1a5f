"""Which links the frame of a page shows to whom, and the start page, which leads to the first of them.

A link is shown to those who may follow it; whether they may is decided again by the page itself.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Flask, redirect, request, url_for
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response

from people import auth
from people.domain import Account, Permission

HOME = "home"


@dataclass(frozen=True, slots=True)
class Destination:
    """A page of the menu: the words of its link and the endpoints on which that link is the current one."""

    text: str
    endpoint: str
    below: frozenset[str] = frozenset()


MY_TRAINING = Destination("My training", "compliance.my_training", frozenset({"compliance.my_history"}))
MY_TEAM = Destination("My team", "compliance.my_team")
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
            "compliance.rule_draft",
            "compliance.rule_draft_people",
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

# On every page, also where something went wrong, and in this order everywhere (WCAG 3.2.6, consistent help).
FOOTER: tuple[tuple[str, Callable[[], str]], ...] = (
    ("Help", lambda: url_for("help")),
    ("Accessibility statement", lambda: url_for("accessibility")),
    ("Privacy notice", lambda: url_for("privacy")),
    ("Cookies", lambda: url_for("cookies")),
    ("Complain about how we use your data", lambda: url_for("privacy", _anchor="complain")),
    ("Report a security weakness", lambda: url_for("help", _anchor="security")),
)


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
    if account.permissions & {Permission.LEARNING, Permission.AUDITOR}:
        found.append(IMPORTS)
    if account.sees_everybody:
        found.append(RULES)
    found.append(FIGURES)
    if account.permissions & {Permission.LEARNING, Permission.AUDITOR}:
        found.append(ACCOUNTS)
    return found


def frame() -> dict[str, Any]:
    """What layouts/base.html reads."""
    account = signed_in()
    menu = destinations(account) if account else []
    return {
        "account": account,
        "holder": holder(),
        "home_endpoint": HOME,
        "navigation": [
            {
                "text": item.text,
                "href": url_for(item.endpoint),
                "current": request.endpoint == item.endpoint,
                "active": request.endpoint in item.below,
            }
            for item in menu
        ],
        "footer_links": [{"text": text, "href": address()} for text, address in FOOTER],
    }
