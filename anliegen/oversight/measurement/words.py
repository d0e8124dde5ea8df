"""Made-up German sentences for measuring: enough different words that an index behaves as with real ones."""

import random

GIVEN = "Anna Ben Clara David Elif Finn Greta Hakan Ida Jonas Katarzyna Levi Maja Noah Olga Pavel Rosa Samir Thea"
FAMILY = "Arslan Becker Celik Dietrich Engel Fuchs Graf Hoffmann Ivanova Jung Krause Lehmann Müller Nowak Öztürk Peters"
TAGS = ["abschlag", "zähler", "umzug", "rechnung", "sepa", "störung", "tarif", "wärme"]

SUBJECTS = (
    "Frage zur Jahresrechnung", "Zählerstand melden", "Umzug zum Monatsende", "Abschlag ändern", "Fernwärme gestört",
    "Tarifwechsel", "Guthaben auszahlen", "Neue Bankverbindung", "Ablesung verpasst", "Kündigung wegen Auszug",
    "Photovoltaik anmelden", "Hausanschluss", "Mahnung erhalten", "Wasserdruck zu niedrig", "Rückruf erbeten",
)  # fmt: skip
OPENINGS = (
    "Guten Tag", "Sehr geehrte Damen und Herren", "Hallo zusammen", "Liebes Team", "Guten Morgen",
)  # fmt: skip
SUBJECTS_OF_SENTENCES = (
    "meine Jahresrechnung", "der Zählerstand", "unser Abschlag", "die Heizung", "der Monteur", "mein Vertrag",
    "die Wasseruhr", "unsere Wohnung", "der Hausanschluss", "die Mahnung", "mein Guthaben", "die Ablesung",
    "der Stromzähler", "die Fernwärmestation", "unser Vermieter", "die Bankverbindung", "der Tarif", "die Solaranlage",
)  # fmt: skip
VERBS = (
    "ist seit gestern nicht mehr zu finden", "wurde falsch berechnet", "stimmt nicht mit dem Vorjahr überein",
    "fehlt in den Unterlagen", "ist doppelt so hoch wie vereinbart", "soll ab Januar geändert werden",
    "wurde uns am Telefon zugesagt", "ist ausgefallen und niemand erreicht uns", "liegt Ihnen schon seit Wochen vor",
    "passt nicht zu unserem Verbrauch", "muss dringend geprüft werden", "hat sich nach dem Umzug geändert",
    "bleibt trotz Anruf ungeklärt", "macht seltsame Geräusche", "läuft zum Quartalsende aus",
)  # fmt: skip
ASIDES = (
    "Die Nummer steht oben rechts auf dem Schreiben", "Meine Nachbarin hat das gleiche Problem",
    "Ich habe Ihnen dazu bereits ein Foto geschickt", "Bitte rufen Sie mich nachmittags an",
    "Wir haben zwei kleine Kinder im Haus", "Der Termin am Dienstag wurde abgesagt",
    "Ich bitte um eine kurze schriftliche Bestätigung", "Das Geld wurde schon abgebucht",
    "Im Keller ist es seit Tagen feucht", "Vielen Dank für Ihre schnelle Hilfe beim letzten Mal",
)  # fmt: skip


def name(chance: random.Random) -> str:
    return f"{chance.choice(GIVEN.split())} {chance.choice(FAMILY.split())}"


def subject(chance: random.Random) -> str:
    return chance.choice(SUBJECTS)


def text(chance: random.Random) -> str:
    """A message of some 300 to 700 characters, with a number that stands in hardly any other."""
    sentences = [
        f"{chance.choice(SUBJECTS_OF_SENTENCES)} {chance.choice(VERBS)}." for _sentence in range(chance.randint(3, 7))
    ]
    sentences = [sentence[0].upper() + sentence[1:] for sentence in sentences]
    sentences.insert(chance.randint(0, len(sentences)), chance.choice(ASIDES) + ".")
    number = f"Vertragskonto {chance.randint(10_000_000, 99_999_999)}"
    return f"{chance.choice(OPENINGS)},\n\n{' '.join(sentences)}\n\n{number}, {chance.choice(ASIDES)}."
