"""A proposed draft or refund: yes puts it into a form, and it is in force once a person has sent or granted it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anliegen.flow.automation import approval, taken_up
from anliegen.flow.automation.approval import AlreadySettled, Proposal
from anliegen.flow.automation.choices import choice_in_words
from anliegen.flow.automation.in_force import says
from anliegen.flow.automation.models import Decision
from anliegen.flow.automation.taken_up import NotPending, PutIn
from anliegen.ground import money
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.ground.journal.models import Cursor, Event
from anliegen.records.accounts import actions as accounts
from anliegen.records.accounts.frames import set_frames
from anliegen.records.accounts.leeway import Limit
from anliegen.records.accounts.models import Agent, ConcessionKind, Role
from anliegen.records.tickets import actions
from anliegen.records.tickets.actions import Wish
from anliegen.records.tickets.content import Answer, Writing, Written
from anliegen.records.tickets.models import Concession, Draft, Message, Note, Ticket

WORDS = "Ihr Abschlag sinkt ab Januar."
Run = Callable[[], int]
MINUTE = timedelta(minutes=1)


@pytest.fixture
def run_pipeline(run_pipeline: Run) -> Run:
    """Each time read a second time, as after a cursor was put back: nothing is told of it again."""

    def stands() -> list[object]:
        return [*Decision.objects.order_by("pk").values(), Event.objects.count()]

    def run() -> int:
        done, before = run_pipeline(), stands()
        Cursor.objects.filter(name__in=["in-force", "heard"]).update(position=0)
        run_pipeline()
        assert stands() == before
        return done

    return run


@pytest.fixture
def draft_proposed(ticket: Ticket, mira: Agent, now: datetime) -> Decision:
    proposal = Proposal("draft:some", 1.0, "rule", mira.pk, {"rule": 12, "version": 1}, text=WORDS)
    return approval.submit(ticket, "draft", proposal, actor=Actor.rule(12), at=now, may_act=False)


@pytest.fixture
def refund_proposed(ticket: Ticket, mira: Agent, now: datetime) -> Decision:
    proposal = Proposal("refund:some", 1.0, "rule", mira.pk, {"rule": 12}, text="Gutschrift von 25 €, zweimal gewartet")
    return approval.submit(ticket, "refund", proposal, actor=Actor.rule(12), at=now, may_act=False)


@pytest.fixture
def credit(operator: object, agent_role: Role, admin: Agent, now: datetime) -> ConcessionKind:
    set_frames(agent_role, [Limit("ticket", 5000, "EUR")], actor=SYSTEM, at=now)
    return accounts.create(ConcessionKind, name="Gutschrift", proposal="", actor=SYSTEM, at=now)


def put(decision: Decision, mira: Agent, now: datetime, text: str = f"Guten Tag\n\n{WORDS}\n") -> Draft:
    return taken_up.put_into_draft(decision, PutIn(WORDS, Writing(text)), by=mira, at=now + MINUTE)


def send(draft: Draft, text: str, mira: Agent, now: datetime) -> Message:
    written = Written(draft.pk, draft.version, ())
    return actions.reply(
        draft.ticket, Answer(text=text), written=written, actor=Actor.agent(mira.pk), at=now + 2 * MINUTE
    )


def stands(decision: Decision) -> tuple[str, bool, str]:
    decision.refresh_from_db()
    return decision.settled_as, decision.applied_at is not None, decision.settled_choice


def test_yes_puts_it_into_the_draft_and_sends_nothing(
    draft_proposed: Decision, ticket: Ticket, mira: Agent, now: datetime, run_pipeline: Run
) -> None:
    draft = put(draft_proposed, mira, now)
    run_pipeline()
    assert (draft.agent, draft.ticket, draft.proposals, draft.model) == (mira, ticket, [draft_proposed.pk], "")
    assert stands(draft_proposed) == ("confirmed", False, "")
    assert not Message.objects.filter(direction="out", agent__isnull=False).exists()
    with pytest.raises(AlreadySettled):
        put(draft_proposed, mira, now)


@pytest.mark.parametrize(
    ("said", "how"), [(f"Guten Tag\n\n{WORDS}\n\nGruß", "confirmed"), ("Guten Tag, er bleibt.", "corrected")]
)
def test_it_is_in_force_when_it_is_sent_and_corrected_where_its_words_were_changed(
    draft_proposed: Decision, mira: Agent, now: datetime, run_pipeline: Run, said: str, how: str
) -> None:
    message = send(put(draft_proposed, mira, now), said, mira, now)
    run_pipeline()
    is_changed = how == "corrected"
    assert stands(draft_proposed) == (how, True, f"message:{message.pk}" if is_changed else "")
    assert (draft_proposed.applied_at, draft_proposed.settled_by) == (now + 2 * MINUTE, mira)
    corrections = Event.objects.filter(verb="decision.corrected")
    assert [(one.actor, one.data["choice"]) for one in corrections] == (
        [(f"agent:{mira.pk}", f"message:{message.pk}")] if is_changed else []
    )


def test_sending_undone_it_waits_again_and_counts_when_it_is_sent_after_all(
    draft_proposed: Decision, mira: Agent, now: datetime, run_pipeline: Run
) -> None:
    message = send(put(draft_proposed, mira, now), "Etwas anderes", mira, now)
    run_pipeline()
    actions.cancel(message, actor=Actor.agent(mira.pk), at=now + 3 * MINUTE)
    run_pipeline()
    assert stands(draft_proposed) == ("confirmed", False, "")
    draft = Draft.objects.get()
    assert draft.proposals == [draft_proposed.pk]
    send(draft, f"Guten Tag {WORDS}", mira, now)
    run_pipeline()
    assert stands(draft_proposed) == ("confirmed", True, "")


def test_discarding_the_draft_discards_the_proposal(
    draft_proposed: Decision, mira: Agent, now: datetime, run_pipeline: Run
) -> None:
    actions.discard_draft(put(draft_proposed, mira, now), actor=Actor.agent(mira.pk), at=now + 2 * MINUTE)
    run_pipeline()
    assert stands(draft_proposed) == ("rejected", False, "")
    assert draft_proposed.is_implied
    assert Event.objects.get(verb="decision.rejected").actor == f"agent:{mira.pk}"


def test_an_answer_of_ones_own_says_nothing_of_it(
    draft_proposed: Decision, ticket: Ticket, mira: Agent, tom: Agent, now: datetime, run_pipeline: Run
) -> None:
    put(draft_proposed, mira, now)
    actions.reply(ticket, Answer(text=WORDS), actor=Actor.agent(tom.pk), at=now + 2 * MINUTE)
    run_pipeline()
    assert stands(draft_proposed) == ("confirmed", False, "")


def test_ones_own_words_make_room_into_a_note_that_nobody_else_reads(
    draft_proposed: Decision, ticket: Ticket, mira: Agent, now: datetime
) -> None:
    own = actions.keep_draft(ticket, Writing("Mein eigener Text"), actor=Actor.agent(mira.pk), at=now)
    room = PutIn(WORDS, Writing(WORDS), own, aside=own.text)
    draft = taken_up.put_into_draft(draft_proposed, room, by=mira, at=now + MINUTE)
    note = Note.objects.get()
    assert (draft.pk, draft.text) == (own.pk, WORDS)
    assert (note.text, note.is_side, note.agent) == ("Mein eigener Text", True, mira)


def test_a_draft_that_was_written_on_meanwhile_is_not_overwritten_and_nothing_was_confirmed(
    draft_proposed: Decision, ticket: Ticket, mira: Agent, now: datetime
) -> None:
    me = Actor.agent(mira.pk)
    own = actions.keep_draft(ticket, Writing("Erst dies"), actor=me, at=now)
    actions.keep_draft(ticket, Writing("Dann dies"), draft=own.pk, version=1, actor=me, at=now)
    for known in (None, own):
        with pytest.raises(actions.Overwritten):
            taken_up.put_into_draft(draft_proposed, PutIn(WORDS, Writing(WORDS), known), by=mira, at=now)
    own.refresh_from_db()
    assert (own.text, stands(draft_proposed)) == ("Dann dies", ("", False, ""))


def test_a_model_stays_named_in_what_goes_out(ticket: Ticket, mira: Agent, now: datetime) -> None:
    proposal = Proposal("draft:some", 0.9, "rule", mira.pk, {}, text=WORDS)
    decision = approval.submit(ticket, "draft", proposal, actor=Actor.model("writer@2"), at=now, may_act=False)
    draft = put(decision, mira, now)
    message = send(draft, WORDS, mira, now)
    assert (draft.model, message.model, message.proposals) == ("writer@2", "writer@2", [decision.pk])


def test_two_proposals_below_each_other_are_both_in_force(
    draft_proposed: Decision, ticket: Ticket, mira: Agent, now: datetime, run_pipeline: Run
) -> None:
    more = Proposal("draft:2", 1.0, "rule", mira.pk, {}, text="Den Zähler lesen Sie ab.")
    second = approval.submit(ticket, "draft", more, actor=Actor.rule(13), at=now, may_act=False)
    draft = put(draft_proposed, mira, now)
    both = PutIn(more.text, replace(draft.writing, text=f"{draft.text}\n{more.text}"), draft)
    draft = taken_up.put_into_draft(second, both, by=mira, at=now + MINUTE)
    assert draft.proposals == [draft_proposed.pk, second.pk]
    send(draft, WORDS, mira, now)
    run_pipeline()
    assert stands(draft_proposed)[:2] == ("confirmed", True)
    assert stands(second)[:2] == ("corrected", True)


@pytest.mark.parametrize(("cents", "how"), [(2500, "confirmed"), (2000, "corrected")])
def test_a_refund_is_in_force_when_it_is_granted_and_corrected_by_another_amount(
    refund_proposed: Decision, ticket: Ticket, mira: Agent, credit: ConcessionKind, now: datetime, run_pipeline: Run,
    cents: int, how: str,
) -> None:  # fmt: skip
    approval.confirm(refund_proposed, by=mira, at=now)
    assert not Concession.objects.exists()
    wish = Wish(credit, cents, "EUR", "Gewartet")
    made = taken_up.give(refund_proposed, ticket, wish, after=0, by=mira, at=now + MINUTE)
    run_pipeline()
    assert stands(refund_proposed) == (how, True, f"concession:{made.pk}" if how == "corrected" else "")
    if how == "corrected":
        assert choice_in_words(refund_proposed.settled_choice) == "20,00\u00a0€ (Gutschrift)"
    actions.withdraw_concession(made, by=mira, actor=Actor.agent(mira.pk), at=now + 2 * MINUTE)
    run_pipeline()
    assert stands(refund_proposed)[0] == "undone"


def test_a_wish_is_in_force_only_when_somebody_else_grants_it(
    refund_proposed: Decision, ticket: Ticket, mira: Agent, admin: Agent, credit: ConcessionKind, now: datetime,
    run_pipeline: Run,
) -> None:  # fmt: skip
    approval.confirm(refund_proposed, by=mira, at=now)
    wish = Wish(credit, 9000, "EUR", "Gewartet")
    asked = taken_up.give(refund_proposed, ticket, wish, after=0, by=mira, at=now)
    run_pipeline()
    assert (asked.state, stands(refund_proposed)) == ("waiting", ("confirmed", False, ""))
    with pytest.raises(NotPending):
        taken_up.give_up(refund_proposed, by=mira, at=now)
    actions.decline_concession(asked, answer="Nein", by=admin, actor=Actor.agent(admin.pk), at=now)
    run_pipeline()
    assert stands(refund_proposed) == ("confirmed", False, "")
    again = taken_up.give(refund_proposed, ticket, wish, after=asked.pk, by=mira, at=now)
    actions.grant_concession(again, by=admin, actor=Actor.agent(admin.pk), at=now)
    run_pipeline()
    assert stands(refund_proposed) == ("corrected", True, f"concession:{again.pk}")
    assert refund_proposed.settled_by == admin


def test_a_refund_is_discarded_once(refund_proposed: Decision, mira: Agent, now: datetime) -> None:
    with pytest.raises(NotPending):
        taken_up.give_up(refund_proposed, by=mira, at=now)
    approval.confirm(refund_proposed, by=mira, at=now)
    taken_up.give_up(refund_proposed, by=mira, at=now)
    assert stands(refund_proposed) == ("rejected", False, "")
    with pytest.raises(NotPending):
        taken_up.give_up(refund_proposed, by=mira, at=now)


WORD = st.text("abcdef", min_size=1, max_size=5)


@given(st.lists(WORD, min_size=1), st.lists(WORD), st.lists(WORD), st.sampled_from([" ", "\n", "\n\n  ", "\t"]))
def test_however_lines_break_and_whatever_stands_around_it_says_the_same(
    proposed: list[str], before: list[str], after: list[str], gap: str
) -> None:
    assert says(gap.join([*before, *proposed, *after]), " ".join(proposed))


@given(st.lists(WORD, min_size=1))
def test_a_word_that_is_missing_or_another_is_a_change(proposed: list[str]) -> None:
    assert not says(" ".join(proposed), " ".join([*proposed, "xyz"]))
    assert not says(" ".join([*proposed[:-1], "xyz"]), " ".join(proposed))


def test_an_open_place_is_whatever_a_person_puts_there() -> None:
    assert says("Ihr Zähler 4711 wird am Montag getauscht.", "Ihr Zähler {{?Nummer}} wird am {{?Tag}} getauscht.")
    assert not says("Ihr Zähler 4711 bleibt.", "Ihr Zähler {{?Nummer}} wird getauscht.")


@given(st.integers(1, 9_999_999), st.sampled_from(["EUR", "CHF"]), st.booleans())
def test_an_amount_is_found_as_it_was_written(cents: int, currency: str, german: bool) -> None:
    written = money.amount(cents, currency, german=german)
    if german or cents < 100_000:  # a comma before three digits parts cents nowhere
        assert money.first_in(f"Kunde 4711 erhält {written} als Gutschrift.") == (cents, currency)


def test_a_number_without_a_currency_is_no_amount() -> None:
    assert [money.first_in(text) for text in ("", "Vertrag 4711", "3 Tage", "30,- €")] == [
        None,
        None,
        None,
        (3000, "EUR"),
    ]
