"""Names: folded for comparing, parsed for understanding. Who is meant is decided in `graph/identity.py`.

`fold` takes away what never tells two things apart: case, accents, spaces, hyphens, quotes, a plural s.
`parse` reads what a name says about itself: of which family it is, which version, size and flavour of it.
`ParsedName.key` is equal exactly for the names that mean the same wherever no text says otherwise.
"""

import re
import unicodedata
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import permutations

from rapidfuzz import fuzz

_GREEK = {
    chr(point): unicodedata.name(chr(point)).rsplit(" ", 1)[1].casefold()
    for point in range(0x3B1, 0x3CA)
    if "FINAL" not in unicodedata.name(chr(point))
}
_SYMBOLS = str.maketrans({"×": "x", "ß": "ss", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "æ": "ae", "Æ": "AE", "‖": "||"})
_LATEX_COMMAND = re.compile(r"\\([A-Za-z]+)\s*")
_LATEX_MARKS = re.compile(r"[${}^~\\]+")
_MARKS = re.compile(r"[^\w+*&#@.|]+|_+|(?<!\d)\.|\.(?!\d)")
_BETWEEN_DIGITS = re.compile(r"(?<=\d) (?=\d)")
_POSSESSIVE = re.compile(r"['’]s$")
# A lower-case s after a letter that does not itself end a singular (analysis, Pegasus, Atlas, Chronos, class);
# an upper-case S belongs to an acronym (DARTS is not the plural of DART).
_PLURAL = re.compile(r"(?:(?<=[^\W\d_]{2}[^\W\d_suioaSUIOA])|(?<=[A-Z][A-Z])|(?<=[a-z][A-Z]))s$")


def _plain(name: str) -> str:
    """The name without accents and LaTeX, Greek letters spelled out, its case kept."""
    if name.isascii() and "\\" not in name and "$" not in name:
        return name
    name = _LATEX_COMMAND.sub(lambda m: m[1] if m[1].casefold() in _GREEK.values() else "", name)
    name = unicodedata.normalize("NFKD", _LATEX_MARKS.sub("", name).translate(_SYMBOLS))
    if name.isascii():
        return name
    name = "".join(c for c in name if not unicodedata.combining(c))
    return "".join(_GREEK.get(c.lower(), c) for c in name)


@lru_cache(maxsize=200_000)
def fold(name: str) -> str:
    """What is left of a name when case, accents, spaces, hyphens, quotes and a plural s do not count.

    A mark between two digits does count: `Llama 2 7B` is not `Llama 27B`. Never empty for a name that is not.

    >>> fold("Tülu-2"), fold("Vision Transformers"), fold("Llama 2-7B")
    ('tulu2', 'visiontransformer', 'llama2-7b')
    """
    name = name.strip()
    if name.isascii() and name.replace(" ", "").isalpha():  # most words have nothing to lose but a plural s
        return (_PLURAL.sub("", name) if name[-1] == "s" else name).lower().replace(" ", "")
    words = _MARKS.sub(" ", _POSSESSIVE.sub("", _plain(name))).strip()
    folded = _BETWEEN_DIGITS.sub("-", _PLURAL.sub("", words).casefold()).replace(" ", "")
    return folded or name.casefold()


@dataclass(frozen=True, slots=True)
class ParsedName:
    """A name taken apart: `LLaMA-2-7B-chat` is stem LLaMA, version 2, size 7B, flavour chat.

    `version` is normal ("2" for v2 and 2.0 alike), `size` and `flavour` as written; `key` is the folded whole in
    one order, without a version 1, which is what a first release gets called afterwards.
    """

    stem: str
    version: str | None = None
    size: str | None = None
    flavour: str | None = None

    @property
    def key(self) -> str:
        """Equal for names that mean the same."""
        return _key(self)

    @property
    def family_key(self) -> str:
        """Equal for all versions, sizes and flavours of one family."""
        return _key(ParsedName(self.stem))

    @property
    def variant(self) -> bool:
        """Whether it is a size or a flavour of something."""
        return self.size is not None or self.flavour is not None

    @property
    def families(self) -> tuple["ParsedName", ...]:
        """What it is a variant of, nearest first: the same without flavour, without size, without either."""
        if not self.variant:
            return ()
        nearest = [
            ParsedName(self.stem, self.version, self.size),
            ParsedName(self.stem, self.version, None, self.flavour),
            ParsedName(self.stem, self.version),
        ]
        return tuple(dict.fromkeys(n for n in nearest if n != self))

    @property
    def order(self) -> tuple[int, ...]:
        """Its place among the versions of its family; no version counts as the first."""
        return tuple(int(part) for part in (self.version or "1").split("."))


