"""HTML that one of us wrote: cleaned by the same rules as everybody's, made plain, laid out for a mail. Pure.

What may stand in an answer is little: words, emphasis, headings, lists, quotes, links, pictures that come along.
"""

import html as entities
import re
from collections.abc import Mapping
from dataclasses import dataclass

import nh3

from anliegen.flow.channels.email.defects import Defects
from anliegen.flow.channels.email.html import cleaned, readable, tree

LONGEST = 400_000  # characters
_TAGS = frozenset(
    [
        "a",
        "b",
        "blockquote",
        "br",
        "code",
        "em",
        "h2",
        "h3",
        "h4",
        "hr",
        "i",
        "img",
        "li",
        "ol",
        "p",
        "s",
        "strong",
        "u",
        "ul",
    ]
)
_IMAGE = re.compile(r"<img\b([^>]*)>", re.IGNORECASE)
_SOURCE, _CID, _ALT = (re.compile(rf'\b{name}="([^"]*)"', re.IGNORECASE) for name in ("src", "data-cid", "alt"))
_OPENING = re.compile(r"<(p|blockquote|h2|h3|h4|ul|ol|li|a)(?=[ >])")
_INNER = re.compile(r"<li>\s*<p>(.*?)</p>", re.DOTALL)  # a paragraph in an item would push the items apart
_MARGIN = "margin:0 0 14px 0"
_STYLES = {
    "p": _MARGIN,
    "blockquote": f"{_MARGIN};padding:0 0 0 12px;border-left:3px solid #808080",
    "h2": "margin:20px 0 8px 0;font-size:19px;line-height:1.3",
    "h3": "margin:18px 0 8px 0;font-size:17px;line-height:1.3",
    "h4": "margin:16px 0 6px 0;font-size:15px;line-height:1.4",
    "ul": f"{_MARGIN};padding:0 0 0 24px",
    "ol": f"{_MARGIN};padding:0 0 0 24px",
    "li": "margin:0 0 4px 0",
    "a": "word-break:break-word;overflow-wrap:anywhere",
}


@dataclass(frozen=True)
class WrittenHtml:
    """Safe HTML, and the same as plain text. Both are empty where nothing is said or shown."""

    html: str
    text: str


def clean(markup: str, pictures: Mapping[str, str], *, word: str = "Bild") -> WrittenHtml:
    """What an editor gives. `pictures`: the addresses at which it shows files that come along -> their Content-ID.

    Any other picture is left out, so that nothing is fetched from anywhere. `word` stands for a picture in the text.
    """
    markup = markup[:LONGEST]
    last = markup.rfind(">") + 1  # what no tag closes any more holds no picture, and would be searched at each `<img`
    own = _IMAGE.sub(lambda tag: _own(tag[1], pictures), markup[:last]) + markup[last:]
    html = _cleaner.clean(own).strip()
    text = readable.text_of(tree.parse(_for_reading(html, word), Defects())).strip()
    return WrittenHtml(html, text) if text else WrittenHtml("", "")


def shown(html: str, pictures: Mapping[str, str]) -> str:
    """Kept HTML with its pictures; `pictures`: Content-ID -> the address at which it can be seen."""

    def picture(tag: re.Match[str]) -> str:
        address = pictures.get(_value(_CID, tag[1]))
        return f'<img src="{entities.escape(address)}" alt="{_alternative(tag[1])}">' if address else ""

    return _IMAGE.sub(picture, html)


def for_mail(html: str) -> str:
    """Kept HTML with its look at each tag, as mail programs need it, and its pictures from the mail itself."""

    def picture(tag: re.Match[str]) -> str:
        source = entities.escape(_value(_CID, tag[1]))
        alternative = _alternative(tag[1])
        return f'<img src="cid:{source}" alt="{alternative}" border="0" style="max-width:100%;height:auto">'

    styled = _OPENING.sub(lambda tag: f'<{tag[1]} style="{_STYLES[tag[1]]}"', _INNER.sub(r"<li>\1", html))
    return _IMAGE.sub(picture, styled)


def content_ids(html: str) -> frozenset[str]:
    """The pictures it shows."""
    return frozenset(_value(_CID, tag[1]) for tag in _IMAGE.finditer(html))


def _own(attributes: str, pictures: Mapping[str, str]) -> str:
    content_id = pictures.get(_value(_SOURCE, attributes))
    if content_id is None:
        return ""
    return f'<img data-cid="{entities.escape(content_id)}" alt="{_alternative(attributes)}">'


def _for_reading(html: str, word: str) -> str:
    """With words for pictures, and quotes as those of mails are told."""
    said = _IMAGE.sub(lambda tag: f"[{entities.escape(word)}: {_alternative(tag[1]) or entities.escape(word)}]", html)
    return _INNER.sub(r"<li>\1", said).replace("<blockquote>", '<blockquote type="cite">')


def _value(which: re.Pattern[str], attributes: str) -> str:
    found = which.search(attributes)
    return entities.unescape(found[1]) if found else ""


def _alternative(attributes: str) -> str:
    """What stands for the picture, escaped."""
    return entities.escape(_value(_ALT, attributes))


_cleaner = nh3.Cleaner(
    tags=set(_TAGS),
    clean_content_tags=set(cleaned.SWALLOWED),
    attributes={"a": {"href"}, "img": {"alt", "data-cid"}, "ol": {"start"}},
    attribute_filter=cleaned.filter_attribute,
    strip_comments=True,
    link_rel="noopener noreferrer nofollow",
    set_tag_attribute_values={"a": {"target": "_blank"}},
    url_schemes={"http", "https", "mailto", "tel"},
)
