"""Who is who: the one place that turns a name as written into the thing meant.

Names with the same parsed key are one thing; so are an acronym and its long form, unless the corpus gives the
acronym several. A name that several papers introduce is several things: a document means the one that its own
paper introduces, then one whose paper it cites, then the earliest that was there when it was written; but who speaks
of a dataset means no method of that name. Which things there are, and which document means which, depends on the set of
documents only, never on their order.
"""

import re
import unicodedata
import zlib
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from begat.graph.names import acronym_of, fold, parse, same_phrase
from begat.graph.vocabulary import NodeType

SURE = 0.5
"""The confidence from which an introduction counts."""
_DOMINANT = 0.8
"""The share of an ambiguous acronym's documents from which one long form is taken where none is given."""
_RARE = 5
"""How many documents write a plural for each that writes the singular, where that is a slip: Cityscape."""
_TYPE_ORDER = list(NodeType)
_LAST = "9999"
"""Sorts after every date."""


@dataclass(frozen=True, slots=True)
class Use:
    """That a document (by number) uses a name, as what type, how surely, how often; `declared`: a field says the type."""

    document: int
    name: str
    type: NodeType
    confidence: float = 1.0
    times: int = 1
    declared: bool = False


@dataclass(frozen=True, slots=True)
class Introduction:
    """That a paper (by node id) introduces a name, in a document; `paper` False for a page that is none."""

    document: int
    name: str
    by: str
    confidence: float
    paper: bool = True


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a document brings to deciding which of several things of one name it means."""

    paper: str
    date: str | None = None
    cites: frozenset[str] = frozenset()


@dataclass(slots=True)
class Entity:
    """One thing: its names with the reason why each is its, who introduces it, and its node id."""

    id: str
    type: NodeType
    name: str
    key: str
    introduced_by: str | None
    date: str | None
    seen: str | None
    names: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Tally:
    """How documents use the names of a thing: by name in how many documents and how often, by type with what weight.

    `declared` are the weights of types that fields say.
    """

    names: dict[str, tuple[int, int]]
    weights: dict[NodeType, float]
    declared: dict[NodeType, float] = field(default_factory=dict)

    @classmethod
    def of(cls, uses: Sequence[Use]) -> "Tally":
        """Of these uses."""
        documents: dict[str, set[int]] = defaultdict(set)
        times: Counter[str] = Counter()
        for use in uses:
            documents[use.name].add(use.document)
            times[use.name] += use.times
        counted = {name: (len(found), times[name]) for name, found in documents.items()}
        return cls(counted, _weights(uses), _weights(use for use in uses if use.declared))

    @property
    def most_used(self) -> str:
        """The spelling that most documents use, then that is used most; the singular unless it is rare beside the plural."""
        name = min(self.names, key=lambda n: (-self.names[n][0], -self.names[n][1], len(n), n))
        singular = self.names.get(name.removesuffix("s"), (0, 0))
        return name.removesuffix("s") if _RARE * singular[0] >= self.names[name][0] else name


class Identity:
    """Who is meant: `of(document, name)` is the Entity; `entities` are all, in order of id."""

    def __init__(
        self,
        uses: Iterable[Use],
        introductions: Iterable[Introduction] = (),
        synonyms: Iterable[tuple[int, str, str]] = (),
        circumstances: Mapping[int, Circumstances] | None = None,
        dates: Mapping[str, str | None] | None = None,
        *,
        same: Iterable[tuple[str, str, str]] = (),
        apart: Iterable[tuple[str, str, str]] = (),
    ) -> None:
        """`synonyms`: (document, name, alias); `dates`: of the introducing papers by node id.

        `same` and `apart`: pairs of names that a reader says are one thing, or two, with the reason.
        """
        self._uses = sorted(uses, key=lambda u: (u.document, u.name, u.type))
        self._circumstances = circumstances or {}
        self._dates = dates or {}
        self._introductions = sorted(introductions, key=lambda i: (i.by, i.name, i.document))
        introduced = {(i.document, parse(i.name).key) for i in self._introductions}
        self.concepts = Concepts(synonyms, introduced, sorted(same), sorted(apart))
        self._entities: dict[tuple[str, str | None], Entity] = {}
        self.introducers = self._find_introducers()
        self._meant: dict[tuple[int, str], Entity] = {}
        self._gather()
        self.entities = sorted(self._entities.values(), key=lambda e: e.id)

    def of(self, document: int, name: str) -> Entity:
        """The thing that a name means in a document; it was among the uses."""
        return self._meant[document, self.concepts.of(document, parse(name).key)]

    def own(self, document: int, concept: str) -> Collection[str]:
        """Of those who introduce a concept, whom the document itself says it of."""
        return self._own.get((document, concept), ())

    def votes(self) -> Mapping[str, Mapping[NodeType, float]]:
        """By family, the weight of each type among what papers introduce of it."""
        return self._families

    # -- introductions ---------------------------------------------------------------------------------

    def _find_introducers(self) -> dict[str, list[str]]:
        """Concept → papers introducing it, earliest first; pages only where no paper does."""
        by: dict[str, set[tuple[str, bool]]] = defaultdict(set)
        for i in self._introductions:
            if i.confidence >= SURE:
                by[self.concepts.of(i.document, parse(i.name).key)].add((i.by, i.paper))
        return {
            concept: introducers(found, self._dates, one=self.concepts.said_one(concept))
            for concept, found in by.items()
        }

    def _introducer(self, document: int, concept: str) -> str | None:
        """Whose thing a document means by a concept's name."""
        papers = self.introducers.get(concept, [])
        if not self.concepts.said_one(concept):
            papers = fitting(papers, self._own_types.get(concept, {}), self._types.get((document, concept), ()))
        if not papers:
            return None
        own = self._own.get((document, concept), ())
        return introducer(papers, own, self._circumstances.get(document), self._dates)

    # -- entities --------------------------------------------------------------------------------------

    def _gather(self) -> None:
        self._own: dict[tuple[int, str], set[str]] = defaultdict(set)
        for i in self._introductions:
            concept = self.concepts.of(i.document, parse(i.name).key)
            if i.by in self.introducers.get(concept, ()):
                self._own[i.document, concept].add(i.by)
        self._types: dict[tuple[int, str], set[NodeType]] = defaultdict(set)
        self._own_types: dict[str, dict[str, set[NodeType]]] = defaultdict(lambda: defaultdict(set))
        spoken = [(use, self.concepts.of(use.document, parse(use.name).key)) for use in self._uses]
        for use, concept in spoken:
            self._types[use.document, concept].add(use.type)
            for paper in self._own.get((use.document, concept), ()):
                self._own_types[concept][paper].add(use.type)
        used: dict[tuple[str, str | None], list[Use]] = defaultdict(list)
        for use, concept in spoken:
            used[concept, self._introducer(use.document, concept)].append(use)
        self.used = used
        self._families = self._family_types(used)
        plain: dict[str, list[Entity]] = defaultdict(list)
        for (concept, by), uses in sorted(
            used.items(), key=lambda item: (item[0][0], _age(item[0][1] or "", self._dates))
        ):
            made = self._entity(concept, by, uses)
            plain[made.id].append(made)
            self._entities[concept, by] = made
            for use in uses:
                self._meant[use.document, concept] = made
        self.plain = {made.id: plain_id for plain_id, entities in plain.items() for made in _told_apart(entities)}

    def _entity(self, concept: str, by: str | None, uses: list[Use]) -> Entity:
        introducing = [u for u in uses if by and by in self._own.get((u.document, concept), ())]
        seen = min((d for u in uses if (d := self._date(u.document))), default=None)
        aliases = [
            alias
            for alias, said_by in self.concepts.aliases_of(concept).items()
            if any(self._introducer(document, concept) == by for document in said_by)
        ]
        return entity(
            self.concepts, concept, by, Tally.of(uses), Tally.of(introducing), aliases,
            self._votes_for(concept, by), self._dates.get(by or ""), seen,
        )  # fmt: skip

    def _votes_for(self, concept: str, by: str | None) -> Callable[[str], Mapping[NodeType, float]]:
        return (
            unrelated if by is None and concept in self.introducers else lambda family: self._families.get(family, {})
        )

    def _family_types(self, used: Mapping[tuple[str, str | None], list[Use]]) -> dict[str, dict[NodeType, float]]:
        """The types of the versions, sizes and flavours of a family that papers introduce, by the family's key."""
        votes: dict[str, list[Use]] = defaultdict(list)
        for (concept, by), uses in used.items():
            for use in uses:
                if by and by in self._own.get((use.document, concept), ()):
                    votes[parse(use.name).family_key].append(use)
        return {family: _weights(own) for family, own in votes.items()}

    def _date(self, document: int) -> str | None:
        about = self._circumstances.get(document)
        return about.date if about else None


