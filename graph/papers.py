"""Which records are the same paper: by id, by title and first author and year, by the text itself. Pages by their address.

One paper is met as a preprint, in proceedings, in a dump that lost its id and its numbers. Two different papers
may share a short title ("Editorial") or all of it but the number ("Part I", "Part II"). Every function here is
independent of the order of its input.
"""

import re
import zlib
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from heapq import nsmallest
from itertools import combinations, pairwise

from rapidfuzz import fuzz

from begat.graph.declared import url_key
from begat.graph.ids import paper_node_id
from begat.graph.model import Document, Facts
from begat.graph.names import fold

NEAR = 90.0
"""How alike (in percent, letters only) two texts of one paper are at least."""
_AKIN = 40.0
"""How alike texts are at least that something else says are one paper's, or one page's."""
_LONG_ENOUGH = 150
"""Letters below which a text is too short to be known by itself."""
_UNIQUE_TITLE = 5
"""Words from which a title is taken for one paper's even where not all records have authors and text."""
_SKETCH = 8
_LONG_WORD = 8
"""Letters of the words that runs begin with: a sample that the same text gives again, wherever it stands."""
SHARED = 2
"""Numbers of two sketches that must agree before the texts are compared."""
CROWD = 20
"""Texts sharing a number, past which it is taken for a phrase of the field that tells nothing; this also keeps it linear."""
_LETTERS = re.compile(r"[^\W\d_]+")
_NUMBER = re.compile(r"\d+|\b[ivx]+\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Record:
    """What is known of one document towards knowing its paper; `number` is the store's, `source` its file."""

    number: int
    id: str
    source: str
    arxiv: str | None
    doi: str | None
    title: str | None
    author: str | None
    year: int | None
    sketch: str
    known: bool = True
    """Whether it is a paper's record; a page is itself, and what else was saved of the same address."""
    url: str | None = None

    @property
    def place(self) -> tuple[str, str]:
        """What tells it from every other record, and the same whatever the order of reading."""
        return self.id, self.source


@dataclass(frozen=True, slots=True)
class Paper:
    """The records that are one paper: its node id, its keys, its records in order, and why they are one."""

    node: str
    keys: tuple[str, ...]
    records: tuple[Record, ...]
    reasons: tuple[tuple[str, str], ...]
    """(record's id or key, why it is taken for this paper), where more than its own id says it."""


def sketch(text: str) -> str:
    """A few numbers that near-identical texts share: the least hashes of its runs of three words."""
    words = _LETTERS.findall(text.casefold())
    chosen = [i for i, word in enumerate(words) if len(word) >= _LONG_WORD] or range(len(words))
    runs = {zlib.crc32(" ".join(words[i : i + 3]).encode()) for i in chosen}
    return " ".join(f"{run:x}" for run in nsmallest(_SKETCH, runs))


def record(number: int, document: Document, sketched: str) -> Record:
    """The record of a stored document."""
    return Record(
        number, document.id, document.source, document.arxiv, document.doi, document.title,
        document.authors[0] if document.authors else None, int(document.date[:4]) if document.date else None,
        sketched, document.paper, document.url,
    )  # fmt: skip


def of_facts(number: int, facts: Facts) -> Record:
    """Bibliographic facts as a record without text: what a title leads to. `number` is no document's."""
    arxiv = facts.key.removeprefix("arxiv:") if facts.key.startswith("arxiv:") else None
    doi = facts.key.removeprefix("doi:") if facts.key.startswith("doi:") else facts.doi
    author, year = next(iter(facts.authors), None), int(facts.date[:4]) if facts.date else None
    return Record(number, facts.key, "", arxiv, doi, facts.title, author, year, "")


def signs(record: Record) -> Iterator[str]:
    """By what a record may be taken for another's paper: only records that share a sign ever are.

    Of the signs `part:…` those count that at most CROWD records have, and SHARED of them must be shared.
    """
    yield f"id:{record.id}"  # told apart by their files
    # A page is only ever itself, but it has the facts that are known by its ids.
    for key in (f"arxiv:{record.arxiv}" if record.arxiv else "", f"doi:{record.doi}" if record.doi else ""):
        if key:
            yield key if record.known else f"page:{key}"
    if not record.known:
        if record.url:
            yield f"at:{url_key(record.url)}"
        return
    if record.title and _told(record.title):
        yield f"called:{fold(record.title)}"
    if record.sketch:
        yield f"copy:{zlib.crc32(record.sketch.encode()):08x}"
    for part in record.sketch.split():
        yield f"part:{part}"


def papers(
    records: Iterable[Record],
    text: Callable[[int], str],
    same: Iterable[tuple[str, str]] = (),
    crowded: Collection[str] | None = None,
    apart: Iterable[tuple[str, str]] = (),
) -> list[Paper]:
    """Records grouped into papers, in order of node id.

    `text` gives a record's text by its number, asked for only where two may be alike; `same` are pairs of keys
    (`arxiv:…`, `doi:…`) that metadata says are one. Where the records are not all there are, `crowded` says which parts
    of their sketches more than CROWD records have. `apart` are pairs of records' ids of which a reader says that they
    are two papers; only an arXiv id or DOI that both have is stronger.
    """
    found = _Grouping(sorted(records, key=lambda r: r.place), text, crowded, apart)
    found.by_keys(same)
    found.by_links()
    found.by_titles()
    found.by_texts()
    return found.papers()


class _Grouping:
    """Union of records, refusing what would make one paper of two arXiv ids, or of what a reader says are two."""

    def __init__(
        self,
        records: Sequence[Record],
        text: Callable[[int], str],
        crowded: Collection[str] | None,
        apart: Iterable[tuple[str, str]],
    ) -> None:
        self.records = records
        self.crowded = crowded
        self.text = text
        self.parent = list(range(len(records)))
        self.arxiv = [r.arxiv for r in records]
        self.extra: dict[int, set[str]] = defaultdict(set)
        self.joints: dict[int, list[tuple[int, str]]] = defaultdict(list)
        self._letters: dict[int, str] = {}
        self.apart: dict[str, set[str]] = defaultdict(set)
        for one, other in apart:
            self.apart[one].add(other)
            self.apart[other].add(one)
        self.told = {i: {r.id} for i, r in enumerate(records) if r.id in self.apart}
        """By root, the ids of its records that readers speak of."""

    def root(self, i: int) -> int:
        while self.parent[i] != i:
            self.parent[i] = self.parent[self.parent[i]]
            i = self.parent[i]
        return i

    def join(self, i: int, j: int, reason: str, *, by_id: bool = False) -> bool:
        """Take two records for one paper; False where their arXiv ids forbid it, or a reader what is no id of both."""
        a, b = sorted((self.root(i), self.root(j)))
        if a == b:
            return True
        if self.arxiv[a] and self.arxiv[b] and self.arxiv[a] != self.arxiv[b]:
            return False
        if not by_id and any(self.apart[one] & self.told.get(b, set()) for one in self.told.get(a, ())):
            return False
        self.parent[b] = a
        if told := self.told.pop(b, None):
            self.told[a] = self.told.get(a, set()) | told
        self.arxiv[a] = self.arxiv[a] or self.arxiv[b]
        self.joints[i].append((j, reason))
        self.joints[j].append((i, reason))
        return True

    def by_keys(self, same: Iterable[tuple[str, str]]) -> None:
        first: dict[str, int] = {}
        for i, r in enumerate(self.records):
            if not r.known:
                continue
            for key, name in ((f"arxiv:{r.arxiv}", "arXiv id"), (f"doi:{r.doi}", "DOI")):
                if not key.endswith(":None"):
                    self.join(first.setdefault(key, i), i, f"same {name} {key.partition(':')[2]}", by_id=True)
        for one, other in sorted(same):
            if one in first and other in first:
                self.join(first[one], first[other], f"metadata has {one} as {other}")
            elif one in first or other in first:
                at = first.get(one, first.get(other, 0))
                self.extra[at] |= {one, other}
                first.setdefault(one, at)
                first.setdefault(other, at)

    def by_links(self) -> None:
        """Pages of one address: a model's card and its place in a list, a page that was saved twice."""
        groups: dict[str, list[int]] = defaultdict(list)
        for i, r in enumerate(self.records):
            if not r.known and r.url:
                groups[url_key(r.url)].append(i)
        for members in groups.values():
            for i, j in pairs(members):
                if self.root(i) != self.root(j) and self._same_page(i, j):
                    self.join(i, j, f"same address {self.records[j].url}")

    def _same_page(self, i: int, j: int) -> bool:
        """Whether two pages of one address are one; a site may give the address of its front page for all of them."""
        a, b = self.letters(i), self.letters(j)
        return not a or not b or fuzz.ratio(a, b, score_cutoff=_AKIN) > 0

    def by_titles(self) -> None:
        groups: dict[str, list[int]] = defaultdict(list)
        for i, r in enumerate(self.records):
            if r.known and r.title and _told(r.title):
                groups[fold(r.title)].append(i)
        for members in groups.values():
            for i, j in pairs(members):
                if self.root(i) != self.root(j) and (why := self._same_title(i, j)):
                    self.join(i, j, why)

    def _same_title(self, i: int, j: int) -> str | None:
        """Why two records with one title are one paper, if they are."""
        a, b = self.records[i], self.records[j]
        if a.year and b.year and abs(a.year - b.year) > 1:
            return None
        if a.author and b.author and surname(a.author) != surname(b.author):
            return None
        alike = self.alikeness(i, j)
        telling = len(_LETTERS.findall(a.title or "")) >= 4
        if a.author and b.author and telling and (alike is None or alike >= _AKIN):
            return "same title, first author and year"
        if alike is None and len(_LETTERS.findall(a.title or "")) >= _UNIQUE_TITLE:
            return "same long title"
        if alike is not None and alike >= 70:
            return "same title and much the same text"
        return None

    def by_texts(self) -> None:
        blocks: dict[str, list[int]] = defaultdict(list)
        copies: dict[str, list[int]] = defaultdict(list)
        for i, r in enumerate(self.records):
            if r.known and r.sketch:
                copies[r.sketch].append(i)
                for part in r.sketch.split():
                    blocks[part].append(i)
        shared = Counter(
            pair
            for part, members in blocks.items()
            if (len(members) <= CROWD if self.crowded is None else part not in self.crowded)
            for pair in combinations(members, 2)
        )
        likely = {pair for pair, times in shared.items() if times >= SHARED}
        likely |= {pair for members in copies.values() for pair in pairs(members)}
        for i, j in sorted(likely):
            if self.root(i) != self.root(j) and self._same_text(i, j):
                self.join(i, j, "near-identical text")

    def _same_text(self, i: int, j: int) -> bool:
        a, b = self.records[i], self.records[j]
        if a.year and b.year and abs(a.year - b.year) > 2:
            return False
        if a.title and b.title and _differ_by_number(a.title, b.title):
            return False
        return (self.alikeness(i, j) or 0.0) >= NEAR

    def alikeness(self, i: int, j: int) -> float | None:
        """Percent of letters that two texts share in order; None where one is too short to say."""
        a, b = self.letters(i), self.letters(j)
        if min(len(a), len(b)) < _LONG_ENOUGH:
            return None
        return fuzz.ratio(a, b, score_cutoff=_AKIN)

    def letters(self, i: int) -> str:
        if i not in self._letters:
            self._letters[i] = "".join(_LETTERS.findall(self.text(self.records[i].number).casefold()))
        return self._letters[i]

    def papers(self) -> list[Paper]:
        groups: dict[int, list[int]] = defaultdict(list)
        for i in range(len(self.records)):
            groups[self.root(i)].append(i)
        taken: dict[str, int] = {}
        made = [self._paper(members, taken) for members in groups.values()]
        return sorted(made, key=lambda paper: paper.node)

    def _paper(self, members: list[int], taken: dict[str, int]) -> Paper:
        records = [self.records[i] for i in members]
        known = [r for r in records if r.known]
        keys = {f"arxiv:{r.arxiv}" for r in known if r.arxiv} | {f"doi:{r.doi}" for r in known if r.doi}
        for i in members:
            keys |= self.extra.get(i, set())
        ordered = tuple(sorted(keys))  # "arxiv:" sorts before "doi:"
        if ordered:
            node = paper_node_id(ordered[0])
        else:
            node = paper_node_id(f"document:{records[0].id}")
            taken[node] = taken.get(node, 0) + 1
            if taken[node] > 1:  # another file's record of the same id: told apart by where it comes from
                node += f"--{zlib.crc32(records[0].source.encode()):08x}"
        head = next((i for i in members if f"arxiv:{self.records[i].arxiv}" in ordered[:1]), members[0])
        return Paper(node, ordered, tuple(records), tuple(self._reasons(head)))

    def _reasons(self, head: int) -> Iterator[tuple[str, str]]:
        """Why each record of a paper is its: what joins it towards the head, the record that bears its id."""
        reached, waiting = {head}, deque([head])
        while waiting:
            for i, reason in self.joints[waiting.popleft()]:
                if i not in reached:
                    reached.add(i)
                    waiting.append(i)
                    yield self.records[i].id, reason


def _told(title: str) -> bool:
    """Whether a title has words enough to be looked at: not "Editorial"."""
    return len(_LETTERS.findall(title)) >= 2


def pairs(members: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Each with the first of its block, then each with the next: enough for a union, and linear."""
    for other in members[1:]:
        yield members[0], other
    yield from pairwise(members[1:])


def surname(author: str) -> str:
    """The folded last name of "Arindam Mitra", "A. Mitra" or "Mitra, Arindam"."""
    before, comma, _ = author.partition(",")
    words = (before if comma else author).split()
    return fold(words[-1]) if words else ""


def _differ_by_number(one: str, other: str) -> bool:
    """Whether two titles are alike but for their numbers ("Part I", "Part II")."""
    numbers, others = (_NUMBER.findall(t.casefold()) for t in (one, other))
    return numbers != others and fuzz.ratio(_NUMBER.sub("", one.casefold()), _NUMBER.sub("", other.casefold())) > 85
