"""How people greet, sign and type: each customer keeps the same habits in all their letters, each agent theirs."""

import random
import re

from anliegen.oversight.portability.demo.chance import chance_of
from anliegen.oversight.portability.demo.shapes import Agent, Person
from anliegen.oversight.portability.demo.wording import capitalised

# style -> greetings, closings. An empty one is a choice too.
_HELLO = {
    "formal": ("Sehr geehrte Damen und Herren,",),
    "normal": ("Guten Tag,", "Hallo,", "Guten Tag,", "Hallo zusammen,", "Liebes Team,"),
    "casual": ("Hallo zusammen,", "Hi,", "Hallo!", "Hallo ihr,", "Moin,"),
    "terse": ("", "Guten Tag,", ""),
    "elder": ("Sehr geehrte Damen und Herren,", "Sehr geehrtes Stadtwerk,", "Werte Damen und Herren,", "Guten Tag,"),
    "lower": ("hallo,", "", "moin,", "hi"),
    "typo": ("Hallo,", "Guten Tag,", "Hallo Stadtwerke,"),
    "ascii": ("Guten Tag,", "Sehr geehrte Damen und Herren,"),
    "phone": ("Hallo,", "", "Guten Tag,"),
    "en": ("Hello,", "Dear team,", "Hi there,"),
    "tr": ("Merhaba,",),
    "pl": ("Dzień dobry,",),
    "uk": ("Добрий день,",),
}
_BYE = {
    "formal": ("Mit freundlichen Grüßen\n\n{name}", "Freundliche Grüße\n{name}", "Mit freundlichen Grüßen\n{name}"),
    "normal": (
        "Viele Grüße\n{name}",
        "Mit freundlichen Grüßen\n{name}",
        "Freundliche Grüße\n{name}",
        "Beste Grüße\n{name}",
        "Danke und Gruß\n{name}",
        "Schöne Grüße, {name}",
    ),
    "casual": ("LG {given}", "Liebe Grüße\n{given}", "VG\n{given}", "Danke schon mal!\n{given}", "Grüße, {given}"),
    "terse": ("", "{family}", "Gruß {family}"),
    "elder": ("Mit freundlichem Gruß\n{name}", "Hochachtungsvoll\n{name}", "Es grüßt Sie\n{name}"),
    "lower": ("", "gruß {given}", "lg {given}", "{given}"),
    "typo": ("MfG {name}", "Gruß\n{name}", "Mit freundlichen Grüssen\n{name}"),
    "ascii": ("Mit freundlichen Gruessen\n{name}", "Viele Gruesse\n{name}"),
    "phone": ("{given} {family}\n\nVon meinem Telefon gesendet", "VG {given}\n\nUnterwegs getippt", "Gruß {name}"),
    "en": ("Best regards\n{name}", "Kind regards\n{name}", "Thanks!\n{given}"),
    "tr": ("Saygılarımla\n{name}",),
    "pl": ("Pozdrawiam serdecznie\n{name}",),
    "uk": ("З повагою\n{name}",),
}
_BYE_AGAIN = {
    "formal": "Mit freundlichen Grüßen\n{name}",
    "casual": "{given}",
    "lower": "{given}",
    "phone": "VG {given}",
    "elder": "Mit freundlichem Gruß\n{name}",
    "ascii": "Viele Gruesse\n{name}",
    "typo": "Gruß {name}",
    "terse": "",
    "en": "Best wishes\n{given}",
    "tr": "Saygılarımla\n{name}",
    "pl": "Pozdrawiam\n{name}",
    "uk": "З повагою\n{name}",
}
_TIDY = {"formal", "elder", "normal", "ascii"}
_CARELESS = {"lower", "terse"}
_SLOTS = re.compile(r"\{[^{}]*\}")
_ALWAYS_GREETS = {"formal", "elder", "tr", "pl", "uk"}
_ASCII = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss", "„": '"', "“": '"'}
)
_WORD = re.compile(r"\b[a-zäöüß]{6,}\b")
_CLOSINGS = {"en": "Kind regards", "tr": "Saygılarımla", "pl": "Pozdrawiam", "uk": "З повагою"}


def hello(style: str, person: Person) -> str:
    return chance_of(f"hello/{person.key}").choice(_HELLO[style])


