"""The pages of text blocks and macros: everybody's need a permission, one's own do not."""

import json
from datetime import datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from anliegen.flow.macros.models import Macro
from anliegen.ground.journal.actors import Actor
from anliegen.records.accounts.models import Agent, Brand, Team
from anliegen.records.knowledge import actions
from anliegen.records.knowledge.content import Content
from anliegen.records.knowledge.models import TextBlock
from anliegen.records.knowledge.queries import content_of
from anliegen.records.tickets.models import Ticket

BASE = "/workspace/settings/blocks/"
MACROS = "/workspace/settings/macros/"
pytestmark = pytest.mark.usefixtures("brand")


def typed(**fields: Any) -> dict[str, Any]:
    return {"title": "Rückruf", "word": "rueckruf", "text_de": "Ich rufe an: {{?Wann}}"} | fields


@pytest.fixture
def shared(admin: Agent, now: datetime) -> TextBlock:
    return actions.write(Content("Umzug", "umzug", {"de": "Alt"}), actor=Actor.agent(admin.pk), at=now)


def test_a_block_for_everybody_is_written_by_those_who_may(janas: Client, billing: Team) -> None:
    form = typed(shared="on", text_en="I will call: {{?when}}", topics="Rückruf, Termin", teams=[billing.pk],
                 valid_until="2027-01-31")  # fmt: skip
    assert janas.post(f"{BASE}new/", form).status_code == 302
    block = TextBlock.objects.get()
    assert (block.owner, content_of(block).as_json()) == (
        None,
        {
            "title": "Rückruf",
            "word": "rueckruf",
            "wordings": {"de": "Ich rufe an: {{?Wann}}", "en": "I will call: {{?when}}"},
            "teams": ["abrechnung"],
            "topics": ["rückruf", "termin"],
            "valid_until": "2027-01-31",
        },
    )


def test_whoever_writes_without_the_permission_writes_for_themselves(miras: Client, mira: Agent) -> None:
    assert miras.post(f"{BASE}new/", typed(shared="on")).status_code == 302
    assert TextBlock.objects.get().owner == mira


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"text_de": ""}, "Bitte schreiben Sie einen Text in mindestens einer Sprache."),
        ({"text_de": "{{nahme}}"}, "Das kann niemand einsetzen: {{nahme}}."),
        ({"word": "Zwei Wörter"}, "Kleinbuchstaben, Ziffern und Bindestriche, höchstens 30."),
        ({"word": "umzug", "shared": "on"}, "Dieses Kürzel hat schon ein anderer Textbaustein."),
    ],
)
def test_what_does_not_fit_is_said_and_kept_in_the_form(
    janas: Client, shared: TextBlock, fields: dict[str, str], sentence: str
) -> None:
    answer = janas.post(f"{BASE}new/", typed(**fields))
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert TextBlock.objects.count() == 1


def test_an_old_version_is_shown_and_can_be_taken_again(janas: Client, admin: Agent, shared: TextBlock) -> None:
    janas.post(f"{BASE}{shared.pk}/", typed(title="Umzug", word="umzug", text_de="Neu"))
    html = janas.get(f"{BASE}{shared.pk}/").content.decode()
    assert "Fassung 1" in html and '<div class="as-written">Alt</div>' in html
    assert janas.post(f"{BASE}{shared.pk}/versions/1/").status_code == 302
    shared.refresh_from_db()
    assert (shared.version, content_of(shared).wordings) == (3, {"de": "Alt"})


def test_who_may_not_change_a_block_for_everybody_reads_it(miras: Client, shared: TextBlock) -> None:
    html = miras.get(f"{BASE}{shared.pk}/").content.decode()
    assert "Ihre Rolle darf ihn benutzen, aber nicht ändern." in html
    assert 'name="title"' not in html
    for path in ("", "withdraw/", "take-up/", "versions/1/"):
        assert miras.post(f"{BASE}{shared.pk}/{path}", typed()).status_code == 403
    assert miras.get(f"{BASE}export/").status_code == miras.get(f"{BASE}import/").status_code == 403
    shared.refresh_from_db()
    assert (shared.version, shared.withdrawn_at) == (1, None)


