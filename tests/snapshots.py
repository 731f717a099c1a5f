"""Texts that a person has read, kept as files: a test compares with them, and a changed word is a diff to read.

To write them anew after a change of words: `UPDATE_SNAPSHOTS=1 python -m pytest tests/unit`, then
read the diff.
"""

import os
from pathlib import Path

UPDATE = "UPDATE_SNAPSHOTS"


def same_as_snapshot(path: Path, text: str) -> bool:
    """Whether the text is the one in the file; where snapshots are being written anew, it becomes that one."""
    if os.environ.get(UPDATE):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert path.exists(), f"{path.name} is missing: run the test with {UPDATE}=1, and read what it writes"
    assert text == path.read_text(encoding="utf-8"), (
        f"read the diff; if the words are right, {UPDATE}=1 keeps them"
    )
    return True
