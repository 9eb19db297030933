"""Resolving: what was read and mined becomes nodes and edges, anew each time something changed.

A function of the stored layer alone and independent of its order, so that every way to the same documents gives the
same graph. Who is meant is asked of `graph/identity.py`; this module gathers what it needs to know, counts the
statements of each edge, and adds what names say by themselves: a size or flavour is a variant of its family, a
version extends the one before it.
"""

import gc
import json
import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from math import prod

from begat.graph import corrections, ids
from begat.graph.corrections import Verdict, said_of_names
from begat.graph.declared import SECTION
from begat.graph.identity import Circumstances, Concepts, Entity, Identity, Introduction, Use, leaning, slug
from begat.graph.model import Assertion, Edge, Evidence, Node, Thing
from begat.graph.names import fold, parse
from begat.graph.store import Store
from begat.graph.touched import DEPENDENCIES, UNSEARCHED, arxiv_date_of, meant_by
from begat.graph.vocabulary import SPEAKS_OF, NodeType, Origin, Relation

VARIANT_RULE = "name-variant"
VERSION_RULE = "name-version"
NAME_RULES = (VARIANT_RULE, VERSION_RULE)
_VARIANT_CONFIDENCE = 0.8
_VERSION_CONFIDENCE = 0.4
_CAP = 0.99
"""No number of sentences makes a mined edge certain."""
_TELLING = 20
"""Letters of a folded title from which one paper of that title in metadata is the one meant."""
_STRONGEST_FIRST = (Origin.MINED, Origin.DECLARED, Origin.NAME)


def resolve(store: Store) -> None:
    """Make nodes, aliases, edges and the search index anew, in one transaction."""
    with _without_collection(), store.transaction():
        store.connection.execute("DELETE FROM assertions WHERE rule IN (?, ?)", (VARIANT_RULE, VERSION_RULE))
        resolution = _Resolution(store)
        store.replace_resolved(
            resolution.nodes(), resolution.names, resolution.edges(), resolution.ends, resolution.entries()
        )
        resolution.write_dependencies()
        store.count_anew()
        finished(store)


def finished(store: Store) -> None:
    """Note that the graph is what its documents say; inside the caller's transaction."""
    store.set_meta("pending", "no")
    store.set_meta("dependencies", DEPENDENCIES)
    store.set_meta("built", datetime.now(UTC).isoformat(timespec="seconds"))


@contextmanager
def _without_collection() -> Iterator[None]:
    """No search for cyclic garbage meanwhile: of the many small objects here none is, and it takes a third of the time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


@dataclass(slots=True)
class Doc:
    """What resolution needs of a document."""

    number: int
    id: str
    source: str
    node: str
    title: str | None
    date: str | None
    url: str | None
    arxiv: str | None
    doi: str | None
    keys: frozenset[str]
    is_paper: bool


@dataclass(slots=True)
class Claim:
    """A stored assertion with its ends as node ids."""

    claim: str
    document: int
    subject: str
    relation: str
    object: str
    confidence: float
    origin: str
    quote: str
    before: tuple[str | None, str | None, str | None]


def read_docs(store: Store, where: str = "1", parameters: Sequence[object] = ()) -> Iterator[Doc]:
    """What resolution needs of documents; `where` is SQL over their columns."""
    rows = store.connection.execute(
        "SELECT number, id, source, paper, title, date, url, arxiv, doi, joined, is_paper FROM documents"
        f" WHERE paper IS NOT NULL AND ({where})",
        parameters,
    )
    for number, id_, source, node, title, date, url, arxiv, doi, joined, is_paper in rows:
        known = json.loads(joined) if joined != "{}" else {}
        arxiv, doi = arxiv or known.get("arxiv"), doi or known.get("doi")
        date = known.get("date") or date or (ids.arxiv_date(arxiv) if arxiv else None)
        keys = frozenset([f"document:{id_}", *([f"arxiv:{arxiv}"] if arxiv else []), *([f"doi:{doi}"] if doi else [])])
        yield Doc(
            number, id_, source, node, title or known.get("title"), date, url or known.get("url"),
            arxiv, doi, keys, bool(is_paper),
        )  # fmt: skip


def paper_date(docs: Iterable[Doc]) -> str | None:
    """The date of a paper: the earliest of its records', as precise as any of that year has it."""
    return min((d.date for d in docs if d.date), key=lambda d: (d[:4], -len(d), d), default=None)


