"""What stands in an answer, once as plain text and once as HTML that Outlook, Gmail and Apple Mail show alike.

Pure. Outlook lays out with Word and knows neither flexible boxes nor maximal widths, Gmail drops style sheets and
Apple Mail turns colours in the dark: so one table, styles at each tag, hardly a colour, and nothing from outside.
"""

import html as entities
from collections.abc import Mapping
from dataclasses import dataclass, field

from anliegen.flow.channels.email import encode
from anliegen.flow.channels.email.html import cleaned

PICTURE_WORDS = ("Bild", "Picture")  # `[Bild: zaehler.png]` stands where an attached picture is to be seen
_FONT = "font-family:Arial,Helvetica,sans-serif;"
_QUIET = "font-size:13px;line-height:1.45;color:#595959"
_QUOTE = "margin:0 0 16px 0;padding:0 0 0 12px;border-left:3px solid #bbbbbb;color:#595959"


@dataclass(frozen=True)
class Quote:
    """Something said earlier: who and when in one line, and the words."""

    introduction: str
    text: str


@dataclass(frozen=True)
class Letter:
    """The parts of a mail in their order. What is empty is left out."""

    text: str
    signature: str = ""
    quotes: tuple[Quote, ...] = ()
    footer: tuple[str, ...] = ()  # paragraphs
    language: str = ""
    pictures: Mapping[str, str] = field(default_factory=dict)  # file name -> Content-ID


def as_text(letter: Letter) -> str:
    """For those who read mail as text: quotes with `> `, the footer below the line that mail programs know."""
    parts = [letter.text.strip("\n"), letter.signature.strip()]
    parts += [f"{quote.introduction}\n{_quoted(quote.text)}" for quote in letter.quotes]
    body = "\n\n".join(part for part in parts if part.strip())
    footer = "\n\n".join(part.strip() for part in letter.footer if part.strip())
    return f"{body}\n\n-- \n{footer}" if footer else body


def as_html(letter: Letter) -> str:
    """A whole page. Every resource it names lies in the mail itself."""
    cells = [_said(letter), _signature(letter.signature), *map(_earlier, letter.quotes), _footer(letter.footer)]
    language = f' lang="{entities.escape(letter.language)}"' if letter.language else ""
    inside = "\n".join(cell for cell in cells if cell)
    return (
        f"<!DOCTYPE html>\n<html{language}>\n<head>\n"
        '<meta http-equiv="Content-Type" content="text/html; charset=utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        "</head>\n"
        '<body style="margin:0;padding:0">\n'
        '<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0"><tr>'
        f'<td align="left" style="padding:12px;{_FONT}font-size:15px;line-height:1.5">\n{inside}\n'
        "</td></tr></table>\n</body>\n</html>\n"
    )


def _quoted(text: str) -> str:
    lines = encode.lines(text).strip("\n").split("\n")
    return "\n".join(f"> {line}".rstrip() for line in lines)


def _said(letter: Letter) -> str:
    said = _paragraphs(letter.text)
    for name, content_id in letter.pictures.items():
        alternative = entities.escape(name)
        picture = f'<img src="cid:{entities.escape(content_id)}" alt="{alternative}" border="0" style="max-width:100%">'
        for word in PICTURE_WORDS:
            said = said.replace(f"[{word}: {alternative}]", picture)
    return said


def _signature(signature: str) -> str:
    return _paragraphs(signature) if signature.strip() else ""


def _earlier(quote: Quote) -> str:
    introduction = f'<p style="margin:0 0 8px 0">{entities.escape(quote.introduction)}</p>'
    return f'{introduction}\n<blockquote type="cite" style="{_QUOTE}">\n{_paragraphs(quote.text)}\n</blockquote>'


def _footer(paragraphs: tuple[str, ...]) -> str:
    said = [_paragraphs(part) for part in paragraphs if part.strip()]
    if not said:
        return ""
    inside = "\n".join(said)
    return (
        '<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0"><tr>'
        f'<td align="left" style="padding:12px 0 0 0;border-top:1px solid #cccccc;{_FONT}{_QUIET}">\n{inside}\n'
        "</td></tr></table>"
    )


def _paragraphs(text: str) -> str:
    """Word gives paragraphs margins of its own unless each says otherwise."""
    return cleaned.from_text(encode.lines(text)).replace("<p>", '<p style="margin:0 0 14px 0">')