def hello_again(style: str, agent: Agent) -> str:
    """How somebody greets the agent who answered them; many no longer do."""
    if style in ("tr", "pl", "uk"):
        return _HELLO[style][0]
    if style == "en":
        return f"Dear {agent.name},"
    if style == "formal":
        return f"Sehr geehrte{'r' if agent.form == 'herr' else ''} {agent.form.capitalize()} {agent.family_name},"
    opening = {"casual": "Hallo", "phone": "Hallo", "lower": "hallo"}.get(style, "Guten Tag")
    return f"{opening} {agent.form.capitalize()} {agent.family_name},"


def bye(style: str, person: Person, role: str, firm: str) -> str:
    """How this person signs; who writes for an organisation adds what they are there and its name."""
    words = chance_of(f"bye/{person.key}").choice(_BYE[style])
    signed = words.format(name=_signature(person), given=person.given_name, family=person.family_name)
    return f"{signed}\n{role}\n\n{firm}" if firm else signed


def bye_again(style: str, person: Person) -> str:
    """How they sign the second time: shorter, and without thanks in advance."""
    words = _BYE_AGAIN.get(style, "Viele Grüße\n{name}")
    return words.format(name=_signature(person), given=person.given_name)


def customer_letter(body: str, style: str, greeting: str, closing: str, chance: random.Random, *, first: bool) -> str:
    """A whole message. Later ones in a conversation lose greeting and signature where people drop them."""
    if not first and chance.random() < (0.15 if style in _ALWAYS_GREETS else 0.6):
        greeting = ""
    if not first and style not in _ALWAYS_GREETS and chance.random() < 0.5:
        closing = ""
    if not greeting.endswith(","):
        body = capitalised(body)
    return "\n\n".join(part for part in (greeting, body, closing) if part)


def is_careless(text: str) -> bool:
    """Written in small letters, or with the signs of haste or fun: not by people who write "Sehr geehrte"."""
    bare = _SLOTS.sub("", text)
    return bare == bare.lower() or any(sign in bare for sign in ("!!", "??", ":)", ":-)", ";)", ";-)"))


def suits(style: str, text: str) -> float:
    """How well a wording goes with a style, 1 for well."""
    if style in _TIDY and is_careless(text):
        return 0.0005
    return 0.4 if style in _CARELESS and not is_careless(text) else 1.0


def typed(text: str, style: str, chance: random.Random) -> str:
    """As this person types: in small letters, without umlauts, with slips."""
    match style:
        case "lower":
            return text.lower()
        case "ascii":
            return text.translate(_ASCII)
        case "typo":
            return _with_slips(text, chance)
        case _:
            return text


def agent_letter(body: str, person: Person, agent: Agent, language: str, chance: random.Random, *, formal: bool) -> str:
    """Greeting, body and the agent's own closing. The form of address is what the person stated, never a guess."""
    greeting = _address(person, language, formal=formal)
    closing = _CLOSINGS.get(language) or ("Mit freundlichen Grüßen" if formal else chance.choice(agent.closings))
    if language != "de":
        body = capitalised(body)
    return f"{greeting}\n\n{body}\n\n{closing}\n{agent.name}"


def _address(person: Person, language: str, *, formal: bool) -> str:
    full = person.name
    match language:
        case "en":
            return f"Hello {full},"
        case "tr":
            return f"Sayın {full},"
        case "pl":
            return "Dzień dobry,"
        case "uk":
            return "Добрий день!"
    surname = " ".join(part for part in (person.title, person.family_name) if part)
    if person.form == "frau":
        return f"Sehr geehrte Frau {surname}," if formal else f"Guten Tag Frau {surname},"
    if person.form == "herr":
        return f"Sehr geehrter Herr {surname}," if formal else f"Guten Tag Herr {surname},"
    return f"Guten Tag {full},"


def _signature(person: Person) -> str:
    return person.name


def _with_slips(text: str, chance: random.Random) -> str:
    """Two or three words get two letters swapped or one doubled, as happens to quick fingers."""
    places = [match.span() for match in _WORD.finditer(text)]
    for start, end in chance.sample(places, k=min(len(places), 2 + len(text) // 300)):
        at = chance.randrange(start + 1, end - 2)
        if text[at] != text[at + 1]:
            text = text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    return text
