"""What a citation is for, as far as the words of its own sentence say it: extends, uses, compares, background.

By cue words of the English of papers, and by nothing else: a citation is of use to a paper where the paper itself is the
one who acts ("we", "our model", "this paper", its own name), where a verb says what it does, and where what stands
between that verb and the citation is the verb's object. Whatever else may be meant is left unsaid: a wrong intent costs
more than a missing one. The four are those of the field's own schemes, with their words for ours: of ACL-ARC
(https://doi.org/10.1162/tacl_a_00028) extends, uses, compares or contrasts, background; of SciCite
(https://doi.org/10.18653/v1/N19-1361) method, result comparison, background.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from begat.graph.model import Reference
from begat.loaders.mining.sentences import spans

LONGEST = 1000
"""Characters of a sentence; what is longer is a table or a list that lost its marks, and quotes nothing."""

_ADVERBS = (
    r"(?:(?:also|then|further|here|thus|therefore|hence|first|next|now|both|again|instead"
    r"|(?!rarely|hardly|scarcely|barely|only)[a-z]+ly)\s+)*"
)
_WE = rf"\b(?:we|i)\s+{_ADVERBS}"
_OURS = (
    r"\b(?:our\s+(?:[\w-]+\s+){1,4}?|this\s+(?:paper|work|study|article|report|thesis)\s+"
    rf"|the\s+(?:proposed|present|current)\s+(?:[\w-]+\s+){{1,3}}?){_ADVERBS}"
)
_MADE = r"\bwe\s+(?:propose|present|introduce|develop|describe|design|study)\s+[^,;:]{2,80}?\b(?:that|which)\s+"
_OWN = r"\b(?:we|our|ours|us|this\s+(?:paper|work|study|article)|the\s+(?:proposed|present|current)\s+\w+)\b"
_ARE = r"(?:is|are|was|were)\s+(?:(?!not|rarely|hardly)\w+ly\s+)?"
_DOING = (
    r"(?:us|employ|adopt|utili[sz]|appl|leverag|follow|borrow|compar|contrast|extend|generali[sz]|modif|adapt|augment"
    r"|build|train|test|evaluat|outperform|propos|introduc|present|show|report|discuss)"
)


def _object(*refused: str) -> str:
    """What may stand between a verb and the citation of its object: nothing that turns to another thing."""
    turns = "|".join((
        r"not|no|nor|we|they|others|what|that(?!\s+of\b)|which|who|whose|where|when|because|since|if|unlike|instead|rather|without|except|despite"
        r"|(?:as|like)\s+(?:other|many|most|previous|prior|earlier)|other\s+than|term|terms|notation|definition|word|phrase"
        rf"|(?:and|or|then)\s+(?:\w+ly\s+)?{_DOING}\w*",
        *refused,
    ))  # fmt: skip
    return rf"(?:\s+(?:(?!\b(?:{turns})\b)[^;:]){{0,120}})?$"


_WITH = _object()
_ANY = _object(r"to\s+\w+")
_NEAR = _object(r"to\s+\w+|with|using|via|through|by\s+(?:adding|means|using)|on|in\s+order|over|against|compared")
_RIVAL = _object(r"to\s+\w+|on|over|across|from")  # not the data on which it is outperformed
_OF_USE = _object("against|over|compared|to")

_RULES: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "compares",
        (
            rf"{_WE}(?:compared?|contrast(?:ed)?|benchmark(?:ed)?)\b{_WITH}",
            rf"{_WE}(?:evaluated?|tested?|measured?)\b[^;:,]{{1,60}}\bagainst\b{_ANY}",
            rf"{_OWN}(?:(?!\b(?:because|since|which|where|whose|than|that)\b)[^;:]){{1,90}}?\b(?:outperform(?:s|ed|ing)?|surpass(?:es|ed|ing)?"
            r"|(?:better|worse|higher|lower|faster|slower|stronger|cheaper|smaller|larger|fewer|(?:more|less)\s+\w+)"
            rf"(?:\s+\w+){{0,4}}?\s+than|comparable\s+(?:to|with)|competitive\s+with|on\s+(?:a\s+)?par\s+with|unlike"
            r"|in\s+contrast\s+(?:to|with)|contrary\s+to|(?:different|differs?)\s+from|as\s+opposed\s+to"
            rf"|(?:compared|in\s+comparison)\s+(?:to|with))\b{_RIVAL}",
            r"\b(?:our|these|this)\s+(?:\w+\s+){0,2}(?:results?|findings?|observations?|estimates?|conclusions?)\b[^;:,]{1,50}?"
            r"\b(?:consistent\s+with|in\s+line\s+with|(?:in\s+(?:\w+\s+)?agreement|agrees?|agreed)\s+with|similar\s+to|contradicts?"
            rf"|confirms?|corroborates?)\b{_ANY}",
            rf"\bour\s+(?:\w+\s+)?baselines?\s+(?:is|are|was|were|includes?|included)\b{_ANY}",
        ),
    ),
    (
        "uses",
        (
            r"\bour\s+(?:\w+\s+)?(?:implementation|code|codebase|experiments?|experimental\s+setup|setup|pipeline|evaluation|"
            rf"hyper-?parameters?)\s+(?:{_ARE}(?:based\s+on|built\s+(?:up)?on|adapted\s+from)|builds?\s+(?:up)?on|follows?){_ANY}",
        ),
    ),
    (
        "extends",
        (
            rf"{_WE}(?:extend|extended|generali[sz]ed?|buil[dt]\s+(?:up)?on|modify|modified|adapt|adapted|augment|augmented|"
            rf"(?:are|were)\s+inspired\s+by|take\s+inspiration\s+from)\b{_NEAR}",
            rf"(?:{_OURS}|{_MADE})(?:extends|generali[sz]es|builds\s+(?:up)?on|modifies|adapts|augments|"
            rf"{_ARE}(?:based\s+on|built\s+(?:up)?on|inspired\s+by|derived\s+from|adapted\s+from|"
            rf"an?\s+(?:\w+\s+)?(?:extension|generali[sz]ation|variant|modification|successor)\s+of))\b{_NEAR}",
        ),
    ),
    (
        "uses",
        (
            rf"{_WE}(?:re-?)?(?:use|used|employ|employed|adopt|adopted|utili[sz]ed?|apply|applied|leverage|leveraged|follow|followed|"
            rf"borrow|borrowed|incorporate|incorporated|rel(?:y|ied)\s+on|ma[kd]e\s+use\s+of|implement|implemented)\b{_OF_USE}",
            rf"(?:{_OURS}|{_MADE})(?:uses|employs|adopts|utili[sz]es|applies|leverages|follows|incorporates|relies\s+on|makes\s+use\s+of|"
            rf"{_ARE}(?:implemented|trained|initiali[sz]ed|optimi[sz]ed|evaluated|tested|fine-?tuned|pre-?trained)\s+"
            rf"(?:\w+\s+){{0,2}}?(?:in|with|on|using|from))\b{_OF_USE}",
            rf"{_WE}(?:train|trained|evaluate|evaluated|test|tested|experiment|experimented|fine-?tuned?|pre-?train(?:ed)?|optimi[sz]ed?)\b"
            rf"(?:(?!\b(?:that|which|to|against|we)\b)[^;:,]){{0,60}}?\s(?:on|with|using){_OF_USE}",
            rf"{_OWN}(?:(?!\b(?:that|which|who|than)\b)[^;:]){{1,90}}?\b(?:using|by\s+means\s+of){_OF_USE}",
        ),
    ),
)
_PATTERNS = [(intent, re.compile(pattern, re.I)) for intent, patterns in _RULES for pattern in patterns]

_OPENINGS = (
    ("extends", r"(?:inspired\s+by|building\s+(?:up)?on|based\s+on|extending)"),
    ("uses", r"(?:following|as\s+in)"),
    (
        "compares",
        r"(?:unlike|in\s+contrast\s+(?:to|with)|contrary\s+to|(?:compared|in\s+comparison)\s+(?:to|with)|as\s+opposed\s+to|instead\s+of)",
    ),
)
_OPENED = [(intent, re.compile(rf"^\W*{words}\b{_ANY}", re.I)) for intent, words in _OPENINGS]
"""Before the comma after which the paper itself speaks: "Following [1], we …"."""
_THEN_OWN = re.compile(rf"^[^,;:]{{0,60}},\s+(?:\w+\s+){{0,2}}?{_OWN}", re.I)

_AS_BASELINE = re.compile(r"^[^\w,;]*as\s+(?:an?\s+|our\s+|the\s+)?(?:[\w-]+\s+)?baselines?\b", re.I)
_DESCRIBED = re.compile(
    r"\b(?:was|were)\s+(?:\w+ly\s+)?\w+(?:ed|ne|wn|en|ade|ilt)\b[^;:]{0,80}?\b(?:as\s+(?:previously\s+)?(?:described|reported|detailed)"
    rf"(?:\s+(?:previously|elsewhere|before|earlier))?|(?:using|according\s+to|by\s+means\s+of)){_OF_USE}",
    re.I,
)
"""How the sciences of nature write of their own methods: "were counted using the software of …"."""
_BY_OTHERS = re.compile(
    r"\b(?:et\s+al|they|their|authors?|(?:these|those|one|recent|earlier|previous|prior|another|other)\s+(?:stud(?:y|ies)|works?|trials?))\b",
    re.I,
)

_OWN_AT_ALL = re.compile(rf"{_OWN}|\b(?:i|my|here|herein)\b", re.I)
_OF_OTHERS = re.compile(
    r"\b(?:recent|previous|prior|earlier|existing|many|several|other|related|various|numerous|some|most|early)\s+(?:[\w-]+\s+){0,2}"
    r"(?:works?|stud(?:y|ies)|approaches|methods|models|papers|research|authors|efforts|systems|techniques|algorithms)\b"
    r"|\bet\s+al\b|\b(?:has|have)\s+(?:(?:also|recently|\w+ly)\s+)?(?:been\b|become\b|\w+ed\b|shown\b)|\be\.g\.|\bsuch\s+as\b|\bsee\b"
    r"|\b(?:was|were)\s+(?:\w+ly\s+|first\s+)?(?:proposed|introduced|developed|presented|shown|reported)\b"
    r"|\b(?:proposes?|introduces?|shows?|showed|demonstrates?|reports?|argues?|suggests?|proposed|introduced|reported|argued|suggested)\b"
    r"|\b(?:is|are)\s+(?:an?|one\s+of|widely|commonly|often|well)\b",
    re.I,
)
_RESULT = re.compile(r"\b(?:outperform\w*|surpass\w*|than)\b", re.I)
"""Mostly a paper's own, even where it speaks of itself by a name that nobody knows yet."""
_NOT_YET = re.compile(r"\b(?:future|could|would|should|may|might|plan|hope|intend)\b", re.I)