def among(numbers: Iterable[int] | None, column: str = "document") -> tuple[str, tuple[str, ...]]:
    """SQL, and its parameters, for rows of these documents; None: of all."""
    if numbers is None:
        return "1", ()
    return f"{column} IN (SELECT value FROM json_each(?))", (json.dumps(sorted(numbers)),)


def uses(store: Store, numbers: Iterable[int] | None = None) -> dict[tuple[int, str, str], tuple[float, int, bool]]:
    """(document, name, type) → how surely and how often it is mentioned, and whether a field declares its type.

    Zeros where it only ends a relation. A leaderboard calls whatever was tested a model, and so declares nothing of it.
    """
    where, given = among(numbers)
    ends = "SELECT document, {0}, {0}_type, 0.0, 0, {1} FROM assertions WHERE {0}_type NOT IN ('Paper', 'Author') AND "
    queries = (
        f"SELECT document, name, type, sum(confidence), count(*), 0 FROM mentions WHERE {where} GROUP BY document, name, type",
        ends.format("subject", "origin = 'declared' AND relation <> 'EVALUATED_ON'") + where,
        ends.format("object", "origin = 'declared'") + where,
    )
    found: dict[tuple[int, str, str], tuple[float, int, bool]] = {}
    for query in queries:
        for document, name, kind, confidence, times, declared in store.connection.execute(query, given):
            known = found.get((document, name, kind), (confidence, times, False))
            found[document, name, kind] = (*known[:2], known[2] or bool(declared))
    return found


def use(document: int, name: str, kind: str, confidence: float, times: int, declared: bool) -> Use:
    """As identity counts it: what only ends a relation counts a little."""
    return Use(document, name, NodeType(kind), max(confidence, 0.1), max(times, 1), declared)


def introductions(store: Store, numbers: Iterable[int] | None = None) -> list[tuple[int, str, str, float]]:
    """(document, paper key, name, confidence) of what documents say that papers introduce."""
    where, given = among(numbers)
    return store.connection.execute(
        "SELECT document, subject, object, max(confidence) FROM assertions"
        f" WHERE relation = 'INTRODUCES' AND subject_type = 'Paper' AND {where} GROUP BY document, subject, object",
        given,
    ).fetchall()


class Meant:
    """Which paper a key means: one that has it, one page or paper that has the link or title, else one of its own."""

    def __init__(self, store: Store, has: Callable[[str], str | None], is_meant: Callable[[str], str | None]) -> None:
        """`has`: the paper of an id; `is_meant`: the only one with that link or title."""
        self.store = store
        self.has = has
        self.is_meant = is_meant
        self.titled: dict[str, str] = {}

    def by(self, key: str) -> tuple[str, str]:
        """(node id, the key that it has it from)."""
        if node := self.has(key) or self.is_meant(key):
            return node, key
        key = self._known_by_title(key)
        return self.has(key) or ids.paper_node_id(key), key

    def within(self, key: str, doc: "Doc") -> str:
        """The node of a key in a document: its own; of a section's title the page's, where it means no paper."""
        if key in doc.keys:
            return doc.node
        if not key.startswith(SECTION):
            return self.by(key)[0]
        node = self.is_meant(f"title:{key.removeprefix(SECTION)}")
        return doc.node if node is None or (doc.node, node) in self.refused else node

    @cached_property
    def refused(self) -> set[tuple[str, str]]:
        """Pages and the papers that, as a reader says, they do not cite: nor is any section of theirs about them."""
        said = corrections.verdicts(self.store).items()
        return {(page, paper) for (page, relation, paper), right in said if relation == Relation.CITES and not right}

    def _known_by_title(self, key: str) -> str:
        """For a title that metadata has of one paper alone, that paper's key; any other key as it is."""
        title = key.removeprefix("title:")
        if title == key or len(title) < _TELLING:
            return key
        if key not in self.titled:
            found = self.store.connection.execute("SELECT key FROM facts WHERE folded = ? LIMIT 2", (title,)).fetchall()
            self.titled[key] = found[0][0] if len(found) == 1 else key
        return self.titled[key]


