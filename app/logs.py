"""Logs: one line an event on standard error, as text for people or JSON for machines. Never names or e-mails."""

import logging
import sys

import structlog
from flask import Flask

from app.config import Settings


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
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, last],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)
    app.logger.handlers = []
    app.logger.propagate = True
