"""A loop of mails is braked, by address and by concern, and a person decides; nothing is lost and nothing stops."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from email.utils import format_datetime

import pytest
from django.utils import translation

from anliegen.flow.channels import brakes
from anliegen.flow.channels.guard import pace, rules, words
from anliegen.flow.channels.guard.watch import change_guard
from anliegen.flow.channels.mailroom import aside, intake
from anliegen.flow.channels.mailroom.storing import store_raw
from anliegen.flow.channels.models import Brake, Intake, Pace
from anliegen.ground import clock
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.ground.journal.models import Event
from anliegen.records.accounts.models import Agent, Mailbox
from anliegen.records.tickets.models import Message, Ticket
from tests.stories.mails import mail

pytestmark = pytest.mark.django_db(transaction=True)
MOST = 5


@pytest.fixture(autouse=True)
def low_limits(mailbox: Mailbox) -> None:
    change_guard(actor=SYSTEM, at=clock.now(), most_per_address=MOST, most_per_ticket=MOST + 3)


@pytest.fixture(autouse=True)
def in_the_middle_of_a_window(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that no window ends while a test runs."""
    middle = pace.window_of(clock.now()) + timedelta(minutes=5)
    monkeypatch.setattr(clock, "now", lambda: middle)


def one(number: int, *, who: str = "kim", written: datetime | None = None, **headers: str) -> bytes:
    date = format_datetime(written or clock.now()).encode()
    raw = mail(message_id=f"<{number}.{who}@example.org>", sender=f"{who} <{who}@example.org>", **headers)
    return raw.replace(b"Date: Mon, 16 Nov 2026 10:00:00 +0100", b"Date: " + date)


def come(mails: list[bytes], *, source: str = "smtp") -> list[tuple[str, str]]:
    """Take them in together; what became of each."""
    lines = [store_raw(raw, source=source, envelope_from="x@example.org") for raw in mails]
    intake.take_in_all()
    return [
        (line.result, line.reason) for line in Intake.objects.filter(pk__in=[each.pk for each in lines]).order_by("pk")
    ]


NEW, ASIDE = ("created", "mailbox"), ("quarantined", "too-many-address")


def test_past_the_limit_of_an_address_its_mails_are_set_aside_and_those_of_others_are_not() -> None:
    became = come([*(one(number) for number in range(MOST + 4)), one(99, who="ada")])
    assert became == [NEW] * MOST + [ASIDE] * 4 + [NEW]
    assert Ticket.objects.count() == MOST + 1
    brake = Brake.objects.get()
    assert (brake.kind, brake.key, brake.most, brake.held) == ("address", "kim@example.org", MOST, 4)
    assert brakes.held_lines(brake).count() == 4
    assert [event.data for event in Event.objects.filter(verb="brake.tripped")] == [{"kind": "address", "most": MOST}]


def test_the_limit_counts_over_batches_and_the_brake_is_pulled_once() -> None:
    became = [come([one(number)])[0] for number in range(MOST + 3)]
    assert became == [NEW] * MOST + [ASIDE] * 3
    assert Brake.objects.get().held == 3
    assert Event.objects.filter(verb="brake.tripped").count() == 1


def test_a_loop_of_thousands_becomes_no_more_concerns_than_the_limit_even_when_it_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for window in range(3):
        come([one(number + window * 1000) for number in range(40)])
        later = clock.now() + pace.WINDOW
        monkeypatch.setattr(clock, "now", lambda later=later: later)
    assert (Ticket.objects.count(), Intake.objects.filter(result="quarantined").count()) == (MOST, 120 - MOST)


