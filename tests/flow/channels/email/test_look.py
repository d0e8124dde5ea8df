"""A mail as it was designed: what may stay of its styles, and where its links lead."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anliegen.flow.channels.email.defects import Defects
from anliegen.flow.channels.email.html import cleaned, readable, styles, tree
from anliegen.flow.channels.email.html.look import look, of_html

HEAD = b"From: a@example.de\r\nSubject: s\r\n"


@pytest.mark.parametrize(
    ("style", "kept"),
    [
        ("color: red", "color: red"),
        ("COLOR:#FFF;Font-Size : 12px", "color: #FFF; font-size: 12px"),
        ("border: 1px solid rgb(1, 2, 3)", "border: 1px solid rgb(1, 2, 3)"),
        ("width: calc(100% - 20px)", "width: calc(100% - 20px)"),
        ("font-family: 'Segoe UI', Arial", "font-family: 'Segoe UI', Arial"),
        ("color: red !important", "color: red !important"),
        ("position: fixed; top: 0; z-index: 9", ""),
        ("background: url(https://x.example/a.png)", ""),
        ("background: u\\72l(https://x.example)", ""),
        ("background-image: url(data:image/png;base64,AA)", ""),
        ("width: expression(alert(1))", ""),
        ("-moz-binding: url(x)", ""),
        ("behavior: url(x)", ""),
        ("color: var(--x)", ""),
        ("color: attr(data-x)", ""),
        ("text-indent: -9999px", ""),
        ("margin-left: -500px", ""),
        ("width: 100000px", ""),
        ("content: 'falsch'", ""),
        ("animation: x 1s", ""),
        ("display: block", "display: block"),
        ("display: grid", ""),
        ("color: red} body { color: blue", ""),
        ("color: </style><script>", ""),
        ("color", ""),
        ("", ""),
    ],
)
def test_only_what_says_how_something_looks_stays(style: str, kept: str) -> None:
    assert styles.declarations(style) == kept


@pytest.mark.parametrize(
    ("sheet", "kept"),
    [
        ("p { color: red } /* x */ .a, #b > td { width: 10px }", "p { color: red }\n.a, #b > td { width: 10px }"),
        (
            "@media (max-width: 600px) { p { color: red } } b { color: blue }",
            "@media (max-width: 600px) {\np { color: red }\n}\nb { color: blue }",
        ),
        ("<!-- p { color: red } -->", "p { color: red }"),
        ("@import url(https://x.example/a.css); p { color: red }", "p { color: red }"),
        ("@import 'a.css';", ""),
        ("@font-face { font-family: x; src: url(x) } p { color: red }", "p { color: red }"),
        ("@keyframes x { from { color: red } }", ""),
        ("p { position: fixed }", ""),
        ("p[style*='x'] { color: red }", "p[style*='x'] { color: red }"),
        ("p { color: red", ""),
        ("@media (max-width: 600px) { p { color: red }", "@media (max-width: 600px) {\np { color: red }\n}"),
        ("p { color: red; } } } q { color: red }", "p { color: red }\nq { color: red }"),
        ("</style><script>alert(1)</script> { color: red }", ""),
    ],
)
def test_a_style_sheet_keeps_its_plain_rules(sheet: str, kept: str) -> None:
    assert styles.sheet(sheet) == kept


@settings(deadline=None)
@given(st.text(alphabet="{};:@/*<>'\"()\\ abpmedurl-1#.", max_size=80))
def test_no_mixture_leaves_a_sheet_open_or_fetches(text: str) -> None:
    kept = styles.sheet(text)
    assert kept.count("{") == kept.count("}")
    assert not any(bad in kept for bad in ("url(", "@import", "</", "\\"))


def test_the_mail_keeps_its_tables_colours_and_sheet() -> None:
    shown = of_html(
        "<head><style>.kopf{color:white}</style></head><body bgcolor=#eee text=black style='margin:0'>"
        "<table width=600 cellpadding=8 bgcolor='#fff' onclick=x>"
        "<tr><td class=kopf valign=top style='padding:4px;left:0'>"
        "<font color=red size=4>Hallo</font></td></tr></table></body>"
    )
    assert shown == (
        "<style>.kopf { color: white }</style>\n"
        '<div style="background-color: #eee; color: black; margin: 0">'
        '<table width="600" cellpadding="8" bgcolor="#fff"><tbody>'
        '<tr><td class="kopf" valign="top" style="padding: 4px">'
        '<font color="red" size="4">Hallo</font></td></tr></tbody></table></div>'
    )


@pytest.mark.parametrize(
    "markup",
    [
        "<script>alert(1)</script><p>a",
        "<p onclick=alert(1)>a",
        "<style></style><img src=x onerror=alert(1)>",
        "<style>p{}</style ><script>alert(1)</script>",
        "<svg><style><img src=x onerror=alert(1)></style></svg>",
        "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
        "<noscript><style></noscript><img src=x onerror=alert(1)></style></noscript>",
        "<body class='a\" onload=\"alert(1)'>a",
        "<body bgcolor='red\" onload=\"alert(1)'>a",
        '<body style="color: red&quot; onload=&quot;alert(1)">a',
        "<form action=https://x.example><input name=p></form>",
        "<iframe src=https://x.example></iframe>",
        "<link rel=stylesheet href=https://x.example><base href=https://x.example>",
        "<meta http-equiv=refresh content='0;url=https://x.example'>",
        "<img src='data:image/svg+xml;base64,PHN2Zz4='>",
        "<a href=javascript:alert(1)>a</a>",
    ],
)
def test_nothing_in_it_acts(markup: str) -> None:
    shown = of_html(markup).lower()
    assert not any(
        bad in shown
        for bad in ("<script", "onerror", "onclick", "onload", "<form", "<input", "<iframe", "<link", "<base", "<meta")
    )
    assert not any(bad in shown for bad in ("javascript:", " src=", "svg"))


def test_pictures_wait_and_those_in_the_mail_are_known() -> None:
    shown = of_html("<img src=https://x.example/a.png><img src=cid:b1@x><img src='data:image/png;base64,iVBORw0K'>")
    assert shown == (
        '<div><img data-src="https://x.example/a.png"><img data-cid="b1@x">'
        '<img data-own="data:image/png;base64,iVBORw0K"></div>'
    )


@pytest.mark.parametrize("markup", ["<div>" * 3_000 + "tief", "<p>tief" * 40_000])
def test_what_is_too_deep_or_too_large_is_shown_as_text(markup: str) -> None:
    assert "tief" in of_html(markup)


def test_a_mail_without_html_has_no_look() -> None:
    assert look(HEAD + b"\r\nhallo") is None
    assert look(HEAD + b"Content-Type: text/html\r\n\r\n<p>hallo") == "<div><p>hallo</p></div>"


@pytest.mark.parametrize(
    ("href", "words", "note"),
    [
        ("https://betrug.example/login", "www.sparkasse.de", "betrug.example"),
        ("https://betrug.example/login", "https://www.sparkasse.de/login", "betrug.example"),
        ("https://sparkasse.de.betrug.example/", "sparkasse.de", "sparkasse.de.betrug.example"),
        ("https://www.sparkasse.de/x", "sparkasse.de", None),
        ("https://mail.sparkasse.de/x", "www.sparkasse.de", None),
        ("https://klick.example/x", "Hier klicken", None),
        ("https://klick.example/x", "Rechnung.pdf und mehr", None),
        ("https://www.amt.co.uk/", "amt.co.uk", None),
        ("https://boese.co.uk/", "amt.co.uk", "boese.co.uk"),
        ("mailto:a@x.de", "www.sparkasse.de", None),
        ("https://[kaputt", "www.sparkasse.de", None),
    ],
)
def test_a_link_that_names_another_place_says_where_it_leads(href: str, words: str, note: str | None) -> None:
    made = cleaned.clean(tree.parse(f"<p><a href='{href}'>{words}</a>, bitte</p>", Defects()))
    marked = f'</a><span class="mail-target"> → {note}</span>, bitte' if note else "</a>, bitte"
    assert marked in made


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<a href=https://x.example/a>Hier klicken</a>.", "Hier klicken <https://x.example/a>."),
        ("<a href=https://x.example/>https://x.example</a>", "https://x.example"),
        ("<a href=https://www.x.example/>x.example</a>", "x.example"),
        ("<a href=https://boese.example/a>www.bank.example</a>", "www.bank.example <https://boese.example/a>"),
        ("<a href=mailto:a@x.de?subject=x>Erika</a>", "Erika <a@x.de>"),
        ("<a href=mailto:a@x.de>a@x.de</a>", "a@x.de"),
        ("<a href=https://x.example/" + "a" * 300 + ">mehr</a>", "mehr <x.example>"),
        ("<a href=https://x.example/><img src=y></a>a", "a"),
        ("<a name=oben>Oben</a>", "Oben"),
    ],
)
def test_plain_text_says_where_a_link_leads(markup: str, text: str) -> None:
    assert readable.text_of(tree.parse(markup, Defects())) == text