def test_nobody_opens_the_block_of_another(miras: Client, janas: Client, mira: Agent) -> None:
    miras.post(f"{BASE}new/", typed())
    own = TextBlock.objects.get()
    assert janas.get(f"{BASE}{own.pk}/").status_code == 404
    assert miras.get(f"{BASE}{own.pk}/").status_code == 200


def test_a_block_goes_out_of_use_and_comes_back(janas: Client, shared: TextBlock) -> None:
    janas.post(f"{BASE}{shared.pk}/withdraw/")
    assert "nicht in Gebrauch" in janas.get(BASE).content.decode()
    janas.post(f"{BASE}new/", typed(word="umzug", shared="on"))
    assert janas.post(f"{BASE}{shared.pk}/take-up/", follow=True).content.decode().count("Geben Sie diesem zuerst") == 1
    shared.refresh_from_db()
    assert shared.withdrawn_at is not None


def test_what_is_exported_can_be_imported_and_says_what_became_of_it(
    janas: Client, shared: TextBlock, billing: Team
) -> None:
    janas.post(f"{BASE}new/", typed(shared="on", teams=[billing.pk], topics="termin"))
    exported = janas.get(f"{BASE}export/")
    assert exported.headers["Content-Disposition"].startswith('attachment; filename="textbausteine-')
    read = json.loads(exported.content)
    assert [one["word"] for one in read["blocks"]] == ["rueckruf", "umzug"]
    before = {block.word: content_of(block) for block in TextBlock.objects.all()}
    read["blocks"][1]["wordings"]["de"] = "Anders"
    read["blocks"].append({"title": "Neu", "word": "neu", "wordings": {"en": "New"}})
    answer = janas.post(f"{BASE}import/", {"file": upload(read)}, follow=True)
    assert "Eingelesen: 1 neu, 1 geändert, 1 unverändert." in answer.content.decode()
    after = {block.word: content_of(block) for block in TextBlock.objects.all()}
    assert after["rueckruf"] == before["rueckruf"]
    assert after["umzug"].wordings == {"de": "Anders"}
    assert after["neu"].wordings == {"en": "New"}


def upload(content: Any) -> SimpleUploadedFile:
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    return SimpleUploadedFile("bausteine.json", raw, "application/json")


def file_of(**block: Any) -> dict[str, Any]:
    good = {"title": "Gut", "word": "gut", "wordings": {"de": "Gut"}}
    return {"format": "anliegen-text-blocks/1", "blocks": [good, good | block]}


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"kein JSON", "Das ist keine JSON-Datei."),
        (b"[" * 100_000, "Das ist keine JSON-Datei."),
        ([], "Das ist keine Datei mit Textbausteinen."),
        ({"format": "anliegen-text-blocks/1", "blocks": [7]}, "Nummer 1 ist kein Textbaustein."),
        (file_of(word="Zwei Wörter"), "Nummer 2 (Gut) passt nicht. Kleinbuchstaben"),
        (file_of(wordings={"fr": "Bon", "de": "Gut"}), "Nummer 2 (Gut) passt nicht."),
        (file_of(wordings={"de": "{{nahme}}"}), "Nummer 2 (Gut) passt nicht. Das kann niemand einsetzen"),
    ],
)
def test_a_file_that_is_wrong_anywhere_changes_nothing(janas: Client, content: Any, sentence: str) -> None:
    answer = janas.post(f"{BASE}import/", {"file": upload(content)})
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not TextBlock.objects.exists()


def test_the_preview_shows_an_example_and_names_what_is_asked_for(janas: Client, brand: Brand) -> None:
    form = {"text_de": "{{anrede}}\n\n{{marke}}: <b>{{?Wann}}</b>", "text_en": ""}
    html = janas.post(f"{BASE}preview/", form, headers={"HX-Request": "true"}).content.decode()
    assert "<p>Guten Tag Kim Berger,</p><p>Stadtwerke Musterstadt: &lt;b&gt;{{?Wann}}&lt;/b&gt;</p>" in html
    assert "Vor dem Senden auszufüllen: Wann" in html


