"""The whole demo as data: pure, seeded, and never in the future of `now`."""

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta

from anliegen.oversight.portability.demo import timing
from anliegen.oversight.portability.demo.cast import Player, cast
from anliegen.oversight.portability.demo.chance import chance_of
from anliegen.oversight.portability.demo.mails import delivered_twice, strays
from anliegen.oversight.portability.demo.plot import WINDOW, Plot, cast_of, plots
from anliegen.oversight.portability.demo.scenes import all_scenes, table
from anliegen.oversight.portability.demo.shapes import DemoOperator, Ticket, Verdict
from anliegen.oversight.portability.demo.telling import tell
from anliegen.oversight.portability.demo.wording import Deck

_SAY_YES, _SAY_PARTLY = 0.28, 0.02  # shares of the finished concerns whose customers answer the question
_OPENED_AGAIN = 4  # so many of those resolved in the last days are not settled after all
_LATELY = timedelta(days=4)


def compose(seed: int, now: datetime) -> DemoOperator:
    """The demo operator as it stands at `now` (aware). The same seed and time give the same demo."""
    everybody = cast(seed)
    told = plots(all_scenes(), seed, now)
    players = cast_of(told, everybody.players, seed)
    deck = Deck(seed)
    tickets = [tell(plot, players[plot.key], everybody, deck, seed, now) for plot in told]
    judged = _judged(told, tickets, players, seed, now)
    met = {ticket.person for ticket in tickets}
    house = table("house.toml")
    return DemoOperator(
        name=house["name"],
        phone=house["phone"],
        callback_address=house["callback_address"],
        street=house["street"],
        postcode=house["postcode"],
        city=house["city"],
        state=house["state"],
        website=house["website"],
        password=house["password"],
        founded_at=timing.moment(timing.local_day(now - WINDOW - timedelta(days=3)), time(9)),
        openings=timing.OPENINGS,
        brands=everybody.brands,
        teams=everybody.teams,
        mailboxes=everybody.mailboxes,
        agents=everybody.agents,
        organisations=everybody.organisations,
        people=tuple(player.person for player in everybody.players if player.person.key in met),
        tickets=tuple(judged),
        strays=strays(judged, everybody.players, seed, now),
        delivered_twice=delivered_twice(judged, seed, now),
    )


def _judged(
    told: Sequence[Plot], tickets: Sequence[Ticket], players: Mapping[str, Player], seed: int, now: datetime
) -> list[Ticket]:
    """Some customers say whether their concern was settled, most of them within two days."""
    chance = chance_of(f"{seed}/verdicts")
    kind_words = list(table("remarks.toml")["fulfilled"]) * 2
    chance.shuffle(kind_words)
    doubts = {team: list(words) for team, words in table("remarks.toml")["again"].items()}
    judged, again = [], 0
    for plot, ticket in zip(told, tickets, strict=True):
        last = ticket.turns[-1]
        at = timing.awake(last.at + timedelta(hours=chance.uniform(2, 50)), chance)
        drawn = chance.random()
        is_news = last.kind == "reply" and now - at < _LATELY and again < _OPENED_AGAIN
        is_done = plot.state == "done" and last.by != "person"  # whose end lies ahead still waits for us
        if not is_done or at >= now or ticket.language != "de" or not players[plot.key].person.email:
            judged.append(ticket)
        elif is_news and doubts[ticket.team] and drawn > 0.6:
            again += 1
            answer = "partly" if again % 2 else "not_fulfilled"
            judged.append(_with(ticket, Verdict(answer, doubts[ticket.team].pop(), at)))
        elif drawn < _SAY_YES:
            words = kind_words.pop() if kind_words and chance.random() < 0.45 else ""
            judged.append(_with(ticket, Verdict("fulfilled", words, at)))
        else:
            partly = drawn < _SAY_YES + _SAY_PARTLY
            judged.append(_with(ticket, Verdict("partly", "", at)) if partly else ticket)
    return judged


def _with(ticket: Ticket, verdict: Verdict) -> Ticket:
    return Ticket(**{**vars(ticket), "verdict": verdict})
