"""Growing: from one paper or model outward, along citations and declared bases, as far as asked.

Semantic Scholar says what a paper cites and who cites it, with the sentences; the Hugging Face Hub what a model declares
to descend from, and what declares to descend from it. At each step all that is near is listed first; of that the papers
are taken that most others of the step are joined to, then those whose citation is called influential, until the limit.
What is taken has the sources that its addresses have: `s2:…`, `s2:…/citations`, `hf:…`, `hf:…/descendants`.
"""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from begat.graph import ids
from begat.graph.build import BuildReport
from begat.graph.errors import BegatError, ServiceError, UsageError
from begat.graph.missing import completed
from begat.graph.model import Document, Facts, Node
from begat.graph.search import find
from begat.graph.store import Store
from begat.graph.vocabulary import NodeType, Relation
from begat.loaders.apis import Address, Client, address, hub, semantic_scholar
from begat.loaders.apis.hub import HUB, MODELS, MOST_DESCENDANTS
from begat.loaders.apis.hub import PAGE as HUB_PAGE
from begat.loaders.apis.semantic_scholar import PAGE, S2
from begat.loaders.sources.problem import OnProblem, Report

DIRECTIONS = ("both", "ancestors", "descendants")
LIMIT = 200
_BASES = (Relation.FINE_TUNED_FROM, Relation.VARIANT_OF, Relation.USES)
_DECLARED = ("field:id", "field:base_model", "field:tags")
"""Parts of evidence whose quote is, or ends with, a model's name on the hub."""


@dataclass(slots=True)
class Seeds:
    """Where to grow from: names of papers at Semantic Scholar, names of models on the hub."""

    papers: list[str] = field(default_factory=list)
    models: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Estimate:
    """What growing will take at most: requests, and seconds at the pace that the services ask for.

    `cites` and `cited_by` are what Semantic Scholar says of the papers to begin with.
    """

    papers: int
    models: int
    cites: int
    cited_by: int
    requests: int
    seconds: float


@dataclass(slots=True)
class Grown:
    """What came: `papers` and `models` count what was taken, those to begin with apart; `facts` are of the rest."""

    documents: list[Document] = field(default_factory=list)
    facts: list[Facts] = field(default_factory=list)
    papers: int = 0
    models: int = 0
    steps: int = 0
    left_out: int = 0
    """Papers and models that were met and are past the limit."""
    interrupted: bool = False
    report: BuildReport | None = None
    """What the build of it did."""


def seeds(name: str, graph: str | Path) -> Seeds:
    """Where to begin: an address (`arxiv:…`, `s2:…`, `doi:…`, `hf:…`), or what the graph file knows by this name.

    Of a thing, the papers that introduce it, and the model of that name that the hub has. Raises UsageError for an
    address that is none, NotFoundError, and BegatError where nothing of it has an id that a service knows.
    """
    given = address(name)
    if isinstance(given, str):
        raise UsageError(f"{name}: {given}")
    if given:
        return _of_address(given)
    with Store.open(graph) as store:
        node = find(store, name)
        found = Seeds(_names(node)) if node.type is NodeType.PAPER else _of_thing(store, node)
    if not found.papers and not found.models:
        raise BegatError(
            f"nothing to grow {node.name!r} from: no paper that introduces it has an arXiv id or a DOI;"
            " begin with an address, e.g. begat grow arxiv:2311.11045"
        )
    return found


def _of_thing(store: Store, node: Node) -> Seeds:
    papers = store.nodes_of(edge.subject for edge in store.edges_to([node.id], [Relation.INTRODUCES]))
    return Seeds([name for paper in papers.values() for name in _names(paper)], _on_the_hub(store, node))


def _of_address(given: Address) -> Seeds:
    if given.scheme is MODELS:
        return Seeds(models=[given.key.removesuffix("/descendants")])
    paper = semantic_scholar.key(given.key.removesuffix("/citations"))
    if given.scheme.name == "openalex" or paper is None:
        raise UsageError(f"{given}: not to be grown from; begin with arxiv:, doi:, s2: or hf:")
    return Seeds([paper])


