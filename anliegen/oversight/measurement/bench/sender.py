"""The other side of `bench intake`: sends mails to a port of this machine, from a process whose CPU is not counted.

`python -m ... PORT CONNECTIONS`, mails on standard input, each after its length in four bytes.
"""

import asyncio
import sys
from collections.abc import Iterator


def read_mails(packed: bytes) -> Iterator[bytes]:
    place = 0
    while place < len(packed):
        length = int.from_bytes(packed[place : place + 4], "big")
        yield packed[place + 4 : place + 4 + length]
        place += 4 + length


async def send(port: int, mails: list[bytes]) -> None:
    """One connection, one mail after the other; every answer must be the expected one."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)

    async def expect(code: bytes) -> None:
        line = await reader.readline()
        while line[3:4] == b"-":
            line = await reader.readline()
        if not line.startswith(code):
            raise RuntimeError(f"the receiver answered {line!r}")

    async def say(line: bytes, code: bytes) -> None:
        writer.write(line + b"\r\n")
        await expect(code)

    await expect(b"220")
    await say(b"EHLO bench", b"250")
    for mail in mails:
        await say(b"MAIL FROM:<bench@bench.example>", b"250")
        await say(b"RCPT TO:<bench@bench.example>", b"250")
        await say(b"DATA", b"354")
        lines = mail.replace(b"\r\n", b"\n").split(b"\n")
        writer.write(b"\r\n".join(b"." + line if line.startswith(b".") else line for line in lines) + b"\r\n")
        await say(b".", b"250")
    await say(b"QUIT", b"221")
    writer.close()


async def main(port: int, connections: int) -> None:
    mails = list(read_mails(sys.stdin.buffer.read()))
    await asyncio.gather(*(send(port, mails[start::connections]) for start in range(connections)))


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2])))
