"""Every query of the compliance package: facts for the counting, the rule book, and reads of the timeline tables."""
