"""Which scene happens when, to whom, by which way, and how far it has got by now."""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from anliegen.oversight.portability.demo import manners, timing
from anliegen.oversight.portability.demo.cast import Player
from anliegen.oversight.portability.demo.chance import chance_of
from anliegen.oversight.portability.demo.scenes import CUSTOMER, Beat, Scene
from anliegen.oversight.portability.demo.wording import Deck

WINDOW = timedelta(days=60)
_SEASONS = {"": range(1, 13), "kalt": (10, 11, 12, 1, 2, 3, 4), "frost": (11, 12, 1, 2, 3)}
_WEEKDAYS = (13, 12, 10, 11, 9, 4, 4)  # how many of all concerns begin on which day of the week
# What lies open: state, how many, and since when at least and at most nothing has happened in it.
_OPEN = (
    ("fresh", 11, timedelta(minutes=6), timedelta(hours=15)),
    ("new", 12, timedelta(hours=1), timedelta(hours=62)),
    ("open", 24, timedelta(minutes=20), timedelta(hours=64)),
    ("overdue", 3, timedelta(hours=70), timedelta(hours=120)),
    ("waiting_customer", 26, timedelta(hours=2), timedelta(days=11)),
    ("waiting_internal", 19, timedelta(minutes=15), timedelta(days=5)),
)
_TRIES = 240
_AT_ONCE = timedelta(hours=4)  # what takes longer is no longer part of the emergency
_SLOW = 0.09  # share of the answers that take more than twice as long as they should


@dataclass(frozen=True)
class Plot:
    """One use of a scene: its turns with their times, up to now. `state` is how it stands, or `done`.

    `opening` is the wording it begins with; who tells it depends on that.
    """

    scene: Scene
    use: int
    opening: int
    channel: str
    beats: tuple[tuple[int, Beat], ...]
    times: tuple[datetime, ...]
    dates: dict[str, date]
    state: str

    @property
    def key(self) -> str:
        return f"{self.scene.id}/{self.use}"

    @property
    def who(self) -> tuple[str, ...]:
        return self.scene.who[self.opening if len(self.scene.who) > 1 else 0]

    @property
    def started_at(self) -> datetime:
        return self.times[0]


def plots(scenes: Sequence[Scene], seed: int, now: datetime) -> list[Plot]:
    """All that happened in the sixty days before `now`, in the order in which it began."""
    deck = Deck(seed)
    chance = chance_of(f"{seed}/plots")
    uses = [(scene, use) for scene in scenes for use in range(scene.uses) if _in_season(scene, now)]
    chance.shuffle(uses)
    under_way = _under_way(uses, deck, chance, seed, now)
    taken = {(plot.scene.id, plot.use) for plot in under_way}
    finished = [
        plot
        for scene, use in uses
        if (scene.id, use) not in taken and (plot := _finished(scene, use, deck, seed, now)) is not None
    ]
    return sorted([*under_way, *finished], key=lambda plot: (plot.started_at, plot.key))


def states_along(beats: Iterable[Beat]) -> list[str]:
    """How the concern stands after each turn."""
    state, along = "new", []
    for beat in beats:
        if beat.kind == "message":
            state = "open" if state in ("waiting_customer", "resolved") else state
        elif beat.kind in ("reply", "call"):
            state = beat.status or "waiting_customer"
        elif beat.by == "a" and state == "new":
            state = "open"
        along.append(state)
    return along


def _under_way(
    uses: list[tuple[Scene, int]], deck: Deck, chance: random.Random, seed: int, now: datetime
) -> list[Plot]:
    """What lies open at present: of each scene at most one, so that the inbox shows no pair of twins."""
    found: list[Plot] = []
    seen: set[str] = set()
    for state, number, shortest, longest in _OPEN:
        candidates = list(uses)
        chance.shuffle(candidates)
        for scene, use in candidates:
            if sum(plot.state == state for plot in found) >= number:
                break
            if scene.id in seen or (scene.is_emergency and state != "waiting_internal"):
                continue
            plot = _caught(scene, use, state, shortest, longest, deck, seed, now)
            if plot is not None:
                found.append(plot)
                seen.add(scene.id)
    return found


