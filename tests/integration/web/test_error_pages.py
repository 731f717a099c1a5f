"""Each page about an error says what happened, what became of what was sent, and what to do (bad input G11 to G23)."""

import re
from collections.abc import Callable

import pytest
from flask import Flask, abort
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import TooManyRequests, default_exceptions

from foundation.errors import DomainError, NotFound
from people import auth
from tests.pages import PageClient, text_of

SignIn = Callable[[str], PageClient]
OURS = {"Sec-Fetch-Site": "same-origin"}
PAGES = {
    400: ("The request could not be understood", "Nothing was saved or changed.", "check it is correct"),
    403: ("You cannot see this page", "Nothing was saved or changed.", "ask your training team"),
    404: ("Page not found", "nothing was saved", "check it is correct"),
    405: ("This address cannot be used in that way", "Nothing was saved or changed.", "start page"),
    409: ("Somebody else changed this in the meantime", "was not saved", "Open the page again"),
    410: ("This is no longer here", "Nothing was saved or changed.", "ask for a new one"),
    413: ("What you sent is too large", "Nothing was saved.", "send a smaller file"),
    415: ("What you sent cannot be read", "Nothing was saved or changed.", "Open the page again"),
    422: ("This could not be done", "Nothing was saved or changed", "Go back in your browser"),
    429: ("Too many tries", "nothing was changed", "Wait 5 minutes"),
    500: ("Sorry, there is a problem with the service", "may not have been saved", "Try again later"),
    503: ("Sorry, the service is not available", "was not saved", "Try again in a few minutes"),
}
KEPT = {409, 422, 429, 500, 503}


@pytest.fixture
def broken(app: Flask) -> Flask:
    """A page for everybody who is signed in that breaks in the way its address says."""
    app.config["PROPAGATE_EXCEPTIONS"] = False

    @auth.signed_in
    def breaks(status: int) -> str:
        if status == 422:
            raise DomainError("A date is missing.")
        if status == 429:
            raise TooManyRequests(retry_after=300)
        if status == 500:
            raise RuntimeError("secret detail")
        if status == 503:
            raise OperationalError("secret statement", {}, Exception("secret address"))
        abort(status)

    app.add_url_rule("/breaks/<int:status>", "breaks", breaks, methods=["GET", "POST"])
    return app


@pytest.mark.parametrize("status", PAGES)
def test_it_says_what_happened_what_became_of_it_and_what_to_do(
    broken: Flask, sign_in: SignIn, status: int
) -> None:
    client = sign_in("staff")
    answer = client.get(f"/breaks/{status}", allow_fault=True)
    assert answer.status_code == status
    heading, fate, advice = PAGES[status]
    assert re.search(rf"<h1[^>]*>{re.escape(heading)}</h1>", answer.text)
    assert fate in answer.text
    assert advice in answer.text
    assert "help@borough.example" in answer.text
    assert 'href="/accessibility"' in answer.text
    assert "secret" not in answer.text
    assert "What you typed" not in answer.text


@pytest.mark.parametrize("status", PAGES)
@pytest.mark.parametrize("headers", [OURS, {}])
def test_what_was_typed_is_shown_where_it_may_be_of_use_again_and_never_to_another_site(
    broken: Flask, sign_in: SignIn, status: int, headers: dict[str, str]
) -> None:
    client = sign_in("staff")
    token = client.page("/help").select_one("input[name=csrf_token]")
    assert token is not None
    sent = {"csrf_token": str(token["value"]), "course_name": "Prevent <b>", "once": "a key"}
    answer = client.post(f"/breaks/{status}", data=sent, headers=headers, allow_fault=True)
    assert answer.status_code == status
    kept = status in KEPT and bool(headers)
    assert ("What you typed" in answer.text) == kept
    assert ("Prevent &lt;b&gt;" in answer.text) == kept
    assert ("Send it again" in answer.text) == (kept and status not in (409, 422))


def test_every_other_status_has_a_page_too(broken: Flask, sign_in: SignIn) -> None:
    client = sign_in("staff")
    for status in sorted(set(default_exceptions) - set(PAGES)):
        answer = client.get(f"/breaks/{status}", allow_fault=True)
        assert answer.status_code == status
        assert "<h1" in answer.text


def test_what_is_not_there_and_what_is_not_yours_is_one_page(app: Flask, sign_in: SignIn) -> None:
    @auth.signed_in
    def not_yours() -> str:
        raise NotFound("This is somebody else's.")

    app.add_url_rule("/not-yours", "not_yours", not_yours)
    client = sign_in("staff")
    pages = [client.page(address, status=404) for address in ("/not-yours", "/not-there")]
    for page in pages:
        for token in page.select("input[name=csrf_token]"):
            del token["value"]
    assert str(pages[0]) == str(pages[1])
    assert "somebody else" not in text_of(pages[0])
