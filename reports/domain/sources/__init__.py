"""What reports may ask beyond figures: one protocol a kind of question. Pure."""