def _caught(
    scene: Scene, use: int, state: str, shortest: timedelta, longest: timedelta, deck: Deck, seed: int, now: datetime
) -> Plot | None:
    """The scene, begun at such a time that it stands in this state now; None when it never does."""
    beats = _happening(scene, use, seed)
    length = _length_in(state, [beat for _number, beat in beats])
    if length is None:
        return None
    channel = _channel(scene, deck, fresh=state == "fresh")
    if channel is None:
        return None
    if scene.is_emergency:
        longest = timedelta(minutes=70)
    chance = chance_of(f"{seed}/{scene.id}/{use}/{state}")
    farthest = longest + timedelta(days=0.2 + 2.5 * (length - 1))
    for _try in range(_TRIES):
        back = farthest * chance.random()
        start = _start(scene, timing.local_day(now - back), channel, chance)
        times, dates = _times(scene, use, beats, start, channel, seed)
        last = times[length - 1]
        if last > now or not shortest <= now - last <= longest:
            continue
        promised = length < len(beats) and beats[length][1].at
        if promised and times[length] <= now:
            continue  # what was promised for a day that is past has been kept
        return Plot(
            scene, use, _opening(scene, deck), channel, tuple(beats[:length]), tuple(times[:length]), dates, state
        )
    return None


def _length_in(state: str, beats: list[Beat]) -> int | None:
    """How many turns have happened when the scene stands like this."""
    if state in ("fresh", "new"):
        return 1
    along = states_along(beats)
    wanted = "open" if state == "overdue" else state
    fitting = [
        number
        for number in range(2, len(beats))
        if along[number - 1] == wanted and (beats[number - 1].by in (CUSTOMER, "a") or wanted == "waiting_internal")
    ]
    if state == "overdue":
        fitting = [number for number in fitting if beats[number - 1].by == CUSTOMER]
    return fitting[0] if fitting else None


def _finished(scene: Scene, use: int, deck: Deck, seed: int, now: datetime) -> Plot | None:
    """The whole scene, over by now. The uses of one scene spread over the window."""
    beats = _happening(scene, use, seed)
    channel = _channel(scene, deck, fresh=False) or scene.channels[0]
    chance = chance_of(f"{seed}/{scene.id}/{use}/done")
    for attempt in range(_TRIES):
        share = (use + chance.random()) / scene.uses if attempt < _TRIES // 2 else chance.random()
        day = timing.local_day(now - WINDOW + WINDOW * share)
        if day.month not in _SEASONS[scene.season]:
            continue
        if chance.randrange(13) >= _WEEKDAYS[day.weekday()]:
            continue
        start = _start(scene, day, channel, chance)
        times, dates = _times(scene, use, beats, start, channel, seed)
        if start > now - WINDOW and times[-1] < now - timedelta(minutes=25):
            return Plot(scene, use, _opening(scene, deck), channel, tuple(beats), tuple(times), dates, "done")
    return None


def _happening(scene: Scene, use: int, seed: int) -> list[tuple[int, Beat]]:
    """The turns of this use: those that only may happen are drawn."""
    chance = chance_of(f"{seed}/{scene.id}/{use}/maybe")
    return [(number, beat) for number, beat in enumerate(scene.beats) if chance.random() < beat.maybe]


def _start(scene: Scene, day: date, channel: str, chance: random.Random) -> datetime:
    return timing.some_moment(day, channel, chance, round_the_clock=scene.is_emergency, hours=scene.hours)


def _opening(scene: Scene, deck: Deck) -> int:
    return deck.draw(f"opening/{scene.id}", range(len(scene.beats[0].texts)))


def _channel(scene: Scene, deck: Deck, *, fresh: bool) -> str | None:
    """The ways take turns. What came at night or on a Sunday did not come by telephone."""
    ways = [way for way in scene.channels if not fresh or way in ("email", "form", "api")]
    return ways[deck.draw(f"channel/{scene.id}", range(len(ways)))] if ways else None


