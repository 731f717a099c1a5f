"""`python -m tests.bench.mail [--messages 5000] [--databases sqlite,postgresql] [--senders 2]`: how fast mail leaves.

Beside it, in the same run, a bare smtplib loop sends the very same bytes to the same server on loopback; the ratio of
the two is the result (goal 1.5). Meanwhile the service answers pages. The words are made by a writer that asks the
database nothing: how long the real ones take is no part of this.
"""

import argparse
import asyncio
import os
import smtplib
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from aiosmtpd.smtp import SMTP, Envelope
from aiosmtpd.smtp import Session as Dialogue
from sqlalchemy import create_engine, insert
from sqlalchemy.orm import Session
from waitress import serve

from foundation.db import engine_options, transaction
from foundation.mail import OutgoingMessageRow, waiting_row
from foundation.stamp import Stamp
from reminders.domain.outbox import Words
from reminders.mailers.smtp import SmtpMailer
from reminders.services.outbox.notes import notes_folder
from reminders.services.outbox.sending import send_waiting
from tests.bench.databases import KINDS, Place, place
from tests.services import postgres_url

SENDER = ("Prevent training", "no-reply@council.example")
GOAL = 1.5
SAMPLE = 2000
"""How many messages the loop sends that writes each down, which is slow and no goal."""
PAGE = "/sign-in"
STAMP = Stamp("command:bench", datetime(2026, 5, 4, 9, 0, tzinfo=UTC))
BODY = (
    'Hello Asha\n\nYour training "Prevent awareness" runs out on 4 July 2026.\n\n'
    "What to do: sign in at https://training.example/ and open My training.\n\n"
) * 6


class Writer:
    """A reminder of an ordinary length, with its HTML part."""

    kinds = frozenset({"reminder"})

    def address_of(self, session: Any, message_id: int) -> str | None:
        return f"person{message_id}@council.example"

    def write(self, session: Any, stamp: Any, message_id: int, again: bool) -> Words:
        return Words(f"person{message_id}@council.example", "Your Prevent training runs out on 4 July", BODY)


class Sink:
    """Takes everything and keeps nothing."""

    async def handle_DATA(self, server: SMTP, session: Dialogue, envelope: Envelope) -> str:  # noqa: N802 -- its name
        return "250 OK"


