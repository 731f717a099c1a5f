"""Logs: one line an event on standard error, as text for people or JSON for machines. Never names or e-mails."""

import logging
import re
import sys

import structlog
from flask import Flask

from app.config import Settings

_LINK = re.compile(r"(/set-password/|/evaluation/|/verify/|/passport/)[^\s/?#'\"\]>]+")
_E_MAIL = re.compile(r"[^\s@<>()\[\]'\",;:=]+@[A-Za-z0-9][A-Za-z0-9.-]*")


class Discreet(structlog.stdlib.ProcessorFormatter):
    """Lines as they leave: a link that opens an account, and every e-mail address, are blotted out (promise S22).

    Flask itself names the path of a request that failed, and a mail server or database repeats addresses.
    """

    def format(self, record: logging.LogRecord) -> str:
        return blot(super().format(record))


def blot(text: str) -> str:
    """The text without the tokens of links and without e-mail addresses.

    >>> blot("Exception on /set-password/aBc-1 [GET]: no mailbox for sam@council.example")
    'Exception on /set-password/(token) [GET]: no mailbox for (address)'
    """
    return _E_MAIL.sub("(address)", _LINK.sub(r"\1(token)", text))


def install(app: Flask, settings: Settings) -> None:
    """Send the standard library's logs through one formatter; no local variables in traces."""
    shared: list[structlog.typing.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    last: structlog.typing.Processor
    if settings.log_format == "json":
        last = structlog.processors.JSONRenderer()
        shared.append(structlog.processors.format_exc_info)
    else:
        last = structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
    handler = logging.StreamHandler()
    handler.setFormatter(
        Discreet(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, last],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)
    app.logger.handlers = []
    app.logger.propagate = True
