"""What can be done with the rules and asked of the figures: the use cases behind commands and pages."""