def _names(paper: Node) -> list[str]:
    """The best name of a paper at Semantic Scholar."""
    keys = [f"arxiv:{paper.arxiv}" if paper.arxiv else "", f"doi:{paper.doi}" if paper.doi else "", f"url:{paper.url}"]
    return [name for key in keys if (name := semantic_scholar.paper_key(key))][:1]


def _on_the_hub(store: Store, node: Node) -> list[str]:
    """The names of models on the hub that are declared to be this thing."""
    said = store.statements(
        f"a.object_node = ? AND a.part IN ({', '.join('?' * len(_DECLARED))})", (node.id, *_DECLARED)
    )
    return list(dict.fromkeys(name for s in said if (name := _repository(s.assertion.evidence.quote))))


def _repository(value: str) -> str | None:
    """The model that a field names (`org/model`, `base_model:finetune:org/model`)."""
    name = value.rpartition(":")[2]
    return name if "/" in name and not ids.arxiv_id(name) and hub.model_key(name) == name else None


# -- what it will take -------------------------------------------------------------------------------------


def estimate(client: Client, start: Seeds, *, depth: int, limit: int = LIMIT, direction: str = "both") -> Estimate:
    """What growing will take at most; one request to know how much there is to begin with. Offline it takes nothing.

    Raises UsageError for a direction that is none, ServiceError where the request is not answered, and BegatError where
    there is nothing to begin with.
    """
    if direction not in DIRECTIONS:
        raise UsageError(f"no direction {direction!r}; there are {', '.join(DIRECTIONS)}")
    back, on = direction != "descendants", direction != "ancestors"
    known = list(_records(client, start.papers))
    if not known and not start.models:
        raise BegatError(f"Semantic Scholar knows nothing of {', '.join(start.papers)}; check the id")
    cites, cited_by = (sum(int(one.get(count) or 0) for one in known) for count in ("referenceCount", "citationCount"))
    listed = sum(
        _pages(int(one.get("referenceCount") or 0), back) + _pages(min(int(one.get("citationCount") or 0), limit), on)
        for one in known
    )
    near = min(limit, cites * back + cited_by * on)
    further = 0 if depth == 1 else near if depth == 2 else limit
    of_papers = listed + further * (_pages(1, back) + _pages(limit, on))
    of_one = 2 + MOST_DESCENDANTS // HUB_PAGE * on
    of_models = (len(start.models) + (limit if depth > 1 else 0)) * of_one if start.models else 0
    if client.offline:
        of_papers = of_models = 0
    seconds = of_papers * S2.interval + of_models * HUB.interval
    return Estimate(len(known), len(start.models), cites, cited_by, of_papers + of_models, seconds)


def _records(client: Client, names: list[str]) -> Iterator[dict[str, Any]]:
    for _, record in semantic_scholar.papers(client, names):
        if isinstance(record, ServiceError):
            raise record
        if record is not None:
            yield json.loads(record)