def _age(paper: str, dates: Mapping[str, str | None]) -> tuple[str, str]:
    return dates.get(paper) or _LAST, paper


def introducers(found: Iterable[tuple[str, bool]], dates: Mapping[str, str | None], *, one: bool) -> list[str]:
    """Of those who introduce a name, (node, whether it is a paper), the papers, earliest first; else the first page.

    `one`: a reader says that whoever introduces it introduces the same.
    """
    kinds: dict[bool, set[str]] = {True: set(), False: set()}
    for by, is_paper in found:
        kinds[is_paper].add(by)
    papers = sorted(kinds[True] or kinds[False], key=lambda paper: _age(paper, dates))
    return papers[:1] if one or not kinds[True] else papers


def fitting(papers: Sequence[str], own: Mapping[str, Collection[NodeType]], types: Collection[NodeType]) -> list[str]:
    """Of those who introduce a name, those who introduce what a document may mean that uses it as these types.

    Who speaks of a dataset means no method of that name, nor the other way round. `own`: as which types the documents of
    those who introduce it use the name.
    """

    def kinds(of: Collection[NodeType]) -> set[bool]:
        return {kind is NodeType.DATASET for kind in of}

    return [p for p in papers if not types or not own.get(p) or kinds(types) & kinds(own[p])]


