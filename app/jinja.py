"""What every template can use: the GOV.UK macros, our filters, the addresses of static files."""

from collections.abc import MutableMapping
from datetime import date
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from flask import Flask, current_app, url_for
from flask.templating import Environment
from jinja2 import ChoiceLoader, PackageLoader, PrefixLoader

from app.config import Settings
from compliance import wording
from foundation import formats
from foundation.dates import FAR_DAY
from people.auth.idle import RENEWED_AFTER

PHASE = "Beta"
"""What the banner above every page calls the state of this service."""


class SharedGlobals(Environment):
    """Templates that all see the very same globals.

    Jinja would chain an empty mapping of its own before them for every template, and walk that chain at each import
    of a macro: some 36 times a page, which was a third of the time of a small page.
    """

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """The globals of one template: those of the environment, unless it brings any of its own."""
        return super().make_globals(d) if d else self.globals


def install(app: Flask, settings: Settings) -> None:
    """Give the templates of an app their loaders, filters and globals."""
    env = app.jinja_env
    env.trim_blocks = True
    env.lstrip_blocks = True
    own = app.jinja_loader
    vendor = PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")})
    app.jinja_loader = ChoiceLoader([own, vendor] if own else [vendor])
    env.filters.update(
        long_date=formats.long_date,
        long_date_or=long_date_or,
        fraction=formats.fraction,
        percent=percent,
        target_percent=target_percent,
        status_words=wording.status_words,
        status_tone=wording.status_tone,
        rag_words=wording.rag_words,
    )
    env.globals.update(
        asset=asset,
        council_name=settings.council_name,
        service_name=settings.service_name,
        phase=PHASE,
        max_upload_mb=settings.max_upload_mb,
        # What the cookie says may be this much older than the page (people/auth/idle.py).
        idle_seconds=settings.session_idle_minutes * 60 - int(RENEWED_AFTER.total_seconds()),
    )


def long_date_or(day: date | None, otherwise: str) -> str:
    """A day in words; `otherwise` where there is none, or where it stands for "no end"."""
    return otherwise if day is None or day == FAR_DAY else formats.long_date(day)


def percent(tenths: str | None) -> str:
    """A percentage, rounded down to one decimal already (counting rule 7), or what is said without one."""
    return "No one counted" if tenths is None else f"{tenths}%"


def target_percent(target: object) -> str:
    """A target as the rule book states it."""
    return "No target" if target is None else f"{target}%"


def asset(name: str) -> str:
    """The address of a static file. It changes with the content, so that browsers may keep it for a year."""
    return url_for("static", filename=name, v=_fingerprint(current_app.static_folder or "", name))


@cache
def _fingerprint(folder: str, name: str) -> str:
    return sha256((Path(folder) / name).read_bytes()).hexdigest()[:12]
