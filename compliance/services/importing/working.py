"""The work on a run, in a process of its own: the preview, or the import that it showed. Whole or not at all.

The import, its batch and the end of the run are saved by one commit. So a process that is killed has changed nothing,
and its run says that somebody is at it and gives no sign of life any more.
"""

import hashlib
import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from secrets import token_hex
from typing import Any, TypeVar

from sqlalchemy import text
from sqlalchemy.orm import Session

from compliance.services.importing import overlay, own, reach, runs
from compliance.services.importing.findings import changes_of, digest, found_of
from compliance.services.importing.folder import NOTICES, PROBLEMS, REFUSALS, ImportFolder, RunFolder
from compliance.services.importing.kinds import Compared, Said, read_file
from compliance.services.importing.leaving import leaving, undo_digest
from compliance.services.importing.runs import Run, State
from foundation.db import transaction
from foundation.errors import DomainError, Problem
from foundation.stamp import Stamp
from people.imports.account import Account, ImportRefused

log = logging.getLogger(__name__)

Now = Callable[[], datetime]
T = TypeVar("T")

TRIES = 20
"""How often the lock for writing is waited for, half a minute each."""
MANY_CHANGES = 1000
"""From so many changes on the database is told that it is another one than before."""
SIGN_SECONDS = 2.0
_TOLD_SECONDS = 0.25
_STARTING, _READING, _WAITING, _KEEPING = (
    "Starting",
    "Reading the file",
    "Waiting for another change to be saved",
    "Putting it together",
)


class RecordChangedError(Exception):
    """The record is not what it was when the preview was made: applying would do something else than it showed."""


def work_on(session: Session, folder: ImportFolder, public_id: str, now: Now, today: date) -> State | None:
    """Do what a run waits for; gives what became of it, None where another process has it.

    `today` is the day of which the figures are shown. Raises NotFound for no such run.
    """
    run = runs.run_to_work_on(session, public_id)
    if run.state not in runs.WORKING or run.worker is not None:
        return None
    worker = _Worker(session, folder.of(run.stored_as), now, today)
    with worker.alive():
        if not worker.write(lambda: runs.claim(session, run, worker.mark)):
            return None
        return worker.do(run)


