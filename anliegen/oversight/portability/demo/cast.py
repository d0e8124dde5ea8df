"""Who plays: the customers with their contracts and habits, the organisations, and the agents."""

import random
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from anliegen.oversight.portability.demo.chance import chance_of
from anliegen.oversight.portability.demo.scenes import CONTENT, table
from anliegen.oversight.portability.demo.shapes import Agent, Brand, Mailbox, Organisation, Person, Team

_DOMAIN = "stadtwerke-lindenau.example"
# Number ranges that the German regulator keeps free for films and books: nobody answers there.
_MOBILES = [f"0171 39200{number:02}" for number in range(100)] + [f"0176 040690{number:02}" for number in range(100)]
_TARIFFS = {
    "sw": ("Lindenau Strom Basis", "Lindenau Strom Fix 24", "Lindenau Strom Fix 12", "Lindenau Strom Heimat"),
    "ls": ("LindenStrom Natur", "LindenStrom Flex", "LindenStrom Natur Jahr"),
}
_SPECIAL = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ł": "l", "ı": "i", "'": "", " ": ""})
_LANGUAGES = ("en", "tr", "pl", "uk")
# Of the oldest, some have no e-mail: they write letters and telephone.
_OFFLINE_FROM, _OFFLINE_SHARE = 76, 0.6
_STIFF = ("kanzlei", "hausverwaltung", "wohnung")


@dataclass(frozen=True)
class Player:
    """A customer as the scenes need one: the person, and what stands on their bills."""

    person: Person
    kinds: frozenset[str]  # privat with jung, mittel or alt; a language; or the kinds of the organisation
    gender: str  # m, w or n: only for words that people use about themselves
    style: str
    brand: str
    role: str
    firm: str
    street: str
    in_street: str
    postcode: str
    account: str
    meter: str
    gas_meter: str
    water_meter: str
    tariff: str
    instalment: int
    yearly_use: int
    reading: int
    bank_end: str


@dataclass(frozen=True)
class Cast:
    players: tuple[Player, ...]
    organisations: tuple[Organisation, ...]
    agents: tuple[Agent, ...]
    teams: tuple[Team, ...]
    mailboxes: tuple[Mailbox, ...]
    brands: tuple[Brand, ...]


def cast(seed: int) -> Cast:
    """Everybody, always the same for a seed."""
    house, organisations = table("house.toml"), table("organisations.toml")["organisation"]
    mobiles = list(_MOBILES)
    chance_of(f"{seed}/mobiles").shuffle(mobiles)
    private = [_private(line, mobiles, seed) for line in _lines("people.txt")]
    business = [_business(firm, line, mobiles, seed) for firm in organisations for line in firm["contacts"]]
    return Cast(
        players=(*private, *business),
        organisations=tuple(Organisation(one["domain"], one["name"], one["domain"]) for one in organisations),
        agents=tuple(_agent(one) for one in house["agent"]),
        teams=tuple(Team(**one) for one in house["team"]),
        mailboxes=tuple(Mailbox(**one) for one in house["mailbox"]),
        brands=tuple(Brand(**{name: _stripped(value) for name, value in one.items()}) for one in house["brand"]),
    )


def _stripped(value: Any) -> Any:
    """Texts over several lines begin below their quotation marks."""
    return value.strip() if isinstance(value, str) else value


def _lines(name: str) -> Iterable[str]:
    for line in (CONTENT / name).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            yield line


def _private(line: str, mobiles: list[str], seed: int) -> Player:
    given, family, title, gender, age, style, form, brand = line.split("|")
    chance = chance_of(f"{seed}/player/{given} {family}")
    offline = int(age) >= _OFFLINE_FROM and chance.random() < _OFFLINE_SHARE
    person = Person(
        key=f"{_plain(given)}.{_plain(family)}",
        given_name=given,
        family_name=family,
        title=title,
        form=form.lower(),
        language=style if style in _LANGUAGES else "",
        email="" if offline else _mail_address(given, family, chance),
        phone=mobiles.pop(),
        organisation="",
    )
    return _player(person, _kinds(style, int(age)), gender, style, brand, chance)


