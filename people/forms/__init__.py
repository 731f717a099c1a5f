"""The shape of what people type, and the words for what is wrong with it."""
