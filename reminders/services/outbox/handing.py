"""One bundle on its way (docs/adr/0010): ask the mail server, mark `sending`, hand over one by one, settle.

Most messages may go in a bundle of several, which is marked and settled as one; some go alone (`Claimed.goes_alone`).
What is written is written in short transactions, and none is open while the mail server is waited for. Whoever dies in
the middle leaves notes of which message had begun (notes.py); without a place for them every message goes alone.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.orm import Session

from foundation.db import transaction
from foundation.mail import State
from foundation.stamp import Stamp
from reminders.domain.letter import (
    Letter,
    Mailer,
    MailerUnusableError,
    NotNowError,
    NotSentError,
    RefusedError,
    Remembering,
    UncertainError,
    is_one_address,
)
from reminders.domain.outbox import BUNDLE_SECONDS, HALT_SECONDS, Stage, Terms, Writer
from reminders.services.outbox import gate, points
from reminders.services.outbox.claiming import Claimed
from reminders.services.outbox.marking import (
    FencedError,
    HaltedError,
    House,
    Marked,
    call_off,
    could_not_write,
    mark,
    same_letter,
)
from reminders.services.outbox.notes import Notes, take_notes
from reminders.services.outbox.points import Point
from reminders.services.outbox.settling import Result, result_of, settle_surely
from reminders.store.outbox import gate as read_gate


@dataclass(slots=True)
class Handing:
    """Hands bundles over, one after the other. `tell` is told what became of each message, and why.

    `had_trouble`: the mail server could not be used when it was last asked.
    """

    session: Session
    stamp: Callable[[], Stamp]
    mailer: Mailer
    house: House
    writers: Mapping[str, Writer]
    stop: Callable[[], bool]
    halt_file: Path | None
    notes: Path | None
    terms: Terms
    tell: Callable[[int, State, str], None]
    had_trouble: bool = False
    _apart: set[int] = field(default_factory=set, init=False)
    """What could not be marked with others, so that it goes alone."""
    _looked_at: float = field(default=0.0, init=False)
    """When it was last seen that nobody has halted mail in the database."""

    def next_of(self, batch: Sequence[Claimed]) -> list[Claimed]:
        """Those at the head of a claim that go together now."""
        most = 1 if self.notes is None else self.terms.bundle
        bundle = list(batch[:1])
        for one in batch[1:most]:
            if self._goes_alone(bundle[0]) or self._goes_alone(one):
                break
            bundle.append(one)
        return bundle

    def _goes_alone(self, claimed: Claimed) -> bool:
        return claimed.goes_alone or claimed.id in self._apart

    def send(self, bundle: Sequence[Claimed]) -> int:
        """Send what goes together; how many of them, from the first on, have had their turn.

        Raises MailerUnusableError and HaltedError when no more may leave: what had its turn is settled, and of the
        others nothing has left.
        """
        first = bundle[0]
        if self._arrived(first):
            self._settle([(first, Result(State.SENT))])
            return 1
        try:
            with self._its_own_fault(first):
                to = self._reach(first)
        except FencedError:
            return 1  # whoever has it now deals with it
        except MailerUnusableError:
            raise
        except NotSentError as error:
            self._settle([(first, result_of(first, error, Stage.ASKED))])
            return 1
        if to is None:
            return 1
        if len(bundle) == 1:
            return self._send(bundle, to, None)
        assert self.notes is not None
        notes = take_notes(self.notes, first.token)
        if notes is None:
            self.mailer.abandon()
            self.notes = None  # a full disk, or a system that keeps no such notes
            return 0
        try:
            had = self._send(bundle, to, notes)
        except (MailerUnusableError, HaltedError):
            notes.forget()  # what had its turn is settled
            raise
        else:
            notes.forget()
            return had
        finally:
            notes.close()

    def _send(self, bundle: Sequence[Claimed], to: str, notes: Notes | None) -> int:
        try:
            with self._its_own_fault(bundle[0]):
                marked = self._mark(bundle, to)
        except FencedError:
            return 1
        except NotSentError as error:
            if len(bundle) > 1:  # nobody knows whose fault it is
                self._apart.update(one.id for one in bundle)
                return 0
            self._settle([(bundle[0], result_of(bundle[0], error, Stage.ASKED))])
            return 1
        self._looked_at = marked_at = time.monotonic()
        points.reached(Point.MARKED)
        for claimed, off in marked.not_leaving:
            self.tell(claimed.id, off.state, off.why)
        self._hand_over_each(bundle[0], marked, marked_at, notes)
        return len(bundle)

    def _mark(self, bundle: Sequence[Claimed], to: str) -> Marked:
        try:
            with transaction(self.session):
                if gate.is_halted_by_file(self.halt_file):
                    raise HaltedError
                return mark(self.session, self.stamp(), bundle, to, self.house, self.writers, self.terms)
        except BaseException:
            self.mailer.abandon()
            raise

    def _hand_over_each(self, begun: Claimed, marked: Marked, marked_at: float, notes: Notes | None) -> None:
        """Hand the letters over one by one; the mail server waits for the text of `begun`."""
        results: list[tuple[Claimed, Result]] = []
        trouble: Exception | None = None
        if not marked.letters or marked.letters[0][0] is not begun:
            self.mailer.abandon()
        for claimed, letter in marked.letters:
            try:
                if claimed is not begun and not self._may_go_on(marked_at):
                    break
                result = self._one(claimed, letter, notes, is_begun=claimed is begun)
            except (MailerUnusableError, HaltedError, DBAPIError) as error:
                trouble = error
                break
            if result is None:
                break
            results.append((claimed, result))
        left = [claimed for claimed, _ in marked.letters[len(results) :]]
        if results or left:
            self._settle(results, left)
        if trouble is not None:
            raise trouble

    def _may_go_on(self, marked_at: float) -> bool:
        """Whether the next of a bundle may begin: nobody halted mail, or asked us to end, and its mark is fresh."""
        if gate.is_halted_by_file(self.halt_file):
            raise HaltedError
        now = time.monotonic()
        if now - self._looked_at >= HALT_SECONDS:
            found = read_gate(self.session)
            self.session.rollback()
            if found.halted_at is not None:
                raise HaltedError
            self._looked_at = now
        return not self.stop() and now - marked_at < BUNDLE_SECONDS

    def _one(self, claimed: Claimed, letter: Letter, notes: Notes | None, *, is_begun: bool) -> Result | None:
        """What came of one letter; None: it could not be noted that it begins, so that nothing of it has left."""
        stage = Stage.ASKED
        try:
            if not is_begun:
                self.mailer.open()
                self._begin(letter.to)
            if notes is not None:
                if not notes.begun(claimed.id):
                    self.mailer.abandon()
                    self.notes = None  # each goes alone from here on
                    return None
                points.reached(Point.NOTED)
            stage = Stage.ANSWERED
            self._hand_over(letter)
            result = Result(State.SENT)
        except MailerUnusableError:
            raise
        except NotSentError as error:
            result = result_of(claimed, error, stage)
        if notes is not None and not result.in_doubt:
            notes.answered(claimed.id, taken=result.state is State.SENT)
            points.reached(Point.ANSWER_NOTED)
        return result

    def _arrived(self, claimed: Claimed) -> bool:
        """Whether the provider knows of a message that is in doubt: then no second copy leaves."""
        return (
            claimed.ambiguous > 0
            and claimed.content is not None
            and isinstance(self.mailer, Remembering)
            and self.mailer.was_taken(same_letter(claimed, self.house)) is True
        )

    @contextmanager
    def _its_own_fault(self, claimed: Claimed) -> Iterator[None]:
        """What the database refuses of a message alone costs it a try, and no other."""
        try:
            yield
        except DBAPIError as error:
            if isinstance(error, (OperationalError, InterfaceError)) or error.connection_invalidated:
                raise
            self.session.rollback()
            raise could_not_write(claimed, error) from error

    def _reach(self, claimed: Claimed) -> str | None:
        """Everything up to the text of a message; to whom. None: it is not leaving, and that is written down."""
        writer = self.writers.get(claimed.kind)
        to = self._address_of(claimed, writer)
        if to is None:
            assert writer is not None
            with transaction(self.session):
                off = call_off(self.session, self.stamp(), claimed, writer)
                if off is None:
                    raise NotNowError("It has no address, and its writer does not say why.")
            self.tell(claimed.id, off.state, off.why)
            return None
        if not is_one_address(to):
            raise RefusedError("The address is not one plain email address.")
        self.mailer.open()
        points.reached(Point.CONNECTED)
        self._begin(to)
        return to

    def _address_of(self, claimed: Claimed, writer: Writer | None) -> str | None:
        if writer is None:
            return claimed.address
        try:
            return writer.address_of(self.session, claimed.id)
        except DBAPIError:
            raise
        except Exception as error:  # a writer that fails stops its own message alone
            raise could_not_write(claimed, error) from error
        finally:
            self.session.rollback()

    def _begin(self, to: str) -> None:
        try:
            self.mailer.begin(self.house.sender[1], to)
        except NotSentError:
            raise
        except Exception as error:  # a fault of ours, before any of the text has left
            self.mailer.abandon()
            raise NotNowError(f"It could not be sent: {type(error).__name__}.") from error
        points.reached(Point.BEGUN)

    def _hand_over(self, letter: Letter) -> None:
        try:
            self.mailer.finish(letter)
        except NotSentError:
            raise
        except Exception as error:  # a fault of ours, and nobody knows how far it came
            self.mailer.abandon()
            raise UncertainError(f"Sending it broke off: {type(error).__name__}.") from error
        points.reached(Point.ANSWERED)

    def _settle(self, results: Sequence[tuple[Claimed, Result]], left: Sequence[Claimed] = ()) -> None:
        """Write the answers down. `left` were marked and have not begun: they wait again."""
        is_mended = self.had_trouble and bool(results)
        settle_surely(self.session, self.stamp, results, left, is_mended=is_mended)
        self.had_trouble = self.had_trouble and not is_mended
        for claimed, result in results:
            self.tell(claimed.id, result.state, result.problem)
        points.reached(Point.SETTLED)
