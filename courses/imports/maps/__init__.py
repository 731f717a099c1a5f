"""Other systems' completion reports: one module each, with one `MAP`."""