class _Resolution:
    """One resolution in progress."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.sql = store.connection
        self.min_confidence = float(store.meta("min_confidence") or 0.0)
        self.docs = {doc.number: doc for doc in read_docs(store)}
        self.papers = dict(self.sql.execute("SELECT key, paper FROM paper_keys"))
        self.key_of: dict[str, str] = {}
        self.cited_as: dict[str, str] = {}
        self.referred: dict[tuple[str, int], str] = {}
        self.written: dict[tuple[str, int], str] = {}
        self.meant = Meant(store, self.papers.get, self._meant().get)
        self.dates = self._paper_dates()
        self.things = self._identify()
        self.authors: dict[str, dict[str, int]] = defaultdict(dict)
        self.author_ids: dict[str, str] = {}
        self.claims = list(self._read_claims())
        self.claims += self._from_names()
        self.paper_nodes = list(self._paper_nodes())
        self.names = list(self._names())
        self.ends = [
            (c.subject, c.object, self.docs[c.document].node, c.claim, c.document)
            for c in self.claims
            if c.before != (c.subject, c.object, self.docs[c.document].node)
        ]

    # -- papers ----------------------------------------------------------------------------------------

    def _meant(self) -> dict[str, str]:
        """Links that one document alone gives as its own, and titles that one paper alone has."""
        nodes: dict[str, set[str]] = defaultdict(set)
        for doc in self.docs.values():
            for key in meant_by(doc.title, doc.url, doc.is_paper):
                nodes[key].add(doc.node)
        return {key: next(iter(found)) for key, found in nodes.items() if len(found) == 1}

    def paper(self, key: str, document: int) -> str:
        """The node id of a paper key; `document:ID` and any key of its own is the asking document's paper."""
        node = self.meant.within(key, self.docs[document])
        if key not in self.docs[document].keys:
            self.referred[key, document] = node
            if not key.startswith(SECTION):
                known = self.meant.by(key)[1]
                self.key_of[node] = min(self.key_of.get(node, known), known)
        return node

    def _paper_dates(self) -> dict[str, str | None]:
        docs: dict[str, list[Doc]] = defaultdict(list)
        for doc in self.docs.values():
            docs[doc.node].append(doc)
        return {node: date for node, found in docs.items() if (date := paper_date(found))}

    # -- things ----------------------------------------------------------------------------------------

    def _identify(self) -> Identity:
        self.uses = uses(self.store)
        self.introductions = [
            (Introduction(number, name, self.paper(key, number), confidence, self._is_paper(key, number)), key)
            for number, key, name, confidence in introductions(self.store)
        ]
        for introduction, key in self.introductions:
            if introduction.by not in self.dates and (date := arxiv_date_of(key)):
                self.dates[introduction.by] = date
        self.synonyms = self.sql.execute("SELECT document, name, alias FROM synonyms").fetchall()
        return Identity(
            (use(*used, *counts) for used, counts in self.uses.items()),
            [introduction for introduction, _ in self.introductions],
            self.synonyms,
            self._circumstances(),
            self.dates,
            same=said_of_names(self.store, Verdict.SAME),
            apart=said_of_names(self.store, Verdict.APART),
        )

    def _is_paper(self, key: str, document: int) -> bool:
        doc = self.docs[document]
        return doc.is_paper or self.paper(key, document) != doc.node

    def _circumstances(self) -> dict[int, Circumstances]:
        cites: dict[int, set[str]] = defaultdict(set)
        rows = self.sql.execute("SELECT document, object FROM assertions WHERE relation = 'CITES'")
        for document, key in rows:
            cites[document].add(self.paper(key, document))
        return {
            number: Circumstances(doc.node, doc.date, frozenset(cites.get(number, ())))
            for number, doc in self.docs.items()
        }

    # -- claims ----------------------------------------------------------------------------------------

    def _read_claims(self) -> Iterator[Claim]:
        rows = self.sql.execute(
            "SELECT claim, document, subject_type, subject, relation, object_type, object, confidence, origin, quote,"
            " subject_node, object_node, paper_node FROM assertions"
        )
        for claim, document, s_type, subject, relation, o_type, object_, confidence, origin, quote, *before in rows:
            if relation == "CITES" and object_.startswith("title:"):
                self._note_title(object_, quote, document)
            yield Claim(
                claim, document, self._end(document, s_type, subject), relation, self._end(document, o_type, object_),
                confidence, origin, quote, (before[0], before[1], before[2]),
            )  # fmt: skip

    def _note_title(self, key: str, quote: str, document: int) -> None:
        """A paper that is known by nothing but its title is called as those write it that cite it."""
        if written := title_as_written(key, quote):
            node = self.paper(key, document)
            self.cited_as[node] = min(self.cited_as.get(node, written), written)
            self.written[key, document] = min(self.written.get((key, document), written), written)

    def _end(self, document: int, kind: str, name: str) -> str:
        if kind == "Paper":
            return self.paper(name, document)
        if kind == "Author":
            node = self.author_ids.get(name)
            if node is None:
                node = self.author_ids[name] = f"author-{slug(name)}"
            self.authors[node][name] = self.authors[node].get(name, 0) + 1
            return node
        return self.things.of(document, name).id

    def _from_names(self) -> list[Claim]:
        """Write what names say by themselves, where no text says it."""
        said = {(c.subject, c.object) for c in self.claims if c.relation in SAID_LINEAGE}
        found = [d for d in descents(self.things.entities) if (d.newer.id, d.older.id) not in said]
        evidence = self._first_mentions({descent.newer.id for descent in found}) if found else {}
        return [self._name_claim(d, *evidence[d.newer.id]) for d in found if d.newer.id in evidence]

    def _first_mentions(self, nodes: set[str]) -> dict[str, tuple[int, Evidence]]:
        """The earliest mention of each of these things."""
        found: dict[str, tuple[tuple[str, str, str, str, int, int, str], int, Evidence]] = {}
        rows = self.sql.execute('SELECT document, part, start, "end", written, name FROM mentions')
        for document, part, start, end, written, name in rows:
            node = self.things.of(document, name).id
            if node in nodes:
                doc = self.docs[document]
                age = (doc.date or "9999", doc.id, doc.source, part, start, end, written)
                if node not in found or age < found[node][0]:
                    found[node] = (age, document, Evidence(start, end, written, part))
        return {node: (document, evidence) for node, (_, document, evidence) in found.items()}

    def _name_claim(self, descent: "Descent", document: int, evidence: Evidence) -> Claim:
        assertion = descent.assertion(evidence)
        claim = assertion.claim(self.docs[document].id)
        self.store.add_assertions([(claim, document, assertion)])
        newer, older = descent.newer.id, descent.older.id
        return Claim(
            claim,
            document,
            newer,
            descent.relation,
            older,
            descent.confidence,
            Origin.NAME,
            evidence.quote,
            (None,) * 3,
        )

    # -- the graph -------------------------------------------------------------------------------------

    def nodes(self) -> Iterator[Node]:
        yield from self.paper_nodes
        families = self._families()
        for entity in self.things.entities:
            parsed = parse(entity.name)
            family = families[fold(parsed.stem)]
            yield Node(entity.id, entity.type, entity.name, (), entity.date, entity.seen, family, parsed.version)
        for node, names in self.authors.items():
            yield Node(node, NodeType.AUTHOR, commonest(names))

    def _families(self) -> dict[str, str]:
        """The name of each family, by its folded stem: LLaMA and Llama 2 are of one, named as most of it is."""
        stems: dict[str, dict[str, int]] = defaultdict(dict)
        for entity in self.things.entities:
            stem = parse(entity.name).stem
            spelt = stems[fold(stem)]
            spelt[stem] = spelt.get(stem, 0) + 1
        return {key: commonest(spelt) for key, spelt in stems.items()}

    def _paper_nodes(self) -> Iterator[Node]:
        members: dict[str, list[Doc]] = defaultdict(list)
        for doc in sorted(self.docs.values(), key=lambda d: (d.id, d.source)):
            members[doc.node].append(doc)
        keys: dict[str, list[str]] = defaultdict(list)
        for key, node in self.papers.items():
            keys[node].append(key)
        for node, key in self.key_of.items():
            if key not in keys[node]:
                keys[node].append(key)
        for node in sorted(members.keys() | self._used_papers()):
            docs, written = members.get(node, []), self.cited_as.get(node)
            yield paper_node(self.store, node, docs, sorted(keys[node]), self.dates.get(node), written)

    def _used_papers(self) -> set[str]:
        return {end for c in self.claims for end in (c.subject, c.object) if end in self.key_of}

    def _names(self) -> Iterator[tuple[str, str, str, str]]:
        for paper in self.paper_nodes:
            yield paper.id, paper.name, fold(paper.name), "title"
        for entity in self.things.entities:
            for name, reason in sorted(entity.names.items()):
                yield entity.id, name, parse(name).key, reason
        for node, names in self.authors.items():
            for name in sorted(names):
                yield node, name, fold(name), "as written"

    def edges(self) -> Iterator[Edge]:
        verdicts = corrections.verdicts(self.store)
        claims: dict[tuple[str, str, str], list[Claim]] = defaultdict(list)
        for c in self.claims:
            claims[c.subject, c.relation, c.object].append(c)
        for ends, stated in sorted(claims.items()):
            said = [(c.confidence, c.origin, self.docs[c.document]) for c in stated]
            if found := edge(ends, said, verdicts.get(ends), self.min_confidence):
                yield found

    def entries(self) -> Iterator[tuple[str, str, str]]:
        for node, name, _, reason in self.names:
            yield "title" if reason == "title" else "name", node, name
        quotes = {
            (self.docs[c.document].node, c.quote)
            for c in self.claims
            if c.relation not in UNSEARCHED and c.origin == Origin.MINED
        }
        for node, quote in sorted(quotes):
            yield "evidence", node, quote

    # -- what hangs on what ----------------------------------------------------------------------------

    def write_dependencies(self) -> None:
        """Keep what `graph/update.py` has to know of this resolution."""

        def insert(table: str, rows: Iterable[tuple[object, ...]]) -> None:
            first, *more = sorted(rows, key=lambda row: tuple(map(str, row[:2]))) or [()]
            if first:
                marks = ", ".join("?" * len(first))
                self.sql.executemany(f"INSERT OR REPLACE INTO {table} VALUES ({marks})", [first, *more])

        self.sql.execute("DELETE FROM signs WHERE sign LIKE 'is:%'")
        self.sql.execute("DELETE FROM asked WHERE document NOT IN (SELECT number FROM documents)")
        insert(
            "signs",
            ((f"is:{key}", d.number) for d in self.docs.values() for key in meant_by(d.title, d.url, d.is_paper)),
        )
        insert("referred", ((*at, node, self.written.get(at)) for at, node in self.referred.items()))
        introduced = {(i.document, parse(i.name).key) for i, _ in self.introductions}
        insert("linked", (row for synonym in self.synonyms for row in linked(synonym, introduced)))
        concepts, dates = self.things.concepts, self.dates
        insert("introducing", (introducing(i, key, concepts) for i, key in self.introductions))
        insert(
            "introducers",
            (
                (concept, place, paper, dates.get(paper))
                for concept, papers in self.things.introducers.items()
                for place, paper in enumerate(papers)
            ),
        )
        insert(
            "uses",
            (
                used(
                    u,
                    self.uses[u.document, u.name, u.type][1] > 0,
                    self.docs[u.document].date,
                    concept,
                    by,
                    self.things,
                )
                for (concept, by), found in self.things.used.items()
                for u in found
            ),
        )
        insert("things", (thing(e, self.things.plain[e.id]) for e in self.things.entities))
        names, votes = self._families(), self.things.votes()
        insert("families", ((f, names.get(f, ""), leaning(votes.get(f, {}))) for f in names.keys() | votes.keys()))


