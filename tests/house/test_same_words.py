"""Django merges the catalogues of all rooms: a text that two of them have is said in one way."""

from pathlib import Path

from babel.messages.pofile import read_po

CODE = Path(__file__).resolve().parents[2] / "anliegen"


def test_a_text_of_two_rooms_is_said_in_one_way() -> None:
    said: dict[tuple[str, str | None], dict[str, str]] = {}
    for catalogue in sorted(CODE.glob("*/*/locale/de/LC_MESSAGES/django.po")):
        room = catalogue.relative_to(CODE).parts[1]
        with catalogue.open("rb") as file:
            for message in read_po(file, locale="de"):
                if message.id:
                    key = message.id if isinstance(message.id, str) else message.id[0]
                    said.setdefault((key, message.context), {})[room] = str(message.string)
    assert len(said) > 3000
    assert {key: rooms for key, rooms in said.items() if len(set(rooms.values())) > 1} == {}
