"""The composition root: the one place that knows every package and puts the service together."""

from urllib.parse import urlsplit

from flask import Flask
from flask_migrate import Migrate
from werkzeug.middleware.proxy_fix import ProxyFix

from app import (
    about,
    branding,
    cli,
    errors,
    health,
    jinja,
    kept,
    logs,
    navigation,
    posting,
    row_numbers,
    security,
)
from app.config import ROOT, Settings, load_settings
from compliance import cli as compliance_cli
from compliance import timelines
from compliance import views as compliance_views
from compliance.services.acceptance_effect import AcceptanceRules
from compliance.services.record_effect import RecordRules
from compliance.services.rule_drafts import letters
from compliance.services.workshop_duties import WorkshopDuties
from courses import cli as courses_cli
from courses import views as courses_views
from courses.services import acceptance
from courses.services.workshops import house, seeing
from foundation import facts
from foundation.calendar_file import Publisher
from foundation.db import Session, db, engine_options
from people import auth
from people import cli as people_cli
from people import views as people_views
from people.services.finding import words as name_words
from people.services.records import effect
from reminders import cli as reminders_cli
from reminders import views as reminders_views
from reminders.services.foreseen import Foreseen
from reminders.services.reported import Reported
from reminders.services.writing.frame import Letterhead, plain_name
from reports import cli as reports_cli
from reports import views as reports_views
from reports.services.sources import reminding

migrate = Migrate()


def create_app(settings: Settings | None = None) -> Flask:
    """The service, ready to serve or to run commands. Raises SettingsError when a setting will not do."""
    settings = settings or load_settings()
    app = Flask("app", instance_path=str(settings.instance_path), root_path=str(ROOT))
    app.jinja_environment = jinja.SharedGlobals
    app.config.from_mapping(settings.for_flask())
    app.extensions["settings"] = settings
    logs.install(app, settings)
    _trust_proxies(app, settings)
    _open_database(app, settings)
    row_numbers.install(app)
    security.install(app)
    auth.install(app)
    kept.install(app)
    jinja.install(app, settings)
    branding.install(app, settings)
    about.install(app, settings)
    navigation.install(app)
    errors.install(app)
    posting.install(app, settings)
    _register_packages(app)
    return app


def _trust_proxies(app: Flask, settings: Settings) -> None:
    """Believe forwarded addresses only from as many proxies as really stand in front of the service."""
    hops = settings.proxy_hops
    if hops:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=0)  # type: ignore[method-assign]  # Flask's own way to wrap


def _open_database(app: Flask, settings: Settings) -> None:
    settings.instance_path.mkdir(parents=True, exist_ok=True)
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = engine_options(settings.database)
    db.init_app(app)
    migrate.init_app(app, db, directory=str(ROOT / "migrations"), render_as_batch=True, compare_type=True)
    # The only way in which a change of facts reaches the timelines (docs/adr/0002).
    facts.listen(_refresh)
    effect.asked_by(RecordRules())
    acceptance.asked_by(AcceptanceRules())
    seeing.asked_by(WorkshopDuties())
    letters.asked_by(Foreseen())
    reminding.asked_by(Reported())
    house.speaks_for(_house(app))


def _house(app: Flask) -> house.House:
    """Who writes about workshops."""
    name, address = app.config["MAIL_FROM"]
    host = urlsplit(app.config["BASE_URL"]).hostname or "localhost"
    keys = (app.config["SECRET_KEY"], *app.config["SECRET_KEY_FALLBACKS"])
    return house.House(Letterhead.of(app.config), Publisher(name, address, host), keys, plain_name)


def _refresh(session: Session, touched: facts.Touched) -> None:
    name_words.catch_up(session)
    timelines.refresh(session, touched)


def _register_packages(app: Flask) -> None:
    for views in (people_views, courses_views, compliance_views, reports_views, reminders_views):
        app.register_blueprint(views.blueprint)
    health.install(app)
    for group in (
        people_cli.group,
        courses_cli.group,
        compliance_cli.group,
        reports_cli.group,
        reminders_cli.group,
        cli.demo,
    ):
        app.cli.add_command(group)