def linked(
    synonym: tuple[int, str, str], introduced: Collection[tuple[int, str]]
) -> Iterator[tuple[str, int, str, str, str, int]]:
    """The rows of a synonym (document, name, alias): by the key of either name."""
    document, name, alias = synonym
    one, other = parse(name).key, parse(alias).key
    own = (document, one) in introduced or (document, other) in introduced
    for key, far in {(one, other), (other, one)}:
        yield key, document, name, alias, far, own


def introducing(i: Introduction, key: str, concepts: Concepts) -> tuple[str, int, str, str, str, float, bool]:
    """The row of an introduction whose subject is this paper key."""
    return concepts.of(i.document, parse(i.name).key), i.document, i.name, i.by, key, i.confidence, i.paper


def used(
    u: Use, mentioned: bool, date: str | None, concept: str, by: str | None, identity: Identity
) -> tuple[str, int, str, str, float, int, bool, str | None, str, str | None, bool]:
    """The row of a use by which a document means what `by` introduces."""
    family = parse(u.name).family_key if by and by in identity.own(u.document, concept) else None
    return concept, u.document, u.name, u.type, u.confidence, u.times, mentioned, date, by or "", family, u.declared


def thing(e: Entity, plain: str) -> tuple[str, str, str, str, str, str, str | None]:
    """The row of a thing."""
    stem = parse(e.name).stem
    return e.id, e.key, e.introduced_by or "", plain, fold(stem), stem, numbered(e.name)


