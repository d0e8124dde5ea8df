"""The bytes of a mail out of the conversation: whole, with their own dots, however the line cuts them."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anliegen.flow.channels.mailroom.dotted import Dotted


def taken(said: bytes, sizes: list[int]) -> tuple[bytes, bytes]:
    """The mail, and what is left of the line, when it comes in pieces of these sizes."""
    dotted, mail, at = Dotted(), b"", 0
    while not dotted.has_ended:
        size = sizes[at % len(sizes)]
        mail, said, at = mail + dotted.take(said[:size]), said[size:], at + 1
    return mail, dotted.behind + said


def doubled(mail: bytes) -> bytes:
    """As a sender writes it (RFC 5321, 4.5.2), with its end."""
    lines = re.sub(rb"(\A|\r\n)\.", rb"\1..", mail)
    return lines + (b".\r\n" if not lines or lines.endswith(b"\r\n") else b"\r\n.\r\n")


@given(
    mail=st.lists(st.sampled_from([b"\r", b"\n", b"\r\n", b".", b"a", b"\r\n.", b"..", b"\xff"]), max_size=30),
    sizes=st.lists(st.integers(1, 7), min_size=1, max_size=5),
)
def test_a_mail_comes_out_as_it_was_sent_and_the_next_command_is_left(mail: list[bytes], sizes: list[int]) -> None:
    sent = b"".join(mail)
    ended = sent if not sent or sent.endswith(b"\r\n") else sent + b"\r\n"
    assert taken(doubled(sent) + b"QUIT\r\n", sizes) == (ended, b"QUIT\r\n")


@pytest.mark.parametrize("false_end", [b"\n.\n", b"\r.\r", b"\n.\r\n", b"\r\n.\n", b"\r\n.\r", b"a.\r\n"])
def test_only_whole_line_ends_around_a_dot_end_a_mail(false_end: bytes) -> None:
    """Else a second mail could be smuggled in that another server took for text of the first."""
    said = b"eins" + false_end + b"MAIL FROM:<x@y.example>\r\n.\r\n"
    wanted = said[:-3].replace(b"\r\n.", b"\r\n")
    for size in range(1, 12):
        assert taken(said, [size]) == (wanted, b"")
