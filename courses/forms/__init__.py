"""What people type when they send evidence in, and the words for what is wrong with it."""
