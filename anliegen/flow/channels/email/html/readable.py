"""HTML to text that a person can read: paragraphs, lists, tables of data, quotes behind `>`.

Why not inscriptis: it pads every table cell to the widest of its column, so that 165 kB of HTML became 100 MB of text,
and tables that only lay a newsletter out become walls of spaces.
"""

import re

from lxml import etree
from lxml.html import HtmlElement

from anliegen.flow.channels.email import limits
from anliegen.flow.channels.email.html import data_table, links, structure
from anliegen.flow.channels.email.html.tree import LINE, Tree, is_quote
from anliegen.flow.channels.email.laid import Laid, Mark

_SPACES = re.compile(r"[ \t\n\r\f]+")
_BLANKS = 2
_PARAGRAPHS = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table", "blockquote", "pre", "dl"})
_LINES = (
    "address article aside body caption center dd div dt fieldset figure footer form header html li main nav section"
    " tbody td tfoot th thead tr"
)
_BLOCKS = _PARAGRAPHS | frozenset(_LINES.split())
_DEEPEST = 8
RULE = "_" * 32


def text_of(tree: Tree) -> str:
    """The visible text, at most `limits.HTML_TEXT` characters."""
    return laid_out(tree).text


def laid_out(tree: Tree) -> Laid:
    """The visible text with what the tree says about its lines."""
    if tree.root is None:
        return _tidy(tree.bare_text.split("\n"), {})
    writer = _Writer()
    walk = etree.iterwalk(tree.root, events=("start", "end"))
    for event, element in walk:
        if event == "end":
            writer.end(element)
        elif lines := data_table.lines(element):
            writer.lines(lines)
            walk.skip_subtree()
            writer.skipped = element
        else:
            writer.start(element)
        if writer.length > limits.HTML_TEXT:
            break
    return _tidy(writer.finished(), writer.marks)


class _Writer:
    def __init__(self) -> None:
        self.done: list[str] = []
        self.line: list[str] = []
        self.length = 0
        self.quotes = self.indents = self.preformatted = 0
        self.lists: list[int] = []  # the number of the last item; -1 for bullets
        self.bullet = ""
        self.skipped: HtmlElement | None = None
        self.marks: dict[int, Mark] = {}  # of lines in `done`
        self.next_mark: Mark | None = None
        self.inside: list[tuple[HtmlElement, Mark]] = []

    def start(self, element: HtmlElement) -> None:
        tag = element.tag
        if tag in _BLOCKS:
            self._break(gap=self._stands_apart(element, outer=0))
        self._mark(element)
        if is_quote(element):
            self.quotes += 1
        elif tag in ("ul", "ol"):
            self.lists.append(0 if tag == "ol" else -1)
        elif tag == "li":
            self._item()
        elif tag == "blockquote":
            self.indents += 1
        elif tag == "br":
            self._flush()
        elif tag == "hr":
            self.lines([RULE])
        elif tag == "img":
            self._write(_as_emoji(element.get("alt", "")))
        if tag == "pre":
            self.preformatted += 1
        if element.get("class") != links.TARGET:  # plain text says the whole address
            self._write(element.text)

    def end(self, element: HtmlElement) -> None:
        tag = element.tag
        if element is self.skipped:
            self.skipped = None
        else:
            if tag in _BLOCKS:
                self._break(gap=self._stands_apart(element, outer=1))
            elif tag == "a":
                self._write(links.beside(element))
            self._leave(element)
        self._write(element.tail)

    def lines(self, lines: list[str]) -> None:
        self._break(gap=True)
        for line in lines:
            self.line.append(line)
            self._flush()
        self._break(gap=True)

    def finished(self) -> list[str]:
        self._break(gap=False)
        while self.done and not self.done[-1].strip("> "):
            self.done.pop()
        return self.done

    def _mark(self, element: HtmlElement) -> None:
        mark = structure.marked(element)
        if mark is Mark.BEGINS:
            self._break(gap=False)
            self.next_mark = mark
        elif mark:
            self.inside.append((element, mark))

    def _stands_apart(self, element: HtmlElement, *, outer: int) -> bool:
        if element.tag in ("ul", "ol") and len(self.lists) > outer:
            return False
        return element.tag in _PARAGRAPHS and LINE not in element.get("class", "").split()

    def _leave(self, element: HtmlElement) -> None:
        if self.inside and self.inside[-1][0] is element:
            self.inside.pop()
        if is_quote(element):
            self.quotes -= 1
        elif element.tag in ("ul", "ol") and self.lists:
            self.lists.pop()
        elif element.tag == "blockquote":
            self.indents -= 1
        if element.tag == "pre":
            self.preformatted -= 1

    def _item(self) -> None:
        if not self.lists or self.lists[-1] < 0:
            self.bullet = "- "
        else:
            self.lists[-1] += 1
            self.bullet = f"{self.lists[-1]}. "

    def _write(self, text: str | None) -> None:
        if not text:
            return
        if self.preformatted:
            first, *rest = text.split("\n")
            self.line.append(first)
            for line in rest:
                self._flush()
                self.line.append(line)
            return
        words = _SPACES.sub(" ", text)
        if not self.line or self.line[-1].endswith(" "):
            words = words.lstrip(" ")
        if words:
            self.line.append(words)

    def _break(self, *, gap: bool) -> None:
        # A line of nothing but a hard space is how mail programs write an empty line.
        if "".join(self.line).strip(" "):
            self._flush()
        self.line = []
        if gap and self.done and self.done[-1].strip("> "):
            self._keep(self._prefix().rstrip())

    def _flush(self) -> None:
        words = "".join(self.line).replace("\xa0", " ").rstrip()
        self.line = []
        if self.bullet and words:
            words = self.bullet + words.lstrip()
            self.bullet = ""
        indent = "  " * min(_DEEPEST, max(0, len(self.lists) - 1)) + "    " * min(_DEEPEST, self.indents)
        self._keep((self._prefix() + indent + words).rstrip())

    def _keep(self, line: str) -> None:
        if self.next_mark and line:
            self.marks[len(self.done)] = self.next_mark
            self.next_mark = None
        elif self.inside:
            self.marks[len(self.done)] = self.inside[-1][1]
        self.done.append(line)
        self.length += len(line) + 1

    def _prefix(self) -> str:
        return ">" * min(_DEEPEST, self.quotes) + " " if self.quotes else ""


def _as_emoji(alternative: str) -> str:
    """Mail programs write emoji as pictures; other alternative texts describe what the text does not say."""
    return alternative if 0 < len(alternative) <= 8 and not alternative.isascii() and not alternative.isalpha() else ""


def _tidy(lines: list[str], marks: dict[int, Mark]) -> Laid:
    """No more than two empty lines in a row, none at the ends."""
    kept: list[str] = []
    moved: dict[int, Mark] = {}
    blanks = 0
    for at, written in enumerate(lines):
        line = written.rstrip()
        blanks = 0 if line else blanks + 1
        if line or (kept and blanks <= _BLANKS):
            if at in marks:
                moved[len(kept)] = marks[at]
            kept.append(line)
    while kept and not kept[-1]:
        kept.pop()
    return Laid("\n".join(kept), moved)
