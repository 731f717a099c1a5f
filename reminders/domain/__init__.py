"""What is pure about reminders: who is due to be told what, and what becomes of a message that is sent."""