def paper_node(
    store: Store, node: str, docs: Sequence[Doc], keys: Sequence[str], date: str | None, written: str | None
) -> Node:
    """A paper by its documents (in order of id), its keys, and what those call it that cite it by its title."""
    facts = [f for key in keys if (f := store.facts(key))] if not any(d.title for d in docs) else []
    ids_ = {
        kind: next((k[len(kind) + 1 :] for k in keys if k.startswith(f"{kind}:")), None)
        for kind in ("arxiv", "doi", "url", "title")
    }
    titles = [d.title for d in docs if d.title] + [f.title for f in facts if f.title] + ([written] if written else [])
    name = titles[0] if titles else (docs[0].id if docs else next((v for v in ids_.values() if v), node))
    date = date or next((f.date for f in facts if f.date), None)
    if not date and ids_["arxiv"]:
        date = ids.arxiv_date(ids_["arxiv"])
    url = next((d.url for d in docs if d.url), None) or ids_["url"]
    if not url and ids_["arxiv"]:
        url = f"https://arxiv.org/abs/{ids_['arxiv']}"
    if not url and ids_["doi"]:
        url = f"https://doi.org/{ids_['doi']}"
    return Node(node, NodeType.PAPER, name, (), date, date, arxiv=ids_["arxiv"], doi=ids_["doi"], url=url)


