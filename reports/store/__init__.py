"""What reports keep, a file for each kind. The names of kept reports and of commentary can be had from here."""

from reports.store.frozen import Frozen, add_frozen, find_frozen, frozen_reports, texts_of
from reports.store.notes import add_note, notes_about, standing_notes, take_out_note

__all__ = [
    "Frozen",
    "add_frozen",
    "add_note",
    "find_frozen",
    "frozen_reports",
    "notes_about",
    "standing_notes",
    "take_out_note",
    "texts_of",
]
