"""German verbs of letters to customers, and how they stand in a sentence."""

import re

# Participle -> infinitive; a hyphen where the verb parts ("weiter-leiten": wir leiten ... weiter).
PARTICIPLES = {
    "geprüft": "prüfen", "überprüft": "überprüfen", "bearbeitet": "bearbeiten", "erledigt": "erledigen",
    "erstattet": "erstatten", "zurückerstattet": "zurück-erstatten", "überwiesen": "überweisen",
    "zurücküberwiesen": "zurück-überweisen", "gutgeschrieben": "gut-schreiben", "berechnet": "berechnen",
    "abgebucht": "ab-buchen", "eingezogen": "ein-ziehen", "gebucht": "buchen", "verbucht": "verbuchen",
    "storniert": "stornieren", "gekündigt": "kündigen", "geändert": "ändern", "angepasst": "an-passen",
    "korrigiert": "korrigieren", "berichtigt": "berichtigen", "ergänzt": "ergänzen", "gelöscht": "löschen",
    "gespeichert": "speichern", "erfasst": "erfassen", "aufgenommen": "auf-nehmen", "eingetragen": "ein-tragen",
    "hinterlegt": "hinterlegen", "weitergeleitet": "weiter-leiten", "weitergegeben": "weiter-geben",
    "übergeben": "übergeben", "verschickt": "verschicken", "versandt": "versenden", "versendet": "versenden",
    "gesendet": "senden", "zugesandt": "zu-senden", "zugesendet": "zu-senden", "zugeschickt": "zu-schicken",
    "übersandt": "übersenden", "übermittelt": "übermitteln", "zugestellt": "zu-stellen", "geliefert": "liefern",
    "nachgeliefert": "nach-liefern", "ausgetauscht": "aus-tauschen", "ersetzt": "ersetzen", "repariert": "reparieren",
    "eingebaut": "ein-bauen", "ausgebaut": "aus-bauen", "abgelesen": "ab-lesen", "montiert": "montieren",
    "benötigt": "benötigen", "gebraucht": "brauchen", "angefordert": "an-fordern", "erstellt": "erstellen",
    "ausgestellt": "aus-stellen", "vorbereitet": "vor-bereiten", "geklärt": "klären", "beantwortet": "beantworten",
    "benachrichtigt": "benachrichtigen", "informiert": "informieren", "kontaktiert": "an-rufen",
    "zurückgerufen": "zurück-rufen", "angerufen": "an-rufen", "bestätigt": "bestätigen", "genehmigt": "genehmigen",
    "bewilligt": "bewilligen", "ausgezahlt": "aus-zahlen", "freigeschaltet": "frei-schalten", "gesperrt": "sperren",
    "entsperrt": "entsperren", "aktiviert": "aktivieren", "eingerichtet": "ein-richten", "durchgeführt": "durch-führen",
    "vereinbart": "vereinbaren", "verschoben": "verschieben", "verlängert": "verlängern", "beauftragt": "beauftragen",
    "veranlasst": "veranlassen", "berücksichtigt": "berücksichtigen", "zurückgeschickt": "zurück-schicken",
    "zurückgesendet": "zurück-senden", "gemeldet": "melden", "untersucht": "untersuchen", "gemessen": "messen",
}  # fmt: skip
# Verbs that part, as one asks for them: "füllen Sie ... aus".
PREFIXES = (
    "zurück", "weiter", "durch", "nach", "fest", "frei", "aus", "ein", "auf", "mit", "vor", "bei", "her", "hin",
    "an", "ab", "zu", "um",
)  # fmt: skip
_STEMS = (
    "füllen reichen geben senden schicken rufen melden teilen legen bringen lesen warten kommen fordern"
    " zahlen kreuzen weisen halten stellen nehmen fügen tragen sehen schauen hören gehen kündigen holen laden"
    " drucken loggen schreiben scannen kleben klären führen setzen prüfen"
)
_PARTING_STEMS = _STEMS.split()
_MASCULINE = (
    "Antrag Vertrag Brief Anspruch Widerspruch Einspruch Zählerstand Tarif Betrag Abschlag Auftrag Einwand"
    " Fall Vorgang Zähler Anschluss Termin Beitrag Schaden Bescheid Ausweis Zugang Umzug Name Wunsch Hinweis"
    " Beleg Nachweis Verbrauch Rabatt Bonus Fehler Eingang Anruf Rückruf Einzug Kauf Wohnsitz Parkausweis"
    " Führerschein Reisepass Bericht"
)
MASCULINE = frozenset(_MASCULINE.split())


def parted(verb: str) -> tuple[str, str]:
    """("leiten", "weiter") of "weiter-leiten"; ("prüfen", "") of a verb that stays whole."""
    prefix, hyphen, stem = verb.partition("-")
    return (stem, prefix) if hyphen else (verb, "")


def parted_infinitive(infinitive: str) -> tuple[str, str]:
    """("füllen", "aus") of "ausfüllen", when it is a verb that parts; else the word and nothing."""
    for prefix in PREFIXES:
        if infinitive.startswith(prefix) and infinitive[len(prefix) :] in _PARTING_STEMS:
            return infinitive[len(prefix) :], prefix
    return infinitive, ""


def accusative(words: str) -> str:
    """The subject of a sentence as its object: "Der Antrag" as "den Antrag"; after Ihr an unknown noun stays."""
    article, _space, rest = words.partition(" ")
    noun = rest.rsplit(" ", 1)[-1] if rest else ""
    match article.lower():
        case "der":
            return f"den {rest}"
        case "die" | "das":
            return f"{article.lower()} {rest}"
        case "ein" if noun in MASCULINE:
            return f"einen {rest}"
        case "ihr" if noun in MASCULINE:
            return f"Ihren {rest}"
        case "ein" | "eine":
            return f"{article.lower()} {rest}"
    return words


def is_infinitive(word: str) -> bool:
    return re.fullmatch(r"[a-zäöüß]{2,24}(?:en|ern|eln)", word) is not None
