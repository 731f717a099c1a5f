"""Starting the process that works on a run. It is nobody's child: it goes on when the page's own process ends.

Reading a stranger's file, comparing it and saving it take minutes for a whole council. A request starts that and ends.
"""

import logging
import os
import subprocess
import sys
from pathlib import Path

from flask import current_app

from compliance.services.importing.folder import ImportFolder

log = logging.getLogger(__name__)

ROOT = Path(__file__).resolve().parents[3]
DATABASE = "SQLALCHEMY_DATABASE_URI"
"""The setting of the app that says which database it uses."""
_started: list["subprocess.Popen[bytes]"] = []


def import_folder() -> ImportFolder:
    """Where this service keeps the files of runs."""
    return ImportFolder.in_instance(current_app.instance_path)


def launch(run: str) -> None:
    """Start the process for a run, whose row has been committed.

    Where it cannot be started, the run gives no sign of life, and its page offers to start it again.
    """
    start_process(run, current_app.config[DATABASE], current_app.instance_path)


def start_process(run: str, database: str, instance_path: str) -> None:
    """Start `flask compliance work-on-import` with the settings of this process."""
    _started[:] = [process for process in _started if process.poll() is None]  # those that ended are buried
    environment = {
        **os.environ,
        "FLASK_APP": "wsgi.py",
        "DATABASE_URL": database,
        "INSTANCE_PATH": instance_path,
    }
    try:
        _started.append(
            subprocess.Popen(  # noqa: S603 -- our own program; the run is a random id of ours
                [sys.executable, "-m", "flask", "compliance", "work-on-import", run],
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                start_new_session=True,
            )
        )
    except OSError:
        log.exception("import %s could not be started", run)
