"""Certificates on paper and off it: the keys that sign them, how they are drawn, signed and checked."""
