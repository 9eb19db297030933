"""Cue words: the words by which a sentence states a relation, each under the idea that it signals.

A cue alone decides nothing; where it stands between two names is what rules and the judge look at.
"""

import re
from functools import lru_cache

_IDEAS: dict[str, str] = {
    "beats": r"outperform\w*|surpass\w*|beat|beats|beating|beaten|exceed\w*|outrank\w*|outclass\w*|overtak\w*|superior\w*|better|faster|"
    r"higher|larger|cheaper|fewer|lower|stronger|improv\w*|gain|gains|speedup\w*|reduc\w*|advantage\w*|boost\w*|improves",
    "rivals": r"compar\w*|match|matches|matching|matched|rival\w*|par|on-par|parity|competitive|similar|similarly|equal|"
    r"equivalent\w*|approach(?:es|ing)|versus|vs|against|trail\w*|behind|contrast\w*|differ|differs|resembl\w*|worse|gap",
    "tested": r"evaluat\w*|experiment\w*|test|tested|tests|testing|benchmark\w*|validat\w*|assess\w*|demonstrat\w*|result|"
    r"results|performance|accuracy|achiev\w*|score|scores|scored|report|reports|reported|empirical\w*|verify|verified|"
    r"state-of-the-art|sota|art|sets|attain\w*|reach\w*|obtain\w*|perform|performs|bleu|map|fid|auc|f1|top-1|error|show|shows|study",
    "data": r"dataset\w*|environments?|sets|problems|games?|data|corpus|corpora|benchmarks?|suite|collection|tasks?|challenge|leaderboard|domains?|datasets",
    "trains": r"train|trains|trained|training|pre-?train\w*|learn|learns|learned|learnt|learning|fit|fitted|supervis\w*",
    "tunes": r"fine-?tun\w*|initiali[sz]\w*|start|starts|starting|adapt|adapted|adaptation|align|aligned|aligning|tuned|tuning|"
    r"checkpoint\w*|weights|continu\w*|backbone\w*",
    "distils": r"distil\w*|teacher\w*|student\w*|imitat\w*|mimic\w*|traces|pseudo-label\w*|annotat\w*|produc\w*|label\w*|explanations?|outputs|generated|synthe\w*",
    "extends": r"exten\w*|generali[sz]e[sd]?|generali[sz]ing|generali[sz]ation|build|builds|building|built|modif\w*|augment\w*|enhanc\w*|"
    r"successor|follow\w*|inspir\w*|based|basis|upgrade\w*|revisit\w*|unif(?:y|ies|ied|ying)|derive\w*|style|like|-based|"
    r"improv\w*|extension\w*|modification\w*|advanc\w*|scal(?:e|es|ing)|version|analog\w*|counterpart\w*|rethink\w*|reformulat\w*",
    "uses": r"use|uses|used|using|utili[sz]\w*|leverag\w*|employ\w*|incorporat\w*|combin\w*|integrat\w*|appl(?:y|ies|ied|ying)|application\w*|equip\w*|"
    r"adopt\w*|exploit\w*|rel(?:y|ies|ying)|via|through|consist\w*|compris\w*|contain\w*|compos\w*|plug\w*|implement\w*|power\w*|"
    r"harness\w*|utilization|introducing|couple\w*|coupling|replac\w*|insert\w*|together|borrow\w*|built-in|takes|support\w*",
    "variant": r"variant\w*|versions?|sizes?|family|families|series|flavou?rs?|distilled|quantized|small|base|large|xl|tiny|members?",
    "kind": r"such|including|include|includes|e\.?g|namely|instance\w*|kind|type|types|form|class|special|particular|called|i\.?e|like|example",
    "proposes": r"propos\w*|introduc\w*|present|presents|presented|presenting|develop|develops|developed|call|called|named|name|"
    r"dubbed|term|termed|design|designs|designed|novel|new|denote\w*|release\w*|releasing|contribut\w*|describe\w*|offer|construct\w*|create\w*",
    "others": r"existing|previous\w*|recent|recently|prior|conventional|traditional\w*|popular\w*|widely|common|commonly|typical\w*|"
    r"current|standard|classical|classic|baseline\w*|competing|well-known|vanilla|original|earlier|past|literature|works",
    "unlike": r"unlike|instead|rather|whereas|however|although|while|despite|though|but|yet|contrary|conversely",
    "not": r"not|without|cannot|no|never|neither|nor|fail|fails|failed|suffer\w*|lack|lacks|unable|hardly|limited|limitation\w*|struggl\w*|n't",
    "hedged": r"may|might|could|would|possib\w*|future|hope|hopes|if|whether|seem\w*|hypothes\w*",
    "softly": r"potential\w*|promising|suggest\w*|can",
    "shows": r"theor\w*|prove\w*|analy[sz]\w*|investigat\w*|explor\w*|understand\w*|examin\w*|observ\w*|find|finds|found|consider\w*|discuss\w*|address\w*",
}  # fmt: skip

_MATCHERS = [(idea, re.compile(rf"(?:{words})", re.IGNORECASE)) for idea, words in _IDEAS.items()]

PREPOSITIONS = frozenset(
    "on with over to from of for in by as than via through into against upon under at across between among within "
    "without both towards toward compared based including like such and or , ( ) : ; . -".split()
)

_ENDINGS = re.compile(r"(?:ations?|ings?|ed|es|s|ly|e)$")


@lru_cache(maxsize=1 << 16)
def ideas(word: str) -> tuple[str, ...]:
    """The ideas that a word signals, in the order of the table; mostly none.

    >>> ideas("outperforms")
    ('beats',)
    """
    return tuple(idea for idea, matcher in _MATCHERS if matcher.fullmatch(word))


@lru_cache(maxsize=1 << 16)
def stem(word: str) -> str:
    """A word without its case and ending, so that forms of one word agree; digits become `0`.

    >>> stem("Evaluating") == stem("evaluates")
    True
    """
    word = re.sub(r"\d+", "0", word.casefold())
    return _ENDINGS.sub("", word) if len(word) > 4 else word
