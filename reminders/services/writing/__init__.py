"""The words of messages about reminders, made when they leave: one writer for each kind."""
