"""Tags and topics as codes."""


def as_code(text: str) -> str:
    """A tag or topic as a code: one word in lower case, spaces as hyphens, other signs dropped."""
    word = "-".join(text.lower().split())
    return "".join(sign for sign in word if sign.isalnum() or sign in "-.:/+").strip("-.:/+")[:60]
