"""Workshops, evidence and what people thought of their training."""
