"""What the embedded engine cannot do that Neo4j can, and what to write instead: told before it fails in its own words.

Known of kglite by trying it beside Neo4j 5.26 (tests/queries/test_dialect.py tries each again). What it answers
differently without a word of complaint is refused too.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

SHARED = "a graph in a Neo4j can ('begat push', then -g neo4j://…)"


class Token(Protocol):
    """A token of a query: its kind (word, quoted, string, parameter, number, symbol) and text."""

    @property
    def kind(self) -> str:
        """Of what sort it is."""
        ...

    @property
    def text(self) -> str:
        """As it is written."""
        ...


@dataclass(frozen=True, slots=True)
class Difference:
    """What is not known here, and what to write instead."""

    what: str
    instead: str

    def __str__(self) -> str:
        return f"the embedded engine has no {self.what}: {self.instead}; {SHARED}"


_SEQUENCES: tuple[tuple[str, Difference], ...] = (
    # A query as its tokens with a space between any two; what a pattern matches from is where the difference is told.
    (r"(?<=\) )\( ", Difference("quantified path patterns", "write -[:EXTENDS*1..3]-> for ((x)-[:EXTENDS]->(y)){1,3}")),
    (r"(?<=\) )\{ (?=\d|,)", Difference("quantified path patterns", "write -[:EXTENDS*1..3]-> for ((x)-[:EXTENDS]->(y)){1,3}")),
    (r"(?<=\] - > )[+*{] ", Difference("quantified relationships", "write -[:EXTENDS*1..]-> for -[:EXTENDS]->+")),
    (r"(?<=\] - )[+*{] (?=.)", Difference("quantified relationships", "write -[:EXTENDS*1..]- for -[:EXTENDS]-+")),
    (r"\bSHORTEST (?=\d|\()", Difference("SHORTEST", "write shortestPath((a)-[:EXTENDS*..9]->(b))")),
    (r"\b(?:ANY|ALL) SHORTEST ", Difference("SHORTEST", "write shortestPath(…) or allShortestPaths(…)")),
    (r"(?<=[([] )(?:\w+ )?(?:: \w+ (?:[|&] (?:: )?\w+ )*)?(?:\{ [^{}]*\} )?WHERE ", Difference("WHERE within a pattern", "write it after the pattern")),
    (r"(?<=[:|&] )! ", Difference("! in labels and types", "write WHERE NOT a:Label, or the types that are meant")),
    (r"(?<=: )% ", Difference("% for any label", "leave it out")),
    (r"(?<=: )\$ \( ", Difference("computed labels and types", "write WHERE $label IN labels(a), or type(r) = $type")),
    (r"\bCOLLECT \{ ", Difference("COLLECT { … }", "write OPTIONAL MATCH …, then collect(…)")),
    (r"\bUSING (?:INDEX|SCAN|JOIN|TEXT|RANGE|POINT) ", Difference("hints", "leave USING … out")),
    (r"(?<=\} )IN (?:\d+ |\w+ )?(?:CONCURRENT )?TRANSACTIONS ", Difference("CALL … IN TRANSACTIONS", "leave IN TRANSACTIONS out: queries only read")),
    (r"(?<=\bWHEN )(?:<|>|=) ", Difference("comparison after WHEN", "write CASE WHEN x > 3 THEN … END")),
    (r"(?<=\bWHEN )(?:[^\s,]+ , )+[^\s,]+ THEN ", Difference("list of values after WHEN", "write CASE WHEN x IN [1, 2] THEN … END")),
    (r"(?<=\btrim \( )(?:BOTH|LEADING|TRAILING) ", Difference("trim(BOTH … FROM …)", "write trim(…), ltrim(…) or rtrim(…)")),
    (r"\b\d+_[\d_]* ", Difference("_ within numbers", "write the digits alone")),
    (r"(?<!\. )(?<!: )\bapoc (?=\. )", Difference("APOC", "write it in Cypher itself")),
    (r"\breduce \( (?:[^()]+ )?IN collect \( ", Difference("collect(…) within reduce(…)", "write WITH collect(x) AS list before it")),
)  # fmt: skip
_FUNCTIONS = {
    "id": "write a.id, which names a thing in every engine",
    "duration.between": "write duration.inDays(a, b).days",
    "duration.inmonths": "write duration.inDays(a, b).days",
    "timestamp": "write datetime().epochMillis",
    "isempty": "write size(x) = 0",
    "char_length": "write size(x)",
    "character_length": "write size(x)",
    "nullif": "write CASE WHEN a = b THEN null ELSE a END",
    "normalize": "compare with toLower(x)",
    "tointegerornull": "write toInteger(x)",
    "tofloatornull": "write toFloat(x)",
    "tobooleanornull": "write toBoolean(x)",
    "tostringornull": "write toString(x)",
    "tointegerlist": "write [x IN list | toInteger(x)]",
    "tofloatlist": "write [x IN list | toFloat(x)]",
    "tostringlist": "write [x IN list | toString(x)]",
    "tobooleanlist": "write [x IN list | toBoolean(x)]",
    "percentilecont": "take the rows as JSON, and count there",
    "percentiledisc": "take the rows as JSON, and count there",
    "point.distance": "take the rows as JSON, and count there",
}
"""Functions by their names in small letters, with what to write instead."""
_WORDS = frozenset("AND AS ASC BY CASE DESC ELSE END IN IS LIMIT NOT OR ORDER RETURN SKIP THEN UNION WHEN WHERE WITH XOR MATCH OPTIONAL UNWIND CALL".split())  # fmt: skip


def differences(tokens: Sequence[Token]) -> Iterator[tuple[int, Difference]]:
    """What in a query the embedded engine cannot do, each with the place of the token where it begins."""
    starts: dict[int, int] = {}
    text = ""
    for place, token in enumerate(tokens):
        starts[len(text)] = place
        # Of what users name and say themselves nothing is a word of Cypher.
        text += {"string": "''", "quoted": "``", "parameter": "$x"}.get(token.kind, token.text) + " "
    for pattern, difference in _SEQUENCES:
        for found in re.finditer(pattern, text, re.IGNORECASE):
            yield starts.get(found.start(), 0), difference
    yield from _functions(tokens)
    yield from _chained(tokens)


def _functions(tokens: Sequence[Token]) -> Iterator[tuple[int, Difference]]:
    for place, token in enumerate(tokens):
        if token.kind != "word" or (place and tokens[place - 1].text in (".", ":", "|")):
            continue
        name, after = token.text.lower(), place + 1
        if [t.text for t in tokens[after : after + 1]] == ["."] and after + 1 < len(tokens):
            name, after = f"{name}.{tokens[after + 1].text.lower()}", after + 2
        if name in _FUNCTIONS and [t.text for t in tokens[after : after + 1]] == ["("]:
            yield place, Difference(f"function {name}()", _FUNCTIONS[name])


def _chained(tokens: Sequence[Token]) -> Iterator[tuple[int, Difference]]:
    """`1 < x < 3`: two comparisons with nothing between them but a plain value."""
    seen, between = False, 0
    for place, token in enumerate(tokens):
        if token.kind == "symbol" and token.text in "<>=":
            if seen and between:
                yield place, Difference("chained comparison", "write 1 < x AND x < 3")
            seen, between = True, 0
        elif token.text == "." or (
            token.kind in ("word", "number", "string", "parameter") and token.text.upper() not in _WORDS
        ):
            between += 1
        else:
            seen = False
