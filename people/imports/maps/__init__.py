"""Other systems' people files: one module each, with one `MAP`."""
