"""What is typed and chosen on the pages of reminders, and the words for what is wrong with it."""
