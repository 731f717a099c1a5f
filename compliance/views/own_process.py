"""Starting a process for what takes minutes for a whole council.

It is nobody's child: it goes on when the page's own process ends.
"""

import logging
import os
import subprocess
import sys
from pathlib import Path

log = logging.getLogger(__name__)

ROOT = Path(__file__).resolve().parents[2]
DATABASE = "SQLALCHEMY_DATABASE_URI"
"""The setting of the app that says which database it uses."""
started: list["subprocess.Popen[bytes]"] = []
"""The processes started from here that have not been seen to end."""


def start(database: str, instance_path: str, *command: str) -> bool:
    """Start `flask compliance` with a command and the settings of this process; whether it could be started."""
    started[:] = [process for process in started if process.poll() is None]  # those that ended are buried
    environment = {
        **os.environ,
        "FLASK_APP": "wsgi.py",
        "DATABASE_URL": database,
        "INSTANCE_PATH": instance_path,
    }
    try:
        started.append(
            subprocess.Popen(  # noqa: S603 -- our own program; the arguments are random ids and hashes of ours
                [sys.executable, "-m", "flask", "compliance", *command],
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                start_new_session=True,
            )
        )
    except OSError:
        log.exception("%s could not be started", " ".join(command[:2]))
        return False
    return True