async def sink() -> None:
    """The mail server, in a process of its own."""
    server = await asyncio.get_running_loop().create_server(lambda: SMTP(Sink()), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


@contextmanager
def mail_server() -> Iterator[int]:
    command = [sys.executable, "-m", "tests.bench.mail", "--sink"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        assert process.stdout is not None
        yield int(process.stdout.readline())
    finally:
        process.kill()
        process.wait()


@dataclass
class Sent:
    """What came of sending: seconds; memory of a sender in MB when a tenth had left and at the end."""

    seconds: float
    memory: list[tuple[float, float]]


def write_down(found: Place, number: int) -> None:
    """So many reminders that are due."""
    with Session(found.engine) as session, transaction(session):
        rows = [waiting_row("reminder", STAMP.at, dedupe_key=f"reminder:{one}") for one in range(number)]
        session.execute(insert(OutgoingMessageRow), rows)


def send(found: Place, port: int, number: int, senders: int) -> Sent:
    """Every message, by so many processes."""
    began, readers = time.perf_counter(), []
    for _ in range(senders):
        reader, writer = os.pipe()
        if os.fork() == 0:
            _sender(found, port, number // senders // 10, writer)
        os.close(writer)
        readers.append(reader)
    said = []
    for reader in readers:
        with os.fdopen(reader) as file:
            said.append(file.read().split())
    for _ in range(senders):
        os.wait()
    return Sent(time.perf_counter() - began, [(float(first), float(last)) for first, last in said])


def _sender(found: Place, port: int, tenth: int, writer: int) -> None:
    """What one process does; it does not come back."""
    code = 1
    try:
        engine = create_engine(found.address, **engine_options(found.address))
        notes = notes_folder(Path(found.app.instance_path))
        memory = []
        with Session(engine) as session:
            mailer = SmtpMailer("127.0.0.1", port, encrypted=False)
            for most in (max(tenth, 1), None):
                send_waiting(session, lambda: STAMP, mailer, SENDER, most, writers=[Writer()], notes=notes)
                memory.append(_resident_mb())
        os.write(writer, " ".join(f"{one:.1f}" for one in memory).encode())
        os.close(writer)
        code = 0
    finally:
        os._exit(code)


def _resident_mb() -> float:
    words = Path("/proc/self/status").read_text().split("VmRSS:")[1].split()
    return int(words[0]) / 1024


def bare(port: int, contents: list[tuple[str, bytes]]) -> float:
    """A loop of smtplib over one connection, and nothing else."""
    began = time.perf_counter()
    with smtplib.SMTP("127.0.0.1", port) as server:
        for to, content in contents:
            server.sendmail(SENDER[1], [to], content)
    return time.perf_counter() - began


def bare_with_account(found: Place, port: int, contents: list[tuple[str, bytes]]) -> float:
    """The same loop, writing down durably before and after each message how far it is: two statements by hand."""
    mark = ":" if found.bare.is_sqlite else "%("
    number = f"{mark}id" if found.bare.is_sqlite else f"{mark}id)s"
    note = f"UPDATE outgoing_message SET code = 250 WHERE dedupe_key = {number}"
    began = time.perf_counter()
    with smtplib.SMTP("127.0.0.1", port) as server:
        for one, (to, content) in enumerate(contents):
            found.bare.rows(note, {"id": f"reminder:{one}"})
            server.sendmail(SENDER[1], [to], content)
            found.bare.rows(note, {"id": f"reminder:{one}"})
    return time.perf_counter() - began


@contextmanager
def pages(found: Place) -> Iterator[str]:
    """The service answering pages, in a process of its own."""
    with socket.socket() as chosen:
        chosen.bind(("127.0.0.1", 0))
        port = chosen.getsockname()[1]
    child = os.fork()
    if child == 0:
        found.engine.dispose(close=False)
        serve(found.app, host="127.0.0.1", port=port, threads=4, _quiet=True)
        os._exit(0)
    try:
        address = f"http://127.0.0.1:{port}{PAGE}"
        for _ in range(200):
            try:
                urlopen(address).close()
                break
            except OSError:
                time.sleep(0.05)
        yield address
    finally:
        os.kill(child, 9)
        os.waitpid(child, 0)


def p95_while(address: str, work: Callable[[], Any]) -> tuple[Any, float, int]:
    """What the work gives, and how long 95 % of the pages took at most meanwhile, in ms, of how many."""
    over, took = threading.Event(), list[float]()

    def ask() -> None:
        while not over.wait(0.05):
            began = time.perf_counter()
            with urlopen(address) as answer:
                answer.read()
            took.append((time.perf_counter() - began) * 1000)

    thread = threading.Thread(target=ask)
    thread.start()
    try:
        result = work()
    finally:
        over.set()
        thread.join()
    return result, sorted(took)[int(len(took) * 0.95)], len(took)


def measure(kind: str, number: int, senders: int) -> bool:
    """One database; whether the goal was met. Everything is printed."""
    with place(kind) as found, mail_server() as port:
        write_down(found, number)
        found.analyse()
        with pages(found) as page:
            _, alone, _ = p95_while(page, lambda: time.sleep(3))
            sent, during, asked = p95_while(page, lambda: send(found, port, number, senders))
        left = found.bare.rows("SELECT state, COUNT(*) FROM outgoing_message GROUP BY state")
        assert [tuple(row) for row in left] == [("sent", number)], left
        contents = [
            (to, bytes(text)) for to, text in found.bare.rows("SELECT address, content FROM outgoing_message")
        ]
        floor = bare(port, contents)
        some = contents[:SAMPLE]
        account = bare_with_account(found, port, some) / len(some) * number
    ratio: float = sent.seconds / floor
    size = sum(len(text) for _, text in contents) // number
    print(f"{kind}: {number:,} messages of {size:,} bytes by {senders} processes")
    print(f"  product {sent.seconds:.1f} s ({number / sent.seconds:.0f} a second)")
    print(f"  bare    {floor:.1f} s ({number / floor:.0f} a second), one connection")
    print(f"  ratio {ratio:.2f}, goal {GOAL}: {'met' if ratio <= GOAL else 'NOT MET'}")
    print(
        f"  bare that writes down each message before and after: {account:.1f} s, ratio {sent.seconds / account:.2f}"
    )
    for first, last in sent.memory:
        print(f"  memory of a sender: {first:.0f} MB after a tenth, {last:.0f} MB at the end")
    print(
        f"  {PAGE}: 95 % within {alone:.0f} ms before, {during:.0f} ms meanwhile ({asked} asked)", flush=True
    )
    return ratio <= GOAL


def main() -> int:
    """Measure and print; ends with 1 only when something was wrong, never for time."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.mail", description=__doc__.split("\n")[0])
    parser.add_argument("--messages", type=int, default=5000)
    parser.add_argument("--databases", default=",".join(KINDS) if postgres_url() else "sqlite")
    parser.add_argument("--senders", type=int, default=2)
    parser.add_argument("--sink", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.sink:
        asyncio.run(sink())
        return 0
    for kind in options.databases.split(","):
        measure(kind, options.messages, options.senders)
    return 0


if __name__ == "__main__":
    sys.exit(main())
