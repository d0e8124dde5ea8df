"""Whether an English clause with a time in it binds us."""

import re

_AUXILIARY = r"(?:will|shall|'ll|’ll|am going to|are going to|promise|guarantee|commit)"
WE = re.compile(
    r"\b(?:i|we)\b(?: \w{1,15})?(?: |(?=['’]))"
    + _AUXILIARY
    + r"\b|\b(?:i|we)['’]ll\b|\b(?:i am|we are|i['’]m|we['’]re) \w{2,15}ing\b"
)
YOU_GET = re.compile(r"\byou(?:['’]ll| will| are going to) (?:\w{1,12} )?(?:receive|get|hear|have|find|see)\b")
COLLEAGUE = re.compile(
    r"\b(?:my|our|the|a|an) (?:\w{1,20} )?(?:colleague|technician|engineer|team|department"
    r"|manager)s?\b.{0,20}\bwill\b"
)
DONE_FOR_YOU = re.compile(
    r"\b(?:will|going to) be (?:\w{1,15} )?(?:refunded|credited|transferred|paid|sent|mailed|posted|shipped"
    r"|delivered|corrected"
    r"|changed|fixed|repaired|replaced|reviewed|checked|processed|answered|called|cancelled|settled|done|ready"
    r"|with you|finished"
    r"|installed|connected|resolved|in your account|back)\b"
)
BINDS = (WE, YOU_GET, COLLEAGUE, DONE_FOR_YOU)

NEGATED = re.compile(r"\b(?:not(?! later| only)|never|cannot|no(?! later)|without|unable)\b|n['’]t\b")
YOU_DO = re.compile(
    r"\bplease\b|\byou (?:\w{1,12} )?(?:must|should|need to|can|could|may|have to|have until|would)\b"
    r"|\b(?:need|require|expect|ask|want|like) (?:\w{1,15} )?(?:from )?you\b|\bfrom you\b|\b(?:could|can|would"
    r"|will|may) you\b"
)
ORDERS = re.compile(
    r"^[\s,;:–—(]*(?:then )?(?:send|let|call|reply|pay|tell|write|return|provide|give|contact|submit)\b"
)
PAST = re.compile(r"\b(?:was|were|had|did|sent|wrote|called|received|spoke|talked|have \w{3,15}ed|has \w{3,15}ed)\b")
FACT = re.compile(
    r"\b(?:valid|expires?|due|deadline|runs until|open(?:ing)?|closed|applies|starts|begins|ends|debited"
    r"|on (?:holiday|leave|vacation)|out of (?:the )?office|away)\b"
)
REPORTED = re.compile(r"^[\s,;:–—(]*(?:that|whether|if)\b")
THEY_SAY = re.compile(r"\b(?:you|they|he|she) (?:said|say|asked|ask|wrote|write|want|wanted|expect|expected|claim)\b")
CARRIES_ON = re.compile(r"^and (?:then )?\w{2,15}\b(?! you (?:must|can|should))")

NO_CONDITION = re.compile(r"\beven if\b|\bif necessary\b|\bas (?:agreed|discussed)\b")
CONDITION = re.compile(
    r"\b(?:if|unless|once|provided|assuming|as soon as|when|after (?:we |i )?(?:receiv\w{1,4}|receipt|you)"
    r"|otherwise|in case"
    r"|depending|should you)\b"
)
THEN = re.compile(r"^[\s,;:–—(]*then\b")
PLEASE = re.compile(r"\bplease\b")
# "About" is doubt before a time and none before a matter; "plan" is hope as a verb and a thing as a noun.
_ROUGHLY = (
    r"(?:about|around)(?= (?:\d|an?\b|the (?:end|middle|beginning|start)\b|(?:one|two|three|four|five|six|ten)\b"
    r"|noon\b|midday\b|next\b|tomorrow\b|(?:mon|tues|wednes|thurs|fri|satur|sun)day\b))"
)
SOFT = re.compile(
    r"\b(?:probably|hopefully|possibly|perhaps|maybe|might|should|could|try|aim|hope|expect|likely|usually"
    rf"|normally|can|{_ROUGHLY}|(?:i|we)(?: \w{{1,12}})? plan|planning to)\b"
)
BEFORE = re.compile(
    r"\b(?:since|from|every|each|last|after|between|of|per|the previous|past|good)[ \t\u00a0\n]{1,4}(?:to |until )?$"
)
