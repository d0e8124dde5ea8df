"""HTML made safe, and made text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anliegen.flow.channels.email.defects import Defects
from anliegen.flow.channels.email.html import cleaned, readable, tree

DANGEROUS = ("<script", "<style", "<svg", "<math", " onerror=", " style=", " src=", "<base", "<meta", "<link")


def safe(markup: str) -> str:
    return cleaned.clean(tree.parse(markup, Defects()))


def text(markup: str) -> str:
    return readable.text_of(tree.parse(markup, Defects()))


@pytest.mark.parametrize(
    ("given_markup", "kept"),
    [
        ("<p>a<script>alert(1)</script>b</p>", "<p>ab</p>"),
        ("<p onclick=alert(1)>a</p>", "<p>a</p>"),
        ("<p style='color:red;position:fixed'>a</p>", "<p>a</p>"),
        ("<style>p{}</style><p>a</p>", "<p>a</p>"),
        ("<form action=x><input name=a><button>los</button>b</form>", "losb"),
        ("<iframe src=https://x.example></iframe><p>a</p>", "<p>a</p>"),
        ("<svg onload=alert(1)><circle></svg><p>a</p>", "<p>a</p>"),
        ("<a href='javascript:alert(1)'>a</a>", '<a target="_blank" rel="noopener noreferrer nofollow">a</a>'),
        ("<a href='data:text/html,x'>a</a>", '<a target="_blank" rel="noopener noreferrer nofollow">a</a>'),
        (
            "<a href='https://x.example/?a=1&b=2' onclick=x target=_top>a</a>",
            '<a href="https://x.example/?a=1&amp;b=2" target="_blank" rel="noopener noreferrer nofollow">a</a>',
        ),
        ("<img src='http://x.example/a.png' onerror=x width=10>", '<img width="10" data-src="http://x.example/a.png">'),
        ("<img src=' HTTPS://x.example/a.png'>", '<img data-src="HTTPS://x.example/a.png">'),
        ("<img src='cid:bild1@x.example'>", '<img data-cid="bild1@x.example">'),
        ("<img src='file:///etc/passwd'><p>a</p>", "<img><p>a</p>"),
        ("<img data-src='javascript:x' srcset='https://x.example 2x'>", "<img>"),
        ("<span style='font-weight:bold;color:red'>a</span>", '<span class="mail-bold">a</span>'),
        ("<span class='evil mail-bold' id=x>a</span>", "<span>a</span>"),
        ("<div style='display:none'>Vorschau</div><p>a</p>", "<p>a</p>"),
        ("<blockquote type=cite>alt</blockquote>", '<blockquote class="mail-quote">alt</blockquote>'),
        ("<!--[if mso]><p>nur Outlook</p><![endif]--><p>a</p>", "<p>a</p>"),
        (
            "<table><tr><td colspan=999999 width=9>a</td></tr></table>",
            "<table><tbody><tr><td>a</td></tr></tbody></table>",
        ),
    ],
)
def test_nothing_runs_loads_or_styles_by_itself(given_markup: str, kept: str) -> None:
    assert safe(given_markup) == kept


@pytest.mark.parametrize(
    "markup",
    [
        "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
        "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
        "<svg><p><style><a id='</style><img src=1 onerror=alert(1)>'>",
        "<img src=x:alert(1) `=`onerror=alert(1)>",
        "<div data-src='x' style=background:url(javascript:x)>",
        "<a href='&#106;avascript:alert(1)'>x</a>",
        "<a href='java\tscript:alert(1)'>x</a>",
        "<base href=https://evil.example><meta http-equiv=refresh content=0><link rel=stylesheet href=x>",
    ],
)
def test_known_tricks_leave_nothing_dangerous(markup: str) -> None:
    left = safe(markup).lower()
    assert not any(
        bad in left for bad in ("onerror=", "javascript", " style=", " src=", "<style", "<base", "<meta", "<link")
    )


@pytest.mark.parametrize(
    ("markup", "lines"),
    [
        ("<p>Guten Tag,</p><p>danke.</p>", "Guten Tag,\n\ndanke."),
        ("<div>eins</div><div>zwei</div><div><br></div><div>drei</div>", "eins\nzwei\n\ndrei"),
        ("eins<br>zwei<br><br>drei", "eins\nzwei\n\ndrei"),
        ("<p class=MsoNormal>eins</p><p class=MsoNormal>&nbsp;</p><p class=MsoNormal>zwei</p>", "eins\n\nzwei"),
        ("<ul><li>Strom<li>Gas<ol><li>a<li>b</ol></ul>", "- Strom\n- Gas\n  1. a\n  2. b"),
        ("<table><tr><th>Posten<th>Betrag<tr><td>Strom<td>12,00 €</table>", "Posten  Betrag\nStrom   12,00 €"),
        (
            "<table><tr><td><table><tr><td>Guten Tag</td></tr></table></td><td>Rand</td></tr></table>",
            "Guten Tag\n\nRand",
        ),
        (
            "<p>neu</p><blockquote type=cite><p>alt</p><blockquote type=cite>älter</blockquote></blockquote>",
            "neu\n\n> alt\n>\n>> älter",
        ),
        ("<blockquote>Sprichwort</blockquote>", "    Sprichwort"),
        ("<pre>a  b\n  c</pre>", "a  b\n  c"),
        ("<p>a <b>b</b>\n   <i>c</i></p>", "a b c"),
        ("<title>T</title><style>p{}</style><p>a</p><script>b</script>", "a"),
        ("<p>gut <img alt='😀' src=x> <img alt='Logo Stadtwerke' src=y></p>", "gut 😀"),
        ("<p>&auml;&nbsp;&lt;b&gt;</p>", "ä <b>"),
        ("", ""),
    ],
)
def test_html_reads_as_text(markup: str, lines: str) -> None:
    assert text(markup) == lines


def test_a_cell_as_wide_as_a_book_does_not_widen_the_others() -> None:
    wide = (
        "<table><tr><td>" + "a" * 20_000 + "</td><td>b</td></tr>" + "<tr><td>a</td><td>b</td></tr>" * 5_000 + "</table>"
    )
    assert len(text(wide)) < 100_000


def test_too_deep_html_still_shows_its_text() -> None:
    defects = Defects()
    parsed = tree.parse("<div>" * 3_000 + "tief", defects)
    assert readable.text_of(parsed).strip() == "tief"
    assert defects.all() == ("HTML nested too deep; its text alone is shown",)


def test_plain_text_becomes_paragraphs_with_links_and_nothing_else() -> None:
    made = cleaned.from_text("a <b>\nhttps://x.example/?q=1&r=2.\n\nc")
    assert made == (
        '<p>a &lt;b&gt;<br>\n<a href="https://x.example/?q=1&amp;r=2" target="_blank"'
        ' rel="noopener noreferrer nofollow">'
        "https://x.example/?q=1&amp;r=2</a>.</p>\n<p>c</p>"
    )


TAGS = (
    "<p> </p> <b> </b> <table> <tr> <td> <svg> <math> <style> <script> </script> <li> <ul> <template> <noscript>"
    " <title> <textarea> <blockquote> </blockquote> <!-- --> <?x ]]> <![CDATA[ &lt; &#0; ' \""
)
pieces = st.sampled_from(
    [*TAGS.split(), "<img src=x onerror=y>", "<a href=//x>", "<div style='font-weight:bold'>", "text ", "\x00"]
)


@given(st.lists(pieces, max_size=40))
def test_no_mixture_of_tags_survives_dangerously(parts: list[str]) -> None:
    parsed = tree.parse("".join(parts), Defects())
    left = cleaned.clean(parsed)
    again = cleaned.clean(tree.parse(left, Defects()))
    for html in (left, again):
        assert not any(
            bad in html.replace("&lt;", "")
            for bad in ("<script", "<style", "<svg", "<math", " onerror=", " style=", " src=")
        )
    readable.text_of(parsed).encode()
