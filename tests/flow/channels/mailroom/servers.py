"""Mail servers that do what mail servers do, and what some do besides: drop, stall, refuse, lie, and speak oddly."""

import base64
import json
import re
import select
import socket
import socketserver
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any


def letter(name: str, *, at: str = "Fri, 20 Nov 2026 10:00:00 +0100", body: str = "Guten Tag") -> bytes:
    """A mail that is known by its headers."""
    head = f"Message-ID: <{name}@example.org>\r\nDate: {at}\r\nFrom: kim@example.org\r\nSubject: {name}\r\n"
    return f"{head}\r\n{body}\r\n".encode()


@dataclass
class Folder:
    """A mail server's one folder, and what the server was told to do."""

    mails: dict[int, bytes] = field(default_factory=dict)
    validity: int = 7
    next_uid: int = 1
    password: str = "geheim"
    token: str = ""  # taken by XOAUTH2
    came_on: dict[int, date] = field(default_factory=dict)
    read: set[int] = field(default_factory=set)
    commands: list[str] = field(default_factory=list)
    breaks_off_at: str = "never"  # in front of the command that has this in it
    breaks_off_within: int = 0  # in the middle of this mail
    stalls_at: str = "never"
    refuses: set[int] = field(default_factory=set)  # NO to whoever wants one of these
    oddities: set[str] = field(default_factory=set)
    can: str = "IMAP4rev1 IDLE AUTH=PLAIN"
    uidl: dict[int, str] = field(default_factory=dict)  # POP3: where it is another than "u" and the number
    logins: int = 0

    def add(self, raw: bytes, on: date = date(2026, 11, 20)) -> int:
        uid, self.next_uid = self.next_uid, self.next_uid + 1
        self.mails[uid], self.came_on[uid] = raw, on
        return uid

    def number_anew(self, *, says_so: bool = True) -> None:
        """As after a restored backup: other UIDs, and another UIDVALIDITY if it is an honest server."""
        kept, days = list(self.mails.values()), [self.came_on[uid] for uid in self.mails]
        self.validity, self.next_uid, self.mails, self.came_on = self.validity + says_so, 1, {}, {}
        for raw, on in zip(kept, days, strict=True):
            self.add(raw, on)


class Conversation(socketserver.StreamRequestHandler):
    """What both protocols have in common."""

    server: "Server"

    @property
    def folder(self) -> Folder:
        return self.server.folder

    def say(self, line: str) -> None:
        self.wfile.write(line.encode() + b"\r\n")

    def hang_up(self) -> None:
        self.wfile.flush()
        self.connection.shutdown(socket.SHUT_RDWR)

    def misbehaves(self, command: str) -> bool:
        self.folder.commands.append(command)
        if self.folder.stalls_at in command:
            self.server.released.wait(30)
        return self.folder.breaks_off_at in command


