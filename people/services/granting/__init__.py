"""Accounts as learning and development looks after them: the list, permissions, and opening or closing the door."""