def title_as_written(key: str, quote: str) -> str | None:
    """What a citation by title calls the paper, where its quote is that title."""
    written = quote.removeprefix("[[").removesuffix("]]").partition("|")[0].strip()
    return written if f"title:{fold(written)}" == key else None


def edge(
    ends: tuple[str, str, str], said: Sequence[tuple[float, str, Doc]], verdict: bool | None, threshold: float
) -> Edge | None:
    """An edge from its statements (confidence, origin, document), where it is believed.

    Papers count once each, by the surest of what they say. `verdict`: whether a reader says that it is right.
    """
    subject, relation, object_ = ends
    if subject == object_ or verdict is False or not said:
        return None
    best: dict[str, float] = {}
    for confidence, _, doc in said:
        best[doc.node] = max(best.get(doc.node, 0.0), confidence)
    doubt = prod(sorted(1.0 - confidence for confidence in best.values()))
    origins = {origin for _, origin, _ in said}
    cap = 1.0 if Origin.DECLARED in origins else _CAP
    origin = next(o for o in _STRONGEST_FIRST if o in origins)
    date = min((doc.date for _, _, doc in said if doc.date), default=None)
    confidence = 1.0 if verdict else round(min(1.0 - doubt, cap), 6)
    told = Origin.USER if verdict else origin
    found = Edge(subject, Relation(relation), object_, confidence, len(best), told, date)
    return found if verdict or believed(found.relation, origin, confidence, threshold) else None