class ImapConversation(Conversation):
    """As much IMAP as the fetcher uses, answered as Dovecot does unless it was told to be odd."""

    def handle(self) -> None:
        self.say(f"* OK [CAPABILITY {self.folder.can}] here")
        while line := self.rfile.readline():
            tag, _space, command = line.decode().strip().partition(" ")
            if self.misbehaves(command):
                return
            name = command.split()[0].upper()
            sub = f"uid_{command.split()[1].lower()}" if name == "UID" else name.lower()
            self.say(f"{tag} {getattr(self, sub)(command)}")
            if name == "LOGOUT":
                return

    def capability(self, command: str) -> str:
        self.say(f"* CAPABILITY {self.folder.can}")
        return "OK done"

    def login(self, command: str) -> str:
        self.folder.logins += 1
        if "unavailable" in self.folder.oddities:
            return "NO [UNAVAILABLE] Temporary authentication failure"
        return "OK in" if f'"{self.folder.password}"' in command else "NO [AUTHENTICATIONFAILED] wrong"

    def authenticate(self, command: str) -> str:
        self.say("+ ")
        answer = base64.b64decode(self.rfile.readline()).decode()
        if "XOAUTH2" not in command:
            return "OK in" if answer.split("\0")[2] == self.folder.password else "NO wrong"
        if answer == f"user=service\x01auth=Bearer {self.folder.token}\x01\x01":
            return "OK in"
        self.say("+ " + base64.b64encode(b'{"status":"400"}').decode())
        assert self.rfile.readline().strip() == b""  # the empty answer that ends a refusal
        return "NO AUTHENTICATE failed."

    def status(self, command: str) -> str:
        if '"INBOX"' not in command and " INBOX " not in command:
            return "NO [NONEXISTENT] no such folder"
        numbers = f"UIDVALIDITY {self.folder.validity}"
        if "no-uidnext" not in self.folder.oddities:
            numbers += f" UIDNEXT {self.folder.next_uid}"
        self.say(f"* STATUS INBOX ({numbers})")
        return "OK done"

    def examine(self, command: str) -> str:
        self.say(f"* {len(self.folder.mails)} EXISTS")
        self.say(f"* OK [UIDVALIDITY {self.folder.validity}] valid")
        return "OK [READ-ONLY] done"

    def uid_search(self, command: str) -> str:
        uids = sorted(self.folder.mails)
        if found := re.search(r"UID (\d+):\*", command):
            uids = [uid for uid in uids if uid >= int(found[1])] or uids[-1:]
        elif found := re.search(r"SINCE ([\w-]+)", command):
            since = datetime.strptime(found[1], "%d-%b-%Y").date()
            uids = [uid for uid in uids if self.folder.came_on[uid] >= since]
        elif "UNSEEN" in command:
            uids = [uid for uid in uids if uid not in self.folder.read]
        if "twice" in self.folder.oddities:
            uids = [*uids, *uids]
        if "in-pieces" in self.folder.oddities:
            for uid in uids:
                self.say(f"* SEARCH {uid}")
        else:
            self.say("* SEARCH " + " ".join(map(str, uids)))
        return "OK done"

    def uid_fetch(self, command: str) -> str:
        for uid in map(int, command.split()[2].split(",")):
            if uid in self.folder.refuses and "HEADER" not in command:
                return "NO [SERVERBUG] internal error"
            if raw := self.folder.mails.get(uid):
                self._hand_out(uid, raw, command)
        return "OK done"

    def _hand_out(self, uid: int, raw: bytes, command: str) -> None:
        about, body, name = f"UID {uid}", raw, "BODY[]"
        if "HEADER" in command:
            body = raw.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
            name = "BODY[HEADER.FIELDS (MESSAGE-ID DATE FROM SUBJECT)]"
            day = self.folder.came_on[uid].strftime("%d-%b-%Y")
            about += f' INTERNALDATE "{day} 10:00:00 +0100" RFC822.SIZE {len(raw)}'
        if "news-between" in self.folder.oddities:
            self.say(f"* 9 FETCH (UID {uid + 1000} FLAGS (\\Seen))")
        size = len(body) + (10 if "lies-about-size" in self.folder.oddities else 0)
        if "uid-behind" in self.folder.oddities:
            self.wfile.write(f"* 1 FETCH ({name} {{{size}}}\r\n".encode() + body + f" {about})\r\n".encode())
            return
        self.wfile.write(f"* 1 FETCH ({about} {name} {{{size}}}\r\n".encode())
        if uid == self.folder.breaks_off_within:
            self.wfile.write(body[: len(body) // 2])
            self.hang_up()
            return
        self.wfile.write(body + b")\r\n")

    def idle(self, command: str) -> str:
        if "IDLE" not in self.folder.can:
            return "BAD unknown"
        self.say("+ idling")
        told = self.folder.next_uid
        while not select.select([self.connection], [], [], 0.01)[0]:
            if self.server.hung_up.is_set():
                self.hang_up()
                return "OK"
            if self.folder.next_uid != told:
                told = self.folder.next_uid
                self.say(f"* {len(self.folder.mails)} EXISTS")
        assert self.rfile.readline().strip() == b"DONE"
        return "OK done"

    def logout(self, command: str) -> str:
        self.say("* BYE")
        return "OK bye"


class PopConversation(Conversation):
    """POP3. What is marked as deleted is so when the conversation ends properly."""

    def handle(self) -> None:
        self.numbers = dict(enumerate(sorted(self.folder.mails), 1))
        self.marked: list[int] = []
        self.say("+OK here")
        while line := self.rfile.readline():
            command = line.decode().strip()
            if self.misbehaves(command):
                return
            name, *rest = command.split()
            answered = getattr(self, name.lower(), lambda *_: False)(*rest)
            if answered is False:
                self.say("-ERR no")
            if name == "QUIT":
                return

    def user(self, name: str) -> None:
        self.say("+OK")

    def pass_(self, password: str) -> bool:
        self.folder.logins += 1
        good = password == self.folder.password
        self.say("+OK" if good else "-ERR [AUTH] wrong")
        return True

    def __getattr__(self, name: str) -> Any:
        if name == "pass":
            return self.pass_
        raise AttributeError(name)

    def list(self) -> None:
        self.lines(f"{number} {len(self.folder.mails[uid])}".encode() for number, uid in self.numbers.items())

    def uidl(self) -> bool:
        if "no-uidl" in self.folder.oddities:
            return False
        self.lines(f"{n} {self.folder.uidl.get(uid, f'u{uid}')}".encode() for n, uid in self.numbers.items())
        return True

    def top(self, number: str, _lines: str) -> bool:
        if "no-top" in self.folder.oddities:
            return False
        raw = self.folder.mails[self.numbers[int(number)]]
        self.lines([*raw.partition(b"\r\n\r\n")[0].split(b"\r\n"), b""])
        return True

    def retr(self, number: str) -> bool:
        uid = self.numbers[int(number)]
        if uid in self.folder.refuses:
            return False
        raw = self.folder.mails[uid].removesuffix(b"\r\n")
        if uid == self.folder.breaks_off_within:
            self.wfile.write(b"+OK\r\n" + raw[: len(raw) // 2])
            self.hang_up()
            return True
        self.lines(raw.split(b"\r\n"))
        return True

    def lines(self, lines: Any) -> None:
        stuffed = (b"." + line if line.startswith(b".") else line for line in lines)
        self.wfile.write(b"+OK\r\n" + b"".join(line + b"\r\n" for line in stuffed) + b".\r\n")

    def dele(self, number: str) -> None:
        self.marked.append(self.numbers[int(number)])
        self.say("+OK")

    def quit(self) -> None:
        for uid in self.marked:
            del self.folder.mails[uid]
        self.say("+OK bye")


class TokenConversation(socketserver.StreamRequestHandler):
    """A provider's address for tokens: answers what it was told to, and remembers what it was asked."""

    server: "Provider"

    def handle(self) -> None:
        self.rfile.readline()
        length = 0
        while (line := self.rfile.readline().strip()) != b"":
            name, _colon, value = line.decode().partition(":")
            length = int(value) if name.lower() == "content-length" else length
        self.server.asked.append(self.rfile.read(length).decode())
        time.sleep(self.server.takes_s)
        status, answer = self.server.answers.pop(0) if len(self.server.answers) > 1 else self.server.answers[0]
        body = json.dumps(answer).encode() if not isinstance(answer, bytes) else answer
        self.wfile.write(
            f"HTTP/1.1 {status} said\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode()
        )
        self.wfile.write(body)


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, folder: Folder, conversation: type[Conversation] = ImapConversation) -> None:
        self.folder = folder
        self.released = threading.Event()  # from stalling
        self.hung_up = threading.Event()  # on whoever idles
        super().__init__(("127.0.0.1", 0), conversation)

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def handle_error(self, request: object, client_address: object) -> None:
        """The other side breaking off is what several tests are about."""


class Provider(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.answers: list[tuple[int, Any]] = [(200, {"access_token": "first", "expires_in": 3600})]
        self.takes_s = 0.0
        super().__init__(("127.0.0.1", 0), TokenConversation)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/token"


@contextmanager
def running(server: Any) -> Iterator[Any]:
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    try:
        yield server
    finally:
        if isinstance(server, Server):
            server.released.set()
            server.hung_up.set()
        server.shutdown()
        server.server_close()
