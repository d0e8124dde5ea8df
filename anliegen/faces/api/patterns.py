"""Parts of patterns that mean the same to every reader of the description."""

# What is a space differs between the languages of patterns (U+0085 is none to JSON Schema's): so each is named.
SPACES = r"\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
