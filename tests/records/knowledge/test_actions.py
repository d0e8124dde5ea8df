"""Text blocks are written, changed version by version, withdrawn, and moved to other instances."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from django.db import IntegrityError

from anliegen.ground.journal.actors import Actor
from anliegen.ground.journal.models import Event
from anliegen.records.accounts.models import Agent, Team
from anliegen.records.knowledge import actions, queries
from anliegen.records.knowledge.actions import Moved, WordTaken
from anliegen.records.knowledge.content import Content, NoContent
from anliegen.records.knowledge.models import TextBlock, TextBlockVersion
from tests.records.knowledge.conftest import METER


def events(block: TextBlock) -> list[tuple[str, dict[str, object]]]:
    rows = Event.objects.filter(subject=f"textblock:{block.pk}").order_by("id")
    return [(event.verb, event.data) for event in rows]


def test_a_written_block_says_what_it_was_given_and_has_its_first_version(meter: TextBlock, admin: Agent) -> None:
    assert queries.content_of(meter) == METER
    assert [(one.number, Content.from_json(one.content), one.created_by) for one in meter.versions.all()] == [
        (1, METER, admin)
    ]
    assert events(meter) == [("textblock.written", {})]


def test_a_change_is_a_new_version_and_names_its_fields_without_words(
    meter: TextBlock, admin: Agent, billing: Team, now: datetime
) -> None:
    wanted = replace(
        METER, wordings={"de": "Kurz.", "en": "Short."}, teams=("abrechnung",), topics=("zaehler",),
        valid_until=date(2027, 1, 31),
    )  # fmt: skip
    changed = actions.change(meter, wanted, actor=Actor.agent(admin.pk), at=now)
    assert queries.content_of(changed) == wanted
    assert [one.number for one in changed.versions.order_by("number")] == [1, 2]
    fields = ["teams", "topics", "valid_until", "wordings"]
    assert events(meter)[1:] == [("textblock.changed", {"fields": fields, "version": 2})]


def test_the_same_again_says_nothing(meter: TextBlock, admin: Agent, now: datetime) -> None:
    same = replace(METER, teams=("gibt-es-nicht",))
    assert actions.change(meter, same, actor=Actor.agent(admin.pk), at=now).version == 1
    assert len(events(meter)) == 1


def test_a_language_that_is_left_out_is_gone(meter: TextBlock, admin: Agent, now: datetime) -> None:
    actor = Actor.agent(admin.pk)
    both = actions.change(meter, replace(METER, wordings={"de": "Kurz.", "en": "Short."}), actor=actor, at=now)
    only = actions.change(both, replace(METER, wordings={"en": "Short."}), actor=actor, at=now)
    assert queries.content_of(only).wordings == {"en": "Short."}


def test_a_word_means_one_thing_for_everybody_and_may_mean_another_for_oneself(
    meter: TextBlock, admin: Agent, mira: Agent, now: datetime
) -> None:
    own = actions.write(METER, owner=mira, actor=Actor.agent(mira.pk), at=now)
    assert own.owner == mira
    with pytest.raises(WordTaken):
        actions.write(replace(METER, title="Anderes"), actor=Actor.agent(admin.pk), at=now)
    with pytest.raises(WordTaken):
        actions.write(replace(METER, title="Anderes"), owner=mira, actor=Actor.agent(mira.pk), at=now)
    with pytest.raises(IntegrityError):
        TextBlock.objects.create(title="Doppelt", word="zaehler", changed_at=now)


def test_what_is_withdrawn_is_offered_no_more_and_can_come_back(
    meter: TextBlock, admin: Agent, mira: Agent, now: datetime
) -> None:
    actor = Actor.agent(admin.pk)
    gone = actions.withdraw(meter, actor=actor, at=now)
    assert (queries.at_hand(mira, on=now.date()), gone.withdrawn_by) == ([], admin)
    other = actions.write(replace(METER, title="Anderes"), actor=actor, at=now)
    with pytest.raises(WordTaken):
        actions.take_up(meter, actor=actor, at=now)
    actions.withdraw(other, actor=actor, at=now)
    actions.take_up(meter, actor=actor, at=now)
    assert queries.at_hand(mira, on=now.date()) == [meter]
    assert [verb for verb, _data in events(meter)] == ["textblock.written", "textblock.withdrawn", "textblock.returned"]


def test_at_hand_are_ones_own_first_then_those_of_the_topic_then_the_most_used(
    meter: TextBlock, admin: Agent, mira: Agent, now: datetime
) -> None:
    actor = Actor.agent(admin.pk)
    topical = actions.write(Content("Abschlag", "abschlag", {"de": "A"}, topics=("abschlag",)), actor=actor, at=now)
    often = actions.write(Content("Umzug", "umzug", {"de": "U"}), actor=actor, at=now)
    own = actions.write(Content("Gruß", "gruss", {"de": "G"}), owner=mira, actor=Actor.agent(mira.pk), at=now)
    TextBlock.objects.note_use(often.pk, on=now.date())
    found = queries.at_hand(mira, on=now.date(), topic="abschlag")
    assert found == [own, topical, often, meter]
    assert TextBlock.objects.get(pk=often.pk).used == 1


def test_a_teams_block_is_offered_to_its_team_and_at_its_tickets_only(
    admin: Agent, mira: Agent, tom: Agent, billing: Team, now: datetime
) -> None:
    content = Content("Abschlag", "abschlag", {"de": "A"}, teams=("abrechnung",))
    block = actions.write(content, actor=Actor.agent(admin.pk), at=now)
    assert queries.at_hand(mira, on=now.date()) == [block]
    assert queries.at_hand(tom, on=now.date()) == []
    assert queries.at_hand(tom, on=now.date(), team=billing.pk) == [block]


def test_a_block_is_offered_up_to_its_last_day(admin: Agent, mira: Agent, now: datetime) -> None:
    content = Content("Aktion", "aktion", {"de": "A"}, valid_until=now.date())
    block = actions.write(content, actor=Actor.agent(admin.pk), at=now)
    assert queries.at_hand(mira, on=now.date()) == [block]
    assert queries.at_hand(mira, on=now.date() + timedelta(days=1)) == []


def test_nobody_sees_the_blocks_of_another(admin: Agent, mira: Agent, now: datetime) -> None:
    own = actions.write(METER, owner=mira, actor=Actor.agent(mira.pk), at=now)
    assert queries.at_hand(admin, on=now.date()) == []
    assert not queries.may_change(admin, own)


def test_only_who_writes_for_everybody_changes_what_is_everybodys(meter: TextBlock, admin: Agent, mira: Agent) -> None:
    assert (queries.may_change(admin, meter), queries.may_change(mira, meter)) == (True, False)


def test_moving_in_writes_what_is_new_changes_what_differs_and_leaves_the_rest(
    meter: TextBlock, admin: Agent, now: datetime
) -> None:
    actor = Actor.agent(admin.pk)
    other = Content("Umzug", "umzug", {"de": "U"})
    actions.write(other, actor=actor, at=now)
    contents = [replace(METER, title="Neuer Titel"), other, Content("Neu", "neu", {"de": "N"})]
    assert actions.move_in(contents, actor=actor, at=now) == Moved(written=1, changed=1, same=1)
    assert [block.title for block in queries.shared()] == ["Neu", "Umzug", "Neuer Titel"]


def test_when_one_cannot_be_moved_in_none_is(meter: TextBlock, admin: Agent, now: datetime) -> None:
    contents = [Content("Neu", "neu", {"de": "N"}), Content("Falsch", "Zwei Wörter", {"de": "F"})]
    with pytest.raises(IntegrityError):
        actions.move_in(contents, actor=Actor.agent(admin.pk), at=now)


def test_a_content_survives_the_way_through_json() -> None:
    content = replace(METER, teams=("technik",), topics=("zaehler",), valid_until=date(2027, 1, 31))
    assert Content.from_json(content.as_json()) == content


@pytest.mark.parametrize(
    "given", [None, [], {}, {"title": 1, "word": "x", "wordings": {}}, METER.as_json() | {"wordings": "x"}]
)
def test_what_is_no_text_block_is_refused(given: object) -> None:
    with pytest.raises(NoContent):
        Content.from_json(given)


def test_versions_go_with_their_block_only(meter: TextBlock) -> None:
    assert TextBlockVersion.objects.filter(block=meter).count() == 1
