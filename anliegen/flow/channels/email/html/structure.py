"""What mail programs mark in their HTML: where history begins, what introduces a quote, what is a signature."""

import re

from lxml.html import HtmlElement

from anliegen.flow.channels.email.laid import Mark

# Classes that `tree` sets, `readable` reads, and `cleaned` drops.
CLASSES = {
    Mark.BEGINS: "mail-history",
    Mark.INTRODUCES: "mail-attribution",
    Mark.SIGNS: "mail-signature",
}
_MARKS = {name: mark for mark, name in CLASSES.items()}
# Names as they are written, and with the `x_` that Outlook puts before those of others.
_BEGINS = frozenset(
    {
        "appendonsend",  # Outlook and outlook.com
        "divrplyfwdmsg",
        "olk_src_body_section",  # Outlook for Mac
        "outlookmessageheader",  # Outlook 2003
        "mail-editor-reference-message-container",  # new Outlook
        "ms-outlook-mobile-reference-message",
        "stopspelling",  # Hotmail
        "zwchr",  # Zimbra
        "messagereplysection",  # Spark
        "replybody",
        "mailcontainerreply",
    }
)
_INTRODUCES = frozenset({"moz-cite-prefix", "gmail_attr", "reply-intro", "history_header"})
_SIGNS = frozenset({"gmail_signature", "moz-signature", "ms-outlook-mobile-signature", "messagesignaturesection"})
# The line that Outlook draws above the header of what it quotes.
_OUTLOOK_LINE = re.compile(
    r"border:none;border-top:solid#(?:[0-9a-f]{6})1(?:\.0)?pt;padding:3(?:\.0)?pt0(?:cm|in|mm|px)?"
)


def mark_of(element: HtmlElement, style: str) -> Mark | None:
    """What the program that wrote this element says about it. `style` is in lower case."""
    names = _names(element)
    if names & _BEGINS or (element.tag == "div" and style and _OUTLOOK_LINE.search(style.replace(" ", ""))):
        return Mark.BEGINS
    if names & _INTRODUCES:
        return Mark.INTRODUCES
    return Mark.SIGNS if names & _SIGNS else None


def marked(element: HtmlElement) -> Mark | None:
    """The mark that `tree` left on an element."""
    return next((_MARKS[name] for name in element.get("class", "").split() if name in _MARKS), None)


def _names(element: HtmlElement) -> set[str]:
    given = f"{element.get('id', '')} {element.get('name', '')} {element.get('class', '')}"[:500].lower()
    return {name.removeprefix("x_") for name in given.split()}
