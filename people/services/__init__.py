"""What can be done about people and accounts: the use cases behind pages and commands."""
