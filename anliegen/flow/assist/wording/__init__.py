"""Help with wording: what in a text reads badly, and what could stand there instead. The writer decides.

Rules and word lists, no model: the same text always gets the same answer, and nothing leaves the house. It looks at
sentences, not at the matter: whether a proposal is true of the concern only the writer knows. Gaps are marked "…".
Source of the kinds: handbook S1.19 (possible-form, passive, officialese, doubled words) and S1.10 (no blame).
"""

from anliegen.flow.assist.wording.review import Remark, review

__all__ = ["Remark", "review"]
