"""Schedulers as processes of their own, forked from one that has loaded the service: `python -m …reminders.cradle`.

It reads commands, each a line of JSON, and answers each with a line. Forking needs a process without threads, and a
test has some; that is why it is done here.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

from flask.cli import FlaskGroup
from pydantic import SecretStr

from app import create_app
from app.config import Settings


def main() -> None:
    """Start schedulers and say what became of them, until nobody asks any more."""
    for line in sys.stdin:
        command = json.loads(line)
        answer = poll(command["poll"]) if "poll" in command else start(command)
        print(json.dumps(answer), flush=True)


def start(command: dict[str, Any]) -> int:
    """Begin a scheduler; its number."""
    child = os.fork()
    if child:
        return child
    out = os.open(command["said_in"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    nowhere = os.open(os.devnull, os.O_RDONLY)
    for stream, target in ((0, nowhere), (1, out), (2, out)):
        os.dup2(target, stream)
    status = 70
    try:
        settings = Settings(
            _env_file=None,
            database_url=command["address"],
            instance_path=Path(command["folder"]),
            secret_key=SecretStr("only-for-tests-0123456789-abcdefghijklmnop"),
            mail_url=SecretStr(command["mail_url"]),
            support_email="help@borough.example",
            base_url="http://localhost",
        )
        app = create_app(settings)
        FlaskGroup(create_app=lambda: app).main(args=command["arguments"], prog_name="flask")
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def poll(child: int) -> int | None:
    """How a scheduler ended (minus the signal that killed it); None while it goes on."""
    found, status = os.waitpid(child, os.WNOHANG)
    return os.waitstatus_to_exitcode(status) if found else None


if __name__ == "__main__":
    main()
