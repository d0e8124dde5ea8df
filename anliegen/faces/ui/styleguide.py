"""Every component on a page, and the three frames with made-up content: to look at, to test, to copy from."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from anliegen.faces.ui import errors
from anliegen.faces.ui.contact import Contact
from anliegen.faces.ui.fragments import page
from anliegen.faces.ui.permissions import open_to_customers
from anliegen.ground import clock

MADE_UP = "made-up content, mounted only in a demo or while developing"
CONTACT = Contact(
    name="Stadtwerke Lindenau",
    phone="0341 555 01-20",
    callback="rueckruf@stadtwerke-lindenau.example",
    hours="Mo bis Fr 7 bis 19 Uhr, Sa 9 bis 13 Uhr",
    email="service@stadtwerke-lindenau.example",
)


@dataclass(frozen=True)
class Row:
    who: str
    title: str
    word: str
    symbol: str
    tone: str
    minutes: int
    via: str
    unread: bool = False


ROWS = (
    Row("Margarete Öztürk", "Abschlag nach Umzug zu hoch angesetzt", "Neu", "inbox", "accent", 4, "mail", True),
    Row(
        "Hausverwaltung Böhme & Söhne", "Zählerstände, 14 Wohnungen", "Wartet", "waiting", "waiting", 190, "mail", True
    ),
    Row("Tomasz Wiśniewski", "Keine Fernwärme seit heute früh", "In Bearbeitung", "edit", "accent", 260, "phone"),
    Row("Änne Lindner", "Frage zur Jahresrechnung 2025", "Warten auf Antwort", "clock", "quiet", 1500, "letter"),
    Row("Bäckerei Krüger", "Rückruf bis Freitag", "Zusage gebrochen", "broken", "broken", 4300, "chat"),
    Row("Noémi Fábián", "SEPA-Mandat ändern", "Gelöst", "done", "quiet", 9100, "form"),
)


class SampleForm(forms.Form):
    """One field of every kind."""

    name = forms.CharField(label="Name", help_text="Wie Sie angesprochen werden möchten.", max_length=80)
    email = forms.EmailField(label="E-Mail-Adresse", widget=forms.EmailInput(attrs={"autocomplete": "email"}))
    phone = forms.CharField(label="Telefonnummer", required=False, widget=forms.TextInput(attrs={"inputmode": "tel"}))
    topic = forms.ChoiceField(label="Worum geht es?", choices=[("", "Bitte wählen"), ("bill", "Rechnung")])
    channel = forms.ChoiceField(
        label="Wie dürfen wir antworten?",
        choices=[("mail", "Per E-Mail"), ("phone", "Per Telefon"), ("letter", "Mit einem Brief")],
        widget=forms.RadioSelect,
    )
    days = forms.MultipleChoiceField(
        label="Wann passt es Ihnen?",
        choices=[("mo", "Montag"), ("tu", "Dienstag"), ("we", "Mittwoch")],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    on = forms.DateField(label="Tag des Umzugs", required=False, widget=forms.DateInput)
    at = forms.TimeField(label="Uhrzeit", required=False, widget=forms.TimeInput)
    text = forms.CharField(label="Ihr Anliegen", widget=forms.Textarea, help_text="Ein oder zwei Sätze genügen.")
    consent = forms.BooleanField(label="Bitte rufen Sie mich bei Rückfragen an", required=False)


@require_safe
@open_to_customers(MADE_UP)
def components(request: HttpRequest) -> HttpResponse:
    wrong = SampleForm({"wrong-name": "Änne Lindner", "wrong-email": "aenne@", "wrong-days": ["tu"]}, prefix="wrong")
    context = {"form": SampleForm(initial={"channel": "mail"}), "wrong": wrong, **moments()}
    return page(request, "ui/guide/components.html", context)


@require_safe
@open_to_customers(MADE_UP)
def workspace(request: HttpRequest) -> HttpResponse:
    now = clock.now()
    rows = [(row, now - timedelta(minutes=row.minutes)) for row in ROWS]
    return page(request, "ui/guide/workspace.html", {"rows": rows, **moments()})


@require_safe
@open_to_customers(MADE_UP)
def portal(request: HttpRequest) -> HttpResponse:
    return page(request, "ui/guide/portal.html", {"contact": CONTACT, **moments()})


@require_safe
@open_to_customers(MADE_UP)
def plain(request: HttpRequest) -> HttpResponse:
    return page(request, "ui/guide/plain.html", {})


@require_safe
@open_to_customers(MADE_UP)
def error(request: HttpRequest, status: int) -> HttpResponse:
    if status == 403:
        return errors.forbidden(request)
    if status == 500:
        return errors.server_error(request)
    if status == 404:
        return errors.not_found(request)
    raise Http404


def moments() -> dict[str, Any]:
    now = clock.now()
    return {
        "now": now,
        "moments": {
            "vor einem Augenblick": now - timedelta(seconds=20),
            "vor 12 Minuten": now - timedelta(minutes=12),
            "gestern": now - timedelta(days=1),
            "vor einer Woche": now - timedelta(days=7),
            "vor einem Jahr": now - timedelta(days=365),
            "morgen": now + timedelta(days=1),
        },
        "earlier": now - timedelta(hours=3, minutes=10),
        "yesterday": now - timedelta(days=1, hours=2),
        "last_week": now - timedelta(days=6),
        "undo_until": now + timedelta(seconds=20),
        "contact": CONTACT,
        "waits": timedelta(hours=3, minutes=10),
        "today": timezone.localdate(),
    }
