"""One ticket: its timeline, what is said and done there, and its files."""
