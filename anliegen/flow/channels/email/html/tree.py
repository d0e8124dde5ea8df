"""The HTML of a mail as a tree that is bounded, shows nothing hidden, and knows which parts are quotes."""

import html as entities
import re
from dataclasses import dataclass

from lxml import etree
from lxml.html import HtmlElement, HTMLParser

from anliegen.flow.channels.email import charsets, limits
from anliegen.flow.channels.email.defects import Defects
from anliegen.flow.channels.email.html import links, structure
from anliegen.flow.channels.email.laid import Mark

QUOTE = "mail-quote"
# What little of a mail's own look survives: classes of ours instead of styles of theirs.
_LOOKS = (
    (re.compile(r"font-weight\s{0,3}:\s{0,3}(?:bold|[6-9]00)"), "mail-bold"),
    (re.compile(r"font-style\s{0,3}:\s{0,3}italic"), "mail-italic"),
    (re.compile(r"text-decoration[a-z-]{0,8}\s{0,3}:\s{0,3}underline"), "mail-underline"),
    (re.compile(r"text-decoration[a-z-]{0,8}\s{0,3}:\s{0,3}line-through"), "mail-strike"),
    (re.compile(r"text-align\s{0,3}:\s{0,3}right"), "mail-right"),
    (re.compile(r"text-align\s{0,3}:\s{0,3}center"), "mail-center"),
    (re.compile(r"white-space\s{0,3}:\s{0,3}pre"), "mail-pre"),
)
LINE = "mail-line"  # a paragraph without a distance: Outlook writes its empty lines itself
CLASSES = frozenset({QUOTE, LINE, links.TARGET, *(name for _pattern, name in _LOOKS)})
_HIDDEN = re.compile(r"display\s{0,3}:\s{0,3}none|visibility\s{0,3}:\s{0,3}hidden|mso-hide\s{0,3}:\s{0,3}all")
_QUOTE_CLASSES = frozenset({"yahoo_quoted", "protonmail_quote", "tutanota_quote", "zmail_extra", "iwcQuote"})
_LINE_CLASS = re.compile(r"mso(?:normal|plaintext|nospacing)", re.IGNORECASE)
_NO_MARGIN = re.compile(r"margin\s{0,3}:\s{0,3}0|margin-bottom\s{0,3}:\s{0,3}0")
_UNSEEN = frozenset(
    {"script", "style", "title", "head", "template", "noscript", "iframe", "object", "select", "textarea"}
)
_TAG = re.compile(r"<[^<>]*>")
_UNSEEN_MARKUP = re.compile(r"<(script|style|title)\b.*?(?:</\1>|\Z)", re.IGNORECASE | re.DOTALL)
_LINE_END = re.compile(r"<(?=br\b|/(?:p|div|tr|li|h[1-6]|table)\b)", re.IGNORECASE)
_LONGEST_STYLE = 2_000


@dataclass(frozen=True, slots=True)
class Tree:
    """A prepared tree; or only its text, where a mail's HTML is too deep or too large to be laid out."""

    root: HtmlElement | None
    bare_text: str = ""


def parse(markup: str, defects: Defects) -> Tree:
    """Read HTML and prepare it: hidden parts out, pictures blocked, styles to classes, quotes marked."""
    parser = HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(markup.encode("utf-8", "replace"), parser)
    except (etree.ParserError, etree.XMLSyntaxError):
        root = None
    if root is None:
        return Tree(None, _bare(markup))
    if any("Excessive depth" in str(entry.message) for entry in parser.error_log):
        defects.note("HTML nested too deep; its text alone is shown")
        return Tree(None, _bare(markup))
    elements = list(root.iter(etree.Element))
    if len(elements) > limits.HTML_ELEMENTS:
        defects.note("HTML with too many elements; its text alone is shown")
        return Tree(None, _bare(markup))
    for element in elements:
        _prepare(element)
    return Tree(root)


def has_history(tree: Tree) -> bool:
    """Whether the HTML says that something in it is not new."""
    return tree.root is not None and any(
        is_quote(element) or structure.marked(element) in (Mark.BEGINS, Mark.INTRODUCES)
        for element in tree.root.iter(etree.Element)
    )


def is_quote(element: HtmlElement) -> bool:
    return element.get("class") is not None and QUOTE in element.get("class", "").split()


def _prepare(element: HtmlElement) -> None:
    style = element.get("style", "")[:_LONGEST_STYLE].lower()
    if element.tag in _UNSEEN or _is_hidden(element, style):
        if element.tag not in ("html", "body") and element.getparent() is not None:
            element.drop_tree()
        return
    classes = [name for pattern, name in _LOOKS if style and pattern.search(style)]
    if _quotes(element, style):
        classes.append(QUOTE)
    elif element.attrib and (mark := structure.mark_of(element, style)):
        classes.append(structure.CLASSES[mark])
    if element.tag == "p" and (_LINE_CLASS.search(element.get("class", "")) or _NO_MARGIN.search(style)):
        classes.append(LINE)
    _set(element, "class", " ".join(classes))
    if element.tag == "img":
        block_picture(element)
    elif element.tag == "a":
        links.mark(element)


def _is_hidden(element: HtmlElement, style: str) -> bool:
    if style and _HIDDEN.search(style):
        return True
    return element.get("hidden") is not None


def _quotes(element: HtmlElement, style: str) -> bool:
    if element.tag == "blockquote":
        given = element.get("class", "").split()
        return element.get("type") == "cite" or "border-left" in style or any("quote" in name.lower() for name in given)
    if element.tag != "div":
        return False
    # Gmail's div holds answers between its quotes: there the blockquotes inside say it better.
    given = _QUOTE_CLASSES.intersection(element.get("class", "").split())
    return bool(given) or (element.get("name") == "quote" and "border-left" in style)


def block_picture(element: HtmlElement) -> None:
    """No picture loads by itself: a remote one would tell its sender who read the mail and when."""
    source = element.attrib.pop("src", "").strip()
    for name in ("srcset", "data-src", "data-cid", "lowsrc", "dynsrc"):
        element.attrib.pop(name, None)
    if source[:4].lower() == "cid:":
        _set(element, "data-cid", source[4:].strip("<> "))
    elif source[:7].lower() == "http://" or source[:8].lower() == "https://":
        _set(element, "data-src", source)


def _set(element: HtmlElement, name: str, value: str) -> None:
    if value:
        element.set(name, charsets.clean(value))
    else:
        element.attrib.pop(name, None)


def _bare(markup: str) -> str:
    seen = _TAG.sub(" ", _LINE_END.sub("\n<", _UNSEEN_MARKUP.sub(" ", markup)))
    return re.sub(r"[ \t]{2,}", " ", charsets.clean(entities.unescape(seen)))[: limits.HTML_TEXT]
