"""A virus scanner that speaks clamd's INSTREAM, finds the test virus, and can be slow or silent."""

import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


class Scanner:
    """What it has been sent, and how it behaves: `delay` in seconds, `says` instead of a verdict."""

    def __init__(self, path: Path) -> None:
        self.path = str(path)
        self.seen: list[bytes] = []
        self.delay = 0.0
        self.says: bytes | None = None

    def answer(self, line: socket.socket) -> None:
        assert self._exactly(line, 10) == b"zINSTREAM\0"
        content = b""
        while size := struct.unpack("!L", self._exactly(line, 4))[0]:
            content += self._exactly(line, size)
        self.seen.append(content)
        time.sleep(self.delay)
        found = b"stream: Eicar-Test-Signature FOUND" if EICAR in content else b"stream: OK"
        line.sendall((found if self.says is None else self.says) + b"\0")

    def _exactly(self, line: socket.socket, size: int) -> bytes:
        found = b""
        while len(found) < size:
            more = line.recv(size - len(found))
            if not more:
                raise ConnectionError
            found += more
        return found


@contextmanager
def scanning(path: Path) -> Iterator[Scanner]:
    """A scanner that listens at this path."""
    scanner = Scanner(path)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as server:
        server.bind(scanner.path)
        server.listen()
        ended = threading.Event()

        def serve() -> None:
            while True:
                line, _ = server.accept()
                with line:
                    if ended.is_set():
                        return
                    try:
                        scanner.answer(line)
                    except OSError:
                        continue

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield scanner
        finally:
            ended.set()
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as last:
                last.connect(scanner.path)
            thread.join(timeout=10)
