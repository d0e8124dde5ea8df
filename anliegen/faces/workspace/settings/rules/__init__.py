"""The pages on which rules are written, tried out, put in force and stopped."""
