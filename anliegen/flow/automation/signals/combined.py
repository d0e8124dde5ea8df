"""The text of a message that is read: its subject, and what the sender wrote now. Signals tell their places in it."""

LONGEST = 20_000  # characters of each


def combined(subject: str, said: str) -> str:
    """Both, apart from each other; a subject that is nothing but the beginning of what is said is left out."""
    subject, said = subject[:400].strip(), said[:LONGEST]
    return said if not subject or said.startswith(subject) else f"{subject}\n\n{said}"
