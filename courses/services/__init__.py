"""What can be done about courses and completions: the use cases behind pages and commands."""