def unrelated(family: str) -> Mapping[NodeType, float]:
    """The votes of a name's family about what is none of it: a dataset that is called as somebody's method is."""
    return {}


def introducer(
    papers: Sequence[str], own: Collection[str], about: Circumstances | None, dates: Mapping[str, str | None]
) -> str:
    """Whose thing a document means where `papers` introduce the name, of which its own text says it of `own`."""
    if len(papers) == 1 or about is None:
        return papers[0]
    if own:
        return min(own, key=lambda paper: _age(paper, dates))
    if about.paper in papers:
        return about.paper
    cited = next((paper for paper in papers if paper in about.cites), None)
    if cited or about.date is None:
        return cited or papers[0]
    known = [(dates.get(paper) or _LAST)[: len(about.date)] for paper in papers]
    return next((paper for paper, date in zip(papers, known, strict=True) if date <= about.date), papers[0])


def entity(
    concepts: "Concepts",
    concept: str,
    by: str | None,
    used: Tally,
    introducing: Tally,
    aliases: Iterable[str],
    family_votes: Callable[[str], Mapping[NodeType, float]],
    date: str | None,
    seen: str | None,
) -> Entity:
    """The thing that `by` introduces under the names of a concept, as documents use it; its id is not told apart yet.

    `introducing`: how its own paper's documents use it; `aliases`: names that synonyms add; `family_votes`: by a
    family's key, the weight of each type among what papers introduce of it.
    """
    name = introducing.most_used if introducing.names else _telling(concepts, concept, used)
    key, family = parse(name).key, family_votes(parse(name).family_key)
    votes = [introducing.weights, family, used.weights]
    kind = _heaviest_type([used.declared, *votes] if used.declared else votes)
    if (
        not used.declared and kind != NodeType.DATASET
    ):  # whether a model or a method, its whole family tells better than one text
        akin: dict[NodeType, float] = {k: weight for k, weight in family.items() if k != NodeType.DATASET}
        kind = _heaviest_type([akin]) if akin else kind
    names = {n: "name" if n == name else concepts.reason(parse(n).key, key) for n in used.names}
    for alias in aliases:
        names.setdefault(alias, concepts.reason(parse(alias).key, key))
    return Entity(f"{kind.lower()}-{slug(name)}", kind, name, concept, by, date, seen, names)


def _telling(concepts: "Concepts", concept: str, used: Tally) -> str:
    """The name most used, or the long form where it is an acronym that means other things too."""
    name = used.most_used
    if not concepts.ambiguous(parse(name).key):
        return name
    longs = [n for n in (*used.names, *concepts.aliases_of(concept)) if parse(n).key == concept]
    return min(longs, key=lambda n: (n.endswith("s"), n), default=name)


def tell_apart(entities: Iterable[Entity]) -> None:
    """Of several things with one slug the first keeps it; the others carry who introduces them, or their key."""
    ordered = sorted(entities, key=lambda e: (e.introduced_by is None, e.date or _LAST, e.introduced_by or "", e.key))
    taken = {ordered[0].id}
    for one in ordered[1:]:
        plain = one.id
        for tail in (one.introduced_by, slug(one.key), f"{zlib.crc32(one.key.encode()):08x}"):
            one.id = f"{plain}--{tail}"
            if tail and one.id not in taken:
                break
        taken.add(one.id)


