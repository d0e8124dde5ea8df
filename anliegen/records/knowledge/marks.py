"""From a text with a few marks to what is sent: plain words, or HTML. Pure, and one source for both.

The marks: `**bold**`, `[word](https://...)`, lines that begin with `- ` or `1. `, an empty line between paragraphs.
"""

import re
from collections.abc import Iterator

from markupsafe import Markup, escape

BOLD = re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*")
LINK = re.compile(r"\[([^\[\]\n]+)\]\((https?://[^\s()]+|mailto:[^\s()]+)\)")
ITEM = re.compile(r"(?:[-*]|(\d{1,3})[.)])\s+(.*)")


def plain(text: str) -> str:
    """Without marks: a list stays as lines with a hyphen or number, a link says where it leads."""
    text = text.replace("\r\n", "\n").strip()
    return LINK.sub(r"\1 (\2)", BOLD.sub(r"\1", text))


def formatted(text: str) -> Markup:
    """As HTML: p, br, ul, ol, li, strong and a, nothing else; HTML in the text itself is shown as it stands."""
    blocks = re.split(r"\n\s*\n", text.replace("\r\n", "\n").strip())
    return Markup("").join(part for block in blocks for part in _block(block.split("\n")))


def _block(lines: list[str]) -> Iterator[Markup]:
    """Runs of items are lists; what stands between them are paragraphs."""
    while lines:
        kind = _kind(lines[0])
        count = next((place for place, line in enumerate(lines) if _kind(line) != kind), len(lines))
        run, lines = lines[:count], lines[count:]
        if kind == "p":
            yield Markup("<p>{}</p>").format(Markup("<br>").join(map(_inline, run)))
        else:
            items = Markup("").join(Markup("<li>{}</li>").format(_inline(_item(line))) for line in run)
            yield (Markup("<ul>{}</ul>") if kind == "ul" else Markup("<ol>{}</ol>")).format(items)


def _kind(line: str) -> str:
    match = ITEM.match(line)
    return "p" if match is None else "ol" if match[1] else "ul"


def _item(line: str) -> str:
    match = ITEM.match(line)
    return match[2] if match else line


def _inline(text: str) -> Markup:
    safe = str(escape(text))
    safe = BOLD.sub(r"<strong>\1</strong>", safe)
    return Markup(LINK.sub(r'<a href="\2">\1</a>', safe))  # noqa: S704 (escaped above, the marks are ours)
