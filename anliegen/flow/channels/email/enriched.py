"""text/enriched and text/richtext (RFC 1896) to the words in it."""

import re

_PARAMETER = re.compile(r"<param>.{0,200}?</param>", re.IGNORECASE | re.DOTALL)
_COMMAND = re.compile(r"<(/?)([a-z0-9-]{1,60})>", re.IGNORECASE)
_LINE_ENDS = re.compile(r"\n+")


def plain(text: str, *, old: bool = False) -> str:
    """The words. A single line end is a space and n of them are n-1; the older form writes line ends as `<nl>`."""
    if old:
        text = _LINE_ENDS.sub(" ", text)
    else:
        text = _LINE_ENDS.sub(lambda ends: "\n" * (len(ends[0]) - 1) or " ", text)
    text = _PARAMETER.sub("", text).replace("<<", "\0").replace("<lt>", "\0")
    return _COMMAND.sub(_written, text).replace("\0", "<")


def _written(command: re.Match[str]) -> str:
    name = command[2].lower()
    if name in ("nl", "np"):
        return "\n"
    return "\n\n" if name == "paragraph" and command[1] else ""