def _times(
    scene: Scene, use: int, beats: list[tuple[int, Beat]], start: datetime, channel: str, seed: int
) -> tuple[list[datetime], dict[str, date]]:
    """When each turn happens if the first happens then, and the days that were agreed on the way."""
    chance = chance_of(f"{seed}/{scene.id}/{use}/times")
    times: list[datetime] = []
    dates: dict[str, date] = {}
    for _number, beat in beats:
        at = start if not times else _next(beat, times[-1], dates, channel, scene, chance)
        times.append(at)
        for name, days in beat.sets:
            low, _dots, high = days.partition("..")
            dates[name] = timing.workday_after(timing.local_day(at), chance.randint(int(low), int(high or low)))
    return times, dates


def _next(
    beat: Beat, before: datetime, dates: dict[str, date], channel: str, scene: Scene, chance: random.Random
) -> datetime:
    if beat.at:
        name, _space, hour = beat.at.partition(" ")
        day = timing.workday_after(dates[name], beat.shift)
        clock = time(int(hour) if hour else chance.randint(9, 14), chance.randrange(8, 58), chance.randrange(60))
        at = timing.moment(day, clock)
        return max(at, before + timedelta(minutes=chance.randint(11, 40)))
    wait = timing.span(beat.after or _USUAL[beat.kind], chance)
    if channel == "chat":
        return before + min(wait, timedelta(seconds=chance.randint(50, 540)))
    if beat.by != CUSTOMER:
        if scene.is_emergency and wait < _AT_ONCE:
            return before + wait
        return timing.in_office_hours(before, wait * (2.4 if chance.random() < _SLOW else 1))
    if channel == "letter":
        day = timing.workday_after(timing.local_day(before + wait), 1)
        return timing.some_moment(day, "letter", chance)
    return timing.awake(before + wait, chance)


_USUAL = {"message": "3h..40h", "reply": "2h..9h", "call": "1h..6h", "note": "20m..3h"}


def _in_season(scene: Scene, now: datetime) -> bool:
    return now.month in _SEASONS[scene.season]


def cast_of(all_plots: Sequence[Plot], players: Sequence[Player], seed: int) -> dict[str, Player]:
    """Who plays in which plot. People come back with other concerns, but never twice with the same kind."""
    chance = chance_of(f"{seed}/casting")
    parts: dict[str, list[str]] = {}
    fondness = {player.person.key: chance.choice((0.6, 1, 1, 1.5, 3)) for player in players}
    chosen: dict[str, Player] = {}
    retired: set[str] = set()
    for plot in sorted(all_plots, key=lambda one: (not one.scene.is_last_contact, len(one.who), one.key)):
        fitting = [one for one in players if one.person.key not in retired and _can_play(one, plot)]
        weights = [_weight(one, plot, parts.get(one.person.key, []), fondness) for one in fitting]
        player = chance.choices(fitting, weights)[0]
        chosen[plot.key] = player
        parts.setdefault(player.person.key, []).append(plot.scene.id)
        if plot.scene.is_last_contact:
            retired.add(player.person.key)
    return chosen


def _can_play(player: Player, plot: Plot) -> bool:
    scene = plot.scene
    kinds, genders = set(plot.who) - {"m", "w"}, set(plot.who) & {"m", "w"}
    return (
        bool(kinds & player.kinds)
        and (not genders or player.gender in genders)
        and (scene.brand in ("", player.brand) or bool(player.firm))
        and (bool(player.person.email) or plot.channel in ("phone", "letter"))
    )


def _weight(player: Player, plot: Plot, parts: list[str], fondness: dict[str, float]) -> float:
    """How likely this player gets the part; who had the same kind of concern gets it only if nobody else can."""
    kind = plot.scene.id.partition("-")[0]
    weight = fondness[player.person.key] / (1 + len(parts)) ** 2
    if plot.scene.id in parts:
        return 1e-9
    if any(part.partition("-")[0] == kind for part in parts) and not player.firm:
        weight *= 0.02
    weight *= manners.suits(player.style, plot.scene.beats[0].texts[plot.opening])
    if plot.channel == "letter" and player.style != "elder" and not player.firm:
        weight *= 0.15
    return weight
