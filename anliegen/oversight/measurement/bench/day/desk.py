"""One agent's day: log in, look, read, write, change, put aside, hand over, take back; sometimes two at one ticket.

Between two requests an agent thinks for some seconds, as people do. What the stream tells meanwhile makes the page ask
what is new, once for each pause: a whole day of changes comes in minutes here, and pages would do nothing else.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from datetime import timedelta
from random import Random

from anliegen.ground import clock
from anliegen.oversight.measurement import words
from anliegen.oversight.measurement.bench.day import sight
from anliegen.oversight.measurement.bench.day.deeds import Book, Deed
from anliegen.oversight.measurement.bench.day.house import PASSWORD
from anliegen.oversight.measurement.bench.day.line import Answer, Line
from anliegen.oversight.measurement.bench.day.sight import Sheet
from anliegen.records.accounts.models import Agent
from anliegen.records.tickets.views import VIEWS

TAKES_BACK, INSISTS = 0.2, 0.5
AHEAD = timedelta(days=2)


class Desk:
    """An agent at work: what they see, and what they do with it."""

    def __init__(self, agent: Agent, colleagues: list[Agent], line: Line, book: Book, seed: int, pause_s: float):
        self.agent, self.colleagues, self.line, self.book = agent, colleagues, line, book
        self.chance = Random(f"{seed}-{agent.email}")  # noqa: S311  # what they do needs no secrecy
        self._pause_s = pause_s
        self._list: list[tuple[int, int]] = []
        self._news, self._heard = "", False

    # Being there

    async def log_in(self) -> None:
        await self.line.get("/workspace/login/", kind="log_in_page")
        form = {"login": self.agent.email, "password": PASSWORD}
        answer = await self.line.post("/workspace/login/", form, kind="log_in", part=False)
        if answer.status != 302:
            self.book.wrong.append(f"agent {self.agent.pk} could not log in: {answer.status}")

    async def listen(self) -> None:
        """Hear what changes, as an open page does, until it is cancelled."""
        with contextlib.suppress(OSError):
            async for line in self.line.changes():
                self._heard = self._heard or line.startswith("data:")

    async def think(self) -> None:
        await asyncio.sleep(self.chance.expovariate(1 / self._pause_s))
        if self._heard and self._news:
            self._heard = False
            await self.line.get(self._news, kind="news", part=True)

    # Seeing

    async def look(self, view: str | None = None) -> None:
        """Open a list."""
        view = view or self.chance.choice([*VIEWS, "team", "open", "waiting", "unassigned"])
        answer = await self.line.get(f"/workspace/?view={view}", kind="list")
        self._list, self._news = sight.rows(answer.text) or self._list, sight.news(answer.text)
        await self.think()

    async def open(self, number: int) -> Sheet | None:
        """A ticket's page; None when it is not theirs to see any more."""
        answer = await self.line.get(f"/workspace/tickets/{number}/?view=open", kind="ticket")
        return sight.sheet(number, answer.text) if answer.status == 200 else None

    async def any_open(self) -> Sheet | None:
        """A ticket from the list that lies open, read."""
        if not self._list:
            await self.look("open")
        found = await self.open(self.chance.choice(self._list)[0]) if self._list else None
        await self.think()
        return found

    async def next(self) -> Sheet | None:
        """Nächstes Anliegen."""
        answer = await self.line.post("/workspace/next/", {}, kind="next", part=False)
        number = answer.goes_to.partition("/tickets/")[2].partition("/")[0]
        found = await self.open(int(number)) if number else None
        await self.think()
        return found

    async def search(self) -> None:
        asked = self.chance.choice(
            [words.subject(self.chance), words.name(self.chance), str(self.chance.choice(self._list or [(1, 0)])[0])]
        )
        await self.line.get(f"/workspace/search/?{sight.query(q=asked)}", kind="search")
        await self.think()

    # Writing

    async def answer(self, found: Sheet, ready: Callable[[], Awaitable[None]] | None = None) -> None:
        """Write with drafts on the way, send, look at what others did where that stops it, sometimes take it back."""
        token = self.book.token(self.agent.pk)
        carried = await self._write(found, f"Guten Tag,\n\nwir haben nachgesehen ({token}).")
        if ready is not None:
            await ready()
        seen = int(carried.get("seen") or 0)
        form = carried | {
            "text": f"Guten Tag,\n\nwir haben nachgesehen und melden uns ({token}).",
            "status": "waiting_customer",
        }
        answer = await self._send(found.number, form)
        if answer.status == 422:
            self._note("reply", found.number, "told", token, seen)
            if self.chance.random() > INSISTS:
                return
            form |= sight.sheet(found.number, answer.text).answer
            seen = int(form.get("seen") or 0)
            await self.think()
            answer = await self._send(found.number, form)
        key = sight.taken_back_by(token, answer.text)
        self._note("reply", found.number, _outcome(answer, refused=422), token, seen, key)
        if key and self.chance.random() < TAKES_BACK:
            await asyncio.sleep(min(self._pause_s, 2))
            await self._take_back(found.number, key, token)

    async def _write(self, found: Sheet, text: str) -> dict[str, str]:
        """Keep a draft as one types; what the answer's form carries then."""
        address, carried = f"/workspace/tickets/{found.number}", dict(found.answer)
        await self.line.post(f"{address}/writing/", {"tab": f"t{self.agent.pk}", "still": "1"}, kind="typing")
        for end in (len(text) // 2, len(text)):
            kept = await self.line.post(
                f"{address}/draft/", carried | {"kind": "reply", "text": text[:end]}, kind="draft"
            )
            if kept.status == 200:
                carried |= sight.kept(kept.text)
            await self.think()
        return carried

    async def _send(self, number: int, form: dict[str, str]) -> Answer:
        return await self.line.post(f"/workspace/tickets/{number}/reply/", form, kind="reply")

    async def _take_back(self, number: int, key: int, token: str) -> None:
        answer = await self.line.post(f"/workspace/messages/{key}/undo/", {}, kind="undo")
        self._note("undo", number, _outcome(answer), token, key=key)

    async def note(self, found: Sheet) -> None:
        """A note that asks a colleague in."""
        token, who = self.book.token(self.agent.pk), self.chance.choice(self.colleagues)
        form = {"text": f"@{who.name} bitte einmal ansehen ({token})", "kind": "note"}
        address = f"/workspace/tickets/{found.number}/note/"
        answer = await self.line.post(address, form, kind="note")
        if answer.status == 422:  # they do not see it: said before anything is kept
            self._note("note", found.number, "told", token)
            await self.think()
            answer = await self.line.post(
                address, form | {"unseeing": self.chance.choice(["bring", "without"])}, kind="note"
            )
        self._note("note", found.number, _outcome(answer, refused=422), token)

    # Changing

    async def change(
        self, found: Sheet, name: str | None = None, ready: Callable[[], Awaitable[None]] | None = None
    ) -> None:
        """One field, as it was shown; who was quicker is told by the page."""
        name = name or self.chance.choice(["priority", "topic", "subject"])
        token = self.book.token(self.agent.pk)
        value = self._other_priority(found.was.get(name, "")) if name == "priority" else token
        if ready is not None:
            await ready()
        form = {name: value, "was": found.was.get(name, ""), "version": found.version}
        answer = await self.line.post(f"/workspace/tickets/{found.number}/change/", form, kind="change")
        self._note("change", found.number, _outcome(answer), str(value), found.seen, field=name)

    def _other_priority(self, was: str) -> str:
        return self.chance.choice([one for one in "1234" if one != was])

    async def take_on(self, found: Sheet) -> None:
        form = {"assignee": self.agent.pk, "was": found.was.get("assignee", ""), "version": found.version}
        answer = await self.line.post(f"/workspace/tickets/{found.number}/assign/", form, kind="take_on")
        self._note("take_on", found.number, _outcome(answer), str(self.agent.pk), found.seen, field="assignee")

    async def hand_over(self, found: Sheet) -> None:
        token, who = self.book.token(self.agent.pk), self.chance.choice(self.colleagues)
        form = {"to": f"agent:{who.pk}", "summary": f"Geprüft, bitte zu Ende führen ({token})"}
        answer = await self.line.post(f"/workspace/tickets/{found.number}/handover/", form, kind="hand_over")
        self._note("hand_over", found.number, _outcome(answer, refused=422), token)

    async def snooze(self, found: Sheet) -> None:
        token, until = self.book.token(self.agent.pk), clock.now() + AHEAD
        form = {"until": until.isoformat(), "reason": token, "version": found.version}
        address = f"/workspace/tickets/{found.number}"
        answer = await self.line.post(f"{address}/snooze/", form, kind="snooze")
        is_done = "/wake/" in answer.text and answer.status == 200 and "data-not-changed" not in answer.text
        self._note("snooze", found.number, "done" if is_done else _outcome(answer, refused=422), token)
        if is_done and self.chance.random() < INSISTS:
            await self.think()
            woken = await self.line.post(f"{address}/wake/", {}, kind="wake")
            self._note("wake", found.number, _outcome(woken))

    async def promise(self, found: Sheet) -> None:
        token, due = self.book.token(self.agent.pk), clock.now() + AHEAD
        form = {
            "words": f"Wir melden uns ({token}).",
            "due_at": due.strftime("%Y-%m-%dT%H:%M"),
            "owner": f"agent:{self.agent.pk}",
        }
        answer = await self.line.post(f"/workspace/tickets/{found.number}/promises/", form, kind="promise")
        self._note("promise", found.number, _outcome(answer, refused=422), token)

    async def change_many(self) -> None:
        """Choose some of a list, see what changes, do it; sometimes take it all back."""
        await self.look("open")
        chosen = self.chance.sample(self._list, min(len(self._list), 6))
        if not chosen:
            return
        token = self.book.token(self.agent.pk)
        asked = {name: token if name == "add" else "" for name in ("topic", "add", "remove", "until")}
        form = [("ticket", f"{number}-{version}") for number, version in chosen] + list(asked.items())
        await self.line.post("/workspace/many/", form, kind="bulk_preview")
        await self.think()
        text = f"team=&assignee=&status=&priority=&topic=&add={token}&remove=&until="
        answer = await self.line.post("/workspace/many/", [*form, ("do", text)], kind="bulk")
        key = sight.first(sight.UNDO_MANY, answer.text)
        self._note("bulk", 0, "done" if key else "told", token, key=key)
        if key and self.chance.random() < TAKES_BACK:
            await self.think()
            back = await self.line.post(f"/workspace/many/{key}/undo/", {}, kind="bulk_undo")
            self._note("bulk_undo", 0, _outcome(back), token, key=key)

    def _note(
        self, kind: str, ticket: int, outcome: str, token: str = "", seen: int = 0, key: int = 0, field: str = ""
    ) -> None:
        self.book.deeds.append(Deed(kind, self.agent.pk, ticket, outcome, token, seen, key, field))


def _outcome(answer: Answer, *, refused: int = 0) -> str:
    """Done, unless the page says otherwise: that somebody was quicker, or that the ticket is not theirs any more."""
    if answer.status == 404:
        return "gone"
    if answer.status in (409, 422) or answer.status == refused or "data-not-changed" in answer.text:
        return "told"
    return "done"
