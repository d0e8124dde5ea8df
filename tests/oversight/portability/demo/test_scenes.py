"""The hand-written scenes: each wording can be told, and the tables between wordings fit."""

import itertools
import re
from datetime import date

import pytest

from anliegen.oversight.portability.demo import values, wording
from anliegen.oversight.portability.demo.cast import cast
from anliegen.oversight.portability.demo.chance import chance_of
from anliegen.oversight.portability.demo.scenes import CUSTOMER, BadScene, Scene, _scene, all_scenes, table

SCENES = all_scenes()
ROLES = {"a", "b", "chef", "ich", "netz", "netz2", "waerme", "waerme2", "vertrag", "abrechnung"}
FACTS = {
    "name", "vorname", "nachname", "frau", "strasse", "in_strasse", "plz", "ort", "kdnr", "zaehler", "zaehler2",
    "gaszaehler", "wasserzaehler", "tarif", "abschlag", "jahres", "verbrauch", "iban", "telefon", "email", "rolle",
    "org", "servicetel", "notruf", "hallo", "sig", "heute", "uhrzeit", "vorhin", "ab1", "ab2", "ultimo1",
}  # fmt: skip
COUNTED = re.compile(r"[dw][+-]\d+|s?monat([+-]\d+)?|jahr([+-]\d+)?")
STATUSES = {"", "waiting_customer", "waiting_internal", "resolved"}


def everything_said(scene: Scene) -> list[str]:
    return [*scene.subjects, *(text for beat in scene.beats for text in beat.texts)]


def slots(scene: Scene) -> set[str]:
    return {name for text in everything_said(scene) for name in re.findall(r"\{([^{}.:\s]+)", text)}


def test_there_are_at_least_ninety_of_them_with_two_to_nine_turns() -> None:
    assert len(SCENES) >= 90
    assert len({scene.id for scene in SCENES}) == len(SCENES)
    assert all(2 <= len(scene.beats) <= 9 for scene in SCENES)


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.id)
def test_each_slot_is_known(scene: Scene) -> None:
    own = {name for name, _spec in scene.values}
    own |= {name for beat in scene.beats for name, _spec in (*beat.values, *beat.sets)}
    unknown = {name for name in slots(scene) - own - FACTS - ROLES if not COUNTED.fullmatch(name)}
    assert unknown == set()


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.id)
def test_each_choice_is_closed(scene: Scene) -> None:
    for text in everything_said(scene):
        said = wording.choose(text, lambda number: number - 1)
        assert "|" not in said
        assert "<" not in said


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.id)
def test_wordings_that_belong_together_point_at_each_other(scene: Scene) -> None:
    openings = len(scene.beats[0].texts)
    assert len(scene.subjects) in (1, openings)
    assert len(scene.who) in (1, openings)
    assert scene.uses <= max(openings, 1), "each use needs an opening of its own"
    before = openings
    for beat in scene.beats[1:]:
        assert len(beat.fits) in (0, openings)
        assert len(beat.follows) in (0, before)
        assert all(0 <= one < len(beat.texts) for one in itertools.chain(*beat.fits, *beat.follows))
        assert len(beat.files) in (0, 1, len(beat.texts))
        before = len(beat.texts) if beat.is_spoken else before


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.id)
def test_who_plays_exists(scene: Scene) -> None:
    kinds = set().union(*(player.kinds for player in cast(1).players)) | {"m", "w"}
    assert {word for who in scene.who for word in who} <= kinds
    assert {beat.by for beat in scene.beats} <= ROLES | {CUSTOMER}
    assert {beat.status for beat in scene.beats} <= STATUSES
    assert scene.beats[0].by == CUSTOMER


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.id)
def test_days_are_named_before_they_come(scene: Scene) -> None:
    named: set[str] = set()
    for beat in scene.beats:
        assert beat.at == "" or beat.at.partition(" ")[0] in named
        named |= {name for name, _days in beat.sets}


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.id)
def test_each_file_can_be_made(scene: Scene) -> None:
    papers = table("papers.toml")
    named = {name for beat in scene.beats for names in beat.files for name in names.split()}
    for kind, _colon, what in (name.partition(":") for name in named):
        assert kind in ("meter", "png", "scan") or what in papers[kind]


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.id)
def test_the_numbers_work_out(scene: Scene) -> None:
    known: dict[str, values.Value] = {"abschlag": 60, "jahres": 2000}
    for specs in (scene.values, *(beat.values for beat in scene.beats)):
        known |= values.work_out(specs, known, lambda name, number: number - 1, chance_of(scene.id))
    amounts = [value for value in known.values() if isinstance(value, int | float)]
    assert all(amount > 0 for amount in amounts)


def test_a_scene_with_a_misspelt_key_is_refused() -> None:
    raw = {"id": "x", "team": "netz", "via": "email", "uses": 1, "subject": "", "tags": "", "turn": [{"txt": ""}]}
    with pytest.raises(BadScene):
        _scene(raw)


def test_dates_read_as_german_readers_expect_them() -> None:
    day = date(2026, 11, 25)
    shown = {form: wording.show(day, form) for form in ("", "kurz", "dat", "tag", "voll", "monat", "en")}
    assert shown == {
        "": "25. November",
        "kurz": "25.11.",
        "dat": "25.11.2026",
        "tag": "Mittwoch",
        "voll": "Mittwoch, 25. November",
        "monat": "November",
        "en": "25 November",
    }
