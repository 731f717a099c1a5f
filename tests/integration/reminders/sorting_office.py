"""A mail server in a process of its own, which outlives those who send to it and knows what it accepted.

Run as a command it prints its port. What it accepts is on the disk before it says so: one line of JSON a message, with
its Message-ID and the digest of its bytes. With faults it sometimes says "not now", hangs up, or accepts a message and
hangs up before it can say so.
"""

import asyncio
import json
import os
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.parser import BytesHeaderParser
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from aiosmtpd.smtp import SMTP, Envelope, Session

ROOT = Path(__file__).parents[3]
OK = "250 OK"


@dataclass
class _Handler:
    accepted: BinaryIO
    faults: float
    chance: random.Random

    async def handle_RCPT(  # noqa: N802 -- aiosmtpd names its hooks after the commands
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self._goes_wrong():
            return self._hang_up(server)
        envelope.rcpt_tos.append(address)
        return OK

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 -- as above
        if self._goes_wrong():
            return "451 4.3.0 not now"
        content = envelope.content
        assert isinstance(content, bytes)
        known = BytesHeaderParser().parsebytes(content)["Message-ID"]
        line = {"to": envelope.rcpt_tos, "id": known, "digest": sha256(content).hexdigest()}
        self.accepted.write(json.dumps(line).encode() + b"\n")
        os.fsync(self.accepted.fileno())
        return self._hang_up(server) if self._goes_wrong() else OK

    def _goes_wrong(self) -> bool:
        return self.chance.random() < self.faults

    def _hang_up(self, server: SMTP) -> str:
        assert isinstance(server.transport, asyncio.Transport)
        server.transport.abort()
        raise asyncio.CancelledError


async def _serve(place: str, faults: str, seed: str) -> None:
    with Path(place).open("ab", buffering=0) as accepted:
        handler = _Handler(accepted, float(faults), random.Random(seed))
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: SMTP(handler, enable_SMTPUTF8=False), "127.0.0.1", 0)
        sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
        sys.stdout.flush()
        await server.serve_forever()


@dataclass(frozen=True)
class Accepted:
    """One copy of a message that the server has accepted."""

    to: str
    digest: str


@dataclass
class SortingOffice:
    """The server, seen from outside."""

    port: int
    place: Path
    _read: int = 0

    def forget(self) -> None:
        """Count from here on."""
        self._read = self.place.stat().st_size

    def accepted(self) -> list[Accepted]:
        """What was accepted since."""
        with self.place.open("rb") as file:
            file.seek(self._read)
            lines = [json.loads(line) for line in file]
        assert all(len(line["to"]) == 1 for line in lines), "a message had several recipients"
        return [Accepted(line["to"][0], line["digest"]) for line in lines]

    def copies(self) -> Counter[str]:
        """How many copies each address has got."""
        return Counter(one.to for one in self.accepted())


@contextmanager
def sorting_office(folder: Path, faults: float = 0.0, seed: str = "") -> Iterator[SortingOffice]:
    """A mail server on a free port, in a process of its own."""
    place = folder / "accepted.jsonl"
    place.touch()
    command = [sys.executable, "-m", "tests.integration.reminders.sorting_office"]
    process = subprocess.Popen(
        [*command, str(place), str(faults), seed], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    try:
        assert process.stdout is not None
        with process.stdout:
            yield SortingOffice(int(process.stdout.readline()), place)
    finally:
        process.kill()
        process.wait()


if __name__ == "__main__":
    asyncio.run(_serve(*sys.argv[1:]))
