"""Small PNG pictures drawn with the standard library alone: a meter with its digits, a screen, a photo, a plan."""

import random
import struct
import zlib

# Three by five points for each digit, row by row.
_DIGITS = {
    "0": "111101101101111", "1": "010110010010111", "2": "111001111100111", "3": "111001111001111",
    "4": "101101111001001", "5": "111100111001111", "6": "111100111101111", "7": "111001010010010",
    "8": "111101111101111", "9": "111101111001111",
}  # fmt: skip
_Colour = tuple[int, int, int]
_WHITE, _BLACK, _RED = (245, 245, 240), (25, 25, 28), (170, 30, 30)
_LOOKS: dict[str, tuple[_Colour, _Colour]] = {
    "foto": ((120, 105, 80), (70, 90, 60)),
    "bildschirm": ((228, 232, 238), (40, 70, 120)),
    "plan": ((250, 250, 245), (60, 60, 60)),
}


class _Picture:
    """Rows of points, three bytes each."""

    def __init__(self, width: int, height: int, colour: _Colour) -> None:
        self.width, self.height = width, height
        self._rows = [bytearray(colour * width) for _row in range(height)]

    def block(self, left: int, top: int, width: int, height: int, colour: _Colour) -> None:
        right = min(left + width, self.width)
        for row in self._rows[max(top, 0) : max(top + height, 0)]:
            row[left * 3 : right * 3] = bytes(colour * max(right - left, 0))

    def as_png(self) -> bytes:
        raw = b"".join(b"\x00" + bytes(row) for row in self._rows)  # 0: no filter in front of each row
        header = struct.pack(">IIBBBBB", self.width, self.height, 8, 2, 0, 0, 0)
        chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(raw, 9)), (b"IEND", b""))
        return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, content) for kind, content in chunks)


def meter(reading: str, chance: random.Random) -> bytes:
    """The face of a meter: the reading in black windows, one red place behind the point."""
    digits = "".join(sign for sign in reading if sign.isdigit())[:6].rjust(5, "0")
    shade = chance.randint(180, 215)
    picture = _Picture(320, 200, (shade, shade, shade - 8))
    picture.block(20, 20, 280, 160, _WHITE)
    for place, digit in enumerate(digits + str(chance.randrange(10))):
        left = 32 + place * 37
        picture.block(left, 60, 32, 52, _RED if place == len(digits) else _BLACK)
        _draw(picture, digit, left + 7, 66, 6)
    picture.block(40, 140, 240, 8, (60, 60, 60))
    picture.block(40 + chance.randint(0, 220), 136, 14, 16, _RED)
    return picture.as_png()


def snapshot(what: str, chance: random.Random) -> bytes:
    """Something with blocks on it, never twice the same: enough to look at, too little to read."""
    ground, ink = _LOOKS[what]
    picture = _Picture(320, 220, ground)
    if what == "bildschirm":
        picture.block(0, 0, 320, 26, ink)
    for _block in range(chance.randint(7, 13)):
        grey = chance.randint(-24, 24)
        colour = tuple(max(0, min(255, part + grey)) for part in ink)
        height = 5 if what == "bildschirm" else chance.randint(4, 70)
        picture.block(
            chance.randint(8, 200),
            chance.randint(32, 200),
            chance.randint(30, 110),
            height,
            (colour[0], colour[1], colour[2]),
        )
    return picture.as_png()


def _draw(picture: _Picture, digit: str, left: int, top: int, size: int) -> None:
    for number, point in enumerate(_DIGITS[digit]):
        if point == "1":
            picture.block(left + number % 3 * size, top + number // 3 * (size + 2), size, size + 2, _WHITE)


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