@lru_cache(maxsize=200_000)
def _key(parsed: ParsedName) -> str:
    version = None if parsed.version == "1" else parsed.version
    return fold(" ".join(part for part in (parsed.stem, version, parsed.size, parsed.flavour) if part))


def _words(line: str) -> frozenset[str]:
    return frozenset(line.split())


_SIZE_WORDS = _words("tiny mini small medium base large xlarge xxlarge huge giant nano micro xs xl xxl xxxl")
_SIZE_LETTERS = frozenset("TSBLHGM")
_FLAVOURS = _words(
    "chat instruct turbo preview vision pro ultra flash lite plus uncased cased multilingual distilled quantized"
    " quantised coder instruction chatbot online thinking hf awq gguf int8 int4 fp16 bf16 4bit 8bit"
)
# Also names of methods: a flavour only of what has a version or a size (Tulu-2-DPO, but not LoRA-DPO).
_TRAININGS = _words("sft dpo ppo rlhf it code math")
_GENERIC = _words(
    "model models dataset datasets benchmark benchmarks corpus suite algorithm algorithms framework method methods approach technique"
    " optimizer optimiser system"
)
_SIZE = re.compile(r"(?:\d{1,3}[xX])?[aA]?\d+(?:\.\d+)?[BbMmKkT]|\d+(?:\.\d+)?-?(?:billion|million)", re.ASCII)
_LEADING_SIZE = re.compile(r"(?:\d{1,3}[xX])?\d+(?:\.\d+)?[BM]", re.ASCII)
_VERSION = re.compile(r"(?:[vV](?:er(?:sion)?)?\.? ?)(\d+(?:\.\d+)*)", re.ASCII)
_BARE_VERSION = re.compile(r"([0-9](?:\.\d+)*)", re.ASCII)
_LETTERED_VERSION = re.compile(r"([0-9](?:\.\d+)?)([A-Za-z])", re.ASCII)
_GLUED_VERSION = re.compile(r"(.*[^\W\d_])(?<![Cc]on)[vV](\d+(?:\.\d+)*)")
_GLUED_DIGIT = re.compile(r"(.*[^\W\d_]{3})(?<![a-z][A-Z])([1-9](?:\.\d+)?)([a-zA-Z]?)")
_GLUED_SIZE = re.compile(r"(.*[^\W\d_]{3})(\d+(?:\.\d+)?[Bb])")
_YEAR = re.compile(r"(?P<before>[^\W\d_][\s\-'’]*)(?:19(?=[89]\d)|20(?=[0-3]\d))(?P<year>\d\d)(?!\d|[A-Za-z]|[.x]\d)")
_TOKEN_MARKS = re.compile(r"[\s\-–—‑_/,:()'’\"`]+")
_VERSION_WORD = re.compile(r"\b[vV](?:ersion|er\.?|\.)?[\s\-]+(?=\d)")
_WITH_ACRONYM = re.compile(r"(.{6,}?)\s*\(([A-Za-z][\w\-+]{1,11})\)")
_PLUS_WORD = re.compile(r"(?<=\w)\+(?=[A-Za-z])")
_HUB = re.compile(r"[A-Za-z][A-Za-z\-]{2,}/(?=[A-Za-z][\w.]*-)(?=[^/\s]*\d)[^/\s]+")
_SHAPED = re.compile(r"(?<!^)[A-Z0-9]")
_UNITS = frozenset("BbMmKkTtDd")
"""Letters after a digit that measure something, and so are no flavour: 7B, 16k, 3D."""


