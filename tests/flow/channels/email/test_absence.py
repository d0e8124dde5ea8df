"""Notices of programs that set no header, and people's mails that sound like them."""

import pytest

from anliegen.flow.channels.email.parse import parse


def kind_of(subject: str, text: str, *, fields: str = "") -> str | None:
    raw = f"From: Erika Muster <erika@example.de>\nTo: service@lindenau.example\nSubject: {subject}\n{fields}"
    return parse(f"{raw}Content-Type: text/plain; charset=utf-8\n\n{text}".encode()).automatic


ANSWERING = "In-Reply-To: <unsere.812@lindenau.example>\n"


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Abwesenheitsnotiz", "Guten Tag, ich bin bis zum 5. Dezember nicht im Büro."),
        ("Abwesenheitsnotiz: Ihre Anfrage [#812]", ""),
        ("[EXTERN] Automatische Antwort: Ihre Anfrage", ""),
        ("Abwesenheitsassistent: Ihre Anfrage", ""),
        ("Automatische Eingangsbestätigung", "Vielen Dank für Ihre Nachricht."),
        ("Nicht im Büro: Ihre Anfrage", "Ich bin ab dem 5. Dezember wieder erreichbar."),
        ("Urlaubsvertretung", "Ich bin im Urlaub. In dringenden Fällen hilft Frau Kern."),
        (
            "Vielen Dank für Ihre Nachricht",
            "Guten Tag,\n\nIhre Nachricht ist bei uns eingegangen. Wir melden uns in den nächsten Tagen.\n\nIhr Team",
        ),
        ("Out of Office", "I am on annual leave."),
        ("Automatic reply: your request", ""),
        ("Auto: your request", ""),
        ("Réponse automatique : votre demande", ""),
        ("Absence du bureau", "Je suis absent jusqu'au 5 décembre."),
        ("En congés", "Je suis en congés jusqu'au 5 décembre. En cas d'urgence, veuillez contacter M. Dupont."),
        ("Risposta automatica: la sua richiesta", ""),
        ("Fuori ufficio", "Sono in ferie."),
        ("Automatisch antwoord: uw vraag", ""),
        ("Afwezigheidsbericht", "Ik ben met vakantie."),
    ],
)
def test_a_subject_that_only_programs_write_is_a_notice(subject: str, text: str) -> None:
    assert kind_of(subject, text) == "auto-reply"