def _told_apart(entities: list[Entity]) -> list[Entity]:
    tell_apart(entities)
    return entities


def leaning(votes: Mapping[NodeType, float]) -> str:
    """All that a family's votes can decide: which types weigh more than which."""
    ranks = sorted({votes.get(kind, 0.0) for kind in NodeType} | {0.0})
    return "".join(str(ranks.index(votes.get(kind, 0.0))) for kind in NodeType)


class Concepts:
    """Parsed keys joined by acronyms and other synonyms; an ambiguous acronym is told apart by document."""

    def __init__(
        self,
        synonyms: Iterable[tuple[int, str, str]],
        introduced: set[tuple[int, str]],
        same: Iterable[tuple[str, str, str]] = (),
        apart: Iterable[tuple[str, str, str]] = (),
    ) -> None:
        self._forbidden = [(parse(one).key, parse(other).key) for one, other, _ in apart]
        self._said_one: set[str] = set()
        self._parent: dict[str, str] = {}
        self._reasons: dict[frozenset[str], str] = {}
        self._in_document: dict[tuple[int, str], str] = {}
        self._anywhere: dict[str, str] = {}
        self._ambiguous: set[str] = set()
        self._written: dict[str, dict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
        longs: dict[str, dict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
        others: list[tuple[str, str]] = []
        for document, name, alias in sorted(synonyms):
            one, other = parse(name), parse(alias)
            self._written[one.key][name].add(document)
            self._written[other.key][alias].add(document)
            if one.key == other.key or _rivals(name, alias):
                continue
            short, long = sorted((name, alias), key=lambda n: (len(n), n))
            if acronym_of(short, long):
                longs[parse(short).key][parse(long).key].add(document)
            elif (document, one.key) in introduced or (document, other.key) in introduced:
                others.append((one.key, other.key))
        for name, alias, reason in same:  # first, because they are stronger than anything that documents say
            one_key, other_key = parse(name).key, parse(alias).key
            self._join(one_key, other_key, f"a reader says so: {reason}")
            self._said_one.add(one_key)
        for short_key, by_long in sorted(longs.items()):
            self._join_acronym(short_key, by_long)
        for one_key, other_key in sorted(set(others)):
            self._join(one_key, other_key, "its paper says that both are one")
        self._aliases = self._find_aliases()

    def _join_acronym(self, short: str, by_long: dict[str, set[int]]) -> None:
        by_long = {long: documents for long, documents in by_long.items() if not self._kept_apart(short, long)}
        groups = list(_alike(by_long, self._written))
        if not groups:
            return
        for group in groups:
            for long in group[1:]:
                self._join(group[0], long, f"long forms of {short}")
        if len(groups) == 1:
            self._join(groups[0][0], short, "acronym and long form")
            return
        self._ambiguous.add(short)
        support = [(len(set().union(*(by_long[long] for long in group))), group) for group in groups]
        for group in groups:
            self._reasons[frozenset((short, group[0]))] = "acronym and long form"
            for document in set().union(*(by_long[long] for long in group)):
                self._in_document.setdefault((document, short), group[0])
        most, dominant = max(support, key=lambda s: (s[0], s[1]))
        if most >= _DOMINANT * sum(s for s, _ in support):
            self._anywhere[short] = dominant[0]

    def _join(self, one: str, other: str, reason: str) -> None:
        if self._kept_apart(one, other):
            return
        self._reasons.setdefault(frozenset((one, other)), reason)
        a, b = sorted((self._root(one), self._root(other)))
        self._parent[b] = a

    def _kept_apart(self, one: str, other: str) -> bool:
        """Whether joining these would join names that a reader says are two things."""
        if one == other:
            return False
        roots = {self._root(one), self._root(other)}
        return any({self._root(a), self._root(b)} == roots for a, b in self._forbidden)

    def said_one(self, concept: str) -> bool:
        """Whether a reader says that all of this name, whoever introduces it, is one thing."""
        return any(self._root(key) == concept for key in self._said_one)

    def _root(self, key: str) -> str:
        while (parent := self._parent.get(key, key)) != key:
            key = parent
        return key

    def of(self, document: int, key: str) -> str:
        """The concept that a key stands for in a document."""
        key = self._in_document.get((document, key)) or self._anywhere.get(key, key)
        return self._root(key)

    def all_of(self, key: str) -> set[str]:
        """Every concept that a key stands for in some document."""
        told = {group for (_, short), group in self._in_document.items() if short == key}
        return {self._root(one) for one in (key, self._anywhere.get(key, key), *told)}

    def differing(self, other: "Concepts", keys: Iterable[str]) -> set[str]:
        """Those of the keys that stand for other concepts, or for other reasons, than in another corpus."""
        pairs = self._reasons.items() ^ other._reasons.items()
        found = {key for pair, _ in pairs for key in pair}
        return found | {key for key in keys if self._standing(key) != other._standing(key)}

    def _standing(self, key: str) -> tuple[object, ...]:
        told = {document: self._root(group) for (document, short), group in self._in_document.items() if short == key}
        anywhere = self._root(self._anywhere.get(key, key))
        return anywhere, self._root(key), key in self._ambiguous, told, self.said_one(anywhere)

    def aliases_of(self, concept: str) -> dict[str, set[int]]:
        """Names that synonyms give for a concept beyond those in use, with the documents that say so."""
        return self._aliases.get(concept, {})

    def ambiguous(self, key: str) -> bool:
        """Whether this is an acronym that the corpus gives several long forms."""
        return key in self._ambiguous

    def _find_aliases(self) -> dict[str, dict[str, set[int]]]:
        found: dict[str, dict[str, set[int]]] = defaultdict(dict)
        for key, names in self._written.items():
            if not self.ambiguous(key):
                found[self._root(key)].update(names)
        return {concept: dict(sorted(names.items())) for concept, names in found.items()}

    def reason(self, key: str, canonical: str) -> str:
        """Why a name with this key is a name of the thing whose canonical name has the other."""
        if key == canonical:
            return "same parsed name"
        return self._reasons.get(frozenset((key, canonical)), "acronym and long form")


def _rivals(name: str, alias: str) -> bool:
    """Whether two names are different versions, sizes or flavours of one thing, and so never one."""
    one, other = parse(name), parse(alias)
    return fold(one.stem) == fold(other.stem)


def _alike(longs: Mapping[str, set[int]], written: Mapping[str, Iterable[str]]) -> Iterator[list[str]]:
    """Long forms (keys) of one acronym in groups that mean one thing, the best known first."""
    ordered = sorted(longs, key=lambda k: (-len(longs[k]), k))
    while ordered:
        first = ordered[0]
        group = [k for k in ordered if _one_long_form(k, first, written)]
        yield group
        ordered = [k for k in ordered if k not in group]


def _one_long_form(one: str, other: str, written: Mapping[str, Iterable[str]]) -> bool:
    """Whether two long forms of an acronym are the same phrase, or one has a word more at the end."""
    if one.startswith(other) or other.startswith(one):
        return True
    return any(same_phrase(a, b) for a in written[one] for b in written[other])


def _heaviest_type(votes: Sequence[Mapping[NodeType, float]]) -> NodeType:
    """The type that weighs most by the first votes, where these are none or even by the next."""
    kinds = sorted({kind for vote in votes for kind in vote}, key=_TYPE_ORDER.index)
    return max(kinds, key=lambda kind: [vote.get(kind, 0.0) for vote in votes])


def _weights(uses: Iterable[Use]) -> dict[NodeType, float]:
    weights: dict[NodeType, float] = defaultdict(float)
    for use in uses:
        weights[use.type] += use.confidence
    return {kind: round(weight, 6) for kind, weight in weights.items()}


_SPELLED = str.maketrans({"+": "-plus-", "*": "-star-", "#": "-sharp-", "&": "-and-", "@": "-at-"})


def slug(name: str) -> str:
    """The name in lower-case ASCII for an id: letters, digits, points, hyphens; other letters by their code.

    >>> slug("Tülu 2"), slug("SPLADE++"), slug("GPT-3.5")
    ('tulu-2', 'splade-plus-plus', 'gpt-3.5')
    """
    plain = unicodedata.normalize("NFKD", name)
    plain = "".join(c for c in plain if not unicodedata.combining(c)).lower().translate(_SPELLED)
    spelled = "".join(c if c.isascii() else f"-u{ord(c):x}-" if c.isalnum() else "-" for c in plain)
    return re.sub(r"[^a-z0-9.]+", "-", spelled).strip("-.") or f"{zlib.crc32(name.encode()):08x}"
