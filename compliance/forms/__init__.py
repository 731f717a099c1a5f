"""What is typed on the pages of the rules and the figures, and the words for what is wrong with it."""
