"""HTML that may stand in our own pages: nothing runs, nothing loads, nothing styles, links are told apart.

nh3 decides last and alone what stays. Pictures carry `data-src` (remote) or `data-cid` (attached) instead of `src`, so
that a person can ask for them; classes are the few of `tree.CLASSES`, styled by the page's own style sheet.
"""

import html as entities
import re
from collections.abc import Mapping
from types import MappingProxyType

import nh3
from lxml import etree

from anliegen.flow.channels.email.html.tree import CLASSES, Tree

_KEPT = (
    "a abbr address b bdi bdo blockquote br caption center cite code col colgroup dd del details dfn div dl dt em"
    " figcaption figure h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q s samp section small span strike strong"
    " sub summary sup table tbody td tfoot th thead time tr tt u ul var wbr"
)
_SWALLOWED = (
    "script style title textarea select option iframe object embed noscript template svg math applet audio video"
)
KEPT, SWALLOWED = frozenset(_KEPT.split()), frozenset(_SWALLOWED.split())
_ATTRIBUTES = {
    "*": {"class", "dir", "lang"},
    "a": {"href"},
    "img": {"alt", "width", "height", "data-src", "data-cid"},
    "td": {"colspan", "rowspan", "align"},
    "th": {"colspan", "rowspan", "align"},
    "tr": {"align"},
    "p": {"align"},
    "div": {"align"},
    "ol": {"start"},
}
_NUMBERS = {"colspan": 100, "rowspan": 1000, "width": 4000, "height": 4000, "start": 1_000_000}
_WORDS = {"align": {"left", "right", "center", "justify"}, "dir": {"ltr", "rtl", "auto"}}
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}")
_CONTENT_ID = re.compile(r"[^\x00-\x20<>\"'\\]{1,250}")
_WEB = re.compile(r"https?://[^\x00-\x20<>\"'\\]{1,2000}", re.IGNORECASE)
_LINK = re.compile(r"(https?://[^\s<>\"']{1,1000}[^\s<>\"'.,;:!?()\]])")


def clean(tree: Tree) -> str:
    """Safe HTML of a prepared tree."""
    if tree.root is None:
        return from_text(tree.bare_text)
    markup = etree.tostring(tree.root, method="html", encoding="unicode", with_tail=False)
    return _cleaner.clean(markup).strip()


def from_text(text: str, known: Mapping[str, str] = MappingProxyType({})) -> str:
    """Plain text as HTML: escaped, paragraphs and line ends kept, web addresses clickable.

    What stands in the text as a key of `known`, and in no longer word, becomes the HTML given for it.
    """
    found = _links_and(known)
    paragraphs = re.split(r"\n(?:[ \t]*\n)+", text.strip("\n"))
    lines = ("<br>\n".join(_linked(line, found, known) for line in paragraph.split("\n")) for paragraph in paragraphs)
    return "\n".join(f"<p>{paragraph}</p>" for paragraph in lines)


def _links_and(known: Mapping[str, str]) -> re.Pattern[str]:
    """What finds web addresses and these texts, the longest first."""
    if not known:
        return _LINK
    texts = "|".join(map(re.escape, sorted(known, key=len, reverse=True)))
    return re.compile(rf"(?<!\w)(?:{texts})(?![\w/?#&=%-])|{_LINK.pattern}")


def _linked(line: str, found: re.Pattern[str], known: Mapping[str, str]) -> str:
    out, end = [], 0
    for match in found.finditer(line):
        address = entities.escape(match[0])
        link = f'<a href="{address}" target="_blank" rel="noopener noreferrer nofollow">{address}</a>'
        out += [entities.escape(line[end : match.start()]), known.get(match[0], link)]
        end = match.end()
    return "".join(out) + entities.escape(line[end:])


def filter_attribute(tag: str, name: str, value: str) -> str | None:
    """Only values that can mean nothing but what they say."""
    if name == "class":
        return " ".join(word for word in value.split() if word in CLASSES) or None
    if name in _NUMBERS:
        return value if value.isascii() and value.isdigit() and int(value[:9]) <= _NUMBERS[name] else None
    if name in _WORDS:
        return value.lower() if value.lower() in _WORDS[name] else None
    if name == "lang":
        return value if _LANGUAGE.fullmatch(value) else None
    if name == "data-cid":
        return value if _CONTENT_ID.fullmatch(value) else None
    if name == "data-src":
        return value if _WEB.fullmatch(value) else None
    return value


_cleaner = nh3.Cleaner(
    tags=set(KEPT),
    clean_content_tags=set(SWALLOWED),
    attributes=_ATTRIBUTES,
    attribute_filter=filter_attribute,
    strip_comments=True,
    link_rel="noopener noreferrer nofollow",
    set_tag_attribute_values={"a": {"target": "_blank"}},
    url_schemes={"http", "https", "mailto", "tel"},
)
