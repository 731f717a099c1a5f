"""The idle time (promise S5): written into the cookie at most once a minute, and never longer than promised."""

from collections.abc import Callable
from datetime import datetime, timedelta

import time_machine
from flask import Flask

from foundation import clock
from people.auth.idle import RENEWED_AFTER
from tests.pages import PageClient

SignIn = Callable[[str], PageClient]
SECOND = timedelta(seconds=1)


def at(moment: datetime, client: PageClient) -> tuple[int, bool]:
    """Ask for a page at a moment: its status, and whether the cookie was written anew."""
    with time_machine.travel(moment, tick=False):
        answer = client.get("/account")
    written = any("tracker_session=" in header for header in answer.headers.getlist("Set-Cookie"))
    return answer.status_code, written


def test_a_cookie_of_this_minute_is_not_written_again_and_an_older_one_is(sign_in: SignIn) -> None:
    with time_machine.travel(clock.now(), tick=False):
        client, begun = sign_in("staff"), clock.now()
    assert at(begun + SECOND, client) == (200, False)
    assert at(begun + RENEWED_AFTER - SECOND, client) == (200, False)
    assert at(begun + RENEWED_AFTER + SECOND, client) == (200, True)
    assert at(begun + RENEWED_AFTER + 2 * SECOND, client) == (200, False)


def test_whoever_uses_the_service_stays_signed_in_and_nobody_longer_than_the_idle_time(
    app: Flask, sign_in: SignIn
) -> None:
    idle = app.permanent_session_lifetime
    with time_machine.travel(clock.now(), tick=False):
        client, used = sign_in("staff"), clock.now()
    for _ in range(3):
        used += idle - SECOND
        assert at(used, client) == (200, True)
    # Used once more within the minute, which the cookie does not say: the session ends a little early, never late.
    assert at(used + RENEWED_AFTER - 2 * SECOND, client) == (200, False)
    assert at(used + idle + 2 * SECOND, client)[0] == 302


def test_a_cookie_that_somebody_keeps_is_judged_by_its_own_age(app: Flask, sign_in: SignIn) -> None:
    """The server judges, whatever the browser does with cookies that are past their day."""
    with time_machine.travel(clock.now(), tick=False):
        client, begun = sign_in("staff"), clock.now()
        cookie = client.get_cookie("tracker_session")
    assert cookie is not None
    late = begun + app.permanent_session_lifetime + 2 * SECOND
    with time_machine.travel(late, tick=False):
        client.set_cookie("tracker_session", cookie.value)
        assert client.get("/account").status_code == 302


def test_what_changes_in_the_session_is_written_at_once(sign_in: SignIn) -> None:
    client = sign_in("staff")
    assert at(clock.now(), client) == (200, False)
    answer = client.send("/account/details", detail="name", should_be="Sam")
    assert answer.status_code == 302
    assert any("tracker_session=" in header for header in answer.headers.getlist("Set-Cookie"))


def test_the_notice_before_the_end_counts_from_the_oldest_cookie_there_can_be(
    app: Flask, sign_in: SignIn
) -> None:
    notice = sign_in("staff").page("/account").select_one("#session-end")
    assert notice is not None
    promised = app.permanent_session_lifetime - RENEWED_AFTER
    assert int(str(notice["data-seconds"])) == promised.total_seconds()
