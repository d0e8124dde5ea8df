"""How much of a mail is looked at. Whatever lies beyond stays in the stored raw mail; a defect says that it does."""

# The whole mail.
PARTS = 1_000  # parts of all multiparts together
DEPTH = 30  # multiparts inside multiparts
DEFECTS = 50  # told, then no more
UU_LINES = 1_000_000  # lines of a uuencoded part, 45 bytes each
FALSE_BOUNDARIES = 20_000  # lines that begin like a boundary of one multipart and are none

# Headers. Bytes.
HEADERS = 500  # fields of one part
HEADER_LINES = 50_000  # of all parts together
HEADER = 65_536  # one field
HEADER_BLOCK = 1_048_576  # the header fields of all parts together
NEEDED_HEADER = 1_000  # a field that nobody could answer without, once the others have used the block up
WORDS = 65_536  # characters of one field in which encoded words are decoded
WORD = 2_000  # characters of one encoded word
PARAMETERS = 8_192  # bytes of one field in which parameters are read
ADDRESSES = 1_000  # of one field
IDENTIFIERS = 200  # Message-IDs of one field: the first ones and the last ones

# Bodies. Bytes before decoding for a part, characters for what people read.
TEXT_PARTS = 2_000_000  # all of them together
HTML_PARTS = 2_000_000  # all of them together
TEXT = 1_000_000
HTML_ELEMENTS = 30_000
HTML_TEXT = 1_000_000

# Splitting off quotes: lines, and the characters of a line that patterns see.
QUOTE_LINES = 10_000
PATTERN_LINE = 400

# Bounces.
REPORT = 500_000  # bytes of a report that are read
REPORT_BEGINNING = 65_536  # bytes in which flufl.bounce looks
BOUNCED = 500  # recipients
DIAGNOSTIC = 500  # characters

# What is packed into a mail.
TNEF_ATTRIBUTES = 10_000  # of one winmail.dat, and properties of one of its attributes
RTF_DEPTH = 1_000
CALENDAR = 200_000  # bytes of a calendar that are read
CALENDAR_EVENTS = 50
BINHEX = 40_000_000  # bytes that one may give
BINHEX_RUNS = 2_000_000  # of the same byte
SEALED = 40_000_000  # bytes of a signed or encrypted part that are checked or opened
SEALED_ELEMENTS = 60_000  # of ASN.1 in it; what a program encrypts as it goes has one for each 1,000 bytes
SIGNATURE = 1_000_000  # bytes of a signature that lies beside what it signs
SEALS_S = 3.0  # seconds from the first seal of a mail on; what is not open by then stays closed
SEALS = 5  # seals inside each other
OPENED = 40_000_000  # bytes that opening one may give
