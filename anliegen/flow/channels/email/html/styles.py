"""The styles of a mail, as far as they only say how something looks: no place on the page, nothing fetched, no motion.

What is kept stands only in the frame of its own in which a mail's look is shown.
"""

import re

_PROPERTIES = (
    "color background-color background font font-family font-size font-style font-weight font-variant line-height"
    " letter-spacing word-spacing text-align text-decoration text-decoration-color text-decoration-line text-indent"
    " text-transform vertical-align white-space word-break word-wrap overflow-wrap hyphens direction"
    " width max-width min-width height max-height min-height display float clear box-sizing table-layout"
    " margin margin-top margin-right margin-bottom margin-left padding padding-top padding-right padding-bottom"
    " padding-left border border-top border-right border-bottom border-left border-color border-style border-width"
    " border-top-color border-right-color border-bottom-color border-left-color border-top-style border-right-style"
    " border-bottom-style border-left-style border-top-width border-right-width border-bottom-width"
    " border-left-width border-collapse border-spacing border-radius empty-cells caption-side list-style"
    " list-style-type list-style-position opacity overflow visibility"
)
_KEPT = frozenset(_PROPERTIES.split())
# A value that can only be words, numbers, colours: no address, no escape that could hide one, no script.
_VALUE = re.compile(r"[\w\s.,#%+\-/!'\"]{1,300}", re.ASCII)
_FUNCTION = re.compile(r"(?:rgba?|hsla?|calc|min|max|clamp)\([\w\s.,%+\-*/]{0,100}\)", re.ASCII)
_LARGE = re.compile(r"-\d|\d{5,}")  # text moved out of sight, boxes that cover everything
_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
_SELECTOR = re.compile(r"[\w\s.,#>+~*:()\[\]=\"'-]{1,500}")
_MEDIA = re.compile(r"@media[\w\s():.,-]{1,200}", re.IGNORECASE)
_BOXES = "block inline inline-block none table table-cell table-row table-row-group inline-table list-item flex"
_DISPLAYS = frozenset(_BOXES.split())
_LONGEST_SHEET = 200_000
_MOST_RULES = 3_000


def declarations(style: str) -> str:
    """The declarations of a style attribute that may stay, in their order."""
    kept = []
    for declaration in style[:5_000].split(";"):
        name, colon, value = declaration.partition(":")
        name, value = name.strip().lower(), " ".join(value.split())
        if colon and name in _KEPT and _is_harmless(name, value):
            kept.append(f"{name}: {value}")
    return "; ".join(kept)


def sheet(text: str) -> str:
    """The rules of a style sheet that may stay: plain ones, and those for certain widths."""
    text = _COMMENT.sub(" ", text[:_LONGEST_SHEET]).replace("<!--", " ").replace("-->", " ")
    kept: list[str] = []
    opened: list[str] = []
    start = 0
    for at, sign in ((match.start(), match[0]) for match in re.finditer(r"[{};]", text)):
        piece = text[start:at].strip()
        if sign == "{":
            opened.append(piece)
            _open(piece, opened, kept)
        elif sign == "}" and opened:
            _close(opened.pop(), piece, opened, kept)
        elif sign == ";" and opened:
            continue  # between two declarations of one rule
        start = at + 1
        if len(kept) > _MOST_RULES:
            break
    return "\n".join([*kept, *("}" for rule in opened if _MEDIA.fullmatch(rule))])


def _open(rule: str, opened: list[str], kept: list[str]) -> None:
    if len(opened) == 1 and _MEDIA.fullmatch(rule):
        kept.append(f"{rule} {{")


def _close(rule: str, body: str, opened: list[str], kept: list[str]) -> None:
    if _MEDIA.fullmatch(rule):
        kept.append("}")
        return
    is_plain = len(opened) < 2 and all(_MEDIA.fullmatch(outer) for outer in opened) and _SELECTOR.fullmatch(rule)
    if is_plain and (inside := declarations(body)):
        kept.append(f"{rule} {{ {inside} }}")


def _is_harmless(name: str, value: str) -> bool:
    plain = _FUNCTION.sub("0", value)
    if not _VALUE.fullmatch(plain):
        return False
    if name == "display":
        return value.lower().removesuffix("!important").strip() in _DISPLAYS
    return not _LARGE.search(plain)
