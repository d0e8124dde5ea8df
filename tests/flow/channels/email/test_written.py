"""HTML that one of us wrote: what stays, how it reads as text, how it looks in a mail."""

import time

import pytest

from anliegen.flow.channels.email.html import written

ADDRESS, CONTENT_ID = "/workspace/drafts/files/7/", "abc@picture.anliegen"
PICTURES = {ADDRESS: CONTENT_ID}


@pytest.mark.parametrize(
    ("given", "html", "text"),
    [
        ("<p>Guten Tag,</p><p>gern.</p>", "<p>Guten Tag,</p><p>gern.</p>", "Guten Tag,\n\ngern."),
        ("<p>a<br>b</p>", "<p>a<br>b</p>", "a\nb"),
        ("<h2>So</h2><p>x</p>", "<h2>So</h2><p>x</p>", "So\n\nx"),
        ("<ul><li><p>a</p></li><li><p>b</p></li></ul>", "<ul><li><p>a</p></li><li><p>b</p></li></ul>", "- a\n- b"),
        ("<ol><li><p>a</p></li><li>b</li></ol>", "<ol><li><p>a</p></li><li>b</li></ol>", "1. a\n2. b"),
        ("<blockquote><p>a</p><p>b</p></blockquote>", "<blockquote><p>a</p><p>b</p></blockquote>", "> a\n>\n> b"),
        ('<p style="color:red" class="x" id="y">a</p>', "<p>a</p>", "a"),
        ("<p>a</p><table><tr><td>b</td></tr></table>", "<p>a</p>b", "a\n\nb"),
        ("<p></p>", "", ""),
        ("", "", ""),
    ],
)
def test_only_what_may_stand_in_an_answer_stays(given: str, html: str, text: str) -> None:
    assert written.clean(given, {}) == written.WrittenHtml(html, text)


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        '<img src=x onerror="alert(1)">',
        '<img src="https://weg.example/pixel.png">',
        '<img data-cid="fremd@x" src="cid:fremd@x">',
        '<a href="javascript:alert(1)">x</a>',
        '<a href="data:text/html,x">x</a>',
        "<style>p { display: none }</style>",
        '<p onclick="x()">x</p>',
        "<iframe src='/'></iframe>",
        f'<img src="{ADDRESS}" alt="\'&quot;&gt;&lt;script&gt;x()&lt;/script&gt;">',
        '<svg><a xlink:href="javascript:x"></a></svg>',
    ],
)
def test_nothing_runs_and_nothing_is_fetched(hostile: str) -> None:
    html = written.clean(f"<p>a</p>{hostile}", PICTURES).html
    for made in (html, written.for_mail(html), written.shown(html, {CONTENT_ID: ADDRESS})):
        bare = made.replace("&lt;script&gt;", "")
        assert all(bad not in bare for bad in ("<script", "onerror", "onclick", "javascript:", "weg.example", "fremd"))
        assert all(bad not in bare for bad in ("<style", "<iframe", "<svg", "data:text"))


def test_a_picture_is_named_by_its_content_id_and_back() -> None:
    made = written.clean(f'<p>So: <img src="{ADDRESS}" alt="zähler.png"></p>', PICTURES)
    assert made == written.WrittenHtml(
        f'<p>So: <img data-cid="{CONTENT_ID}" alt="zähler.png"></p>', "So: [Bild: zähler.png]"
    )
    assert written.content_ids(made.html) == frozenset({CONTENT_ID})
    assert written.shown(made.html, {CONTENT_ID: ADDRESS}) == f'<p>So: <img src="{ADDRESS}" alt="zähler.png"></p>'
    assert f'src="cid:{CONTENT_ID}"' in written.for_mail(made.html)


def test_a_link_says_in_plain_text_where_it_leads() -> None:
    made = written.clean('<p><a href="https://example.org/formular">das Formular</a></p>', {})
    assert made.text == "das Formular <https://example.org/formular>"


def test_each_tag_carries_its_look_into_the_mail() -> None:
    made = written.for_mail("<p>a</p><ul><li><p>b</p></li></ul><blockquote><p>c</p></blockquote>")
    assert made.startswith('<p style="margin:0 0 14px 0">a</p>')
    assert "<li" in made and "<li style=" in made and "<p>b" not in made and "b</li>" in made


def test_what_is_cleaned_twice_stays_the_same() -> None:
    once = written.clean(f'<h2>A</h2><p><strong>b</strong> <em>c</em> <img src="{ADDRESS}" alt=""></p>', PICTURES)
    again = written.clean(written.shown(once.html, {CONTENT_ID: ADDRESS}), PICTURES)
    assert again == once


@pytest.mark.parametrize("hostile", ["<img ", '<img src="', "<img <p>"])
def test_pictures_that_never_end_cost_no_time(hostile: str) -> None:
    started = time.thread_time()
    written.clean(hostile * (written.LONGEST // len(hostile)), PICTURES)
    assert time.thread_time() - started < 2
