"""What can be done about messages: the use cases behind commands and jobs."""
