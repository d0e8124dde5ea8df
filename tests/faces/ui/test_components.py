import re
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import jinja2
import pytest
from django import forms
from django.utils import translation
from markupsafe import Markup

from anliegen.faces.ui import components
from anliegen.faces.ui.contact import Contact
from anliegen.faces.ui.environment import environment
from anliegen.faces.ui.fields import form_errors

TEMPLATES = Path(components.__file__).parent / "jinja2"
NOW = datetime(2026, 11, 24, 14, 30, tzinfo=UTC)


@pytest.fixture
def made() -> jinja2.Environment:
    return environment(loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, auto_reload=False)


def render(made: jinja2.Environment, source: str, **context: object) -> str:
    with translation.override("de"):
        return made.from_string(source).render(**context)


def test_every_component_answers_to_ui(made: jinja2.Environment) -> None:
    names = made.globals["ui"].names()
    assert {"button", "field", "bound", "table", "message", "note", "event", "dialog", "toast", "contact"} <= set(names)
    for name in names:
        assert isinstance(getattr(made.globals["ui"], name), jinja2.runtime.Macro)


def test_an_unknown_component_is_an_error(made: jinja2.Environment) -> None:
    with pytest.raises(jinja2.UndefinedError, match="buton"):
        render(made, "{{ ui.buton('x') }}")


def test_a_missing_variable_is_an_error(made: jinja2.Environment) -> None:
    with pytest.raises(jinja2.UndefinedError, match="subject"):
        render(made, "{{ subject }}")


def test_what_people_wrote_is_escaped(made: jinja2.Environment) -> None:
    html = render(made, "{{ ui.badge(text) }}{{ ui.avatar(text) }}{{ ui.chip(text, remove='#') }}", text="<b>&")
    assert "<b>" not in html
    assert "&lt;b&gt;&amp;" in html


def test_a_button_takes_attributes_and_a_key(made: jinja2.Environment) -> None:
    html = render(made, "{{ ui.button('Antworten', symbol='reply', key='r', hx_post='/x', name='do') }}")
    assert 'data-key="r" aria-keyshortcuts="r" title="Antworten (r)"' in html
    assert 'hx-post="/x" name="do"' in html
    assert "<span>Antworten</span>" in html


def test_a_button_takes_no_inline_style(made: jinja2.Environment) -> None:
    with pytest.raises(ValueError, match="style"):
        render(made, "{{ ui.button('x', style='color: red') }}")


@pytest.mark.parametrize(
    ("kind", "word"),
    [("person", "Mensch"), ("rule", "Automatik"), ("reviewed", "KI-Entwurf, von Mensch geprüft"), ("model", "KI")],
)
def test_an_actor_has_a_sign_a_word_and_a_name(made: jinja2.Environment, kind: str, word: str) -> None:
    html = render(made, "{{ ui.actor(kind, 'Jana Köhler') }}", kind=kind)
    assert f"</svg>{word}<span" in html
    assert "Jana Köhler" in html


def test_a_note_says_in_words_that_it_is_never_sent(made: jinja2.Environment) -> None:
    html = render(made, "{% call ui.note('Jana', at) %}x{% endcall %}", at=NOW)
    assert "Interne Notiz" in html
    assert "wird nie gesendet" in html


def test_the_contact_block_dials_and_asks_for_a_callback(made: jinja2.Environment) -> None:
    contact = Contact(name="SW", phone="0341 5550120", callback="rueckruf@x.example", hours="Mo bis Fr")
    html = render(made, "{{ ui.contact(contact) }}", contact=contact)
    assert '<a href="tel:+493415550120">0341 5550120</a>' in html
    assert '<a href="mailto:rueckruf@x.example">Rückruf vereinbaren</a>' in html
    assert "Mit einem Menschen sprechen" in html


def test_a_portal_page_without_a_way_to_a_person_does_not_render(made: jinja2.Environment) -> None:
    with pytest.raises(jinja2.UndefinedError, match="contact"):
        made.get_template("ui/portal.html").render(request=None)


def test_a_table_names_each_cell_for_the_phone(made: jinja2.Environment) -> None:
    html = render(made, "{{ ui.table('Teams', [{'text': 'Name'}, {'text': 'Zahl', 'numeric': True}], [['A', 3]]) }}")
    assert '<th scope="row" role="rowheader">A</th>' in html
    assert '<td role="cell" class="numeric" data-label="Zahl">3</td>' in html


def test_a_page_offers_only_the_way_there_is(made: jinja2.Environment) -> None:
    html = render(made, "{{ ui.pager(older='/x?after=3') }}")
    assert "Ältere" in html
    assert "Neuere" not in html
    assert render(made, "{{ ui.pager() }}") == ""


class Sample(forms.Form):
    name = forms.CharField(label="Name", help_text="Wie wir Sie ansprechen.", max_length=40)
    topic = forms.ChoiceField(label="Thema", choices=[("a", "A"), ("b", "B")])
    ways = forms.MultipleChoiceField(
        label="Wege", choices=[("m", "Mail"), ("p", "Telefon")], widget=forms.CheckboxSelectMultiple, required=False
    )
    one = forms.ChoiceField(label="Einer", choices=[("1", "Eins"), ("2", "Zwei")], widget=forms.RadioSelect)
    on = forms.DateField(label="Tag", widget=forms.DateInput)
    at = forms.DateTimeField(label="Zeit", widget=forms.DateTimeInput, required=False)
    text = forms.CharField(label="Text", widget=forms.Textarea)
    agreed = forms.BooleanField(label="Ja", required=False)
    secret = forms.CharField(label="Passwort", widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}))