@dataclass
class _Worker:
    """One process at one run."""

    session: Session
    folder: RunFolder
    now: Now
    today: date
    mark: str = field(default_factory=lambda: token_hex(16))
    _told: tuple[str, float] = ("", 0.0)

    def do(self, run: Run) -> State | None:
        """Look at the run, or apply it; what goes wrong ends the run, and nothing is changed by it."""
        try:
            if run.state is State.APPLYING:
                try:
                    return self._apply(run)
                except RecordChangedError:
                    again = self.write(lambda: runs.look_again(self.session, run, self.mark, self.now()))
                    if again is None:
                        return None
                    run = again
            return self._preview(run)
        except DomainError as error:
            self.folder.forget_findings()
            self.folder.remove_file()
            self.folder.write_problems(REFUSALS, error.problems)
            ended = self.write(lambda: runs.refused(self.session, run, self.mark, self.now()))
            return State.REFUSED if ended else None
        except Exception:  # whatever it was, the page must say that nothing was changed
            log.exception("import %s failed; nothing was changed", run.public_id)
            self.session.rollback()
            ended = self.write(lambda: runs.failed(self.session, run, self.mark, self.now()))
            return State.FAILED if ended else None

    # --- the preview

    def _preview(self, run: Run) -> State | None:
        if run.is_undo:
            return self._preview_undo(run)
        kind = run.file_kind
        self.tell(_READING, 0, 0)
        file = read_file(kind, self.folder.content(), run.said)
        self.session.rollback()  # what is read from here on is one moment
        said = self._said(run)
        compared = kind.compare(self.session, file, said, self.tell)
        about_oneself = self._check_own(run, file, compared.account)
        inside = said.lead.part.organisation_ids if said.lead else None
        moves = overlay.moves(self.session, self.today, replace(compared.overlay, inside=inside), self.tell)
        self.session.rollback()
        self.tell(_KEEPING, 0, 0)
        self._keep(compared)
        found = runs.kept(run) | found_of(compared, stale=bool(run.found.get("stale")))
        found["about_oneself"] = about_oneself
        found["figures"] = [move.as_json() for move in moves]
        found["figures_on"] = self.today.isoformat()
        found["map"] = file.incoming.map.name
        ended = self.write(lambda: runs.previewed(self.session, run, self.mark, self.now(), found))
        return State.PREVIEWED if ended else None

    def _keep(self, compared: Compared) -> None:
        """Keep what was found beside the file: it names people."""
        account = compared.account
        self.folder.forget_findings()
        for kind in account.kinds:
            rows = [
                [row["subject"], row["before"], row["after"]]
                for row in (change.as_row() for change in account.changes if change.what == kind)
            ]
            if rows:
                self.folder.write_lines(changes_of(kind), rows)
        self.folder.write_problems(NOTICES, account.notices)
        self.folder.write_problems(REFUSALS, [Problem(reason) for reason in compared.reasons])
        if account.set_aside:
            self.folder.write_problems(PROBLEMS, account.set_aside)
            self.folder.write_aside(account.mend)

    def _preview_undo(self, run: Run) -> State | None:
        self.tell("Reading the record", 0, 0)
        self.session.rollback()
        kind = run.file_kind
        plan = reach.plan_undo(self.session, run, self._said(run).lead)
        about_oneself = own.check_undo(self.session, own.loader_of(self.session, run), kind, plan)
        left = leaving(self.session, plan, self.today)
        found = {
            **runs.kept(run),
            "stale": bool(run.found.get("stale")),
            "counts": plan.counts(),
            "digest": undo_digest(plan, left),
            "about_oneself": about_oneself,
            "leavers": left.posts,
            "people_leaving": left.people,
            "held_back": bool(left.reasons),
        }
        self.session.rollback()
        self.folder.forget_findings()
        self.folder.write_lines(
            changes_of("post_ended"), ([" / ".join(move.key), str(move.before), ""] for move in left.moves)
        )
        self.folder.write_problems(REFUSALS, [Problem(reason) for reason in left.reasons])
        ended = self.write(lambda: runs.previewed(self.session, run, self.mark, self.now(), found))
        return State.PREVIEWED if ended else None

    # --- the import

    def _apply(self, run: Run) -> State | None:
        act = self._undo if run.is_undo else self._import
        with self._prepared(run) as file:
            batch_id = self.write(lambda: act(run, file), take_long=True)
        if batch_id is False:
            return None
        self.folder.keep_only_aside()
        self._refresh_statistics(run)
        return State.APPLIED

    def _refresh_statistics(self, run: Run) -> None:
        """Let PostgreSQL look anew at tables that have grown, now and not in a minute: until then pages are slow."""
        changes = sum(run.found.get("counts", {}).values())
        if changes < MANY_CHANGES or self.session.get_bind().dialect.name != "postgresql":
            return
        self.tell(_KEEPING, 0, 0)
        self.session.execute(text("ANALYSE"))
        self.session.commit()

    @contextmanager
    def _prepared(self, run: Run) -> Iterator[Any]:
        """The file, read before the lock for writing is taken."""
        if run.is_undo:
            yield None
            return
        content = self.folder.content()
        if hashlib.sha256(content).hexdigest() != run.sha256:
            raise DomainError("The file that is kept is not the one that was uploaded. Upload it again.")
        self.tell(_READING, 0, 0)
        yield read_file(run.file_kind, content, run.said)

    def _import(self, run: Run, file: Any) -> int | bool | None:
        if not runs.is_mine(self.session, run, self.mark):
            return False
        stamp = self._stamp(run)
        try:
            account = run.file_kind.apply(self.session, stamp, file, self._said(run), self.tell)
        except ImportRefused as error:
            raise RecordChangedError from error
        if digest(account) != run.digest:
            raise RecordChangedError
        self._check_own(run, file, account)
        runs.applied(self.session, run, self.mark, stamp.at, account.batch)
        return account.batch

    def _undo(self, run: Run, _file: Any) -> int | bool | None:
        if not runs.is_mine(self.session, run, self.mark):
            return False
        assert run.undoes_id is not None
        stamp, kind = self._stamp(run), run.file_kind
        plan = reach.plan_undo(self.session, run, self._said(run).lead)
        own.check_undo(self.session, own.loader_of(self.session, run), kind, plan)
        left = leaving(self.session, plan, self.today)
        if undo_digest(plan, left) != run.digest:
            raise RecordChangedError
        if left.reasons and run.said.expected_leavers != left.posts:
            raise RecordChangedError
        _, number = kind.undoing.undo(self.session, stamp, run.undoes_id)
        runs.applied(self.session, run, self.mark, stamp.at, number)
        return int(number)

    def _said(self, run: Run) -> Said:
        """What is said of the file, with who loads it, as the account stands now."""
        return replace(run.said, lead=reach.lead_of(self.session, run, self.today))

    def _check_own(self, run: Run, file: Any, account: Account) -> bool:
        return own.check_file(self.session, own.loader_of(self.session, run), run.file_kind, file, account)

    def _stamp(self, run: Run) -> Stamp:
        """Whoever asked for it acts; made under the lock."""
        return Stamp(runs.actor_of(self.session, run), self.now())

    # --- the process itself

    def write(self, act: Callable[[], T], *, take_long: bool = False) -> T:
        """Do something in one transaction, however long somebody else holds the lock for writing."""
        for more in reversed(range(TRIES)):
            entered = False
            try:
                with transaction(self.session, self.tell):
                    entered = True
                    if take_long:
                        self.tell("Reading the record", 0, 0)
                    return act()
            except DomainError:
                if entered or not more:
                    raise
                self.tell(_WAITING, 0, 0)
        raise AssertionError("the last try either returns or raises")

    def tell(self, phase: str, done: int, total: int) -> None:
        """Say how far the work has come, some times a second at most."""
        at = time.monotonic()
        if phase == self._told[0] and at - self._told[1] < _TOLD_SECONDS and done < total:
            return
        self._told = (phase, at)
        self.folder.tell(phase, done, total)

    @contextmanager
    def alive(self) -> Iterator[None]:
        """Give signs of life, however long a single step takes."""
        over = threading.Event()

        def give_signs() -> None:
            while not over.wait(SIGN_SECONDS):
                self.folder.give_sign()

        self.tell(_STARTING, 0, 0)
        signs = threading.Thread(target=give_signs, name="signs of life", daemon=True)
        signs.start()
        try:
            yield
        finally:
            over.set()
            signs.join()