def believed(relation: Relation, origin: Origin, confidence: float, threshold: float) -> bool:
    """Whether what is stated with this confidence is sure enough for a graph with this threshold."""
    return origin is not Origin.MINED or relation in SPEAKS_OF or confidence >= threshold


@dataclass(frozen=True, slots=True)
class Descent:
    """What names alone say of two things: a variant of its family, a version after another."""

    newer: Entity
    relation: Relation
    older: Entity
    rule: str
    confidence: float

    def assertion(self, evidence: Evidence) -> Assertion:
        """What the newer one's name says, where it stands."""
        subject, object_ = Thing(self.newer.type, self.newer.name), Thing(self.older.type, self.older.name)
        return Assertion(subject, self.relation, object_, evidence, self.rule, self.confidence, Origin.NAME)


def descents(entities: Sequence[Entity]) -> Iterator[Descent]:
    """Each size and flavour with the nearest of its families there are, each version with the one before it.

    A dataset is no variant of a model. Where names of a family end in greater numbers too (ResNet-50), a small one
    is no version either.
    """
    by_key: dict[str, Entity] = {}
    for entity in sorted(entities, key=lambda e: (len(e.id), e.id)):  # of two of one name the first has the plain id
        for name in sorted(entity.names, key=lambda n: (n != entity.name, n)):
            by_key.setdefault(parse(name).key, entity)
    lines: dict[str, list[Entity]] = defaultdict(list)
    for entity in entities:
        if entity is by_key[parse(entity.name).key] and not parse(entity.name).variant:
            lines[parse(entity.name).family_key].append(entity)
    great = {numbered(e.name) for e in entities}
    for entity in entities:
        parsed = parse(entity.name)
        family = next((by_key[f.key] for f in parsed.families if f.key in by_key), None)
        if family and family is not entity and _akin(entity, family):
            unsure = parsed.size is not None and len(parsed.size) == 1  # -L may be large, or a name's own letter
            yield Descent(entity, Relation.VARIANT_OF, family, VARIANT_RULE, 0.5 if unsure else _VARIANT_CONFIDENCE)
        elif parsed.version and not parsed.variant and parsed.family_key not in great:
            older = [e for e in lines[parsed.family_key] if parse(e.name).order < parsed.order and _akin(e, entity)]
            if older:
                last = max(older, key=lambda e: (parse(e.name).order, e.id))
                yield Descent(entity, Relation.EXTENDS, last, VERSION_RULE, _VERSION_CONFIDENCE)


_NUMBERED = re.compile(r"(.*[^\W\d])[\s-]?\d{2,}")


def numbered(name: str) -> str | None:
    """What stands before a great number at the end of a name, folded: of ResNet-50 resnet."""
    found = _NUMBERED.fullmatch(name)
    return fold(found[1]) if found else None


def _akin(one: Entity, other: Entity) -> bool:
    return (one.type == NodeType.DATASET) == (other.type == NodeType.DATASET)


SAID_LINEAGE = frozenset({Relation.EXTENDS, Relation.VARIANT_OF, Relation.FINE_TUNED_FROM, Relation.DISTILLED_FROM})


def commonest(names: Mapping[str, int]) -> str:
    """The spelling that is met most."""
    return min(names, key=lambda n: (-names[n], n))
