"""Making reports, keeping them, and comparing those that were kept."""
