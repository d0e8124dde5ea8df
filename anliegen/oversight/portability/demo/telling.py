"""A plot told in full: its words, who says them, its files, and what happens around them."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from anliegen.oversight.portability.demo import around, manners, papers, timing, values, wording
from anliegen.oversight.portability.demo.cast import Cast, Player
from anliegen.oversight.portability.demo.chance import chance_of
from anliegen.oversight.portability.demo.company import Company, company_for
from anliegen.oversight.portability.demo.plot import Plot
from anliegen.oversight.portability.demo.scenes import Beat, table
from anliegen.oversight.portability.demo.shapes import PERSON, File, Ticket, Turn

_DAY_SLOT = re.compile(r"([dw])([+-]\d+)")
_COUNTED_SLOT = re.compile(r"(s?monat|jahr)([+-]\d+)?")
_CALL_FRAMES = (
    "Am Telefon, mitgeschrieben: „{said}“",
    "Anruf von {name}, {phone}: „{said}“",
    "{name} am Telefon:\n\n„{said}“",
    "Telefonisch aufgenommen, Rückruf unter {phone} erwünscht.\n\n„{said}“",
)
_GENERAL = 0.12  # share of the mails that go to the general address


def tell(plot: Plot, player: Player, cast: Cast, deck: wording.Deck, seed: int, now: datetime) -> Ticket:
    """The ticket with everything that happened in it until now."""
    return _Telling(plot, player, cast, deck, seed, now).ticket()


@dataclass
class _Telling:
    """The state while one ticket is told: which wordings were taken, which values hold, how it stands."""

    plot: Plot
    player: Player
    cast: Cast
    deck: wording.Deck
    seed: int
    now: datetime

    def ticket(self) -> Ticket:
        scene = self.plot.scene
        self.chance = chance_of(f"{self.seed}/{self.plot.key}/telling")
        self.brand = self._brand()
        self.mailbox = self._mailbox()
        self.company: Company = company_for(self.plot, self.cast, self.chance)
        self.values: dict[str, values.Value] = {}
        self._know(scene.values, "scene")
        self.picks: dict[int, int] = {}
        self.turns: list[Turn] = []
        for (number, beat), at in zip(self.plot.beats, self.plot.times, strict=True):
            self._play(number, beat, at)
        subject = self._said(self._subject(), self.plot.started_at, "subject")
        return Ticket(
            key=self.plot.key,
            subject=manners.typed(subject, self.player.style if self.player.style == "lower" else "", self.chance),
            channel=self.plot.channel,
            language=scene.language,
            brand=self.brand,
            team=scene.team,
            mailbox=self.mailbox,
            person=self.player.person.key,
            priority=scene.priority,
            tags=scene.tags,
            turns=around.complete(self.turns, self.plot, self.company, self.cast, self.mailbox, self.now),
        )

    def _play(self, number: int, beat: Beat, at: datetime) -> None:
        self._know(beat.values, f"beat{number}")
        pick = self._pick(number, beat)
        body = self._said(beat.texts[pick], at, f"{number}/{pick}")
        if beat.kind == "message":
            self.turns.append(self._message(beat, body, at))
        else:
            self.turns.append(self._of_agent(beat, body, at))
        names = beat.files[pick] if len(beat.files) > 1 else " ".join(beat.files)
        if names and self.turns[-1].kind != "note" and self.turns[-1].channel != "phone":
            made = tuple(self._file(name, body, at) for name in names.split())
            last = self.turns[-1]
            self.turns[-1] = Turn(**{**vars(last), "files": made})

    def _message(self, beat: Beat, body: str, at: datetime) -> Turn:
        first = not self.turns
        person, style = self.player.person, self.player.style
        channel = self._way_in(first)
        if channel == "phone" and not beat.is_bare:
            number = self.deck.draw("call-frame", range(len(_CALL_FRAMES)))
            frame = _CALL_FRAMES[number] if first else "Rückruf: „{said}“"
            said = wording.capitalised(body).replace("„", "‚").replace("“", "‘")
            text = frame.format(said=said, name=person.name, phone=person.phone)
            return Turn("message", at, self.company.clerk.key, text, channel=channel)
        if beat.is_bare or channel in ("chat", "api", "phone"):
            text = wording.capitalised(body)
        else:
            closing = self._bye() if first else manners.bye_again(style, person)
            text = manners.customer_letter(body, style, self._greeting(), closing, self.chance, first=first)
        by = self.company.clerk.key if channel in around.NOTED else PERSON
        return Turn("message", at, by, manners.typed(text, style, self.chance), channel=channel)

    def _of_agent(self, beat: Beat, body: str, at: datetime) -> Turn:
        agent = self.company[beat.by]
        if beat.kind == "note":
            begun = any(turn.kind in ("reply", "call") for turn in self.turns)
            status = "open" if beat.by == "a" and not begun else ""
            return Turn("note", at, agent.key, wording.capitalised(body), status=status)
        status = beat.status or "waiting_customer"
        if beat.kind == "call":
            return Turn("call", at, agent.key, wording.capitalised(body), channel="phone", status=status)
        channel = self._way_out(at)
        if channel == "chat":
            return Turn("reply", at, agent.key, wording.capitalised(body), channel=channel, status=status)
        text = manners.agent_letter(
            body, self.player.person, agent, self.plot.scene.language, self.chance, formal=beat.is_formal
        )
        return Turn("reply", at, agent.key, text, channel=channel, status=status)

    def _pick(self, number: int, beat: Beat) -> int:
        """Which wording: one that goes with the opening and with what was said before, the least told first."""
        fitting = set(range(len(beat.texts)))
        if number == 0:
            fitting = {self.plot.opening}
        if beat.fits and 0 in self.picks:
            fitting &= set(beat.fits[self.picks[0]])
        if beat.follows:
            before = max(self.picks)
            fitting &= set(beat.follows[self.picks[before]])
        if beat.kind == "message":
            suiting = {one for one in fitting if manners.suits(self.player.style, beat.texts[one]) > 0.1}
            fitting = suiting or fitting
        pick = self.deck.draw(f"{self.plot.scene.id}/{number}", sorted(fitting))
        if beat.is_spoken:
            self.picks[number] = pick
        return pick

    def _said(self, text: str, at: datetime, place: str) -> str:
        sites = iter(range(10_000))
        chosen = wording.choose(
            text, lambda number: self.deck.draw(f"{self.plot.scene.id}/{place}/{next(sites)}", range(number))
        )
        return wording.fill(chosen, self._lookup(at)).strip()

    def _know(self, specs: tuple[tuple[str, str], ...], place: str) -> None:
        player = self.player
        known: dict[str, values.Value] = {"abschlag": player.instalment, "jahres": player.yearly_use, **self.values}
        pick: Callable[[str, int], int] = lambda name, number: self.deck.draw(  # noqa: E731
            f"{self.plot.scene.id}/{place}/{name}", range(number)
        )
        chance = chance_of(f"{self.seed}/{self.plot.key}/{place}")
        self.values |= values.work_out(specs, known, pick, chance)

    def _lookup(self, at: datetime) -> wording.Lookup:
        today = timing.local_day(at)

        def look(name: str) -> object:
            for source in (self.values, self.plot.dates, self._facts(), self.company.named):
                if name in source:
                    return source[name]
            if name in ("uhrzeit", "vorhin"):
                here = (at if name == "uhrzeit" else at - timedelta(minutes=50)).astimezone(timing.ZONE)
                return f"{here.hour}:{here.minute // 5 * 5:02} Uhr"
            return _calendar_slot(name, today, timing.local_day(self.plot.started_at))

        return look

    def _facts(self) -> dict[str, object]:
        player, person = self.player, self.player.person
        house = table("house.toml")
        prefix = {"frau": "Frau ", "herr": "Herr "}.get(person.form, "")
        short = f"{prefix}{person.family_name}" if prefix else f"{person.given_name} {person.family_name}"
        return {
            "name": person.name, "vorname": person.given_name, "nachname": person.family_name, "frau": short,
            "strasse": player.street, "in_strasse": player.in_street, "plz": player.postcode, "ort": house["city"],
            "kdnr": player.account, "zaehler": player.meter, "zaehler2": f"1LOG{int(player.account) * 3581:010}",
            "gaszaehler": player.gas_meter, "wasserzaehler": player.water_meter, "tarif": player.tariff,
            "abschlag": player.instalment, "jahres": player.yearly_use, "verbrauch": player.reading,
            "iban": player.bank_end, "telefon": person.phone, "email": person.email, "rolle": player.role,
            "org": player.firm, "servicetel": house["phone"], "notruf": house["emergency"],
            "hallo": self._hello(), "sig": self._bye(),
        }  # fmt: skip

    def _greeting(self) -> str:
        """The house in general at first, then the agent who answered."""
        by_key = {agent.key: agent for agent in self.cast.agents}
        answered = [by_key[turn.by] for turn in self.turns if turn.kind in ("reply", "call")]
        return manners.hello_again(self.player.style, answered[-1]) if answered else self._hello()

    def _hello(self) -> str:
        return manners.hello(self.player.style, self.player.person)

    def _bye(self) -> str:
        return manners.bye(self.player.style, self.player.person, self.player.role, self.player.firm)

    def _subject(self) -> str:
        subjects = self.plot.scene.subjects
        return subjects[self.picks[0]] if len(subjects) > 1 else subjects[0]

    def _brand(self) -> str:
        """Grid, heat and water are always the town's; contracts belong to the brand under which they were made."""
        if self.plot.scene.brand:
            return self.plot.scene.brand
        return "sw" if self.plot.scene.team in ("netz", "waerme") else self.player.brand

    def _mailbox(self) -> str:
        if self.plot.channel in around.NOTED:
            return ""
        boxes = [box for box in self.cast.mailboxes if box.brand == self.brand]
        wanted = "" if self.plot.channel == "email" and self.chance.random() < _GENERAL else self.plot.scene.team
        return next((box.address for box in boxes if box.team == wanted), boxes[-1].address)

    def _way_in(self, first: bool) -> str:
        if first or self.plot.channel in ("chat", "letter"):
            return self.plot.channel
        return "email" if self.player.person.email else "phone"

    def _way_out(self, at: datetime) -> str:
        """A chat is answered in the chat while it lasts; who has no e-mail gets a letter."""
        said = max(turn.at for turn in self.turns if turn.kind == "message")
        if self.plot.channel == "chat" and at - said < timedelta(hours=2):
            return "chat"
        if self.plot.channel == "letter" or not self.player.person.email:
            return "letter"
        return "email"

    def _file(self, name: str, body: str, at: datetime) -> File:
        return papers.make(name, body, self._lookup(at), chance_of(f"{self.seed}/{self.plot.key}/{name}"))


def _calendar_slot(name: str, today: date, began: date) -> object:
    """Days "d" and far months count from the day on which the concern began, so that all turns name the same ones.

    Working days "w" and near months count from the turn itself: they are what somebody announces.
    """
    if name == "heute":
        return today
    if match := _DAY_SLOT.fullmatch(name):
        days = int(match.group(2))
        return timing.workday_after(today, days) if match.group(1) == "w" else began + timedelta(days=days)
    if match := _COUNTED_SLOT.fullmatch(name):
        by = int(match.group(2) or 0)
        month = (began if match.group(1) == "smonat" else today).month
        return today.year + by if match.group(1) == "jahr" else wording.MONTHS[(month - 1 + by) % 12]
    match name:
        case "ab1":
            return _first_of_month(today, 1)
        case "ab2":
            return _first_of_month(began, 2)
        case "ultimo1":
            return _first_of_month(began, 2) - timedelta(days=1)
    raise wording.UnknownSlot(name)


def _first_of_month(day: date, later: int) -> date:
    months = day.year * 12 + day.month - 1 + later
    return date(months // 12, months % 12 + 1, 1)
