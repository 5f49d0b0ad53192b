"""What staff write about the plan: roles and never people, and nothing by which a child could be known.

A machine finds numbers, addresses and titles; it does not know a child's first name. So a text is read by whoever
publishes it too: docs/action_plan.md says what readers of each edition see.
"""

import re

from etl.privacy import holds_identifier

LONGEST = 1_000  # characters of one text
_PERSON = re.compile(r"\b(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Professor|Cllr|Councillor|Sir|Dame|Rev)\.?\s+[A-Z][\w'’-]+")
_BORN = re.compile(r"\b(?:d\.?o\.?b\.?|date of birth|born (?:on|in)?\s*\d)", re.IGNORECASE)
_PHONE = re.compile(r"(?<![\w.-])(?:\+44|0)(?:[\s()-]?\d){9,10}(?!\d)")
_LINK = re.compile(r"https://[^\s<>\"]+")
_SCHEME = re.compile(r"\s*[a-z][a-z0-9+.-]*:", re.IGNORECASE)
# Words that roles are made of. Two or three capitalised words without any of them may be somebody's name.
_OF_ROLES = re.compile(
    r"\b(?:lead|leads|manager|officers?|director|commission\w*|workstream|head|team|practitioner|co-?ordinator|advis[eo]r|"
    r"board|group|programme|services?|chair|deputy|senior|executive|principal|steering|partnership|trust|council|hub|"
    r"governance|psycholog\w*|therap\w*|nurse|doctor|paediatric\w*|consultant|clinical|education\w*|health|social|care|"
    r"care[r]?s|parents?|families|inclusion|transformation|quality|data|analyst|register|providers?|schools?|settings?|"
    r"send|lano|icb|ics|dco|dsco|cyp|lda|nd|slcn|slt|camhs|pacc|system|leads?|forum|network|committee|working|"
    r"assistant|representatives?|specialist|designated|early|years|help|support|children|young|people|university|"
    r"local|authority|nhs|community|mental|department)\b",
    re.IGNORECASE,
)


def tidy(text: str | None) -> str | None:
    """Return a text on one line without blanks around it; None for nothing."""
    return " ".join((text or "").split()) or None


def text_faults(text: str | None) -> list[str]:
    """Return, in words, why a text may not be kept; empty where it may. Never a part of the text."""
    if not text:
        return []
    found = []
    if holds_identifier(text):
        found.append("it holds an NHS or pupil number, an e-mail address or a postcode")
    for pattern, what in ((_PERSON, "names a person; write the role"), (_BORN, "speaks of a date of birth"),
                          (_PHONE, "holds a telephone number")):  # fmt: skip
        if pattern.search(text):
            found.append(f"it {what}")
    if len(text) > LONGEST:
        found.append(f"it is longer than {LONGEST:,} characters")
    return found


def evidence_faults(text: str | None) -> list[str]:
    """Return why an evidence is none: a link begins with https://, anything else says where it is kept."""
    if text and _SCHEME.match(text) and not _LINK.fullmatch(text):
        return ["a link begins with https:// and holds no blank; or say in words where the evidence is kept"]
    return text_faults(text)


def may_be_a_name(role: str | None) -> bool:
    """Return whether a role looks like a person: two or three capitalised words, none of them a word of roles."""
    words = (role or "").split()
    capitals = all(re.fullmatch(r"[A-Z][\w'’-]*\.?", word) for word in words)
    return 2 <= len(words) <= 3 and capitals and not _OF_ROLES.search(str(role))
