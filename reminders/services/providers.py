"""Which mailer MAIL_URL asks for. A new provider is one new file in reminders/mailers."""

from urllib.parse import urlsplit

from foundation.errors import DomainError
from foundation.registry import modules
from reminders import mailers
from reminders.domain.letter import Mailer


def find_mailer(mail_url: str) -> Mailer:
    """The mailer for an address that app/config.py has judged. Raises DomainError where none can send by it yet."""
    address = urlsplit(mail_url)
    for module in modules(mailers):
        if address.scheme in module.SCHEMES:
            mailer: Mailer = module.mailer_for(address)
            return mailer
    raise DomainError(
        f"MAIL_URL is {address.scheme}://, and this version cannot send by it yet. Nothing was sent and nothing is "
        "lost. Set MAIL_URL to smtp+starttls://user:password@host:port."
    )