def _pages(count: int, wanted: bool) -> int:
    return max(1, -(-count // PAGE)) if wanted else 0


# -- growing -----------------------------------------------------------------------------------------------


def grow(
    store: Store, client: Client, start: Seeds, *, depth: int, limit: int = LIMIT, direction: str = "both",
    on_problem: OnProblem,
) -> Grown:  # fmt: skip
    """The documents of what lies around `start`, at most `depth` steps away and `limit` papers and models in all.

    `direction` is "ancestors" (what they cite, their bases), "descendants" (who cites them, what descends) or "both".
    What services do not answer is told, and the rest goes on. Ctrl-C ends the asking: what came is given.
    """
    growing = _Growing(store, client, limit, direction, on_problem)
    try:
        growing.begin(start)
        for step in range(1, depth + 1):
            if not growing.papers and not growing.models:
                break
            growing.grown.steps = step
            growing.step()
    except KeyboardInterrupt:
        growing.grown.interrupted = True
        growing.take_papers()
    return growing.gathered(start)


@dataclass(slots=True)
class _Met:
    """A paper that a step met."""

    record: dict[str, Any]
    influential: bool = False
    worded: bool = False
    cited: bool = False


class _Growing:
    """One growth in progress: the papers and models at its edge, and what was taken."""

    def __init__(self, store: Store, client: Client, limit: int, direction: str, on_problem: OnProblem) -> None:
        self.store = store
        self.client = client
        self.limit = limit
        self.back = direction != "descendants"
        self.on = direction != "ancestors"
        self.on_problem = on_problem
        self.grown = Grown()
        self.documents: dict[tuple[str, str], Document] = {}
        self.sources = {source for (source,) in store.connection.execute("SELECT DISTINCT source FROM documents")}
        self.known = _read_elsewhere(store)
        self.papers: list[dict[str, Any]] = []
        self.models: list[str] = []
        self.taken: set[str] = set()
        self.left_out: set[str] = set()
        self.others: dict[str, dict[str, Any]] = {}
        self.begun = 0
        self._listed: list[tuple[dict[str, Any], list[dict[str, Any]]]] = []
        self._met: dict[str, _Met] = {}
        self._joined: Counter[str] = Counter()

    @property
    def room(self) -> int:
        """How many papers and models may still be taken."""
        return self.limit - (len(self.taken) - self.begun)

    def begin(self, start: Seeds) -> None:
        """The records of the papers to begin with."""
        for name, record in semantic_scholar.papers(self.client, start.papers):
            report = Report(f"s2:{name}", self.on_problem)
            if isinstance(record, ServiceError):
                report.error("", "{why}", why=record)
            elif record is None:
                report.error("", "Semantic Scholar knows of no such paper: not grown from")
            else:
                values = json.loads(record)
                if values.get("paperId") not in self.taken:
                    self.taken.add(str(values.get("paperId")))
                    self.papers.append(values)
        self.models = list(start.models)
        self.taken.update(start.models)
        self.begun = len(self.taken)

    def step(self) -> None:
        """List what is around the edge, and take what there is room for: the new edge."""
        edge, self.papers = self.papers, []
        self._listed, self._met, self._joined = [], {}, Counter()
        for number, values in enumerate(edge, 1):
            self._list(values)
            self.client.progress("papers", number, len(edge))
        self.take_papers()
        edge_of_models, self.models = self.models, []
        for number, model in enumerate(edge_of_models, 1):
            self._take_models(model)
            self.client.progress("models", number, len(edge_of_models))

    # -- papers ----------------------------------------------------------------------------------------

    def _list(self, values: dict[str, Any]) -> None:
        """A paper's own record with what it cites, and the list of those that cite it."""
        source = _source(values)
        report = Report(source, self.on_problem)
        if self.back:
            values = semantic_scholar.with_references(self.client, values, report)
            for item in values["references"]:
                self._meet(semantic_scholar.cited(item), item, cited=True)
        own = list(semantic_scholar.whole_or_in_part(values, report))
        cites = semantic_scholar.citations(self.client, values, report, max(self.limit, PAGE)) if self.on else []
        for item in cites:
            self._meet(semantic_scholar.citing(item), item)
        if self.back or source not in self.sources:
            self._keep_whole(own)
        self._listed.append((values, cites))

    def _meet(self, record: dict[str, Any], item: dict[str, Any], *, cited: bool = False) -> None:
        sha = record.get("paperId")
        if not isinstance(sha, str) or not record.get("title"):
            return
        met = self._met.setdefault(sha, _Met(record))
        met.influential |= bool(item.get("isInfluential"))
        met.worded |= bool(item.get("contexts"))
        met.cited |= cited
        self._joined[sha] += 1

    def take_papers(self) -> None:
        """Of the papers that were met, those for which there is room; and their citations of the edge."""
        new = [sha for sha in self._met if sha not in self.taken]
        new.sort(key=lambda sha: (-self._joined[sha], not self._met[sha].influential, not self._met[sha].worded))
        chosen = new[: max(self.room, 0)]
        self.left_out.update(new)
        self.others.update((sha, self._met[sha].record) for sha in new if self._met[sha].cited)
        self.grown.papers += len(chosen)
        self.taken.update(chosen)
        citing = set()
        for values, cites in self._listed:
            taken = [item for item in cites if semantic_scholar.citing(item).get("paperId") in self.taken]
            citing |= {semantic_scholar.citing(item).get("paperId") for item in taken}
            report = Report(f"{_source(values)}/citations", self.on_problem)
            self._keep(semantic_scholar.citing_documents(taken, values, report))
        for sha in chosen:
            self.papers.append(self._met[sha].record)
            source = _source(self._met[sha].record)
            if sha not in citing and source not in self.sources:
                found = semantic_scholar.of_record(self._met[sha].record, Report(source, self.on_problem))
                self._keep(document for document in found if not self._known(document))

    # -- models ----------------------------------------------------------------------------------------

    def _take_models(self, model: str) -> None:
        """A model's card and its bases, and those that descend from it."""
        for card in MODELS.documents(self.client, {model: Report(f"hf:{model}", self.on_problem)}):
            self._keep(iter([card]))
            if self.back:
                self._go_on([name for name in _bases(card) if name != model])
        if self.on:
            key = f"{model}/descendants"
            found = list(MODELS.documents(self.client, {key: Report(f"hf:{key}", self.on_problem)}))
            taken = set(self._go_on([document.id for document in found]))
            self._keep(document for document in found if document.id in taken)

    def _go_on(self, names: Sequence[str]) -> list[str]:
        """Take these models, as far as there is room; those that are taken now or were before."""
        new = [name for name in dict.fromkeys(names) if name not in self.taken]
        chosen = new[: max(self.room, 0)]
        self.left_out.update(new)
        self.taken.update(chosen)
        self.models += chosen
        return [name for name in names if name in self.taken]

    # -- what is kept ----------------------------------------------------------------------------------

    def _keep(self, documents: Iterator[Document]) -> None:
        """Keep documents; of papers that the user's own sources have, what these do not say: text and citations."""
        for document in documents:
            if self._known(document):
                document = replace(document, title=None, authors=(), date=None, venue=None)
            self.sources.add(document.source)
            self.documents[document.source, document.id] = document

    def _keep_whole(self, documents: list[Document]) -> None:
        """Keep a paper's own record with all that it cites, in place of what was met of it in lists."""
        for document in documents:
            for place in [place for place in self.documents if place[1] == document.id and place[0] != document.source]:
                if place[0].endswith("/citations"):
                    del self.documents[place]
        self._keep(iter(documents))

    def _known(self, document: Document) -> bool:
        return document.paper and bool(self.known & {document.arxiv, document.doi})

    def gathered(self, start: Seeds) -> Grown:
        """What was taken, as a build takes it."""
        self.grown.documents = list(self.documents.values())
        self.grown.facts = list(self._titles())
        self.grown.left_out = len(self.left_out - self.taken)
        models = {document.id for document in self.grown.documents if document.source.startswith("hf:")}
        self.grown.models = len(models - set(start.models))
        return self.grown

    def _titles(self) -> Iterator[Facts]:
        """Titles and dates of what is cited and was not taken, beside what is known."""
        for sha, record in self.others.items():
            if sha in self.taken:
                continue
            for document in semantic_scholar.of_record(record, Report(S2.name, lambda problem: None)):
                key = document.keys[0] if document.arxiv or document.doi else f"url:{document.url}"
                known = self.store.facts(key) or Facts(key)
                new = completed(known, Facts(key, title=document.title, date=document.date), S2.name)
                if new != known:
                    yield new


def _source(values: dict[str, Any]) -> str:
    """The address of a paper's record: the one that a user would write."""
    return f"s2:{semantic_scholar.best_name(values)}"


def _read_elsewhere(store: Store) -> set[str | None]:
    """The ids of the papers of which there are records from other sources than these."""
    rows = store.connection.execute("SELECT arxiv, doi FROM documents WHERE is_paper AND source NOT LIKE 's2:%'")
    return {id_ for row in rows for id_ in row} - {None}


def _bases(card: Document) -> list[str]:
    """The models that a card declares to descend from, by their names on the hub."""
    named = [_repository(item.value) for item in card.declared if item.relation in _BASES]
    return list(dict.fromkeys(name for name in named if name))
