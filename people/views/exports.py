"""Every file of lines that leaves the service is written into the audit trail (docs/security.md)."""

import logging
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Final, TypeVar

from flask import request

from foundation import clock
from foundation.db import Session, db, transaction
from foundation.errors import DomainError
from foundation.stamp import Stamp
from people import auth
from people.services.exports import record_export, without_names

Line = TypeVar("Line")

log = logging.getLogger(__name__)

MOMENT: Final = 2
"""Seconds for which the end of a file waits while somebody else is writing, as an import does for minutes."""


def recorded(lines: Iterable[Line]) -> Iterator[Line]:
    """The lines of the file that this request asks for; after the last one the audit trail knows who took it.

    So it does when the reader breaks off half way: what left is what counts.
    """
    return _counted(lines, request.endpoint or "", auth.stamp().actor, request.args.to_dict())


def recorded_file(content: bytes, of: str, lines: int, ids: Collection[str] = ()) -> Iterator[bytes]:
    """A file that is made as a whole, such as one to print; the audit trail knows which, and how much was in it.

    `of` is what it is a file of, as "letter_run:…"; `lines`: how many there are in it, such as letters; `ids`: filters
    whose values are random ids in this file, though a name in others.
    """
    return recorded_pieces((content,), of, lines, ids)


def recorded_pieces(
    pieces: Iterable[bytes], of: str, lines: int, ids: Collection[str] = ()
) -> Iterator[bytes]:
    """The same of a file that was made and is sent in pieces, as nobody holds all of it in memory."""
    actor, filters = auth.stamp().actor, request.args.to_dict()

    def sent() -> Iterator[bytes]:
        whole = False
        try:
            yield from pieces
            whole = True
        finally:
            _record(of, actor, filters, lines, whole, ids)

    return sent()


def _counted(lines: Iterable[Line], export: str, actor: str, filters: Mapping[str, str]) -> Iterator[Line]:
    made, whole = 0, False
    try:
        for made, line in enumerate(lines, 1):  # noqa: B007 -- how many there were is told afterwards
            yield line
        whole = True
    finally:
        _record(export, actor, filters, made, whole)


def _record(
    export: str,
    actor: str,
    filters: Mapping[str, str],
    made: int,
    whole: bool,
    ids: Collection[str] = (),
) -> None:
    """Write it in a transaction of its own: the file is read from one snapshot, which a write would end.

    When it is nobody's turn to write within a moment, the log has it instead: the lines have left already.
    """
    try:
        with Session(db.engine) as own, transaction(own, wait_seconds=MOMENT) as session:
            record_export(session, Stamp(actor, clock.now()), export, made, filters, whole=whole, ids=ids)
    except DomainError:
        log.warning(
            "export.made is not in the audit trail: %s took %s, %s lines, whole %s, filters %s",
            actor,
            export,
            made,
            whole,
            without_names(filters, ids),
        )
