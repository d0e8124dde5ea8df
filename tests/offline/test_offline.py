"""With all network cut, triage, signals, abstention, gate, register, help without a model and learning work the same,
and nothing has even tried to reach another host.

A guard in every Python process refuses and writes down; where the machine allows a network namespace the kernel does
so as well, for whatever is not Python. Without namespaces the guard alone is asked: its test runs everywhere.
"""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

HERE = Path(__file__).parent
REPOSITORY = HERE.parents[1]
# Of each part the stories that go through all of it; the others go the same ways.
CHOSEN = {
    "tests/stories/test_signals.py": (
        "test_a_person_by_name_sees_to_it_and_nothing_answers_by_itself",
        "test_a_defect_brings_no_label_and_ends_nothing",
        "test_nonsense_fits_no_category_and_a_person_looks_at_it_soon",
        "test_two_concerns_in_one_mail_are_seen_as_two_and_a_person_decides",
        "test_an_instruction_hidden_in_the_looks_of_a_mail_does_nothing_either",
        "test_who_waits_too_long_goes_up_by_the_clock",
    ),
    "tests/flow/automation/test_triage.py": ("test_the_mailbox_decides_and_its_responsible_person_answers_for_it",),
    "tests/flow/automation/test_irreversible.py": (
        "test_through_the_gate_it_waits_for_a_person_however_sure_the_machine_is",
        "test_a_person_confirms_it_in_their_own_name",
    ),
    "tests/flow/automation/teaching/test_teaching.py": (
        "test_from_descriptions_and_examples_alone_a_model_is_learnt_that_waits_for_a_person",
        "test_what_fits_no_category_is_listed_for_a_person_whatever_team_the_mailbox_gives",
        "test_a_correction_counts_at_once",
    ),
    "tests/oversight/compliance/test_register.py": (
        "test_every_entry_is_whole",
        "test_it_is_made_from_what_is_live",
    ),
    "tests/flow/assist/test_summary.py": (
        "test_facts_stand_as_they_were_written_and_once",
        "test_open_is_what_the_customer_asked_after_our_last_answer",
    ),
    "tests/flow/assist/test_wording.py": ("test_a_phrase_that_says_nothing_may_go_with_the_blank_after_it",),
}
STORIES = [f"{file}::{name}" for file, names in CHOSEN.items() for name in names]
OUTSIDE = "192.0.2.1"  # TEST-NET-1: nobody's (RFC 5737)
KNOCKS = f"""
import socket
for knock in (lambda: socket.socket().connect(("{OUTSIDE}", 9)), lambda: socket.getaddrinfo("example.org", 80)):
    try:
        knock()
    except OSError:
        pass
socket.create_server(("127.0.0.1", 0)).close()
"""
# As a library in C would: past Python's eyes.
KNOCKS_UNSEEN = f"""
import ctypes, socket, struct
libc = ctypes.CDLL(None)
place = struct.pack("=H", socket.AF_INET) + struct.pack("!H", 9) + socket.inet_aton("{OUTSIDE}") + bytes(8)
libc.connect(libc.socket(socket.AF_INET, socket.SOCK_STREAM, 0), place, len(place))
"""


@dataclass(frozen=True)
class Told:
    """What was tried and how it ended."""

    namespace: bool
    why: str
    refused: int
    ended: int
    attempts: tuple[str, ...]
    said: str


def cut_off(place: Path, *command: str) -> Told:
    """Run it without a network; nothing of this process's own database and settings goes along."""
    report, attempts = place / "report", place / "attempts"
    attempts.touch()
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("ANLIEGEN_", "DATABASE_"))}
    ours = {
        "ANLIEGEN_TEST_ATTEMPTS": str(attempts),
        "PYTHONPATH": os.pathsep.join((str(HERE / "guard"), str(REPOSITORY))),
    }
    ended = subprocess.run(
        [sys.executable, str(HERE / "inside.py"), str(report), sys.executable, *command],
        cwd=REPOSITORY, env=clean | ours, capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip
    said = ended.stdout + ended.stderr
    assert report.exists(), said
    return Told(**json.loads(report.read_text()), attempts=tuple(attempts.read_text().splitlines()), said=said)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    """All of it once, for what is asked below."""
    return cut_off(tmp_path_factory.mktemp("offline"), "-m", "pytest", "-q", "-p", "no:cacheprovider", *STORIES)


def test_everything_works_and_no_python_has_tried_to_reach_another_host(told: Told) -> None:
    assert told.ended == 0, told.said
    assert told.attempts == ()


def test_the_kernel_has_seen_nobody_try_either(told: Told) -> None:
    if not told.namespace:
        pytest.skip(told.why)  # also in CI: what runs in a container may not have namespaces of its own
    assert told.refused == 0


def test_the_guard_sees_who_tries(tmp_path: Path) -> None:
    seen = cut_off(tmp_path, "-c", KNOCKS)
    assert (seen.ended, seen.attempts) == (
        0, (f"socket.connect '{OUTSIDE}'", "socket.getaddrinfo 'example.org'"),
    )  # fmt: skip


def test_the_kernel_sees_what_is_not_python(tmp_path: Path) -> None:
    seen = cut_off(tmp_path, "-c", KNOCKS_UNSEEN)
    if not seen.namespace:
        pytest.skip(seen.why)
    assert (seen.ended, seen.attempts, seen.refused) == (0, (), 1)
