"""Accounts and permissions as learning and development looks after them; auditors read."""
