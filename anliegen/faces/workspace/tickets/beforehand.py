"""What joining, parting and splitting will do, in words: out of what was tried, and out of nothing else."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from anliegen.records.accounts.models import Agent
from anliegen.records.tickets.actions import Foreseen, Side
from anliegen.records.tickets.models import STATUSES


@dataclass
class Told:
    """The effect as a page says it. `new` is the number that a split would get: it is not promised to anybody."""

    foreseen: Foreseen
    by_number: bool = False  # the reader may not know customers by name
    new: int | None = None

    @property
    def replies(self) -> list[str]:
        """Where the customer's words will go."""
        said = [self._lands(side) for side in self.foreseen.after if side.number != self.new]
        if self.new is not None:
            said.append(_("An answer to the message that is split off lands in the new concern."))
        for side in self.foreseen.after:
            if side.lands == side.number and side.knows:
                said.append(self._found_by_number(side))
        return said

    @property
    def answers(self) -> list[str]:
        """Who will get what is written afterwards."""
        return [sentence for side in self.foreseen.after for sentence in self._goes_to(side)]

    @property
    def moves(self) -> list[str]:
        """What goes elsewhere or becomes something else."""
        return [sentence for side in self.foreseen.after for sentence in self._changes(side)]

    @property
    def stays(self) -> list[str]:
        """What is not touched."""
        return [*(one for side in self.foreseen.after for one in self._left(side)), _("Nobody is written to.")]

    def _lands(self, side: Side) -> str:
        names = {"number": side.number, "goal": side.lands}
        if side.lands != side.number:
            return _("What customers answer to #%(number)s lands in #%(goal)s.") % names
        return _("What customers answer to #%(number)s lands in #%(number)s.") % names

    def _found_by_number(self, side: Side) -> str:
        names = self._named(side.knows)
        if side.number == self.new:
            return _("By its number alone, in the subject of a new mail, the new concern is found by: %(who)s.") % {
                "who": names
            }
        return _("By the number alone, in the subject of a new mail, %(which)s is found by: %(who)s.") % {
            "who": names,
            "which": f"#{side.number}",
        }

    def _goes_to(self, side: Side) -> Iterator[str]:
        if side.number == self.new:
            yield from self._new_goes_to(side)
            return
        which = f"#{side.number}"
        if side.lands != side.number:
            yield _("Nothing is answered from %(which)s any more.") % {"which": which}
            return
        if not side.to:
            yield _("From %(which)s nobody can be answered by mail.") % {"which": which}
            return
        yield _("An answer from %(which)s goes to %(who)s.") % {"which": which, "who": self._people(side.to)}
        if side.copies:
            yield (
                _("%(who)s take part in %(which)s and get a copy only if you choose that.")
                % {"which": which, "who": self._people(side.copies)}
            )

    def _new_goes_to(self, side: Side) -> Iterator[str]:
        """In sentences of their own: it has no number yet that could stand in any case of a noun."""
        if not side.to:
            yield _("From the new concern nobody can be answered by mail.")
            return
        yield _("An answer from the new concern goes to %(who)s.") % {"who": self._people(side.to)}
        if side.copies:
            yield (
                _("%(who)s take part in the new concern and get a copy only if you choose that.")
                % {"who": self._people(side.copies)}
            )

    def _changes(self, side: Side) -> Iterator[str]:
        was, which = self.foreseen.was(side.number), f"#{side.number}"
        if was is None:
            yield from self._counted(side, _("The new concern begins with %(what)s."))
            return
        gained = Counts.of(side) - Counts.of(was)
        if gained.words:
            yield _("%(which)s gets %(what)s.") % {"which": which, "what": gained.words}
        if new := set(side.followers) - set(was.followers):
            yield _("%(who)s follow %(which)s from then on.") % {"which": which, "who": self._agents(new)}
        if was.is_aside and not side.is_aside:
            yield _("%(which)s is no longer put aside.") % {"which": which}
        if was.status != side.status:
            word = dict(STATUSES)[side.status]
            yield _("The status of %(which)s becomes “%(status)s”.") % {"which": which, "status": word}
        if side.is_waiting and not was.is_waiting:
            yield _("In %(which)s the customer waits for us from then on.") % {"which": which}

    def _left(self, side: Side) -> Iterator[str]:
        was, which = self.foreseen.was(side.number), f"#{side.number}"
        if was is None:
            return
        kept = Counts.of(side).least(Counts.of(was))
        if kept.words:
            yield _("In %(which)s stays: %(what)s.") % {"which": which, "what": kept.words}
        if side.guests:
            guests = self._agents(set(side.guests))
            yield _("%(who)s were brought into %(which)s and see only that.") % {"which": which, "who": guests}
        if side.is_aside:
            yield _("%(which)s stays put aside.") % {"which": which}

    def _counted(self, side: Side, sentence: str) -> Iterator[str]:
        if words := Counts.of(side).words:
            yield sentence % {"what": words}

    def _people(self, pairs: tuple[tuple[str, str], ...]) -> str:
        if self.by_number:
            return ngettext("%(num)d person", "%(num)d people", len(pairs)) % {"num": len(pairs)}
        return ", ".join(f"{name} <{address}>" if name else address for name, address in pairs)

    def _named(self, addresses: tuple[str, ...]) -> str:
        if self.by_number:
            return ngettext("%(num)d person", "%(num)d people", len(addresses)) % {"num": len(addresses)}
        return ", ".join(addresses)

    def _agents(self, keys: set[int]) -> str:
        return ", ".join(sorted(self._names.get(key, "") for key in keys))

    @cached_property
    def _names(self) -> dict[int, str]:
        keys = {
            key for side in (*self.foreseen.before, *self.foreseen.after) for key in (*side.guests, *side.followers)
        }
        return dict(Agent.objects.filter(pk__in=keys).values_list("pk", "name")) if keys else {}


@dataclass(frozen=True)
class Counts:
    """How much of each there is."""

    messages: int
    notes: int
    promises: int
    deadlines: int
    drafts: int

    @classmethod
    def of(cls, side: Side) -> "Counts":
        return cls(side.messages, side.notes, side.promises, side.deadlines, side.drafts)

    def __sub__(self, other: "Counts") -> "Counts":
        return Counts(*(max(0, here - there) for here, there in zip(self._all, other._all, strict=True)))

    def least(self, other: "Counts") -> "Counts":
        return Counts(*(min(here, there) for here, there in zip(self._all, other._all, strict=True)))

    @property
    def _all(self) -> tuple[int, ...]:
        return self.messages, self.notes, self.promises, self.deadlines, self.drafts

    @property
    def words(self) -> str:
        found = [
            (self.messages, ngettext("%(num)d message", "%(num)d messages", self.messages)),
            (self.notes, ngettext("%(num)d note", "%(num)d notes", self.notes)),
            (self.promises, ngettext("%(num)d promise", "%(num)d promises", self.promises)),
            (self.deadlines, ngettext("%(num)d legal deadline", "%(num)d legal deadlines", self.deadlines)),
            (self.drafts, ngettext("%(num)d draft", "%(num)d drafts", self.drafts)),
        ]
        return ", ".join(words % {"num": number} for number, words in found if number)
