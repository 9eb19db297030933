"""Bringing the graph up to date with what a change touched, and with nothing else.

The result is what `graph/resolve.py` makes of everything, to the last digit. Both use the same functions; what is here
is the way from touched documents to what may have become otherwise by them: the names and paper keys that they used or
use; the concepts of these names, with all that synonyms link to them; the things of these concepts, whose names, types,
ids and dates follow from all documents that use them, counted by SQLite; then the documents that mean another thing by a
name than before, and the edges, nodes and search entries of all these. Each step goes on only from what came out
otherwise than it was. `docs/decisions/0013-only-what-a-change-touches.md` says why, and what may cascade.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any

from begat.graph import corrections
from begat.graph.declared import SECTION
from begat.graph.identity import (
    SURE,
    Circumstances,
    Concepts,
    Entity,
    Introduction,
    Tally,
    entity,
    fitting,
    introducer,
    introducers,
    leaning,
    slug,
    tell_apart,
    unrelated,
)  # fmt: skip
from begat.graph.model import Edge, Evidence, Node
from begat.graph.names import fold, parse
from begat.graph.resolve import (
    NAME_RULES,
    SAID_LINEAGE,
    Descent,
    Doc,
    Meant,
    among,
    commonest,
    descents,
    edge,
    finished,
    introducing,
    introductions,
    linked,
    numbered,
    paper_date,
    paper_node,
    read_docs,
    resolve,
    thing,
    title_as_written,
    use,
    uses,
)  # fmt: skip
from begat.graph.store import Store
from begat.graph.touched import UNSEARCHED, Touched, arxiv_date_of, meant_by
from begat.graph.vocabulary import NodeType, Origin, Relation

Row = tuple[Any, ...]


def update(store: Store, touched: Touched) -> None:
    """Make nodes, aliases, edges and the search index what they are by all that was read, in one transaction."""
    if not touched.whole:
        try:
            with store.transaction():
                work = _Update(store, touched)
                work.run()
                store.add_counts(work.counts)
                store.raise_revision()
                finished(store)
            return
        except _TooMuch:
            touched.all()
    resolve(store)


class _TooMuch(Exception):
    """So much hangs on the change that resolving everything is quicker."""


class _Update:
    """One update in progress."""

    def __init__(self, store: Store, touched: Touched) -> None:
        self.store = store
        self.sql = store.connection
        self.touched = touched
        self.min_confidence = float(store.meta("min_confidence") or 0.0)
        self.meant = Meant(store, self._paper_of, self._only_one_meant)
        self.docs: dict[int, Doc] = {}
        self.dates = _Dates(self._date)
        self.names = _Names(store, touched)
        self.fresh: dict[str, set[int]] = defaultdict(set)
        self.claimed: set[str] = set()
        """The concepts that touched documents say somebody introduces, or said it."""
        self.own_types: dict[str, dict[str, set[NodeType]]] = {}
        """By concept, the documents of which it must be asked anew whose thing they mean."""
        self.families: set[str] = set()
        """Families in which a paper introduces something otherwise than before."""
        self.turned: set[int] = set()
        """Documents that mean another thing by a name than before, or one with another id."""
        self.edges: set[tuple[str, str, str]] = set()
        self.counts: Counter[str] = Counter()
        """How many rows came to each table, or went."""
        self.things: dict[str, list[Entity]] = {}
        self.plain: dict[str, str] = {}

    def run(self) -> None:
        """All of it, in order."""
        self.counts.update(self.store.rows_of(self.touched.documents))
        self.counts.subtract(self.touched.rows)
        self.follow_keys()
        self.numbers = sorted(self.touched.documents)
        self.unsay_documents()
        self.read_papers()
        concepts = self.read_names()
        self.move(concepts)
        self.rank(concepts)
        self.assign(concepts)
        concepts |= self.lean()
        self.make_things(concepts)
        self.name_families()
        self.write_things()
        self.turn_ends()
        self.descend()
        self.weigh_edges()
        self.write_papers()
        self.write_authors()
        self.write_evidence()

    # -- small questions -------------------------------------------------------------------------------

    def rows(self, query: str, *parameters: object) -> list[Row]:
        return self.sql.execute(query, parameters).fetchall()

    def column(self, query: str, *parameters: object) -> set[Any]:
        return {value for (value,) in self.sql.execute(query, parameters)}

    def doc(self, number: int) -> Doc:
        """A document as it is now; its papers must have been found."""
        if number not in self.docs:
            self.docs.update((doc.number, doc) for doc in read_docs(self.store, "number = ?", (number,)))
        return self.docs[number]

    def _paper_of(self, key: str) -> str | None:
        return next((node for (node,) in self.rows("SELECT paper FROM paper_keys WHERE key = ?", key)), None)

    def _only_one_meant(self, key: str) -> str | None:
        found = self.column(
            "SELECT DISTINCT d.paper FROM signs s JOIN documents d ON d.number = s.document WHERE s.sign = ?",
            f"is:{key}",
        )
        return found.pop() if len(found) == 1 else None

    def paper(self, key: str, number: int) -> str:
        """The node of a paper key in a document; a key that is not its own is noted."""
        doc = self.doc(number)
        if key in doc.keys:
            return doc.node
        if (key, number) not in self.referred:
            self.referred[key, number] = self.meant.within(key, doc)
        return self.referred[key, number]

    def _date(self, node: str) -> str | None:
        """A paper's date; of one without any, that in the arXiv id by which somebody says that it introduces something."""
        if date := paper_date(read_docs(self.store, "paper = ?", (node,))):
            return date
        rows = self.rows("SELECT subject FROM introducing WHERE paper = ? AND subject LIKE 'arxiv:%' LIMIT 1", node)
        return arxiv_date_of(rows[0][0]) if rows else None

    # -- papers ----------------------------------------------------------------------------------------

    def follow_keys(self) -> None:
        """Documents that speak of a paper which is another one now are touched too."""
        where, given = among(self.touched.documents)
        self.sql.execute(f"DELETE FROM signs WHERE {where} AND sign LIKE 'is:%'", given)
        where, given = among(self.touched.documents, "number")
        keys = set(self.touched.keys)
        for doc in read_docs(self.store, where, given):
            self.docs[doc.number] = doc
            means = set(meant_by(doc.title, doc.url, doc.is_paper))
            self.sql.executemany("INSERT OR IGNORE INTO signs VALUES (?, ?)", [(f"is:{k}", doc.number) for k in means])
            keys |= means | doc.keys
            self.touched.papers.add(doc.node)
        others: set[int] = set()
        for key in keys:
            for (node,) in self.rows("SELECT node FROM referred WHERE key = ? LIMIT 1", key):
                if self.meant.by(key)[0] != node:
                    others |= self.column("SELECT document FROM referred WHERE key = ?", key)
            if key.startswith("title:"):
                others |= self._sections_turned(SECTION + key.removeprefix("title:"))
        self.note(others)

    def _sections_turned(self, key: str) -> set[int]:
        """The documents of which a section of this title is about another paper than it was."""
        known = self.rows("SELECT document, node FROM referred WHERE key = ?", key)
        return {number for number, node in known if self.meant.within(key, self.doc(number)) != node}

    def note(self, numbers: Iterable[int]) -> None:
        self.touched.note(self.store, numbers)
        if self.touched.whole:
            raise _TooMuch

    def read_papers(self) -> None:
        """Which papers touched documents speak of by keys that are not their own."""
        self.referred: dict[tuple[str, int], str] = {}
        written: dict[tuple[str, int], str] = {}
        where, given = among(self.numbers)
        self.was_referred = {
            (key, number): (node, as_written)
            for key, number, node, as_written in self.sql.execute(f"SELECT * FROM referred WHERE {where}", given)
        }
        self.sql.execute(f"DELETE FROM referred WHERE {where}", given)
        query = f"SELECT document, subject_type, subject, relation, object_type, object, quote FROM assertions WHERE {where}"
        for number, subject_type, subject, relation, object_type, object_, quote in self.sql.execute(query, given):
            for kind, key in ((subject_type, subject), (object_type, object_)):
                if kind == NodeType.PAPER:
                    self.paper(key, number)
            if relation == Relation.CITES and (title := title_as_written(object_, quote)):
                written[object_, number] = min(written.get((object_, number), title), title)
        self.now_referred = {at: (node, written.get(at)) for at, node in self.referred.items()}
        self.sql.executemany(
            "INSERT INTO referred VALUES (?, ?, ?, ?)", [(*at, *rest) for at, rest in self.now_referred.items()]
        )

    def unsay_documents(self) -> None:
        """What names say by themselves is not what touched documents say; `descend` says it again."""
        where, given = among(self.numbers)
        marks = ", ".join("?" * len(NAME_RULES))
        gone = self.sql.execute(f"DELETE FROM assertions WHERE {where} AND rule IN ({marks})", (*given, *NAME_RULES))
        self.counts["assertions"] -= gone.rowcount

    # -- names and concepts ----------------------------------------------------------------------------

    def read_names(self) -> set[str]:
        """Replace what touched documents use, link and introduce; the concepts that are concerned."""
        where, given = among(self.numbers)
        before = {
            table: self.rows(f"SELECT * FROM {table} WHERE {where}", *given)
            for table in ("uses", "linked", "introducing")
        }
        for table in before:
            self.sql.execute(f"DELETE FROM {table} WHERE {where}", given)
        used = uses(self.store, self.numbers)
        said = [
            (Introduction(n, name, by := self.paper(key, n), sure, (d := self.doc(n)).is_paper or by != d.node), key)
            for n, key, name, sure in introductions(self.store, self.numbers)
        ]
        introduced = {(i.document, parse(i.name).key) for i, _ in said}
        synonyms = self.rows(f"SELECT document, name, alias FROM synonyms WHERE {where}", *given)
        links = {row for synonym in synonyms for row in linked(synonym, introduced)}
        self.sql.executemany("INSERT OR IGNORE INTO linked VALUES (?, ?, ?, ?, ?, ?)", links)
        papers = {row[3] for row in before["introducing"]} | {i.by for i, _ in said} | self.touched.papers
        self.introducing = papers
        around = {
            row for paper in papers for row in self.rows("SELECT concept, name FROM introducing WHERE paper = ?", paper)
        }

        names = {name for _, name, _ in used} | {row[2] for row in before["uses"]} | {name for _, name in around}
        keys = (
            {parse(name).key for name in names} | {row[0] for row in (*links, *before["linked"])} | self.touched.names
        )
        keys |= {parse(row[2]).key for row in before["introducing"]} | {parse(i.name).key for i, _ in said}
        self.names.read(keys, before["linked"], links)

        concepts = {row[0] for table in ("uses", "introducing") for row in before[table]} | {c for c, _ in around}
        for key in {row[0] for row in (*links, *before["linked"])} | self.touched.names:
            concepts |= self.names.of_key(key).all_of(key) | self.names.before.all_of(key)
        self.families |= {row[9] for row in before["uses"] if row[9]}
        for (number, name, kind), counts in used.items():
            u, key = use(number, name, kind, *counts), parse(name).key
            concept = self.names.of_key(key).of(number, key)
            date = self.doc(number).date
            row = (concept, number, name, kind, u.confidence, u.times, counts[1] > 0, date, "", None, u.declared)
            self.sql.execute("INSERT INTO uses VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
            self.fresh[concept].add(number)
        self.claimed |= {row[0] for row in before["introducing"]}
        for i, key in said:
            introduction = introducing(i, key, self.names.of_key(parse(i.name).key))
            self.claimed.add(introduction[0])
            self.sql.execute("INSERT OR REPLACE INTO introducing VALUES (?, ?, ?, ?, ?, ?, ?)", introduction)
            concepts.add(introduction[0])
        return concepts | self.fresh.keys()

    def move(self, concepts: set[str]) -> None:
        """Where keys stand for other concepts than before, so do the uses of all other documents."""
        for concept in {c for key in self.names.changed for c in self.names.before.all_of(key)}:
            concepts.add(concept)
            for table in ("uses", "introducing"):
                for row in self.rows(f"SELECT * FROM {table} WHERE concept = ?", concept):
                    number, name = row[1], row[2]
                    key = parse(name).key
                    now = self.names.of_key(key).of(number, key)
                    if now != concept:
                        self.claimed |= {concept, now}
                        self._move(table, row, now)
                        concepts.add(now)
        for key in self.names.changed:
            concepts |= self.names.of_key(key).all_of(key)

    def _move(self, table: str, row: Row, concept: str) -> None:
        marks = ", ".join("?" * len(row))
        last = "type" if table == "uses" else "subject"
        place = row[3] if table == "uses" else row[4]
        self.sql.execute(
            f"DELETE FROM {table} WHERE concept = ? AND document = ? AND name = ? AND {last} = ?", (*row[:3], place)
        )
        self.sql.execute(f"INSERT OR REPLACE INTO {table} VALUES ({marks})", (concept, *row[1:]))
        if table == "uses":
            self.fresh[concept].add(row[1])
            self.turned.add(row[1])

    # -- introducers -----------------------------------------------------------------------------------

    def rank(self, concepts: Collection[str]) -> None:
        """Who introduces each concept; where that changes, everybody who uses its names is asked anew."""
        for concept in concepts:
            found = {
                (paper, bool(is_paper))
                for paper, is_paper in self.rows(
                    "SELECT DISTINCT paper, is_paper FROM introducing WHERE concept = ? AND confidence >= ?",
                    concept,
                    SURE,
                )
            }
            one = self.names.of_key(concept).said_one(concept)
            now = [(paper, self.dates.get(paper)) for paper in introducers(found, self.dates, one=one)]
            if concept in self.claimed or now != self.rows(
                "SELECT paper, date FROM introducers WHERE concept = ? ORDER BY place", concept
            ):
                self.sql.execute("DELETE FROM introducers WHERE concept = ?", (concept,))
                rows = [(concept, place, *paper) for place, paper in enumerate(now)]
                self.sql.executemany("INSERT INTO introducers VALUES (?, ?, ?, ?)", rows)
                self.fresh[concept] |= self.column("SELECT document FROM uses WHERE concept = ?", concept)

    def _introducers(self, concept: str) -> list[str]:
        rows = self.rows("SELECT paper FROM introducers WHERE concept = ? ORDER BY place", concept)
        return [paper for (paper,) in rows]

    def assign(self, concepts: set[str]) -> None:
        """Whose thing those documents mean that must be asked."""
        for concept, numbers in self.fresh.items():
            concepts.add(concept)
            papers = self._introducers(concept)
            for number in numbers:
                by = self._whose(papers, concept, number)
                own = by in self._own(concept, number, papers)
                for name, kind, before, family in self.rows(
                    "SELECT name, type, introducer, family FROM uses WHERE concept = ? AND document = ?",
                    concept,
                    number,
                ):
                    now = parse(name).family_key if own else None
                    if (before, family) == (by, now):
                        continue
                    self.families |= {one for one in (family, now) if one}
                    if before != by and number not in self.touched.documents:
                        self.turned.add(number)
                    self.sql.execute(
                        "UPDATE uses SET introducer = ?, family = ?"
                        " WHERE concept = ? AND document = ? AND name = ? AND type = ?",
                        (by, now, concept, number, name, kind),
                    )

    def _own(self, concept: str, number: int, papers: Collection[str]) -> set[str]:
        """Of those who introduce a concept, whom a document itself says it of."""
        if not papers:
            return set()
        said = self.column("SELECT paper FROM introducing WHERE concept = ? AND document = ?", concept, number)
        return said & set(papers)

    def _whose(self, papers: list[str], concept: str, number: int) -> str:
        if papers and not self.names.of_key(concept).said_one(concept):
            query = "SELECT type FROM uses WHERE concept = ? AND document = ?"
            papers = fitting(papers, self._own_types(concept), set(map(NodeType, self.column(query, concept, number))))
        if len(papers) < 2:
            return papers[0] if papers else ""
        doc = self.doc(number)
        about = Circumstances(doc.node, doc.date, frozenset(self._cites(doc)))
        return introducer(papers, self._own(concept, number, papers), about, self.dates)

    def _own_types(self, concept: str) -> Mapping[str, Collection[NodeType]]:
        """As which types the documents of those who introduce a concept use its names, by paper."""
        if concept not in self.own_types:
            found = self.own_types[concept] = defaultdict(set)
            for paper, kind in self.rows(
                "SELECT DISTINCT i.paper, u.type FROM introducing i JOIN uses u"
                " ON u.concept = i.concept AND u.document = i.document WHERE i.concept = ?",
                concept,
            ):
                found[paper].add(NodeType(kind))
        return self.own_types[concept]

    def _cites(self, doc: Doc) -> set[str]:
        """The papers that a document cites: of a touched one by its keys, which may mean other papers than they did."""
        if doc.number not in self.touched.documents:
            query = "SELECT object_node FROM assertions WHERE document = ? AND relation = 'CITES'"
            return self.column(query, doc.number)
        keys = self.column("SELECT object FROM assertions WHERE document = ? AND relation = 'CITES'", doc.number)
        return {self._node_of(key, doc) for key in keys}

    def _node_of(self, key: str, doc: Doc) -> str:
        return self.meant.within(key, doc)

    # -- things ----------------------------------------------------------------------------------------

    def lean(self) -> set[str]:
        """The concepts of families of which papers introduce another type now than they did most of all."""
        concepts: set[str] = set()
        for family in self.families:
            now = leaning(self._votes(family))
            before = self.rows("SELECT leaning FROM families WHERE family = ?", family)
            if before != [(now,)]:
                if before or now != leaning({}):
                    concepts |= self.column("SELECT concept FROM things WHERE family = ?", family)
                self.sql.execute(
                    "INSERT INTO families VALUES (?, '', ?) ON CONFLICT (family) DO UPDATE SET leaning = excluded.leaning",
                    (family, now),
                )
        return concepts

    def _votes(self, family: str) -> Mapping[NodeType, float]:
        rows = self.rows("SELECT type, sum(weight) FROM uses WHERE family = ? GROUP BY type", family)
        return {NodeType(kind): round(weight, 6) for kind, weight in rows}

    def make_things(self, concepts: Iterable[str]) -> None:
        """The things of these concepts, and of all whose ids would be the same."""
        self.before: list[Row] = []
        by_plain: dict[str, list[Entity]] = defaultdict(list)
        waiting = set(concepts)
        while waiting:
            concept = waiting.pop()
            before = self.rows("SELECT * FROM things WHERE concept = ?", concept)
            self.before += before
            self.things[concept] = list(self._things(concept))
            for made in self.things[concept]:
                by_plain[made.id].append(made)
            for plain in {row[3] for row in before} | {made.id for made in self.things[concept]}:
                same = self.column("SELECT concept FROM things WHERE plain = ?", plain)
                waiting |= same - self.things.keys()
        for plain, made_so in by_plain.items():
            tell_apart(made_so)
            self.plain.update((made.id, plain) for made in made_so)
        now = {(made.key, made.introduced_by or ""): made.id for found in self.things.values() for made in found}
        for node, concept, by, *_ in self.before:
            if now.get((concept, by), node) != node:
                users = "SELECT document FROM uses WHERE concept = ? AND introducer = ?"
                self.turned |= self.column(users, concept, by)
        self.sql.executemany("DELETE FROM things WHERE concept = ?", [(concept,) for concept in self.things])
        self.sql.executemany(
            "INSERT INTO things VALUES (?, ?, ?, ?, ?, ?, ?)",
            [thing(made, self.plain[made.id]) for found in self.things.values() for made in found],
        )

    def _things(self, concept: str) -> Iterator[Entity]:
        """The things of a concept, their ids not told apart yet, as SQLite counts the uses of its names."""
        names = self.rows(
            "SELECT introducer, name, count(DISTINCT document), sum(times),"
            " count(DISTINCT CASE WHEN family IS NOT NULL THEN document END),"
            " sum(CASE WHEN family IS NOT NULL THEN times END) FROM uses WHERE concept = ? GROUP BY 1, 2",
            concept,
        )
        types = self.rows(
            "SELECT introducer, type, sum(weight), sum(CASE WHEN declared THEN weight END),"
            " sum(CASE WHEN family IS NOT NULL THEN weight END), min(date) FROM uses WHERE concept = ? GROUP BY 1, 2",
            concept,
        )
        used, of_own, seen = _tallies(names, types)
        concepts, papers = self.names.of_key(concept), self._introducers(concept)
        said_by = concepts.aliases_of(concept)
        for by in sorted(used):
            aliases = [
                alias
                for alias, numbers in said_by.items()
                if any(self._whose(papers, concept, n) == by for n in numbers)
            ]
            votes = unrelated if not by and papers else self._votes
            yield entity(
                concepts, concept, by or None, used[by], of_own.get(by, Tally({}, {})), aliases, votes,
                self.dates.get(by) if by else None, seen[by],
            )  # fmt: skip

    def name_families(self) -> None:
        """How the families of these things are called now; nodes of one that is called otherwise follow."""
        families = {row[4] for row in self.before} | self.families
        families |= {fold(parse(made.name).stem) for found in self.things.values() for made in found}
        for family in families:
            spelt: dict[str, int] = dict(
                self.rows("SELECT stem, count(*) FROM things WHERE family = ? GROUP BY stem", family)
            )
            name = commonest(spelt) if spelt else ""
            leans = leaning(self._votes(family))
            if not name and leans == leaning({}):
                self.sql.execute("DELETE FROM families WHERE family = ?", (family,))
            elif (name, leans) not in self.rows("SELECT name, leaning FROM families WHERE family = ?", family):
                self.sql.execute("INSERT OR REPLACE INTO families VALUES (?, ?, ?)", (family, name, leans))
                members = "SELECT node FROM things WHERE family = ?"
                self.sql.execute(f"UPDATE nodes SET family = ? WHERE id IN ({members})", (name, family))

    def write_things(self) -> None:
        """Nodes and names of the things; `self.renamed` are families in which a thing has other names than before."""
        self.renamed: set[str] = set()
        kept = {made.id for found in self.things.values() for made in found}
        for node in {row[0] for row in self.before} - kept:
            self._write_thing(node, None, [])
        for made in (made for found in self.things.values() for made in found):
            parsed = parse(made.name)
            ((family,),) = self.rows("SELECT name FROM families WHERE family = ?", fold(parsed.stem))
            node = Node(made.id, made.type, made.name, (), made.date, made.seen, family, parsed.version)
            names = [(made.id, name, parse(name).key, reason) for name, reason in made.names.items()]
            self._write_thing(made.id, node, names)

    def _write_thing(self, id_: str, node: Node | None, names: list[Row]) -> None:
        before = [row[1] for row in self.rows("SELECT node, name FROM aliases WHERE node = ?", id_)]
        same = self.rows("SELECT 1 FROM nodes WHERE id = ? AND name = ?", id_, node.name) if node else []
        now = [row[1] for row in names]
        if not same or set(before) != set(now):
            for name in {*before, *now}:
                self.renamed.add(parse(name).family_key)
            self.renamed |= {stem for name in {*before, *now} if (stem := numbered(name))}
        self.write_node(id_, node, names)

    # -- claims ----------------------------------------------------------------------------------------

    def turn_ends(self) -> None:
        """Whom the assertions of touched and turned documents speak of."""
        self.note(self.turned)
        self.nodes_now: set[str] = set()
        self.entries_now: set[tuple[str, str]] = set()
        marks = ", ".join("?" * len(NAME_RULES))
        for number in self.touched.documents:
            query = (
                "SELECT u.name, t.node FROM uses u JOIN things t ON t.concept = u.concept AND t.introducer = u.introducer"
                " WHERE u.document = ?"
            )
            means: dict[str, str] = dict(self.rows(query, number))
            for row in self.rows(
                "SELECT number, subject_type, subject, relation, object_type, object, origin, quote, subject_node,"
                f" object_node, paper_node FROM assertions WHERE document = ? AND rule NOT IN ({marks})",
                number, *NAME_RULES,
            ):  # fmt: skip
                self._turn(row, self.doc(number), means)

    def _turn(self, row: Row, doc: Doc, means: Mapping[str, str]) -> None:
        claim, subject_type, subject, relation, object_type, object_, origin, quote, *before = row

        def end(kind: str, name: str) -> str:
            if kind == NodeType.PAPER:
                return self._node_of(name, doc)
            return f"author-{slug(name)}" if kind == NodeType.AUTHOR else means[name]

        ends = [end(subject_type, subject), end(object_type, object_), doc.node]
        if ends != before:
            self.sql.execute(
                "UPDATE assertions SET subject_node = ?, object_node = ?, paper_node = ? WHERE number = ?",
                (*ends, claim),
            )
        self.edges.add((ends[0], relation, ends[1]))
        self.nodes_now |= {*ends}
        if origin == Origin.MINED and relation not in UNSEARCHED:
            self.entries_now.add((doc.node, quote))

    # -- what names say --------------------------------------------------------------------------------

    def descend(self) -> None:
        """What the names of these things' families say by themselves."""
        families = self.renamed | {row[4] for row in self.before}
        families |= {fold(parse(made.name).stem) for found in self.things.values() for made in found}
        gone = {row[0]: row[4] for row in self.before}
        for family in families:
            members = self.column("SELECT node FROM things WHERE family = ?", family)
            self._unsay(members | {node for node, its in gone.items() if its == family})
            for descent in self._descents(family, members):
                self._say(descent)

    def _unsay(self, nodes: Iterable[str]) -> None:
        marks = ", ".join("?" * len(NAME_RULES))
        for node in nodes:
            for number, relation, older in self.rows(
                "SELECT number, relation, object_node FROM assertions"
                f" WHERE subject_node = ? AND relation IN ('EXTENDS', 'VARIANT_OF') AND rule IN ({marks})",
                node, *NAME_RULES,
            ):  # fmt: skip
                self.edges.add((node, relation, older))
                self.sql.execute("DELETE FROM assertions WHERE number = ?", (number,))
                self.counts["assertions"] -= 1

    def _descents(self, family: str, members: Collection[str]) -> list[Descent]:
        """What names say of the members of a family, for which only these and those that share a name matter."""
        if not any(self._speaks(node) for node in members):
            return []
        parsed = [parse(name) for (name,) in self._of_nodes("SELECT name FROM nodes WHERE id IN ({})", members)]
        keys = {key for one in parsed for key in (one.key, *(other.key for other in one.families))}
        near = {
            node
            for (node,) in self._of_nodes(
                "SELECT a.node FROM aliases a JOIN things t ON t.node = a.node WHERE a.folded IN ({})", keys
            )
        }
        near |= self.column("SELECT node FROM things WHERE numbered = ?", family)
        found = descents([self._as_entity(node) for node in sorted({*members, *near})])
        return [d for d in found if d.newer.id in members and not self._said(d)]

    def _speaks(self, node: str) -> bool:
        """Whether a name says anything of what it may come from."""
        ((name,),) = self.rows("SELECT name FROM nodes WHERE id = ?", node)
        return bool(parse(name).variant or parse(name).version)

    def _of_nodes(self, query: str, values: Collection[str]) -> list[Row]:
        return self.rows(query.format("SELECT value FROM json_each(?)"), json.dumps(sorted(values)))

    def _as_entity(self, node: str) -> Entity:
        ((kind, name),) = self.rows("SELECT type, name FROM nodes WHERE id = ?", node)
        names: dict[str, str] = dict(self.rows("SELECT name, reason FROM aliases WHERE node = ?", node))
        return Entity(node, NodeType(kind), name, "", None, None, None, names)

    def _said(self, descent: Descent) -> bool:
        """Whether a text says of the two how one descends from the other."""
        marks = ", ".join("?" * len(SAID_LINEAGE))
        return bool(
            self.rows(
                f"SELECT 1 FROM assertions WHERE subject_node = ? AND relation IN ({marks}) AND object_node = ?"
                " AND rule NOT IN (?, ?) LIMIT 1",
                descent.newer.id, *SAID_LINEAGE, descent.older.id, *NAME_RULES,
            )
        )  # fmt: skip

    def _say(self, descent: Descent) -> None:
        found = self._first_mention(descent.newer.id)
        if found is None:
            return
        number, evidence = found
        assertion = descent.assertion(evidence)
        claim = assertion.claim(self.doc(number).id)
        self.store.add_assertions([(claim, number, assertion)])
        self.counts["assertions"] += 1
        ends = (descent.newer.id, descent.older.id, self.doc(number).node)
        self.store.set_ends([(*ends, claim, number)])
        self.edges.add((ends[0], descent.relation, ends[1]))

    def _first_mention(self, node: str) -> tuple[int, Evidence] | None:
        """The earliest mention of a thing."""
        ((concept, by),) = self.rows("SELECT concept, introducer FROM things WHERE node = ?", node)
        mentioned = "FROM uses WHERE concept = ? AND introducer = ? AND mentioned"
        ((date,),) = self.rows(f"SELECT min(coalesce(date, '9999')) {mentioned}", concept, by)
        first = self.rows(
            f"SELECT number FROM documents WHERE number IN (SELECT document {mentioned} AND coalesce(date, '9999') = ?)"
            " ORDER BY id, source LIMIT 1",
            concept, by, date,
        )  # fmt: skip
        if not first:
            return None
        ((number,),) = first
        names = self.column(f"SELECT name {mentioned} AND document = ?", concept, by, number)
        ((part, start, end, written),) = self.rows(
            'SELECT part, start, "end", written FROM mentions WHERE document = ? AND name IN'
            ' (SELECT value FROM json_each(?)) ORDER BY part, start, "end", written LIMIT 1',
            number, json.dumps(sorted(names)),
        )  # fmt: skip
        return number, Evidence(start, end, written, part)

    # -- edges -----------------------------------------------------------------------------------------

    def weigh_edges(self) -> None:
        """The edges that touched documents stood or stand behind."""
        verdicts = corrections.verdicts(self.store)
        for ends in sorted(self.edges | self.touched.edges):
            said = [
                (confidence, origin, self.doc(number))
                for confidence, origin, number in self.rows(
                    "SELECT confidence, origin, document FROM assertions"
                    " WHERE subject_node = ? AND relation = ? AND object_node = ?",
                    *ends,
                )
            ]
            self._write_edge(ends, edge(ends, said, verdicts.get(ends), self.min_confidence))

    def _write_edge(self, ends: tuple[str, str, str], found: Edge | None) -> None:
        gone = self.sql.execute("DELETE FROM edges WHERE subject = ? AND relation = ? AND object = ?", ends)
        self.counts["edges"] += (found is not None) - gone.rowcount
        if found:
            self.sql.execute(
                "INSERT INTO edges VALUES (?, ?, ?, ?, ?, ?, ?)",
                (*ends, found.confidence, found.support, found.origin, found.date),
            )

    # -- nodes -----------------------------------------------------------------------------------------

    def write_papers(self) -> None:
        """Papers that touched documents are, were, or speak of."""
        for node in sorted(self.touched.papers | self.introducing | self._papers_spoken_of()):
            docs = sorted(read_docs(self.store, "paper = ?", (node,)), key=lambda d: (d.id, d.source))
            spoken = self.rows(
                "SELECT key, min(written) FROM referred WHERE node = ? AND key NOT LIKE ? GROUP BY key",
                node, f"{SECTION}%",
            )  # fmt: skip
            if not docs and not spoken:
                self.write_node(node, None, [])
                continue
            keys = self.column("SELECT key FROM paper_keys WHERE paper = ?", node)
            keys |= {min(self.meant.by(key)[1] for key, _ in spoken)} if spoken else set()
            written = min((title for _, title in spoken if title), default=None)
            found = paper_node(self.store, node, docs, sorted(keys), self.dates.get(node), written)
            self.write_node(node, found, [(node, found.name, fold(found.name), "title")])

    def _papers_spoken_of(self) -> set[str]:
        """Papers of which it changes how touched documents speak; not where others speak of them just so."""
        changed = self.was_referred.items() ^ self.now_referred.items()
        found = set()
        for (key, number), (node, _) in changed:
            others = self.rows(
                "SELECT 1 FROM referred WHERE key = ? AND document <> ? AND node = ? LIMIT 1", key, number, node
            )
            if key.startswith("title:") or not others or not self.store.node(node):
                found.add(node)
        return found

    def write_authors(self) -> None:
        """Authors whom touched documents name or named."""
        for node in sorted(n for n in self.touched.nodes | self.nodes_now if n.startswith("author-")):
            spelt: dict[str, int] = dict(
                self.rows(
                    "SELECT object, count(*) FROM assertions WHERE object_node = ? AND object_type = 'Author' GROUP BY object",
                    node,
                )
            )
            found = Node(node, NodeType.AUTHOR, commonest(spelt)) if spelt else None
            self.write_node(node, found, [(node, name, fold(name), "as written") for name in spelt])

    def write_node(self, id_: str, node: Node | None, names: list[Row]) -> None:
        """Replace a node, its names, and both in the search index; None: there is none."""
        n = node
        now = [(n.id, n.type, n.name, n.date, n.seen, n.family, n.version, n.arxiv, n.doi, n.url)] if n else []
        if self.rows("SELECT * FROM nodes WHERE id = ?", id_) != now:
            gone_nodes = self.sql.execute("DELETE FROM nodes WHERE id = ?", (id_,))
            self.counts["nodes"] += len(now) - gone_nodes.rowcount
            self.sql.executemany("INSERT INTO nodes VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", now)
        before = set(self.rows("SELECT * FROM aliases WHERE node = ?", id_))
        gone, come = before - {*names}, {*names} - before
        self.sql.executemany("DELETE FROM aliases WHERE node = ? AND name = ?", [row[:2] for row in gone])
        self.sql.executemany("INSERT OR REPLACE INTO aliases VALUES (?, ?, ?, ?)", come)
        was, shall = _entries(before), _entries(names)
        self.store.remove_entries(was - shall)
        self.store.add_entries(shall - was)

    def write_evidence(self) -> None:
        """Sentences of touched documents in the search index; those stay that another record of the paper says too."""
        gone = self.touched.entries - self.entries_now
        marks = ", ".join("?" * len(UNSEARCHED))
        gone = {
            (node, quote)
            for node, quote in gone
            if not self.rows(
                "SELECT 1 FROM documents d JOIN assertions a ON a.document = d.number WHERE d.paper = ? AND a.quote = ?"
                f" AND a.origin = 'mined' AND a.relation NOT IN ({marks}) LIMIT 1",
                node, quote, *UNSEARCHED,
            )
        }  # fmt: skip
        self.store.remove_entries(("evidence", *entry) for entry in gone)
        self.store.add_entries(("evidence", *entry) for entry in self.entries_now - self.touched.entries)


def _entries(names: Iterable[Row]) -> set[tuple[str, str, str]]:
    return {("title" if reason == "title" else "name", node, name) for node, name, _, reason in names}


def _tallies(
    names: Iterable[Row], types: Iterable[Row]
) -> tuple[dict[str, Tally], dict[str, Tally], dict[str, str | None]]:
    """By introducer: of all uses, of those in its own documents, and when it was first spoken of.

    From rows of (introducer, name, documents, times, own documents, own times or None) and of (introducer, type, weight,
    weight of declared ones or None, weight of own ones or None, first date or None).
    """
    used: dict[str, Tally] = defaultdict(lambda: Tally({}, {}))
    own: dict[str, Tally] = defaultdict(lambda: Tally({}, {}))
    dates: dict[str, list[str]] = defaultdict(list)
    for by, name, documents, times, own_documents, own_times in names:
        used[by].names[name] = (documents, times)
        if own_times is not None:
            own[by].names[name] = (own_documents, own_times)
    for by, kind, weight, declared, own_weight, date in types:
        used[by].weights[NodeType(kind)] = round(weight, 6)
        if declared is not None:
            used[by].declared[NodeType(kind)] = round(declared, 6)
        if own_weight is not None:
            own[by].weights[NodeType(kind)] = round(own_weight, 6)
        if date is not None:
            dates[by].append(date)
    return dict(used), dict(own), {by: min(dates[by], default=None) for by in used}


class _Dates(Mapping[str, str | None]):
    """The dates of papers by node, looked up when they are asked for."""

    def __init__(self, find: Callable[[str], str | None]) -> None:
        self.find = find
        self.found: dict[str, str | None] = {}

    def __getitem__(self, node: str) -> str | None:
        if node not in self.found:
            self.found[node] = self.find(node)
        return self.found[node]

    def __iter__(self) -> Iterator[str]:
        return iter(self.found)

    def __len__(self) -> int:
        return len(self.found)


class _Names:
    """Which concepts keys stand for: of those that touched documents use as they were and as they are, of others as asked."""

    def __init__(self, store: Store, touched: Touched) -> None:
        self.store = store
        self.same = list(corrections.said_of_names(store, corrections.Verdict.SAME))
        self.apart = list(corrections.said_of_names(store, corrections.Verdict.APART))
        self.said_before = touched.said
        self.found: dict[str, Concepts] = {}
        self.changed: set[str] = set()
        """Keys that stand for other concepts, or for other reasons, than before."""

    def read(self, keys: Collection[str], before: Collection[Row], now: Collection[Row]) -> None:
        """Learn all that synonyms link to these keys; `before` and `now`: the links of touched documents."""
        old = defaultdict(set)
        for row in before:
            old[row[0]].add(row)
        linked_keys, rows = self._linked(keys, old)
        self.now = self._concepts(rows, self.same, self.apart)
        self.found = dict.fromkeys(linked_keys, self.now)
        self.before = self.now
        if {*before} != {*now} or self.said_before:
            same, apart = self.said_before or (self.same, self.apart)
            self.before = self._concepts((rows - {*now}) | {*before}, same, apart)
            self.changed = self.now.differing(self.before, linked_keys)

    def of_key(self, key: str) -> Concepts:
        """The concepts among which a key's is."""
        if key not in self.found:
            linked_keys, rows = self._linked([key], {})
            self.found.update(dict.fromkeys(linked_keys, self._concepts(rows, self.same, self.apart)))
        return self.found[key]

    def _linked(self, keys: Iterable[str], further: Mapping[str, Collection[Row]]) -> tuple[set[str], set[Row]]:
        """All keys that links lead to, and the stored links between them."""
        said = [*self.same, *(self.said_before[0] if self.said_before else ())]
        pairs: dict[str, set[str]] = defaultdict(set)
        for name, alias, _ in said:
            one, other = parse(name).key, parse(alias).key
            pairs[one].add(other)
            pairs[other].add(one)
        seen: set[str] = set()
        found: set[Row] = set()
        waiting = set(keys)
        while waiting:
            key = waiting.pop()
            seen.add(key)
            rows = self.store.connection.execute("SELECT * FROM linked WHERE key = ?", (key,)).fetchall()
            found.update(rows)
            waiting |= ({row[4] for row in (*rows, *further.get(key, ()))} | pairs.get(key, set())) - seen
        return seen, found

    @staticmethod
    def _concepts(rows: Iterable[Row], same: Iterable[Row], apart: Iterable[Row]) -> Concepts:
        rows = list(rows)
        introduced = {(row[1], parse(row[2]).key) for row in rows if row[5]}
        return Concepts({(row[1], row[2], row[3]) for row in rows}, introduced, sorted(same), sorted(apart))
