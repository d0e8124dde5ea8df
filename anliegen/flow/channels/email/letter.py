"""What stands in an answer, once as plain text and once as HTML that Outlook, Gmail and Apple Mail show alike.

Pure. Outlook lays out with Word and knows neither flexible boxes nor maximal widths, Gmail drops style sheets and
Apple Mail turns colours in the dark: so one table, styles at each tag, no colour of a text, and nothing from outside.

Mail programs fold a quote with all that follows it, and grey out or hide what follows `-- `. So what somebody is to
read stands above both, and only the small print below.
"""

import html as entities
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from anliegen.flow.channels.email import encode
from anliegen.flow.channels.email.html import cleaned, written

PICTURE_WORDS = ("Bild", "Picture")  # `[Bild: zaehler.png]` stands where an attached picture is to be seen
_TAG_OR_WORDS = re.compile(r"<[^>]*>|[^<]+")
_FONT = "font-family:Arial,Helvetica,sans-serif;"
_BREAKS = "word-break:break-word;overflow-wrap:anywhere;"  # a link is one word, and longer than a telephone is wide
_LINE = "1px solid #808080"  # no grey can be read on white and on black alike, but this one can be seen on both
_TEXT, _SMALL = "font-size:15px;line-height:1.5", "font-size:13px;line-height:1.45"
_QUOTE = "margin:0 0 16px 0;padding:0 0 0 12px;border-left:3px solid #808080;font-size:14px"


@dataclass(frozen=True)
class Quote:
    """Something said earlier: who and when in one line, and the words."""

    introduction: str
    text: str


@dataclass(frozen=True)
class Link:
    """Where it leads, and the words that are shown for it."""

    address: str
    words: str


@dataclass(frozen=True)
class Letter:
    """The parts of a mail in their order. What is empty is left out."""

    text: str
    signature: str = ""
    remarks: tuple[str, ...] = ()  # paragraphs: what is asked, who wrote it, the way to a person
    quotes: tuple[Quote, ...] = ()
    small_print: str = ""
    language: str = ""
    pictures: Mapping[str, str] = field(default_factory=dict)  # file name -> Content-ID
    links: Mapping[str, Link] = field(default_factory=dict)  # as it stands in the text -> what the HTML has instead
    html: str = ""  # the text as its writer formatted it: kept HTML of `html/written.py`


def as_text(letter: Letter) -> str:
    """For those who read mail as text: quotes with `> `, the small print below the line that mail programs know."""
    parts = [letter.text.strip("\n"), letter.signature.strip(), *(remark.strip() for remark in letter.remarks)]
    parts += [f"{quote.introduction}\n{_quoted(quote.text)}" for quote in letter.quotes]
    body = "\n\n".join(part for part in parts if part.strip())
    small_print = letter.small_print.strip()
    return f"{body}\n\n-- \n{small_print}" if small_print else body


def as_html(letter: Letter) -> str:
    """A whole page. Every resource it names lies in the mail itself."""
    known = {text: _anchor(link) for text, link in letter.links.items()}
    cells = [
        _said(letter, known),
        _paragraphs(letter.signature, known),
        _ruled("\n".join(_paragraphs(remark, known) for remark in letter.remarks if remark.strip()), _TEXT),
        *(_earlier(quote, known) for quote in letter.quotes),
        _ruled(_paragraphs(letter.small_print, known), _SMALL),
    ]
    language = f' lang="{entities.escape(letter.language)}"' if letter.language else ""
    inside = "\n".join(cell for cell in cells if cell)
    return (
        f"<!DOCTYPE html>\n<html{language}>\n<head>\n"
        '<meta http-equiv="Content-Type" content="text/html; charset=utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        "</head>\n"
        '<body style="margin:0;padding:0">\n'
        # Word in Outlook takes the width, all others the rule that it may be no wider than the window.
        f"{_table(inside, '600', 'padding:12px', _TEXT)}\n</body>\n</html>\n"
    )


def _quoted(text: str) -> str:
    lines = encode.lines(text).strip("\n").split("\n")
    return "\n".join(f"> {line}".rstrip() for line in lines)


def _said(letter: Letter, known: Mapping[str, str]) -> str:
    if letter.html:
        return _linked(written.for_mail(letter.html), known)
    said = _paragraphs(letter.text, known)
    for name, content_id in letter.pictures.items():
        alternative, source = entities.escape(name), entities.escape(content_id)
        picture = f'<img src="cid:{source}" alt="{alternative}" border="0" style="max-width:100%;height:auto">'
        for word in PICTURE_WORDS:
            said = said.replace(f"[{word}: {alternative}]", picture)
    return said


def _linked(html: str, known: Mapping[str, str]) -> str:
    """What can be dialled or is too long to read, in the words between the tags; what is a link already stays."""
    if not known:
        return html
    found = re.compile("|".join(re.escape(entities.escape(one)) for one in sorted(known, key=len, reverse=True)))
    pieces, inside = [], False
    for piece in _TAG_OR_WORDS.findall(html):
        inside = inside or piece.startswith("<a ")
        inside = inside and piece != "</a>"
        is_words = not inside and not piece.startswith("<")
        pieces.append(found.sub(lambda match: known[entities.unescape(match[0])], piece) if is_words else piece)
    return "".join(pieces)


def _earlier(quote: Quote, known: Mapping[str, str]) -> str:
    introduction = f'<p style="margin:0 0 8px 0">{entities.escape(quote.introduction)}</p>'
    return f'{introduction}\n<blockquote type="cite" style="{_QUOTE}">\n{_paragraphs(quote.text, known)}\n</blockquote>'


def _ruled(inside: str, style: str) -> str:
    """Below a line of its own; nothing where nothing is said."""
    if not inside:
        return ""
    return _table(inside, "100%", f"padding:12px 0 0 0;border-top:{_LINE}", style)


def _table(inside: str, width: str, box: str, style: str) -> str:
    return (
        f'<table role="presentation" width="{width}" cellpadding="0" cellspacing="0" border="0"'
        ' style="max-width:100%;table-layout:fixed"><tr>'
        f'<td align="left" style="{box};{_FONT}{_BREAKS}{style}">\n{inside}\n</td></tr></table>'
    )


def _anchor(link: Link) -> str:
    # A number is dialled as a whole, so it is not broken.
    style = "white-space:nowrap" if link.address.startswith("tel:") else _BREAKS
    return f'<a href="{entities.escape(link.address)}" style="{style}">{entities.escape(link.words)}</a>'


def _paragraphs(text: str, known: Mapping[str, str]) -> str:
    """Word gives paragraphs margins of its own unless each says otherwise."""
    if not text.strip():
        return ""
    return cleaned.from_text(encode.lines(text), known).replace("<p>", '<p style="margin:0 0 14px 0">')
