"""Commands in processes of their own, which may be killed or set off at once: `python -m tests.integration.nursery`.

The service is put together once and every command runs in a fork of this process, so that a hundred of them take
seconds. Forking needs a process without threads; that is why it is done here and not in the test itself.
"""

import hashlib
import json
import os
import random
import signal
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from flask import Flask
from flask.cli import FlaskGroup
from pydantic import SecretStr
from sqlalchemy import Engine, event

from app import create_app
from app.config import Settings
from compliance import timelines
from foundation.db import db
from tests.integration.imports.desk import everything

LONGEST_STRIDE = 6
"""At most so many statements lie between two moments at which a command is killed."""


def main(mode: str, address: str, folder: str, *commands: str) -> None:
    """Run commands, each a JSON list of arguments, and print what became of them as JSON."""
    settings = Settings(
        _env_file=None,
        database_url=address,
        instance_path=Path(folder),
        secret_key=SecretStr("only-for-tests-0123456789-abcdefghijklmnop"),
        base_url="http://localhost",
    )
    app = create_app(settings)
    arguments = [json.loads(command) for command in commands]
    answer = killed_ever_later(app, arguments[0]) if mode == "kill" else together(app, arguments)
    print(json.dumps(answer))


def killed_ever_later(app: Flask, arguments: Sequence[str]) -> dict[str, object]:
    """Kill a command just before one of its statements, each time a later one, until it comes through."""
    before, found = state(app), []
    moment = 0
    while True:
        moment += random.randint(1, LONGEST_STRIDE)
        status = os.waitpid(fork(app, arguments, partial(die_at, moment)), 0)[1]
        if not os.WIFSIGNALED(status):
            break
        found.append([moment, state(app) == before])
    return {
        "killed": found,
        "exit_status": os.waitstatus_to_exitcode(status),
        "changed": state(app) != before,
        "differences": differences(app),
    }


def together(app: Flask, commands: Sequence[Sequence[str]]) -> dict[str, object]:
    """Set commands off at the same moment and wait for all of them."""
    barrier = os.pipe()

    def wait() -> None:
        os.close(barrier[1])
        os.read(barrier[0], 1)

    children = [fork(app, arguments, wait) for arguments in commands]
    os.close(barrier[1])  # everybody's read ends now
    statuses = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
    return {"exit_statuses": statuses, "differences": differences(app)}


def fork(app: Flask, arguments: Sequence[str], prepare: Callable[[], None]) -> int:
    """Run a command in a child process, silently; gives its number."""
    child = os.fork()
    if child:
        return child
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    prepare()
    status = 70
    try:
        FlaskGroup(create_app=lambda: app).main(args=list(arguments), prog_name="flask")
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else 1
    finally:
        os._exit(status)


def die_at(moment: int) -> None:
    """Have this process killed at its so many-th statement or commit; not any more once it has committed."""
    seen = 0
    done = False

    def count(*_: object) -> None:
        nonlocal seen
        seen += 1
        if seen >= moment and not done:
            os.kill(os.getpid(), signal.SIGKILL)

    def commit(*_: object) -> None:
        nonlocal done
        count()
        done = True

    event.listen(Engine, "before_cursor_execute", count)
    event.listen(Engine, "commit", commit)


def state(app: Flask) -> str:
    """All rows of all tables, in a nutshell."""
    with app.app_context():
        rows = repr(everything(db.session()))
        leave()
    return hashlib.sha256(rows.encode()).hexdigest()


def differences(app: Flask) -> list[str]:
    """What `rebuild --check` finds."""
    with app.app_context():
        found = list(timelines.differences(db.session()))
        leave()
    return found


def leave() -> None:
    """Keep no connection: a fork must not inherit one."""
    db.session.remove()
    db.engine.dispose()


if __name__ == "__main__":
    main(*sys.argv[1:])
