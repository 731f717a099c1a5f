"""The layers of the project hold, and each contract of pyproject.toml bites when it is broken on purpose."""

import re
import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LINTER = PYPROJECT["tool"]["importlinter"]
CONTRACTS = {contract["id"]: contract for contract in LINTER["contracts"]}


@dataclass(frozen=True)
class Break:
    """One line too many in one file of a copy of the packages; the file is made where there is none."""

    contract: str
    file: str
    line: str


BREAKS = [
    Break("packages", "foundation/dates.py", "from people import domain"),
    Break("packages", "people/store.py", "from courses import store"),
    Break("packages", "courses/services.py", "from compliance import timelines"),
    Break("packages", "compliance/views.py", "from reports import document"),
    Break("packages", "reports/store/frozen.py", "from reminders import store"),
    Break("packages", "reminders/cli.py", "from app import config"),
    Break("inside", "people/domain.py", "from people import models"),
    Break("inside", "courses/models.py", "from courses import store"),
    Break("inside", "compliance/store.py", "from compliance import services"),
    Break("inside", "people/services.py", "from people import forms"),
    Break("inside", "courses/forms/odds.py", "from courses import views"),
    Break("inside", "compliance/cli.py", "from compliance import views"),
    Break("inside", "reports/odds_and_ends.py", ""),
    Break("inside", "reminders/jobs.py", "from reminders import cli"),
    Break("flask", "people/services.py", "from flask import g"),
    Break("flask", "compliance/store.py", "import flask_login"),
    Break("flask", "courses/imports/totara.py", "from werkzeug.datastructures import FileStorage"),
    Break("flask", "foundation/tables.py", "from wtforms import Form"),
    Break("sqlalchemy", "people/views/sign_in.py", "from sqlalchemy import select"),
    Break("sqlalchemy", "compliance/cli.py", "import sqlalchemy"),
    Break("sqlalchemy", "courses/forms/odds.py", "from sqlalchemy.orm import Session"),
    Break("sqlalchemy", "foundation/dates.py", "from sqlalchemy import Date"),
    Break("sqlalchemy", "people/store.py", "from flask_sqlalchemy import SQLAlchemy"),
    Break("reportlab", "reports/views.py", "from reportlab.pdfgen import canvas"),
    Break("reportlab", "foundation/formats.py", "import reportlab"),
    Break("reportlab", "courses/services/certificates.py", "from reportlab.lib.units import mm"),
    Break("signatures", "courses/services/certificates.py", "from pyhanko.sign import signers"),
    Break("signatures", "app/config.py", "import joserfc"),
    Break("uploads", "courses/services/evidence.py", "from pypdf import PdfReader"),
    Break("uploads", "courses/uploads/inspection.py", "from PIL import Image"),
    Break(
        "apscheduler",
        "reminders/services.py",
        "from apscheduler.schedulers.blocking import BlockingScheduler",
    ),
    Break("apscheduler", "app/config.py", "import apscheduler"),
    Break("smtplib", "reminders/jobs.py", "import smtplib"),
    Break("clock", "people/services.py", "from foundation.clock import today"),
    Break("clock", "compliance/timelines.py", "from foundation import clock"),
    Break("pure", "people/domain.py", "from foundation import audit"),
    Break("pure", "courses/domain.py", "import time"),
    Break("pure", "compliance/domain/odds.py", "from pathlib import Path"),
    Break("pure", "reminders/steps/odds.py", "import sqlalchemy"),
    Break("pure", "compliance/programme.py", "from people import models"),
    Break("pure", "foundation/formats.py", "import locale, os"),
]


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tree")
    for package in LINTER["root_packages"]:
        shutil.copytree(ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    for attempt in BREAKS:
        if found := re.fullmatch(r"from (\w+) import (\w+)", attempt.line):
            make_module(folder, *found.groups())
    return folder


def make_module(folder: Path, package: str, name: str) -> None:
    """Contracts name files that a package may not have yet; only once they exist can an import break one."""
    module = folder / package / f"{name}.py"
    if (folder / package / "__init__.py").exists() and not module.with_suffix("").is_dir():
        module.touch()


def broken_contracts(folder: Path) -> tuple[set[str], str]:
    """The ids of the contracts that lint-imports finds broken in this folder, and all that it said."""
    command = [
        sys.executable,
        "-c",
        "from importlinter.cli import lint_imports_command; lint_imports_command()",
    ]
    answer = subprocess.run(
        [*command, "--no-cache", "--no-logo"], cwd=folder, capture_output=True, text=True, check=False
    )
    said = answer.stdout + answer.stderr
    summary = re.search(r"Contracts: (\d+) kept, (\d+) broken", said)
    assert summary, said
    broken = {key for key, contract in CONTRACTS.items() if f"{contract['name']} BROKEN" in said}
    assert len(broken) == int(summary[2]), said
    return broken, said


def test_every_contract_holds() -> None:
    broken, said = broken_contracts(ROOT)
    assert not broken, said


@pytest.mark.parametrize("attempt", BREAKS, ids=lambda attempt: f"{attempt.contract}: {attempt.file}")
def test_a_contract_names_what_breaks_it(copy: Path, attempt: Break) -> None:
    file = copy / attempt.file
    made = [path for path in (file, *file.parents) if not path.exists()]
    before = file.read_text(encoding="utf-8") if file.exists() else None
    packages = [folder for folder in made if folder != file]
    for folder in reversed(packages):
        folder.mkdir()
        (folder / "__init__.py").touch()
    try:
        file.write_text(f"{before or ''}\n{attempt.line}\n", encoding="utf-8")
        broken, said = broken_contracts(copy)
    finally:
        if before is not None:
            file.write_text(before, encoding="utf-8")
        elif packages:
            shutil.rmtree(packages[-1])
        else:
            file.unlink()
    assert attempt.contract in broken, said


def test_each_contract_is_broken_on_purpose_at_least_once() -> None:
    assert {attempt.contract for attempt in BREAKS} == set(CONTRACTS)


def test_every_package_of_the_project_has_its_place_in_the_layers() -> None:
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests"}
    assert packages == set(LINTER["root_packages"]) == set(CONTRACTS["packages"]["layers"])


def test_the_rules_may_know_no_library_at_all() -> None:
    """A library that is added to the project is forbidden to the rules in the same change."""
    names = {re.split(r"[\[<>=!~; ]", line)[0] for line in PYPROJECT["project"]["dependencies"]}
    wanted = {re.sub(r"[-_.]+", "-", name).lower() for name in names}
    modules = {
        module
        for module, distributions in packages_distributions().items()
        if any(re.sub(r"[-_.]+", "-", name).lower() in wanted for name in distributions)
        and not module.startswith("_")
        and module != "tests"  # some libraries install their own tests
    }
    assert modules <= set(CONTRACTS["pure"]["forbidden_modules"])
