"""What the demo's house knows of its people beside their concerns: what they told, moments, a twin, and goodwill."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial

from django.utils import timezone

from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.oversight.portability.demo.founding import House
from anliegen.records.accounts import actions as accounts
from anliegen.records.accounts.founding import standard_kinds
from anliegen.records.accounts.frames import set_frames
from anliegen.records.accounts.leeway import Limit
from anliegen.records.accounts.models import Agent, ConcessionKind
from anliegen.records.customers import actions as customers
from anliegen.records.customers.models import Category
from anliegen.records.tickets import actions as tickets
from anliegen.records.tickets.models import Ticket

CATEGORIES = (
    ("Erreichbarkeit", 365, False),
    ("Haushalt", 365, False),
    ("Barrierefreiheit", 365, True),
)
# Category, words, reason, whether it is special.
FACTS = (
    (
        "Erreichbarkeit",
        "Bitte erst nach 17 Uhr anrufen, ich arbeite im Schichtdienst.",
        "Rückrufe zur guten Zeit",
        False,
    ),
    ("Haushalt", "Wir sind seit März zu fünft, da läuft die Waschmaschine öfter.", "Abschlag passend schätzen", False),
    ("Barrierefreiheit", "Ich sehe schlecht, bitte schreiben Sie groß.", "Briefe in großer Schrift", True),
    ("Erreichbarkeit", "Den Hund hört man, er tut nichts; bitte zweimal klingeln.", "Zählerablesung vor Ort", False),
)
MOMENTS = (
    ("bereavement", "Der Ehemann ist im Oktober gestorben; der Vertrag lief auf ihn."),
    ("move", "Zieht zum Monatsende um, hat gerade viel um die Ohren."),
    ("birth", "Seit September zu dritt."),
)
# Cents, kind by place, reason.
GIVEN = (
    (1500, 0, "Zweimal vergeblich auf den Ableser gewartet"),
    (500, 2, "Mahnung kam nach der Zahlung"),
    (6000, 1, "Abschlag doppelt abgebucht, Bankgebühren entstanden"),
)


def furnish(house: House, at: datetime) -> None:
    """Kinds of concessions, the leeway of the roles, and categories of facts: on the day of the founding."""
    kinds = standard_kinds(actor=SYSTEM, at=at)
    roles = {agent.role.slug: agent.role for agent in house.agents.values()}
    of_service = [
        Limit("ticket", 2500, "EUR"),
        Limit("customer_month", 8000, "EUR"),
        Limit("ticket", 500, "EUR", kinds[2].pk),
    ]
    set_frames(roles["service"], of_service, actor=SYSTEM, at=at)
    set_frames(roles["teamleitung"], [Limit("ticket", 5000, "EUR")], actor=SYSTEM, at=at)
    for name, days, is_special in CATEGORIES:
        accounts.create(Category, name=name, keeps_days=days, is_special=is_special, actor=SYSTEM, at=at)


def deeds(now: datetime) -> list[tuple[datetime, Callable[[], None]]]:
    """What agents noted and gave in the hour before now, each at its time: in open concerns that they work on."""
    return [
        (at, partial(do, at))
        for at, do in (
            (now - timedelta(minutes=50), _facts),
            (now - timedelta(minutes=45), _moments),
            (now - timedelta(minutes=40), _goodwill),
            (now - timedelta(minutes=35), _twin),
        )
    ]


def _facts(at: datetime) -> None:
    for ticket, fact in zip(_worked_on(), FACTS, strict=False):
        _fact(ticket, fact, timezone.localtime(at).date(), at)


def _moments(at: datetime) -> None:
    until = timezone.localtime(at).date() + timedelta(days=180)
    for ticket, (kind, words) in zip(_worked_on()[1:], MOMENTS, strict=False):
        customers.note_moment(
            ticket.person, kind=kind, words=words, expires_on=until, source=_source(ticket), actor=_who(ticket), at=at
        )


def _goodwill(at: datetime) -> None:
    kinds = list(ConcessionKind.objects.order_by("pk"))
    for ticket, (cents, place, reason) in zip(_worked_on(), GIVEN, strict=False):
        agent = Agent.objects.at_work().get(pk=ticket.assignee_id or 0)
        wish = tickets.Wish(kinds[place], cents, "EUR", reason)
        tickets.concede(ticket, wish, by=agent, actor=Actor.agent(agent.pk), at=at)


def _twin(at: datetime) -> None:
    """The same person once more, from another mailbox, so that somebody can find out."""
    for ticket in _worked_on()[:1]:
        person = ticket.person
        street = {"street": "Lindenallee 7", "postcode": "04177", "city": "Lindenau"}
        customers.change(person, actor=SYSTEM, at=at, **street)
        twin = customers.meet(
            kind="email", value=f"privat-{person.pk}@post.example", name=person.name, language="de", actor=SYSTEM, at=at
        ).person
        customers.change(twin, actor=SYSTEM, at=at, **street)


def _worked_on() -> list[Ticket]:
    """The newest concerns that somebody works on, one for each person."""
    working = Ticket.objects.filter(assignee__isnull=False, status__in=("open", "waiting_customer")).order_by("-number")
    return list({one.person_id: one for one in working.select_related("person", "assignee", "team__lead")}.values())


def _fact(ticket: Ticket, fact: tuple[str, str, str, bool], today: date, at: datetime) -> None:
    category, said, reason, is_special = fact
    customers.note_fact(
        ticket.person, said=said, reason=reason, category=Category.objects.get(name=category), consent_way="spoken",
        consented_on=today, expires_on=today + timedelta(days=365), is_explicit=is_special, source=_source(ticket),
        actor=_who(ticket), at=at,
    )  # fmt: skip


def _who(ticket: Ticket) -> Actor:
    return Actor.agent(ticket.assignee_id or 0)


def _source(ticket: Ticket) -> str:
    newest = ticket.messages.filter(direction="in").order_by("-created_at", "-pk").first()
    return f"message:{newest.pk}" if newest is not None else ""
