"""What is decided about one person by hand: roles given, exemptions; the list of exemptions; the block of both."""
