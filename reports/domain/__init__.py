"""Reports: data before they are ink. Pure."""
