"""Text in format=flowed (RFC 3676) back to the paragraphs its writer typed."""


def unflow(text: str, *, delete_space: bool = False) -> str:
    """Join soft-broken lines of the same quote depth. The signature mark `-- ` never joins anything."""
    paragraphs: list[str] = []
    pieces: list[str] = []
    open_depth = -1  # the depth of a paragraph that goes on, or -1
    for line in text.split("\n"):
        depth, words = _without_quote_marks(line)
        words = words.removeprefix(" ")
        is_mark = words == "-- "
        if pieces and (open_depth != depth or is_mark):
            paragraphs.append("".join(pieces))
            pieces = []
        if not pieces and depth:
            pieces.append(">" * depth + " ")
        open_depth = depth if words.endswith(" ") and not is_mark else -1
        pieces.append(words[:-1] if delete_space and open_depth >= 0 else words)
    return "\n".join([*paragraphs, "".join(pieces)])


def _without_quote_marks(line: str) -> tuple[int, str]:
    words = line.lstrip(">")
    return len(line) - len(words), words
