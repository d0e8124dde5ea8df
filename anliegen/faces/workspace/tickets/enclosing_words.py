"""Does somebody write of an attachment? Pure. German and English; what is quoted does not count."""

import re

_QUOTED = re.compile(r"^[^\S\n]*>.*$", re.MULTILINE)
_SIGNATURE = re.compile(r"^-- ?$.*", re.MULTILINE | re.DOTALL)
# Each says that something comes along. "Anlage" alone is a power plant, "attached" alone may be to a wall.
_SAID = re.compile(
    r"""\b(?:
      anbei
    | beiliegend\w*
    | (?:im|als|den|siehe|vgl\.?)\s+(?:\w+\s+)?anhang\b
    | (?:in|als|siehe|vgl\.?)\s+(?:(?:der|die)\s+)?anlagen?\b(?!\s+\d)
    | anlagen?:
    | (?:an|bei)gehängt\w* | beigefügt\w* | füge\w*\s+(?:\S+\s+){0,6}(?:bei|an)\b
    | hänge\w*\s+(?:\S+\s+){0,6}an\b
    | attached\s+(?:is|are|you|please|to\s+this|the|a|file|document|herewith)\b
    | (?:i|we)(?:\s+have|['’]ve)?\s+(?:also\s+)?attach(?:ed)?\b
    | (?:is|are|find|see)\s+(?:\w+\s+){0,4}(?:attached|enclosed)\b(?!\s+to\b)
    | (?:the|in|as|see)\s+(?:(?:the|an)\s+)?attachments?\b
    | enclosed\s+(?:is|are|you|please|the|a)\b
    | please\s+find\s+(?:\w+\s+){0,4}(?:attached|enclosed)
    )""",
    re.IGNORECASE | re.VERBOSE,
)
# Somebody else's, or none. Tried where a word begins, so that an endless one costs no more than its length.
_NOT_OURS = re.compile(
    r"\b(?:ihr\w*|sein\w*|kein\w*|ohne|your|no|without)\s+(?:\w+\s+)?(?:anhang|anhänge|anlagen?|attachments?)\b",
    re.IGNORECASE,
)


def speaks_of_attachment(text: str) -> bool:
    """Whether the words written now, without quotes and signature, say that a file comes along."""
    own = _NOT_OURS.sub("", _SIGNATURE.sub("", _QUOTED.sub("", text)))
    return _SAID.search(own) is not None