def test_after_a_calm_window_mails_come_in_again_and_the_brake_still_waits_for_a_person(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    come([one(number) for number in range(MOST + 1)])
    later = clock.now() + 2 * pace.WINDOW
    monkeypatch.setattr(clock, "now", lambda: later)
    assert come([one(100)]) == [NEW]
    assert Brake.objects.undecided().count() == 1


def test_old_mails_that_are_imported_do_not_count() -> None:
    long_ago = clock.now() - timedelta(days=400)
    became = come([one(number, written=long_ago) for number in range(3 * MOST)], source="file archive.mbox")
    assert became == [NEW] * (3 * MOST)
    assert not Pace.objects.exists()


def test_mails_that_a_person_hands_in_as_files_do_not_count_however_new_they_are() -> None:
    became = come([one(number) for number in range(3 * MOST)], source="file /home/kim/saved/1.eml")
    assert became == [NEW] * (3 * MOST)
    assert not Pace.objects.exists()


def test_mails_that_a_program_pipes_in_count_like_any_other() -> None:
    assert come([one(number) for number in range(MOST + 1)], source="file -")[-1] == ASIDE


def test_what_a_person_decided_to_keep_out_stays_out_as_a_file_too(admin: Agent) -> None:
    come([one(number) for number in range(MOST + 1)])
    brakes.keep(Brake.objects.get(), by=admin, actor=Actor.agent(admin.pk), at=clock.now())
    assert come([one(100)], source="file saved.eml") == [("rejected", "stopped")]


def test_a_clock_that_stands_at_its_beginning_counts_all_the_same() -> None:
    broken = datetime(1970, 1, 1, 0, 5, tzinfo=clock.now().tzinfo)
    assert come([one(number, written=broken) for number in range(MOST + 1)])[-1] == ASIDE


def test_the_same_mail_again_and_again_is_a_duplicate_and_no_loop() -> None:
    assert come([one(1)] * (3 * MOST)) == [NEW, *[("duplicate", "came-before")] * (3 * MOST - 1)]
    assert not Brake.objects.exists()


def test_past_the_limit_of_a_concern_its_further_mails_are_set_aside_whoever_writes() -> None:
    come([one(0)])
    became = come([one(number, who=f"p{number}", In_Reply_To="<0.kim@example.org>") for number in range(1, MOST + 6)])
    assert became == [("appended", "message-id")] * (MOST + 3) + [("quarantined", "too-many-ticket")] * 2
    ticket = Ticket.objects.get()
    assert Brake.objects.get().key == str(ticket.pk)
    assert set(Intake.objects.filter(result="quarantined").values_list("ticket", flat=True)) == {ticket.pk}


def test_absence_notes_that_answer_each_other_are_braked_too() -> None:
    came = [
        one(number, who="kim", In_Reply_To="<0.kim@example.org>", Auto_Submitted="auto-replied", subject="Abwesend")
        for number in range(1, MOST + 3)
    ]
    assert come([one(0), *came])[MOST:] == [ASIDE] * 3


def test_who_pretends_to_be_kim_cannot_have_kims_mails_stopped(mailbox: Mailbox) -> None:
    change_guard(actor=SYSTEM, at=clock.now(), trusted_servers=["mx.musterstadt.example"])
    failed = {"Authentication_Results": "mx.musterstadt.example; dmarc=fail header.from=example.org"}
    assert come([one(number, **failed) for number in range(MOST + 1)])[-1] == ASIDE
    assert come([one(100)]) == [NEW]


MX = "mx.musterstadt.example"
CONFIRMED = {"Authentication_Results": f"{MX}; dkim=pass header.d=example.org; dmarc=none"}
SOFTFAIL = {"Authentication_Results": f"{MX}; spf=softfail smtp.mailfrom=kim@example.org; dmarc=none"}


def test_who_writes_in_kims_name_unconfirmed_cannot_silence_kim_who_is_confirmed(mailbox: Mailbox) -> None:
    change_guard(actor=SYSTEM, at=clock.now(), trusted_servers=[MX])
    assert come([one(number, **SOFTFAIL) for number in range(MOST + 1)])[-1] == ASIDE
    assert come([one(number, **CONFIRMED) for number in range(100, 100 + MOST)]) == [NEW] * MOST
    assert come([one(200, **CONFIRMED)]) == [ASIDE]
    with translation.override("en"):
        said = {brake.key: words.title(brake, brake.key) for brake in Brake.objects.all()}
    assert said == {
        "kim@example.org": "Very many mails of kim@example.org",
        "+ kim@example.org": "Very many mails of kim@example.org (confirmed)",
    }


def test_another_reply_to_each_time_does_not_hide_who_writes() -> None:
    came = come([one(number, Reply_To=f"p{number}@example.net") for number in range(MOST + 2)])
    assert came == [NEW] * MOST + [ASIDE] * 2


def test_too_many_in_all_are_set_aside_and_come_in_by_the_rules_when_a_person_says_so(admin: Agent) -> None:
    change_guard(actor=SYSTEM, at=clock.now(), most_mails=MOST)
    flood = [one(number, who=f"p{number}", subject="Gewonnen") for number in range(MOST + 2)]
    aside = ("quarantined", "too-many-mails")
    assert come([*flood, one(99, who="ada")]) == [NEW] * MOST + [aside] * 3
    brake = Brake.objects.get()
    assert (brake.kind, brake.key, brake.most, brake.held) == ("mails", "", MOST, 3)
    rules.create_rule(
        actor=Actor.agent(admin.pk), maker=admin, at=clock.now(), kind="subject", pattern="Gewonnen", reason="Flut"
    )
    brakes.release(brake, by=admin, actor=Actor.agent(admin.pk), at=clock.now())
    intake.take_in_all()
    became = Intake.objects.order_by("-pk").values_list("result", "reason")[:3]
    assert list(became) == [NEW, ("rejected", "rule"), ("rejected", "rule")]
    assert come([one(number, who=f"q{number}") for number in range(MOST)]) == [NEW] * MOST


def test_what_is_held_back_for_its_address_does_not_count_in_all() -> None:
    change_guard(actor=SYSTEM, at=clock.now(), most_mails=MOST + 1)
    assert come([one(number) for number in range(3 * MOST)])[-1] == ASIDE
    assert come([one(99, who="ada")]) == [NEW]


def test_nobody_can_keep_all_mails_out(admin: Agent) -> None:
    change_guard(actor=SYSTEM, at=clock.now(), most_mails=MOST)
    come([one(number, who=f"p{number}") for number in range(MOST + 2)])
    brake = brakes.keep(Brake.objects.get(), by=admin, actor=Actor.agent(admin.pk), at=clock.now())
    assert (brake.kept_at, brakes.held_lines(brake).count()) == (None, 2)


def test_released_it_takes_in_what_was_set_aside_and_trusts_for_a_day(admin: Agent) -> None:
    come([one(number) for number in range(MOST + 4)])
    brake = brakes.release(Brake.objects.get(), by=admin, actor=Actor.agent(admin.pk), at=clock.now())
    intake.take_in_all()
    assert (brakes.held_lines(brake).count(), Ticket.objects.count()) == (0, MOST + 4)
    assert come([one(number) for number in range(100, 120)]) == [NEW] * 20
    event = Event.objects.get(verb="brake.released")
    assert (event.actor, event.data) == (f"agent:{admin.pk}", {"mails": 4})


def test_after_the_day_of_trust_it_may_trip_again_and_is_another_row(
    admin: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    come([one(number) for number in range(MOST + 1)])
    brakes.release(Brake.objects.get(), by=admin, actor=Actor.agent(admin.pk), at=clock.now())
    intake.take_in_all()
    later = clock.now() + brakes.TRUSTED_FOR + timedelta(minutes=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert come([one(number) for number in range(200, 200 + MOST + 1)])[-1] == ASIDE
    assert Brake.objects.count() == 2


def test_kept_it_rejects_what_was_set_aside_and_what_still_comes_until_it_is_released(
    admin: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    actor = Actor.agent(admin.pk)
    come([one(number) for number in range(MOST + 4)])
    brake = brakes.keep(Brake.objects.get(), by=admin, actor=actor, at=clock.now())
    assert not Intake.objects.filter(result="quarantined").exists()
    later = clock.now() + timedelta(days=30)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert come([one(100)]) == [("rejected", "stopped")]
    assert come([one(101, written=clock.now() - timedelta(days=300))]) == [("rejected", "stopped")]
    brakes.release(brake, by=admin, actor=actor, at=clock.now())
    intake.take_in_all()
    assert not Intake.objects.filter(result="rejected").exists()
    assert Ticket.objects.count() == MOST + 6


def test_one_of_them_that_a_person_takes_in_comes_in(admin: Agent) -> None:
    come([one(number) for number in range(MOST + 2)])
    line = Intake.objects.filter(result="quarantined").order_by("pk")[0]
    aside.retry(line, actor=Actor.agent(admin.pk), at=clock.now())
    assert intake.take_in_one(line).result == "created"
    assert Intake.objects.filter(result="quarantined").count() == 1


def test_a_decision_that_is_made_already_stays(admin: Agent) -> None:
    come([one(number) for number in range(MOST + 2)])
    actor = Actor.agent(admin.pk)
    brake = brakes.release(Brake.objects.get(), by=admin, actor=actor, at=clock.now())
    brakes.release(brake, by=admin, actor=actor, at=clock.now() + timedelta(hours=1))
    brakes.keep(brake, by=admin, actor=actor, at=clock.now())
    kept = Brake.objects.get()
    assert (kept.released_at, kept.kept_at) == (clock.now(), None)
    assert Event.objects.filter(verb__startswith="brake.").count() == 2


def test_counts_are_forgotten_when_no_window_needs_them() -> None:
    come([one(1)])
    assert Pace.objects.count() == 2  # of the address, and of all
    pace.forget_often(int((clock.now() + timedelta(minutes=50)).timestamp()))
    assert Pace.objects.count() == 2  # of the address, and of all
    pace.forget_often(int((clock.now() + timedelta(minutes=90)).timestamp()))
    assert Pace.objects.count() == 0


def test_when_confirmations_are_too_many_in_all_they_stop_and_intake_does_not(
    admin: Agent, run_pipeline: Callable[[], int]
) -> None:
    change_guard(actor=SYSTEM, at=clock.now(), most_answers=MOST)
    came = [one(number, who=f"p{number}") for number in range(MOST + 4)]
    assert come(came) == [NEW] * (MOST + 4)
    run_pipeline()
    assert Message.objects.filter(rule="acknowledge").count() == MOST
    brake = Brake.objects.get()
    assert (brake.kind, brake.held, brake.most) == ("answers", 4, MOST)
    brakes.release(brake, by=admin, actor=Actor.agent(admin.pk), at=clock.now())
    brakes.make_up.func(brake.pk)
    assert Message.objects.filter(rule="acknowledge").count() == MOST + 4


def test_the_confirmations_that_one_person_no_longer_gets_show_as_a_brake(
    kim_address: object, run_pipeline: Callable[[], int]
) -> None:
    change_guard(actor=SYSTEM, at=clock.now(), most_per_address=100)
    come([one(number) for number in range(13)])
    run_pipeline()
    brake = Brake.objects.get()
    assert (brake.kind, brake.key, brake.held) == ("person", str(Ticket.objects.all()[0].person_id), 3)


def test_released_they_are_made_up_for_to_that_person_alone(admin: Agent, run_pipeline: Callable[[], int]) -> None:
    change_guard(actor=SYSTEM, at=clock.now(), most_per_address=100)
    come([*(one(number) for number in range(13)), *(one(number, who="ada") for number in range(12))])
    run_pipeline()
    kims = Brake.objects.get(kind="person", key=str(Ticket.objects.order_by("pk")[0].person_id))
    brakes.release(kims, by=admin, actor=Actor.agent(admin.pk), at=clock.now())
    brakes.make_up.func(kims.pk)
    said = Message.objects.filter(rule="acknowledge").values_list("ticket__person__name", flat=True)
    assert Counter(said) == {"kim": 13, "ada": 10}