@lru_cache(maxsize=200_000)
def parse(name: str) -> ParsedName:
    """A name taken apart.

    >>> parse("LLaMA-2-7B-chat")
    ParsedName(stem='LLaMA', version='2', size='7B', flavour='chat')
    >>> parse("MiniLMv2").version, parse("CIFAR-10").version
    ('2', None)
    """
    tokens = _tokens(name)
    version: str | None = None
    sizes: list[str] = []
    flavours: list[str] = []
    if len(tokens) > 1 and _LEADING_SIZE.fullmatch(tokens[0]):  # 540B PaLM
        sizes.append(tokens.pop(0))
    while tokens:
        token, alone = tokens[-1], len(tokens) == 1
        if not alone and _is_size(token, tokens[:-1]):
            sizes.insert(0, token)
        elif not alone and token.isdigit() and len(tokens) > 2 and tokens[-2] in _SIZE_LETTERS:
            sizes[:0] = [tokens[-2] + token]  # a patch size: ViT-L/16
            tokens.pop()
        elif not alone and _is_flavour(token, tokens[:-1], sizes, version):
            flavours.insert(0, token.lstrip("+"))
        elif version is None and (found := _version(token, alone)):
            stem, version, letter = found
            if letter:
                flavours.insert(0, letter)
            if stem:
                tokens[-1] = stem
                continue
        elif not sizes and (glued := _GLUED_SIZE.fullmatch(token)):
            sizes.insert(0, glued[2])
            tokens[-1] = glued[1]
            continue
        else:
            break
        tokens.pop()
    if not tokens:
        return ParsedName(name.strip())
    return ParsedName(_stem(name, tokens), version, "-".join(sizes) or None, "-".join(flavours) or None)


def _tokens(name: str) -> list[str]:
    """The words of a name, without article, repeated acronym and generic head."""
    plain = _POSSESSIVE.sub("", _plain(name.strip()))
    if _HUB.fullmatch(plain):
        plain = plain.split("/")[1]
    if (both := _WITH_ACRONYM.fullmatch(plain)) and acronym_of(both[2], both[1]):
        plain = both[1]
    plain = _VERSION_WORD.sub("v", _YEAR.sub(r"\g<before>\g<year>", plain))
    plain = _PLUS_WORD.sub(" +", plain)
    tokens = [t.strip(".") for t in _TOKEN_MARKS.split(plain) if t.strip(".")]
    if len(tokens) > 1 and tokens[0].lower() == "the":
        tokens = tokens[1:]
    if tokens and not tokens[-1].isupper() and tokens[-1].lower() in _GENERIC and _told_by(tokens[:-1]):
        tokens.pop()
    return tokens


def _told_by(tokens: list[str]) -> bool:
    """Whether these words are a name without a noun of class behind: K FAC, GPR GNN, not Deep Q."""
    words = [token for token in tokens if token.islower() or (token.istitle() and len(token) > 1)]
    return not words and any(map(_shaped, tokens))


def _shaped(token: str) -> bool:
    """Whether a word looks like a name by itself: capitals or digits past its first letter."""
    return _SHAPED.search(token) is not None


def _is_size(token: str, before: list[str]) -> bool:
    if _SIZE.fullmatch(token):
        return True
    if token in _SIZE_LETTERS:
        return _shaped(before[-1]) or before[-1][-1].isdigit()
    return token.lower() in _SIZE_WORDS


def _is_flavour(token: str, before: list[str], sizes: list[str], version: str | None) -> bool:
    lower = token.lstrip("+").lower()
    if lower in _FLAVOURS or (re.fullmatch(r"\d{4}", token) and before[-1].lower() in _FLAVOURS):
        return True
    return lower in _TRAININGS and bool(
        sizes or version or _SIZE.fullmatch(before[-1]) or (_version(before[-1], len(before) == 1))
    )