def test_a_form_field_says_label_hint_and_limits(made: jinja2.Environment) -> None:
    html = render(made, "{{ ui.bound(form['name']) }}", form=Sample())
    assert '<label class="label" for="id_name">Name</label>' in html
    assert 'aria-describedby="id_name-hint" required maxlength="40"' in html
    assert '<p class="hint" id="id_name-hint">Wie wir Sie ansprechen.</p>' in html


def test_an_optional_field_says_so(made: jinja2.Environment) -> None:
    html = render(made, "{{ ui.bound(form['at']) }}", form=Sample())
    assert "(freiwillig)" in html
    assert 'type="datetime-local"' in html


def test_a_bound_form_shows_what_was_entered_and_what_is_wrong(made: jinja2.Environment) -> None:
    form = Sample({"topic": "b", "ways": ["p"], "one": "2", "on": "2026-11-24", "text": "<x>", "agreed": "on"})
    html = render(made, "{{ ui.form(form) }}", form=form)
    assert '<option value="b" selected>B</option>' in html
    assert 'name="ways" value="p" checked' in html
    assert 'name="ways" value="m" checked' not in html
    assert 'name="one" value="2" checked' in html
    assert 'type="date" id="id_on" name="on" value="2026-11-24"' in html
    assert "\n&lt;x&gt;</textarea>" in html
    assert 'id="id_agreed" name="agreed" checked' in html
    assert 'aria-invalid="true"' in html
    assert '<a href="#id_name">Name: ' in html
    assert 'aria-describedby="id_name-hint id_name-error"' in html


def test_the_summary_links_to_the_first_choice_of_a_group(made: jinja2.Environment) -> None:
    html = render(made, "{{ ui.form(form) }}", form=Sample({}))
    target = re.search(r'<a href="#([\w-]+)">Einer: ', html)
    assert target is not None
    assert f'<input type="radio" id="{target[1]}" name="one" value="1"' in html


def test_a_question_as_label_reads_well_in_the_summary() -> None:
    form = Sample({"name": "A", "topic": "x"})
    form.fields["topic"].label = "Worum geht es?"
    assert [sentence.split(":")[0] for target, sentence in form_errors(form) if target == "id_topic"] == [
        "Worum geht es"
    ]


def test_a_date_given_in_python_is_shown_as_the_browser_wants_it(made: jinja2.Environment) -> None:
    form = Sample(initial={"on": NOW.date(), "at": NOW})
    html = render(made, "{{ ui.bound(form['on']) }}{{ ui.bound(form['at']) }}", form=form)
    assert 'value="2026-11-24"' in html
    assert 'value="2026-11-24T15:30"' in html


def test_a_password_is_never_sent_back(made: jinja2.Environment) -> None:
    html = render(made, "{{ ui.bound(form['secret']) }}", form=Sample({"secret": "geheim"}))
    assert "geheim" not in html
    assert 'autocomplete="current-password"' in html


def test_a_toast_with_an_undo_carries_its_deadline(made: jinja2.Environment) -> None:
    html = render(made, "{{ ui.toast('Wird gesendet', undo='/undo/3', until=until) }}", until=NOW)
    assert 'data-until="2026-11-24T14:30:00+00:00"' in html
    assert 'action="/undo/3" hx-post="/undo/3"' in html
    assert "data-countdown" in html


ROWS = """<ul class="rows">{% for row in rows %}
<li><a class="row-link" href="/workspace/tickets/{{ row.number }}/"><span class="row-who">{{ row.who }}</span>
<span class="row-when">{{ when(row.at) }}</span><span class="row-title">{{ row.title }}</span>
<span class="row-more">{{ ui.avatar(row.who, size="s") }}{{ ui.status(_("new"), "inbox", "accent") }}
{% for tag in row.tags %}{{ ui.chip(tag, symbol="tag") }}{% endfor %}<span>{{ icon("mail") }} {{ row.number }}</span>
{{ duration(row.waits, short=True) }}</span></a></li>{% endfor %}</ul>"""


def test_fifty_rows_cost_a_few_milliseconds(made: jinja2.Environment) -> None:
    template = made.from_string(ROWS)
    rows = [
        {
            "number": n,
            "who": f"Person {n}",
            "title": "Abschlag & Zähler",
            "at": NOW - timedelta(hours=n),
            "waits": timedelta(minutes=7 * n),
            "tags": ["umzug", "abschlag"],
        }
        for n in range(50)
    ]
    with translation.override("de"):
        template.render(rows=rows)
        costs = []
        for _ in range(15):
            start = time.process_time()
            template.render(rows=rows)
            costs.append(time.process_time() - start)
    assert min(costs) < 0.006


def test_what_is_remembered_keeps_markup_and_the_same_text_apart(made: jinja2.Environment) -> None:
    drawn = [render(made, "{{ ui.badge(word) }}", word=word) for word in (Markup("<b>neu</b>"), "<b>neu</b>")]
    assert drawn == [
        '<span class="badge badge-quiet"><b>neu</b></span>',
        '<span class="badge badge-quiet">&lt;b&gt;neu&lt;/b&gt;</span>',
    ]


def test_what_is_remembered_follows_the_language(made: jinja2.Environment) -> None:
    source = """{{ ui.actor("person")|striptags }}, {{ _("Close") }}, {{ _("waits %(time)s", time="<2>") }}"""
    said = []
    for language in ("de", "en", "de"):
        with translation.override(language):
            said.append(made.from_string(source).render())
    german, english = "Mensch, Schließen, wartet &lt;2&gt;", "Person, Close, waits &lt;2&gt;"
    assert said == [german, english, german]