_GROUP = re.compile(r"[(\[][^()\[\]]*[)\]]")
_OPENED_GROUP = re.compile(r"[(\[][^()\[\]]*$")
_CLOSED_GROUP = re.compile(r"^[^()\[\]]*[)\]]")
_PARTED = re.compile(r"[;:]\s|,?\s(?:but|while|whereas|although|though|however|yet)\s", re.I)


def in_sentences(text: str, references: Sequence[Reference], title: str | None = None) -> tuple[Reference, ...]:
    """References that stand in a text at the sentence that makes them, with what it says that they are for.

    `title` is that of the paper, in which a name before a colon is the paper's own. A reference without a place stays.
    """
    if not any(reference.start is not None for reference in references):
        return tuple(references)
    sentences = spans(text)
    starts = [start for start, _ in sentences]
    own = _name(title)
    return tuple(dict.fromkeys(_placed(text, sentences, starts, references, own)))


def _placed(
    text: str,
    sentences: Sequence[tuple[int, int]],
    starts: Sequence[int],
    references: Iterable[Reference],
    own: str | None,
) -> Iterator[Reference]:
    for reference in references:
        if reference.start is None or reference.end is None:
            yield reference
            continue
        start, end = sentences[max(0, bisect_right(starts, reference.start) - 1)] if sentences else (0, 0)
        if not start <= reference.start < reference.end <= end or end - start > LONGEST:
            yield reference
            continue
        said = intent(text[start:end], reference.start - start, reference.end - start, own)
        yield replace(reference, start=start, end=end, intent=reference.intent or said)