def _version(token: str, alone: bool) -> tuple[str, str, str] | None:
    """(rest of the token, version, trailing letter) where the token is or ends in a version."""
    if not alone:
        if found := _VERSION.fullmatch(token) or _BARE_VERSION.fullmatch(token):
            return "", _normal(found[1]), ""
        if (found := _LETTERED_VERSION.fullmatch(token)) and found[2] not in _UNITS:
            return "", _normal(found[1]), found[2]
    if found := _GLUED_VERSION.fullmatch(token):
        return found[1], _normal(found[2]), ""
    if (found := _GLUED_DIGIT.fullmatch(token)) and found[3] not in _UNITS:
        return found[1], _normal(found[2]), found[3]
    return None


def _normal(version: str) -> str:
    """2.0 → 2, 1.10 → 1.10."""
    whole = re.sub(r"(?:\.0+)+$", "", version)
    return str(int(whole)) if whole.isdigit() else whole


def _stem(name: str, tokens: list[str]) -> str:
    """The stem as it is written in the name where it stands there in one piece."""
    tokens = [_inner_version(t) for t in tokens]
    at = end = name.find(tokens[0])
    for token in tokens:
        here = name.find(token, end)
        if at < 0 or here < 0 or not (here == at or _TOKEN_MARKS.fullmatch(name, end, here)):
            return " ".join(tokens)
        end = here + len(token)
    return name[at:end]


def _inner_version(token: str) -> str:
    """`StyleGANv2` in the midst of a name is `StyleGAN2`, `V2` is `2`."""
    if found := _GLUED_VERSION.fullmatch(token):
        return found[1] + _normal(found[2])
    if found := _VERSION.fullmatch(token):
        return _normal(found[1])
    return token


_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")


_ENDINGS = re.compile(
    r"(?<=\w{3})(?:isation|ization|ation|ators?|ative|ional|ions?|ives?|ors?|ers?|ings?|ic|is|iz|ed|est|es|ies|ment|ally|al|ly|cy|te|e|y|s)+$"
)
_JOINING = frozenset("a an and as at by for from in of on s the through to via with".split())
_CLASS = frozenset(
    "algorithm approach architecture block distance framework layer loss mechanism method model modeling modelling module net network "
    "objective procedure prompting sampling scheme strategie strategy system technique".split()
)
"""Nouns of class, in the singular, or what is left of the plural without its s."""
_SLIP = 88
"""From how alike on, in percent of their letters, two long words are one with a slip of the pen."""


@lru_cache(maxsize=200_000)
def akin(a: str, b: str) -> str:
    """How the first of two names resembles the second, in a word; empty where it does not.

    >>> akin("Zeta 2", "Zeta"), akin("Zeta-7B", "Zeta"), akin("Deep Zeta", "Zeta"), akin("Zeta", "Loom")
    ('newer', 'variant', 'ends', '')
    """
    one, two = parse(a), parse(b)
    if fold(one.stem) == fold(two.stem):
        if one.key == two.key:
            return "same"
        if two in one.families:
            return "variant"
        if one in two.families:
            return "family"
        if one.order != two.order:
            return "newer" if one.order > two.order else "older"
        return "sibling"
    x, y = fold(a), fold(b)
    if len(y) >= 2 and x != y:
        if x.endswith(y):
            return "ends"
        if x.startswith(y):
            return "starts"
        if len(y) >= 3 and y in x:
            return "holds"
        if len(x) >= 3 and y.endswith(x):
            return "head of"
        if len(x) >= 3 and x in y:
            return "inside"
    return ""


def resemblances(names: Sequence[str]) -> dict[tuple[int, int], str]:
    """How names resemble one another (`akin`), by their numbers, where they do; in order.

    Without comparing all with all: a page may have thousands. Those that resemble share a stem, or one holds the other.

    >>> resemblances(["Zeta", "Loom", "Deep Zeta"])
    {(0, 2): 'head of', (2, 0): 'ends'}
    """
    by_stem: dict[str, list[int]] = defaultdict(list)
    by_form: dict[str, list[int]] = defaultdict(list)
    for number, name in enumerate(names):
        by_stem[fold(parse(name).stem)].append(number)
        by_form[fold(name)].append(number)
    pairs = {pair for numbers in by_stem.values() for pair in permutations(numbers, 2)}
    lengths = sorted({len(form) for form in by_form if len(form) > 1})
    for form, holding in by_form.items():
        for length in lengths[: bisect_left(lengths, len(form))]:
            for at in range(len(form) - length + 1):
                for held in by_form.get(form[at : at + length], ()):
                    pairs.update(pair for number in holding for pair in ((number, held), (held, number)))
    told = ((pair, akin(names[pair[0]], names[pair[1]])) for pair in sorted(pairs))
    return {pair: kind for pair, kind in told if kind}


