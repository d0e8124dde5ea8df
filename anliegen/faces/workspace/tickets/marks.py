"""Marked passages in what was said: `<mark>` in HTML that our own cleaner made of the text. Pure.

Places are counted in signs that are no white space: text and HTML have the same of these, however folded or linked.
"""

import html as entities
import re
from collections.abc import Sequence
from dataclasses import replace

from markupsafe import Markup, escape

from anliegen.faces.workspace.tickets.letters import Folded
from anliegen.records.tickets.passages import apart, find
from anliegen.records.tickets.together import Mark

_PIECES = re.compile(r"<[^>]*>|&[^;\s]{1,31};|[^<&]|[<&]", re.DOTALL)


def on(said: Folded, text: str, marks: Sequence[Mark], title: str) -> Folded:
    """The same text with its marks. `title` says who marked it: `{names}`; a mark whose words are gone is not drawn."""
    spans = {place: mark for mark in marks if (place := _place(text, mark)) is not None}
    if not spans:
        return said
    counted = [(_solid(text[:begins]), _solid(text[:ends])) for begins, ends in apart(spans)]
    words = title.format(names=", ".join(sorted({mark.agent.name for mark in spans.values()})))
    first = _solid(entities.unescape(re.sub(r"<[^>]*>", "", said.text)))
    more = _drawn(said.more, first, counted, words) if said.more is not None else None
    return replace(said, text=_drawn(said.text, 0, counted, words), more=more)


def _place(text: str, mark: Mark) -> tuple[int, int] | None:
    if text[mark.begins : mark.ends] == mark.text:
        return mark.begins, mark.ends
    return find(text, mark.text, mark.begins)


def _solid(text: str) -> int:
    """How many signs are no white space."""
    return sum(not sign.isspace() for sign in text)


def _drawn(html: str, at: int, spans: Sequence[tuple[int, int]], title: str) -> Markup:
    """Open before the first sign of a passage, close behind its last; a tag in between is not enclosed."""
    opening = f'<mark class="passage" title="{escape(title)}">'
    out: list[str] = []
    is_open = False
    for piece in _PIECES.findall(html):
        is_tag = piece.startswith("<") and len(piece) > 1
        is_space = not is_tag and entities.unescape(piece).isspace()
        inside = not is_tag and any(begins <= at < ends for begins, ends in spans)
        if is_space:  # a space belongs to the passage when it goes on behind it
            inside = is_open and any(begins < at < ends for begins, ends in spans)
        if inside != is_open:
            out.append(opening if inside else "</mark>")
            is_open = inside
        out.append(piece)
        at += not is_tag and not is_space
    if is_open:
        out.append("</mark>")
    return Markup("".join(out))  # noqa: S704 (pieces of what was safe before, and our own tags)
