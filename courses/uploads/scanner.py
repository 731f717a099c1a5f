"""Asking a virus scanner (clamd) about a file, where the council runs one (promises E23 and E24)."""

import socket
import struct
from enum import StrEnum

PATIENCE = 5.0
"""Seconds; a scanner that is slower counts as away."""
_PART = 64 * 1024


class Verdict(StrEnum):
    """What is known about a file."""

    CLEAN = "clean"
    HARMFUL = "harmful"
    UNKNOWN = "unknown"
    """The scanner is away, slow, or did not understand."""
    NOT_ASKED = "not_asked"
    """No scanner is set up."""


def scan(clamd_socket: str, content: bytes) -> Verdict:
    """What clamd says of a file; `clamd_socket` is the path of its socket, or nothing."""
    if not clamd_socket:
        return Verdict.NOT_ASKED
    try:
        answer = _ask(clamd_socket, content)
    except OSError:
        return Verdict.UNKNOWN
    if answer.endswith(" FOUND"):
        return Verdict.HARMFUL
    return Verdict.CLEAN if answer.endswith(": OK") else Verdict.UNKNOWN


def _ask(path: str, content: bytes) -> str:
    """Send the file in parts, each after its length, and a length of nought at the end (clamd's INSTREAM)."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
        line.settimeout(PATIENCE)
        line.connect(path)
        line.sendall(b"zINSTREAM\0")
        for start in range(0, len(content), _PART):
            part = content[start : start + _PART]
            line.sendall(struct.pack("!L", len(part)) + part)
        line.sendall(struct.pack("!L", 0))
        answer = b""
        while not answer.endswith(b"\0") and len(answer) < 4096:
            more = line.recv(4096)
            if not more:
                break
            answer += more
    return answer.rstrip(b"\0").decode("utf-8", "replace").strip()