def same_phrase(one: str, other: str) -> bool:
    """Whether two phrases are the same words but for endings, hyphens, a slip of the pen, and nouns of class behind.

    >>> same_phrase("Low-Rank Adaptation", "low rank adapters"), same_phrase("Deep Equilibrium", "deep equilibrium layers")
    (True, True)
    >>> same_phrase("group attention", "graph attention"), same_phrase("gradient descent", "gradient descent ascent")
    (False, False)
    """
    first, second = _telling_words(one), _telling_words(other)
    if len(first) == len(second):
        return all(map(_same_word, first, second))
    return _without_ending("".join(first)) == _without_ending("".join(second))


def _telling_words(phrase: str) -> list[str]:
    """The words of a phrase that tell it from others."""
    words = [word for word in re.findall(r"[^\W_]+", _plain(phrase).casefold()) if word not in _JOINING]
    while len(words) > 1 and words[-1].removesuffix("s") in _CLASS:
        words.pop()
    return words


def _same_word(one: str, other: str) -> bool:
    shorter, longer = sorted((one, other), key=len)
    if _without_ending(one) == _without_ending(other) or (len(shorter) >= 6 and longer.startswith(shorter)):
        return True
    return min(len(one), len(other)) >= 5 and one[0] == other[0] and fuzz.ratio(one, other) >= _SLIP


def _without_ending(word: str) -> str:
    """A word without its endings, a doubled consonant before them simple: programm-ing is program."""
    stem = _ENDINGS.sub("", word)
    return stem[:-1] if stem[-2:-1] == stem[-1:] else stem


def acronym_of(short: str, long: str) -> bool:
    """Whether `short` can stand for `long`: its letters are found in order, first on first, mostly at word starts.

    >>> acronym_of("DNO", "Direct Nash Optimization"), acronym_of("DNO", "Direct Preference Optimization")
    (True, False)
    """
    letters = [c for c in _plain(short).casefold() if c.isalnum()]
    if len(letters) > 1 and letters[-1] == "s" and short.endswith("s"):
        letters.pop()  # the plural's
    words = [w.casefold() for w in re.findall(r"[^\W_]+", _CAMEL.sub(" ", _plain(long)))]
    if len(letters) < 2 or len(words) < 2 or letters[0] != words[0][0]:
        return False
    return _spells(letters, words) or _abbreviates(_CAMEL.sub(" ", short).casefold().split(), words)


def _abbreviates(parts: list[str], words: list[str]) -> bool:
    """Whether each part shortens one word: Fed Avg, federated averaging."""
    return len(parts) == len(words) and all(
        part[0] == word[0] and re.search(".*?".join(map(re.escape, part)), word) is not None
        for part, word in zip(parts, words, strict=True)
    )


def _spells(letters: list[str], words: list[str]) -> bool:
    """Whether the letters run through the words in order, most of them heading a word."""
    heads, word, at = 0, 0, -1
    for letter in letters:
        ahead = next((w for w in range(word + (at >= 0), len(words)) if words[w][0] == letter), None)
        within = words[word].find(letter, at + 1) if at >= 0 else -1
        if ahead is not None and (ahead - word <= 2 or within < 0):
            word, at, heads = ahead, 0, heads + 1
        elif within >= 0:
            at = within
        else:
            return False
    enough = heads * 3 >= len(letters) * 2
    return enough or (heads * 2 >= len(letters) and (heads >= 3 or word == len(words) - 1))


_NOT_LETTERS = re.compile(r"[\W_]+")


def squash(text: str) -> str:
    """A text or name as nothing but its folded letters and digits: a name can stand only where its squash does."""
    return _NOT_LETTERS.sub("", _plain(text).casefold())
