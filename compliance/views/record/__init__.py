"""What learning and development and auditors read of a person besides: the whole record, and its history."""
