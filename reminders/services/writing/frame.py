"""What all messages about reminders share: who writes, the addresses to which they lead, and how words are made.

The words are in templates/emails, as plain text. A template is compiled once and kept; whatever goes wrong in it stops
that one message (`RefusedError`), and the problem names the template and never what was in it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from foundation.formats import count_noun
from foundation.mail import one_line
from reminders.domain.letter import RefusedError
from reports.document import heading_lines

FOLDER: Final = Path(__file__).resolve().parents[3] / "templates" / "emails"
LONGEST_NAME: Final = 100
_BLANK_LINES = re.compile(r"\n{3,}")
_ENDS = re.compile(r"[ \t]+\n")
_ADDRESS_MARK = re.compile(r"(?i)://|www\.")


@dataclass(frozen=True)
class Letterhead:
    """Who writes, as the settings have it. `support_email` and `support_phone` may be empty."""

    council_name: str
    service_name: str
    base_url: str
    support_email: str = ""
    support_phone: str = ""

    @classmethod
    def of(cls, config: Mapping[str, Any]) -> "Letterhead":
        """From the settings under the names by which the app keeps them."""
        names = ("COUNCIL_NAME", "SERVICE_NAME", "BASE_URL", "SUPPORT_EMAIL", "SUPPORT_PHONE")
        return cls(*(str(config[name]) for name in names))

    def address(self, path: str) -> str:
        """A page's address. The host is BASE_URL's, whatever host anybody asked for (promise S9)."""
        return f"{self.base_url}{path}"

    @property
    def my_training(self) -> str:
        return self.address("/my-training")

    @property
    def frequency(self) -> str:
        """Where somebody chooses how often to be written to."""
        return self.address("/my-training/reminders")

    def my_team(self, *, below: bool) -> str:
        """A manager's team; with `below`, everybody further down too."""
        return self.address(f"/my-team{'?scope=everyone' if below else ''}")

    @cached_property
    def environment(self) -> Environment:
        """The templates, compiled once. Text, so nothing is escaped in it; the HTML part escapes all of it."""
        environment = Environment(
            loader=FileSystemLoader(FOLDER),
            autoescape=select_autoescape(),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        environment.globals.update(
            council_name=plain_name(self.council_name),
            service_name=plain_name(self.service_name),
            support_email=self.support_email,
            support_phone=self.support_phone,
        )
        environment.filters.update(
            heading=heading_lines, people=people_words, lower_first=lower_first, counted=count_noun
        )
        return environment

    def render(self, template: str, **values: object) -> str:
        """The words of a template, without blank lines to spare. Raises RefusedError where it cannot be done."""
        try:
            text = self.environment.get_template(f"{template}.txt").render(values)
        except Exception as error:  # a template may fail in any way, and stops its own message alone
            raise RefusedError(
                f"The words of {template} could not be made: {type(error).__name__}. Mend the template, then send the "
                "message again."
            ) from error
        return _BLANK_LINES.sub("\n\n", _ENDS.sub("\n", text)).strip()

    def line(self, template: str, **values: object) -> str:
        """The same as one line."""
        return one_line(self.render(template, **values))

    def subject(self, template: str, **values: object) -> str:
        """What a message is about, or what stands above a part of one."""
        return self.line(f"{template}/subject", **values)

    def body(self, template: str, **values: object) -> str:
        """The same as a text that ends with its line."""
        return f"{self.render(f'{template}/body', **values)}\n"


def plain_name(text: str) -> str:
    """A name as a message may hold it: one line, not too long, and nothing that a mail program would make a link of.

    >>> plain_name("Sam\\r\\nBcc: x"), plain_name("see https://evil.example now")
    ('Sam Bcc: x', 'see https: //evil.example now')
    """
    text = one_line(text)
    if len(text) > LONGEST_NAME:
        text = f"{text[: LONGEST_NAME - 3]}..."
    return _ADDRESS_MARK.sub(lambda found: f"{found[0][:-2]} {found[0][-2:]}", text)


def people_words(number: int) -> str:
    """So many other people.

    >>> people_words(1), people_words(1200)
    ('1 other person', '1,200 other people')
    """
    return count_noun(number, "other person", "other people")


def lower_first(text: str) -> str:
    """A sentence as it goes on after a colon.

    >>> lower_first("Ask your training team")
    'ask your training team'
    """
    return text[:1].lower() + text[1:]