def test_a_macro_for_everybody_is_made_by_those_who_may(janas: Client, technics: Team, shared: TextBlock) -> None:
    form = {"name": "An Technik", "team": technics.pk, "adds_tags": "Vor Ort, eilig", "given_to": "nobody",
            "block": shared.pk, "place": "note", "shared": "on"}  # fmt: skip
    assert janas.post(f"{MACROS}new/", form).status_code == 302
    made = Macro.objects.get()
    assert (made.owner, made.team, made.adds_tags, made.given_to) == (None, technics, ["eilig", "vor-ort"], "nobody")
    assert (made.block, made.place, made.status, made.priority) == (shared, "note", "", None)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({}, "So tut das Makro nichts."),
        ({"given_to": "agent"}, "Bitte wählen Sie, wer es bekommt."),
    ],
)
def test_a_macro_that_makes_no_sense_is_refused(janas: Client, fields: dict[str, str], sentence: str) -> None:
    answer = janas.post(f"{MACROS}new/", {"name": "Leer", "place": "reply", **fields})
    assert answer.status_code == 422
    assert sentence in answer.content.decode()


def test_a_macro_for_everybody_takes_no_text_of_ones_own(janas: Client, admin: Agent, now: datetime) -> None:
    own = actions.write(Content("Meins", "meins", {"de": "M"}), owner=admin, actor=Actor.agent(admin.pk), at=now)
    form = {"name": "Text", "block": own.pk, "place": "reply"}
    assert "gehört nur Ihnen" in janas.post(f"{MACROS}new/", form | {"shared": "on"}).content.decode()
    assert janas.post(f"{MACROS}new/", form).status_code == 302


def test_ones_own_macro_is_changed_and_taken_out_of_use_by_oneself_alone(
    miras: Client, janas: Client, mira: Agent
) -> None:
    miras.post(f"{MACROS}new/", {"name": "Meins", "priority": "3", "place": "reply", "shared": "on"})
    own = Macro.objects.get()
    assert own.owner == mira
    assert janas.get(f"{MACROS}{own.pk}/").status_code == 404
    miras.post(f"{MACROS}{own.pk}/", {"name": "Meins", "priority": "4", "place": "reply"})
    miras.post(f"{MACROS}{own.pk}/use/")
    own.refresh_from_db()
    assert (own.priority, own.withdrawn_at is None) == (4, False)
    miras.post(f"{MACROS}{own.pk}/use/", {"again": "1"})
    own.refresh_from_db()
    assert own.withdrawn_at is None


def test_who_may_not_change_a_macro_for_everybody_reads_it(janas: Client, miras: Client) -> None:
    janas.post(f"{MACROS}new/", {"name": "Alle", "priority": "3", "place": "reply", "shared": "on"})
    made = Macro.objects.get()
    assert "Ihre Rolle darf es benutzen, aber nicht ändern." in miras.get(f"{MACROS}{made.pk}/").content.decode()
    assert miras.post(f"{MACROS}{made.pk}/", {"name": "X", "priority": "1", "place": "reply"}).status_code == 403
    assert miras.post(f"{MACROS}{made.pk}/use/").status_code == 403


def test_the_preview_of_a_macro_shows_a_concern_that_one_may_see(miras: Client, toms: Client, ticket: Ticket) -> None:
    form = {"name": "Hoch", "priority": "3", "place": "reply", "example": str(ticket.pk)}
    seen = miras.post(f"{MACROS}preview/", form, headers={"HX-Request": "true"}).content.decode()
    assert f"#{ticket.pk} Abschlag" in seen and "hoch</ins>" in seen
    hidden = toms.post(f"{MACROS}preview/", form, headers={"HX-Request": "true"}).content.decode()
    assert "Einen solchen Vorgang, den Sie sehen dürfen, gibt es nicht." in hidden
    assert not Macro.objects.exists()