def _kinds(style: str, age: int) -> set[str]:
    """Who writes in another language, and pupils, play in their own scenes only."""
    if style in _LANGUAGES:
        return {style}
    if age < 18:
        return {"schule"}
    return {"privat", "jung" if age <= 33 else "alt" if age >= 66 else "mittel"}


def _business(firm: dict[str, str], line: str, mobiles: list[str], seed: int) -> Player:
    given, family, title, gender, role, form = line.split("|")
    chance = chance_of(f"{seed}/player/{firm['domain']}/{family}")
    person = Person(
        key=f"{firm['domain']}/{_plain(family)}",
        given_name=given,
        family_name=family,
        title=title,
        form=form.lower(),
        language="",
        email=f"{_plain(given)[0]}.{_plain(family)}@{firm['domain']}",
        phone=mobiles.pop(),
        organisation=firm["domain"],
    )
    style = "formal" if firm["kind"] in _STIFF else chance.choice(("normal", "formal"))
    player = _player(person, set(firm["kind"].split()), gender, style, "sw", chance, role=role, firm=firm["name"])
    return player if not firm["street"] else _at(player, firm["street"])


def _player(
    person: Person,
    kinds: set[str],
    gender: str,
    style: str,
    brand: str,
    chance: random.Random,
    *,
    role: str = "",
    firm: str = "",
) -> Player:
    street, in_street = chance.choice(table("places.toml")["streets"]).split("|")
    number = chance.randint(1, 68)
    yearly_use = chance.randrange(1150, 4900, 10)
    return Player(
        person=person,
        kinds=frozenset(kinds),
        gender=gender,
        style=style,
        brand=brand,
        role=role,
        firm=firm,
        street=f"{street} {number}",
        in_street=f"{in_street} {number}",
        postcode=chance.choice(table("places.toml")["postcodes"]),
        account=str(chance.randint(2_040_000, 2_989_999)),
        meter=_meter(chance),
        gas_meter=f"7GMT{chance.randint(10**9, 10**10 - 1)}",
        water_meter=f"8SEN{chance.randint(10**7, 10**8 - 1)}",
        tariff=chance.choice(_TARIFFS[brand]),
        instalment=max(38, round(yearly_use * 0.36 / 11) + chance.randint(0, 9)),
        yearly_use=yearly_use,
        reading=chance.randint(9_200, 58_000),
        bank_end=f"{chance.randint(0, 99):02}{chance.randint(10, 99)}",
    )


def _at(player: Player, street: str) -> Player:
    return Player(**{**vars(player), "street": street, "in_street": street})


def _meter(chance: random.Random) -> str:
    """Old ones have a short number, new ones the standard one of 14 places."""
    if chance.random() < 0.35:
        return f"{chance.randint(10, 49)} {chance.randint(100, 999)} {chance.randint(100, 999)}"
    maker = chance.choice(("EMH", "ISK", "EBZ", "DZG", "LOG"))
    return f"1{maker}{chance.randint(10**9, 10**10 - 1):010}"


def _mail_address(given: str, family: str, chance: random.Random) -> str:
    first, last = _plain(given), _plain(family)
    shape = chance.choice(("{f}.{l}", "{f}.{l}", "{l}.{f}", "{i}.{l}", "{f}{l}", "{f}-{l}", "{l}{n}"))
    local = shape.format(f=first, l=last, i=first[0], n=chance.randint(1, 99))
    return f"{local}@{chance.choice(table('places.toml')['mail_hosts'])}"


def _plain(name: str) -> str:
    """A name in the letters of mail addresses."""
    text = unicodedata.normalize("NFKD", name.lower().translate(_SPECIAL))
    return "".join(sign for sign in text if sign.isascii() and (sign.isalnum() or sign == "-"))


def _agent(raw: dict[str, object]) -> Agent:
    return Agent(
        key=str(raw["key"]),
        name=str(raw["name"]),
        form=str(raw["form"]),
        email=f"{raw['key']}@{_DOMAIN}",
        role=str(raw["role"]),
        teams=tuple(raw["teams"]),  # type: ignore[arg-type]
        leads=str(raw.get("leads", "")),
        is_technician=bool(raw.get("technician", False)),
        weight=int(str(raw["weight"])),
        closings=tuple(raw["closings"]),  # type: ignore[arg-type]
    )
