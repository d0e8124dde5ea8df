"""Made-up messages of a municipal utility, so that learning has something that words tell apart."""

import random

from anliegen.flow.automation.learning.example import Example

SAID = {
    "abschlag": (
        "Mein Abschlag ist zu hoch",
        "Bitte den Abschlag senken",
        "Abschlagszahlung anpassen",
        "Wie hoch ist mein Abschlag",
    ),
    "umzug": (
        "Ich ziehe um",
        "Umzug in die neue Wohnung",
        "Wir sind umgezogen, neue Adresse",
        "Umzugsmeldung zum Monatsende",
    ),
    "zaehler": ("Der Zähler zeigt nichts an", "Zählerstand melden", "Wasserzähler ist kaputt", "Ablesung des Zählers"),
    "rechnung": (
        "Die Rechnung stimmt nicht",
        "Rechnung fehlt noch",
        "Jahresrechnung prüfen",
        "Ich brauche eine Rechnungskopie",
    ),
}
AROUND = (
    "Guten Tag,",
    "Hallo zusammen,",
    "bitte um Antwort",
    "Danke",
    "seit Montag",
    "meine Nummer folgt",
    "wie besprochen",
)


def made_up(each: int, seed: int = 1) -> list[Example]:
    """So many messages of each topic."""
    chance = random.Random(seed)
    return [
        Example(
            f"{chance.choice(AROUND)} {chance.choice(sentences)} {chance.choice(AROUND)} {chance.randrange(10_000)}",
            topic,
        )
        for topic, sentences in SAID.items()
        for _ in range(each)
    ]
