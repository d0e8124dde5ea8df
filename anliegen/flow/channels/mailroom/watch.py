"""The one place that listens at all sources: each in a thread of its own, so that none waits for another.

With IMAP's IDLE a server says by itself that mail came; a folder of this machine is looked at every second. Where
neither goes, a source is fetched every minute. One process does this, whatever the number of workers; when it ends or
the database goes away, another takes over, and meanwhile the clock (`fetch_due`) fetches every minute.
"""

import threading
import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from datetime import timedelta

import psycopg
import structlog
from django.db import InterfaceError, OperationalError, connection

from anliegen.flow.channels.mailroom.fetch import THEIRS, Busy, code_of, fetch_round, pauses
from anliegen.flow.channels.mailroom.places import imap, local
from anliegen.flow.channels.mailroom.sources import UNDECIDED
from anliegen.flow.channels.models import Source
from anliegen.ground import clock
from anliegen.ground.leader import Stopped, alone

log = structlog.get_logger(__name__)

LOCK = 0x6D61696C  # the advisory lock of whoever listens
LOOK_S = 2.0  # between two looks at which sources there are
POLL_S = 60.0
LISTEN_S = 240.0  # then IDLE is begun anew: a connection that died in silence shows
SESSION_S = 1500.0  # then the connection is made anew
PROMISE = timedelta(seconds=LISTEN_S + 90)
FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 300.0
STEADY_S = 30.0  # a connection that lasted so long is tried again soon


@dataclass
class Watched:
    """A source that is listened at, as it was when that began."""

    pk: int
    revision: int
    ended: threading.Event = field(default_factory=threading.Event)

    def start(self) -> None:
        threading.Thread(target=_watch_one, args=(self,), name=f"watch-{self.pk}", daemon=True).start()


def watch(stop: threading.Event) -> None:
    """Listen at all active sources until `stop`, whenever it is this process's turn. Outlives the database."""
    while not stop.is_set():
        try:
            with alone(LOCK, stop) as is_ours:
                _keep_watching(is_ours, stop)
        except Stopped:
            return
        except (psycopg.OperationalError, OperationalError, InterfaceError) as error:
            log.warning("the database is away", error=type(error).__name__)
        except Exception:
            log.exception("our own fault, tried again")
        connection.close()
        stop.wait(LOOK_S)


def _keep_watching(is_ours: Callable[[], bool], stop: threading.Event) -> None:
    watched: dict[int, Watched] = {}
    try:
        while is_ours() and not stop.is_set():
            _keep_up(watched)
            connection.close()
            stop.wait(LOOK_S)
    finally:
        for each in watched.values():
            each.ended.set()


def _keep_up(watched: dict[int, Watched]) -> None:
    """Begin where a source is new, end where one is gone, off or changed."""
    active = Source.objects.filter(is_active=True).exclude(begun_at=None, last_uid=UNDECIDED)
    present = dict(active.values_list("pk", "revision"))
    for pk, each in list(watched.items()):
        if present.get(pk) != each.revision:
            each.ended.set()
            del watched[pk]
    for pk in present.keys() - watched.keys():
        watched[pk] = Watched(pk, present[pk])
        watched[pk].start()


def _watch_one(watched: Watched) -> None:
    """Fetch, and again whenever there is news, until it has ended. What fails is noted by the fetch itself."""
    pause = FIRST_PAUSE_S
    while not watched.ended.is_set():
        began = time.monotonic()
        try:
            _wait_for_our_turn(watched)
            for _news in _news_at(watched):
                _fetch_all(watched)
        except THEIRS as error:
            log.info("listening broke off", source=watched.pk, error=code_of(error))
            _survive(lambda: fetch_round(watched.pk), watched)  # so that the source says what is wrong
        except (OperationalError, InterfaceError, Source.DoesNotExist):
            log.warning("nothing to ask about a source", source=watched.pk)
        except Exception:
            log.exception("our own fault, tried again", source=watched.pk)
        finally:
            connection.close()
        if time.monotonic() - began > STEADY_S:
            pause = FIRST_PAUSE_S
        watched.ended.wait(pause)
        pause = min(pause * 2, LONGEST_PAUSE_S)
    _survive(lambda: Source.objects.filter(pk=watched.pk).update(watched_until=None), watched)


def _survive(does: Callable[[], object], watched: Watched) -> None:
    try:
        does()
    except Exception as error:
        log.warning("not done", source=watched.pk, error=type(error).__name__)
    finally:
        connection.close()


def _wait_for_our_turn(watched: Watched) -> None:
    """A source that fails is left alone for as long as its pause lasts; logging in again and again locks accounts."""
    while not watched.ended.is_set() and _pauses(watched.pk):
        connection.close()
        watched.ended.wait(LOOK_S)


def _pauses(pk: int) -> bool:
    return Source.objects.filter(pauses(clock.now()), pk=pk, failed_at__isnull=False).exists()


def _news_at(watched: Watched) -> Iterator[None]:
    """Yields at the start, and whenever something may have come. Ends when the listening has to begin anew."""
    source = Source.objects.select_related("mailbox").get(pk=watched.pk)
    connection.close()  # not held while nothing happens
    if source.kind == "imap":
        listened = yield from _idle(source, watched)
        if listened:
            return
    if source.host:
        yield from _polling(watched)
    else:
        yield from _looking(source, watched)


def _idle(source: Source, watched: Watched) -> Generator[None, None, bool]:
    """News by IDLE; False at once where the server has none."""
    until = time.monotonic() + SESSION_S
    with imap.opened_to_listen(source, lasts_s=SESSION_S + LISTEN_S) as client:
        if client is None:
            return False
        while time.monotonic() < until and not watched.ended.is_set():
            for said in client.listen(LISTEN_S, stopped=watched.ended.is_set):
                if not said:  # it has begun, so what comes from now on is told, and what came before is fetched
                    _promise(watched, listens=True)
                if not said or any(b"EXISTS" in line or b"RECENT" in line for line in said):
                    yield
    return True


def _looking(source: Source, watched: Watched) -> Iterator[None]:
    """News of a folder of this machine: it looks different."""
    seen: object = None
    until = 0.0
    while not watched.ended.is_set():
        looks = local.looks_like(source.folder)
        if looks != seen or time.monotonic() > until:
            # A mail that comes while we read makes it look different again.
            seen, until = looks, time.monotonic() + POLL_S
            _promise(watched, listens=True)
            yield
        watched.ended.wait(1.0)


def _polling(watched: Watched) -> Iterator[None]:
    while not watched.ended.is_set():
        _promise(watched, listens=False)
        yield
        watched.ended.wait(POLL_S)


def _fetch_all(watched: Watched) -> None:
    """Round after round until nothing more lies there; after another fetch that is under way."""
    more = True
    while more and not watched.ended.is_set():
        try:
            more = fetch_round(watched.pk)
        except Busy:
            connection.close()
            watched.ended.wait(1.0)
    connection.close()


def _promise(watched: Watched, *, listens: bool) -> None:
    Source.objects.filter(pk=watched.pk).update(watched_until=clock.now() + PROMISE, listens=listens)
    connection.close()