def intent(sentence: str, start: int, end: int, own: str | None = None) -> str | None:
    """What the citation at `sentence[start:end]` is for; None where the sentence does not say. `own`: the paper's name.

    >>> intent("We extend the parser of Li [4] with memory.", 27, 30)
    'extends'
    """
    before, after = _around(sentence, start, end, own)
    if _NOT_YET.search(before):
        return None
    if re.search(_OWN, before, re.I) and _AS_BASELINE.search(after):
        return "compares"
    if _THEN_OWN.search(after) and (opened := _first(_OPENED, before)):
        return opened
    if found := _first(_PATTERNS, before):
        return found
    whole = _named(sentence, own)
    if _OWN_AT_ALL.search(whole):
        return None
    if _DESCRIBED.search(before):
        return None if _BY_OTHERS.search(before) else "uses"
    return "background" if _OF_OTHERS.search(whole) and not _RESULT.search(whole) else None


def _first(patterns: Iterable[tuple[str, re.Pattern[str]]], before: str) -> str | None:
    return next((intent for intent, pattern in patterns if pattern.search(before)), None)


def _around(sentence: str, start: int, end: int, own: str | None) -> tuple[str, str]:
    """The clause before a citation and after it, without what stands in brackets and with the paper's name as "our model"."""
    before = _GROUP.sub("", _OPENED_GROUP.sub("", _GROUP.sub("", sentence[:start])))
    after = sentence[end:]
    if _OPENED_GROUP.search(sentence[:start]):
        after = _CLOSED_GROUP.sub("", after)
    before = _PARTED.split(before)[-1]
    after = _PARTED.split(_GROUP.sub("", after))[0]
    return " ".join(_named(before, own).split()), _named(after, own)


def _named(words: str, own: str | None) -> str:
    return re.sub(rf"(?<![\w-]){re.escape(own)}(?![\w-]|\s\d)", "our model", words) if own else words


def _name(title: str | None) -> str | None:
    """What a title calls its paper's own thing: "Heron: wading slowly"."""
    head, colon, _ = (title or "").partition(":")
    return head.strip() if colon and 0 < len(head.split()) <= 2 and head != head.lower() else None
