"""The rules: turns of phrase that state a relation, each with what it takes and what it must refuse.

A rule is a pattern over a sentence in which every list of names is one mark (lists.py) and every "we", "our model"
or "it" is a mark of its own (coreference.py):

    S   a name or "we" that can be the subject: no preposition governs it
    O   a name, whatever governs it
    ~   up to 7 words, no possible subject among them, nor `;` or `:`
    ~~  up to 14 words, other names among them

Without an S, the subject is what the paper introduces. A rule only proposes: how far each is to be believed, the
judge has learned. In the examples `[+Zeta]` is the subject that must (or must not) be found, `[-Omega]` the object,
`[*Zeta]` what the paper introduces, and `:D`, `:T` behind a name say that it is a dataset or a method.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from begat.graph.vocabulary import NodeType, Relation
from begat.loaders.mining import stance
from begat.loaders.mining.context import Line, Scene
from begat.loaders.mining.cues import ideas

_DATA = frozenset({NodeType.DATASET})
_MADE = frozenset({NodeType.MODEL, NodeType.METHOD, NodeType.PAPER})
_ANY = _DATA | _MADE


@dataclass(frozen=True, slots=True)
class Rule:
    """A turn of phrase: `pattern` as described above; only tried in sentences with a cue of the idea `needs`."""

    id: str
    relation: Relation
    takes: str
    pattern: str
    needs: str = ""
    subjects: frozenset[NodeType] = _MADE
    objects: frozenset[NodeType] = _ANY
    firm: bool = True
    """Whether a negation or a "may" before the object forbids it."""
    examples: tuple[str, ...] = ()
    refusals: tuple[str, ...] = ()


_BEATS = r"(?:outperform\w*|surpass\w*|beats?|beating|exceed\w*|outclass\w*|overtak\w*|outrank\w*)"
_MORE = r"(?:better|faster|higher|superior|more|fewer|less|lower|larger|cheaper|stronger|smaller|greater|tighter|simpler|\d+x)"
_GAIN = r"(?:improv\w*|gains?|advantages?|speed-?ups?|boosts?|superiority|reduc\w*|benefits?|increases?|margin|lead)"
_VERSUS = r"(?:(?:compared|comparing|relative|comparison|contrast) (?:to|with|against)|versus|vs)"
_TEST = r"(?:evaluat\w*|tests?|tested|validat\w*|assess\w*|benchmark\w*|verif\w*|experiment\w*|ablations?|studies|simulations?)"
_RESULT = (
    r"(?:results?|accurac\w+|performances?|performs?|state-of-the-art|sota|art|scores?|achiev\w*|improv\w*|outperform\w*|gains?|"
    r"errors?|success|attain\w*|obtain\w*|reach\w*|surpass\w*|effective\w*|shows?|showing|competitive|reduc\w*|perplexity|demonstrat\w*)"
)
_EXTEND = (
    r"(?:extends?|extended|extending|generali[sz]\w*|builds?|building|modif\w*|improves?|improving|enhanc\w*|augment\w*|revisit\w*|adapts?|"
    r"adapting|scal\w*|unif\w*|follows?|following|reformulat\w*|upgrad\w*|advances?|rethink\w*|accelerat\w*|simplif\w*)"
)
_USE = (
    r"(?:us(?:e|es|ed|ing)|utili[sz]\w*|leverag\w*|employ\w*|incorporat\w*|adopt\w*|exploit\w*|rel(?:y|ies|ying)|appl(?:y|ies|ied|ying)|"
    r"integrat\w*|equip\w*|harness\w*|borrow\w*|implement\w*|contain\w*|plug\w*|embed\w*|inject\w*|tak(?:es?|ing) advantage)"
)
_KINDS = r"(?:extension|generali[sz]ation|modification|variants?|versions?|successor|adaptation|improvement|form|analog\w*|counterpart|alternative|simplification|relaxation|reformulation|implementation)"
_TRAIN = r"(?:train\w*|pre-?train\w*|fine-?tun\w*|learn\w*)"

R = Relation
RULES: tuple[Rule, ...] = (
    Rule("beats", R.OUTPERFORMS, "X outperforms, surpasses, beats Y", rf"S ~ {_BEATS} ~ O", "beats", objects=_MADE),
    Rule("beats-aside", R.OUTPERFORMS, "X, of which something is said first, outperforms Y", rf"S ~~ {_BEATS} ~~ O", "beats", objects=_MADE),
    Rule("more-than", R.OUTPERFORMS, "X is faster, better, more accurate than Y", rf"S ~~ {_MORE} ~ (?:than|to|over) ~ O", "beats", objects=_MADE),
    Rule("gains-over", R.OUTPERFORMS, "X improves over Y, X gains on Y", rf"S ~~ {_GAIN} ~ (?:over|upon|against) ~ O", "beats", objects=_MADE),
    Rule("compared-to", R.OUTPERFORMS, "X does better compared to Y", rf"S ~~ (?:{_MORE}|{_GAIN}|achiev\w*|consistently) ~~ {_VERSUS} ~ O", objects=_MADE),
    Rule("compared-first", R.OUTPERFORMS, "compared to Y, X does better", rf"{_VERSUS} ~ O ~ , ~ S ~ (?:{_MORE}|{_GAIN}|{_BEATS}|achiev\w*)", objects=_MADE),
    Rule("beaten-by", R.OUTPERFORMS, "Y is outperformed by X", r"O ~ (?:outperformed|surpassed|beaten|exceeded|improved) by ~ S", "beats", objects=_MADE),
    Rule("rivals", R.COMPARED_WITH, "X rivals, matches, is on a par with, comparable to Y", r"S ~~ (?:rival\w*|match(?:es|ing|ed)?|on par|on a par|on-par|parity|comparab\w*|competitive|equivalent|approach(?:es|ing)|similar\w*) ~ O", "rivals", objects=_MADE),
    Rule("compares", R.COMPARED_WITH, "we compare X with Y", r"compar\w+ ~~ (?:with|to|against|and) ~ O", "rivals", objects=_MADE),
    Rule("trails", R.COMPARED_WITH, "X trails, lags behind, is worse than Y", r"S ~~ (?:trails?|lags?|falls?|worse|inferior|underperform\w*) ~ O", "", objects=_MADE),
    Rule("tested-on", R.EVALUATED_ON, "evaluated, tested, experiments on D", rf"{_TEST} ~~ (?:on|in|using|with|across|over) ~~ O", "tested", objects=_DATA),
    Rule("result-on", R.EVALUATED_ON, "a result, an accuracy, a gain on D", rf"{_RESULT} ~~ (?:on|in|for|over|across|from|of|at) ~ O", "tested", objects=_DATA),
    Rule("result-on-aside", R.EVALUATED_ON, "a result over something else on D", rf"{_RESULT} ~~ (?:on|in|for|over|across) ~~ O", "tested", objects=_DATA),
    Rule("on-data-first", R.EVALUATED_ON, "on D, X does something", r"(?:on|in|for|using|across) ~ O ~ , ~ S", "", objects=_DATA),
    Rule("data-such-as", R.EVALUATED_ON, "datasets or benchmarks such as D", r"(?:datasets?|benchmarks?|tasks?|environments?|domains?|suites?|corpora|problems?|games?|sets) (?:[,:(] )?(?:such as|including|include|like|e\.g\.?|namely|i\.e\.?|\(|:|,) ~ O", "data", objects=_DATA),
    Rule("does-on", R.EVALUATED_ON, "X does something on D", r"S ~~ on ~ O", "", objects=_DATA),
    Rule("trained-on", R.TRAINED_ON, "X is trained, pre-trained, fine-tuned on D", rf"S ~~ {_TRAIN} ~ (?:on|with|using|from|over) ~ O", "trains", objects=_DATA),
    Rule("training-on", R.TRAINED_ON, "training, fine-tuning on D", rf"{_TRAIN} ~ (?:on|with|using|from|over) ~ O", "trains", objects=_DATA),
    Rule("tuned-from", R.FINE_TUNED_FROM, "X is fine-tuned or initialised from Y", r"S ~~ (?:fine-?tun\w*|initiali[sz]\w*|adapt\w*|continu\w*|start\w*|weights) ~ (?:from|of|on top of|with) ~ O", "tunes", objects=_MADE),
    Rule("tuning", R.FINE_TUNED_FROM, "fine-tuning, aligning, instructing Y", r"(?:fine-?tun\w*|align\w*|instruction-tun\w*) ~ O", "tunes", objects=_MADE),
    Rule("distils", R.DISTILLED_FROM, "X is distilled from, learns from, imitates Y", r"S ~~ (?:distil\w*|learns?|imitat\w*|mimic\w*) ~ O", "", objects=_MADE),
    Rule("made-by", R.DISTILLED_FROM, "labels, traces, data made by Y; Y as teacher", r"(?:generated|annotated|labell?ed|synthesi[sz]ed|produced|distilled|teacher\w*|traces|outputs) ~ (?:by|from|of|with|using|is|as) ~ O", "distils", objects=_MADE),
    Rule("extends", R.EXTENDS, "X extends, generalises, builds on, improves Y", rf"S ~ {_EXTEND} ~ O", "extends"),
    Rule("extending", R.EXTENDS, "to extend, building on, improving Y", rf"{_EXTEND} ~ O", "extends"),
    Rule("extension-of", R.EXTENDS, "X is an extension, a version, a variant of Y", rf"S ~~ {_KINDS} (?:of|to|for) ~ O", ""),
    Rule("based-on", R.EXTENDS, "X is based on, inspired by, derived from Y", r"S ~~ (?:based|inspired|derived|built|motivated|grounded|relies|rely|builds?|basis|inspiration|top|spirit) ~ (?:on|upon|by|from|of|in) ~ O", "extends"),
    Rule("y-based", R.EXTENDS, "X is a Y-based, Y-style, Y-like thing", r"S ~~ O -? ?(?:-|based|-based|style|like|inspired|-style|-like)", ""),
    Rule("y-variant", R.EXTENDS, "a Y variant called X", r"O ~ (?:variant|version|extension|architecture|model|algorithm|framework|method|approach)s? ~ S", ""),
    Rule("title-of", R.EXTENDS, "the title: X: … of Y", r"S : ~~ O", ""),
    Rule("new-of-y", R.EXTENDS, "we propose X, a new kind of Y", r"(?:propos\w*|introduc\w*|present\w*|develop\w*) ~ O", "proposes"),
    Rule("uses", R.USES, "X uses, employs, relies on, integrates Y", rf"S ~ {_USE} ~ O", "uses", objects=_MADE),
    Rule("using", R.USES, "using, via, with, by Y", r"(?:using|via|through|with|by|leveraging|employing|utilizing|incorporating|applying|combining|adopting|exploiting|integrating|introducing) ~ O", "", objects=_MADE),
    Rule("used", R.USES, "something uses Y", rf"{_USE} ~ O", "uses", objects=_MADE),
    Rule("combines", R.USES, "X combines, couples, consists of Y and Z", r"S ~~ (?:combin\w*|integrat\w*|coupl\w*|unif\w*|merg\w*|fus\w*|hybrid\w*|bridg\w*|together|consist\w*|compris\w*|compos\w*|equip\w*) ~~ O", "", objects=_MADE),
    Rule("applied-to", R.USES, "X is applied to Y", r"(?:appl\w*|plug\w*|generali\w*|extend\w*|combin\w*) ~ (?:to|into|with|on) ~ O", "", objects=_MADE),
    Rule("such-as", R.SUBCLASS_OF, "Y such as X", r"O ~ (?:such as|like|including|e\.g\.?|namely|called|i\.e\.?) ~ S", "kind", subjects=_ANY),
    Rule("is-a", R.SUBCLASS_OF, "X is a Y", r"S (?:is|are|, a|, an|as|,) ~ O", "", subjects=_ANY),
    Rule("kind-of", R.SUBCLASS_OF, "X is a kind, an instance, a special case of Y", r"S ~ (?:kind|type|instance|form|case|class|example|member)s? of ~ O", "kind", subjects=_ANY),
    Rule("beats-any", R.OUTPERFORMS, "to outperform Y", rf"{_BEATS} ~ O", "beats", objects=_MADE),
    Rule("variant-of", R.VARIANT_OF, "X is a size, member, version of Y", r"S ~~ (?:variants?|versions?|sizes?|family|families|series|members?|suite) ~ O", "variant", subjects=_ANY),
    Rule("variants-x", R.VARIANT_OF, "Y variants such as X", r"O ~ (?:variants?|versions?|sizes?|family|families|series|members?|suite) ~ S", "variant", subjects=_ANY),
)  # fmt: skip

BY_ID = {rule.id: rule for rule in RULES}

_WORDS = r"(?: [^\s§¤;:]+){0,7}?"
_FAR = r"(?: [^\s;]+){0,14}?"
_SUBJECT = r"(?P<s>[§¤]\d+)"
_OBJECT = r"(?P<o>[§¶]\d+)"


def _compiled(pattern: str) -> re.Pattern[str]:
    pattern = pattern.replace(" ~~", _FAR).replace(" ~", _WORDS)
    pattern = re.sub(r"\bS\b", lambda _: _SUBJECT, pattern)
    pattern = re.sub(r"\bO\b", lambda _: _OBJECT, pattern)
    return re.compile(rf"(?:^|(?<= )){pattern}(?= |$)")


_PATTERNS = [(rule, _compiled(rule.pattern)) for rule in RULES]

_GOVERN = frozenset(
    "on with of for to in by than from over using via as at like into upon against between through without under across toward towards "
    "beyond within among behind such including".split()
)
_STEP_OVER = frozenset(
    {
        "the",
        "a",
        "an",
        "both",
        "our",
        "their",
        "its",
        "this",
        "original",
        "standard",
        "recent",
        "popular",
        "-",
        "“",
        '"',
        "(",
        "``",
    }
)


def rendered(line: Line) -> str:
    """A sentence as the patterns see it: `§4` a possible subject at item 4, `¶4` a governed name, `¤4` we or it."""
    words = []
    for at, item in enumerate(line.sequence):
        if item.things:
            words.append(f"{'¶' if _governed(line, at) else '§'}{at}")
        elif item.own and not _governed(line, at):
            words.append(f"¤{at}")
        else:
            words.append(item.text.casefold().replace(" ", "_").lstrip("@") or "_")
    return " ".join(words)


def _governed(line: Line, at: int) -> bool:
    for item in reversed(line.sequence[max(0, at - 4) : at]):
        word = item.text.casefold()
        if word in _GOVERN:
            return True
        if (
            item.things
            or item.own
            or (
                word not in _STEP_OVER
                and not (word.islower() and not ideas(word) and len(word) > 3 and word not in _ENDS)
            )
        ):
            return False
    return False


_ENDS = frozenset("that which where when while whereas thus hence then also with this these here".split())


@dataclass(frozen=True, slots=True)
class Match:
    """A rule that holds between two things in a line; `named`: whether the subject stands there by name."""

    rule: Rule
    line: int
    subject: int
    object: int
    named: bool


def matches(scene: Scene) -> Iterator[Match]:
    """Every rule that holds in a scene, once for each pair, line and way of naming the subject."""
    for number, line in enumerate(scene.lines):
        if line.named:
            yield from dict.fromkeys(_in_line(scene, number, line))


def _in_line(scene: Scene, number: int, line: Line) -> Iterator[Match]:
    said = {idea for cues in line.cues for idea in cues}
    text = rendered(line)
    for rule, pattern in _PATTERNS:
        if rule.needs and rule.needs not in said:
            continue
        at = 0
        while found := pattern.search(text, at):
            at = found.start() + 1
            yield from _stated(scene, number, line, rule, found)


def _stated(scene: Scene, number: int, line: Line, rule: Rule, found: re.Match[str]) -> Iterator[Match]:
    place = int(found["o"][1:])
    if rule.firm and stance.before(line.sequence, place) & {"not"}:
        return
    named, subjects = False, tuple(scene.introduced)
    if "s" in found.re.groupindex:
        item = line.sequence[int(found["s"][1:])]
        named, subjects = bool(item.things), item.things or item.own
    for subject in subjects:
        for object_ in line.sequence[place].things:
            if subject != object_ and scene.types[subject] in rule.subjects and scene.types[object_] in rule.objects:
                yield Match(rule, number, subject, object_, named)
