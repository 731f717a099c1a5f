"""The pages of a workshop's register: closing it, the people on it, the door, files, paper, and what is charged for."""

from courses.views.registers import closing, door, people, printing, recharge, upload

__all__ = ["closing", "door", "people", "printing", "recharge", "upload"]