@pytest.mark.parametrize(
    "text",
    [
        "Vielen Dank für Ihre Nachricht. Ich bin bis zum 5. Dezember im Urlaub. In dringenden Fällen wenden Sie sich"
        " bitte an Frau Kern.",
        "Guten Tag,\n\nich bin derzeit nicht am Arbeitsplatz und lese meine E-Mails nicht. Ihre E-Mail wird nicht"
        " weitergeleitet.\n\nMit freundlichen Grüßen\nErika Muster",
        "Ich befinde mich in Elternzeit. Meine Vertretung übernimmt Herr Sommer (sommer@example.de).",
        "Unser Büro ist vom 23.12. bis 6.1. geschlossen. Ab dem 7.1. sind wir wieder für Sie da.",
        "Wir haben Betriebsferien und melden uns danach.",
        "Diese E-Mail wurde automatisch erstellt, bitte antworten Sie nicht auf diese E-Mail.",
        "Dies ist eine automatisch generierte Antwort. Ihre Anfrage wurde unter der Vorgangsnummer 4711 erfasst.",
        "Thank you for your message. I am out of the office until 5 December with limited access to mail.",
        "I will be on parental leave. For urgent matters please contact Jane.",
        "Bonjour, je suis en congé jusqu'au 5 décembre. En cas d'urgence, veuillez contacter M. Dupont.",
        "Buongiorno, sono in ferie fino al 5 dicembre. Per urgenze contattare l'ufficio.",
        "Ik ben op vakantie tot 5 december. Voor dringende zaken kunt u contact opnemen met Jan.",
    ],
)
def test_an_answer_that_says_twice_that_nobody_is_there_is_a_notice(text: str) -> None:
    assert kind_of("Re: Ihre Anfrage", text) == "auto-reply"
    assert kind_of("Ihre Anfrage", text, fields=ANSWERING) == "auto-reply"


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Abwesend am Ablesetermin", "Ich bin am 12. März im Urlaub und kann den Zähler nicht ablesen lassen."),
        ("Im Urlaub - neuer Termin", "Ich bin bis 5.12. im Urlaub. Bitte um einen neuen Termin nach meiner Rückkehr."),
        ("Nicht erreichbar", "Ihre Hotline ist nicht erreichbar. Ich bitte um Rückruf."),
        ("AW: Abwesenheitsnotiz: Ihre Anfrage", "Danke, dann warte ich."),
        ("Re: Ihre Anfrage", "Ich bin bis Freitag nicht im Büro, geht Montag?"),
        (
            "Re: Ihre Anfrage",
            "Ich bin bis 5.12. auf Dienstreise und danach wieder im Büro. Meine Kundennummer ist 4711, die Kündigung"
            " gilt ab sofort.",
        ),
        ("Re: Ihre Anfrage", "Ich war im Krankenhaus und bin wieder zurück. Ich möchte den Vertrag verlängern."),
        ("Urlaub", "Wir sind im Urlaub, in dringenden Fällen hat die Nachbarin einen Schlüssel für den Zählerraum."),
        ("Vielen Dank für Ihre Nachricht", "Das hat mir sehr geholfen, alles erledigt!"),
        ("Thank you for your message", "That solved it, all good."),
        ("Empfangsbestätigung", "Bitte senden Sie mir eine Bestätigung, dass meine Kündigung ankam."),
        ("Gelesen und nicht verstanden", "Ihr Schreiben vom 3.3. verstehe ich nicht."),
        ("Read this please", "I have a question about my bill."),
        ("En vacances", "Je voudrais changer la date du rendez-vous."),
        ("Assente", "Vorrei cambiare la data."),
    ],
)
def test_people_who_are_away_and_want_something_are_people(subject: str, text: str) -> None:
    assert kind_of(subject, text) is None


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Gelesen: Ihre Rechnung", ""),
        ("Nicht gelesen: Ihre Rechnung", ""),
        ("Zugestellt: Ihre Rechnung", ""),
        ("Lesebestätigung: Ihre Rechnung", ""),
        ("Lesebestätigung", "Die Nachricht vom 3.3. an Erika Muster wurde am 4.3. um 10:00 angezeigt."),
        ("Empfangsbestätigung (angezeigt) - Ihre Rechnung", ""),
        ("Read: your bill", ""),
        ("Return Receipt (displayed) - your bill", ""),
        ("Lu : votre facture", ""),
        ("Confirmation de lecture", "Le message envoyé le 3 mars a été lu."),
        ("Letto: la fattura", ""),
        ("Ricevuta di ritorno", "Il messaggio è stato visualizzato."),
        ("Gelezen: uw rekening", ""),
        ("Leesbevestiging: uw rekening", ""),
    ],
)
def test_receipts_are_known_by_their_subjects(subject: str, text: str) -> None:
    assert kind_of(subject, text) == "receipt"


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ("X-Auto-Response-Suppress: All\n", "auto-reply"),
        ("Auto-Submitted: auto-generated\n", "auto-reply"),
        ("X-Autoreply: yes\n", "auto-reply"),
        ("Precedence: auto-reply\n", "auto-reply"),
        ("X-Amazon-Auto-Reply: true\n", "auto-reply"),
        ("Auto-Submitted: auto-replied (vacation)\n", "auto-reply"),
        (f"Return-Path: <>\n{ANSWERING}", "auto-reply"),
    ],
)
def test_headers_say_that_a_program_answers(fields: str, kind: str) -> None:
    text = "Ich bin im Urlaub. In dringenden Fällen hilft Frau Kern."
    assert kind_of("Ihre Anfrage", text, fields=fields) == kind


def test_what_a_provider_writes_on_every_mail_makes_no_newsletter() -> None:
    fields = "Feedback-ID: 1.eu-central-1.abc=:AmazonSES\nX-Mailgun-Tag: form\n"
    assert kind_of("Nachricht vom Kontaktformular", "Mein Zähler ist defekt.", fields=fields) is None


@pytest.mark.parametrize(
    ("sender", "subject"),
    [("staff@hotmail.com", "complaint about message from 192.0.2.1"), ("abuse@provider.example", "Abuse report")],
)
def test_complaints_without_a_report_are_known_by_who_sends_them(sender: str, subject: str) -> None:
    raw = f"From: {sender}\nTo: service@lindenau.example\nSubject: {subject}\n\nDear sender, this is a complaint."
    assert parse(raw.encode()).automatic == "feedback-report"
