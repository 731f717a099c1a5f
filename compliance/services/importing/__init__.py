"""Imports on pages: a file on its way, what it would do, doing it in a process apart, mending rows, taking back."""
