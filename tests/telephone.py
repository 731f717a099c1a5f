"""A telephone with an authenticator app, as a test holds it, and the clock by which it and the service go."""

from datetime import datetime, timedelta

from pyotp import TOTP

from tests.borough import PASSWORD
from tests.pages import PageClient

SET_UP, CODES, CODE = "/account/two-step", "/account/two-step/recovery-codes", "/sign-in/code"
STEP = timedelta(seconds=30)


class Hands:
    """The hands of the clock: `clock.now` is to be replaced with this."""

    def __init__(self, now: datetime) -> None:
        # In the middle of a step, so that "one step away" means one step for whoever asks a moment later.
        self.now = now.replace(second=15, microsecond=0)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, by: timedelta) -> None:
        """Let time pass."""
        self.now += by


class Telephone:
    """An authenticator app that knows one secret."""

    def __init__(self, secret: str, hands: Hands) -> None:
        self.secret = secret
        self.hands = hands

    def code(self, steps: int = 0) -> str:
        """The code it shows now, or so many steps of 30 seconds later."""
        return TOTP(self.secret).at(self.hands() + steps * STEP)

    def wrong_code(self) -> str:
        """Six digits that are not right now, nor a few steps around."""
        right = {self.code(steps) for steps in range(-3, 4)}
        return next(code for code in ("000000", "111111", "222222", "333333") if code not in right)


def begin_set_up(client: PageClient, hands: Hands) -> Telephone:
    """Give the password and scan the key that the page shows."""
    answer = client.send(SET_UP, password=PASSWORD)
    assert answer.status_code == 302
    key = client.page(SET_UP).select_one(".app-key")
    assert key is not None
    return Telephone(key.get_text().replace(" ", ""), hands)


def set_up(client: PageClient, hands: Hands) -> tuple[Telephone, list[str]]:
    """Set two-step sign-in up for whoever is signed in; the app, and the recovery codes."""
    telephone = begin_set_up(client, hands)
    answer = client.send(SET_UP, code=telephone.code())
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith(CODES)
    codes = shown_codes(client)
    assert client.send(CODES).status_code == 302
    hands.forward(STEP)
    return telephone, codes


def shown_codes(client: PageClient) -> list[str]:
    """The recovery codes that the page shows."""
    return [code.get_text() for code in client.page(CODES).select(".app-codes .app-key")]
