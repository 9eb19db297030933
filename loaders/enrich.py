"""Enriching: what a graph lacks of its papers is asked of services, in the order in which they are trusted.

Titles, dates, authors and ids are *facts*: they fill what no source says, and never stand against one that does. An
abstract, and what a paper cites, are a document of the service's own (its address is the source), which has nothing else.
What a service said before is kept where it now says less.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from begat.graph import ids, papers
from begat.graph.build import BuildReport
from begat.graph.declared import reference_key
from begat.graph.errors import ServiceError, UsageError, meant
from begat.graph.missing import Gap, Missing, completed, missing, more_precise
from begat.graph.model import IN_PART, Document, Facts, Reference
from begat.graph.store import Store
from begat.loaders.apis import Client, arxiv, crossref, openalex, opencitations, semantic_scholar
from begat.loaders.apis.client import Found
from begat.loaders.apis.scheme import read
from begat.loaders.apis.semantic_scholar import S2
from begat.loaders.apis.service import Service
from begat.loaders.sources.atom import ATOM
from begat.loaders.sources.problem import OnProblem, Report


@dataclass(frozen=True, slots=True)
class Helper:
    """A service that can fill gaps."""

    service: Service
    fills: frozenset[Gap]
    name: Callable[[str], str | None]
    """The name by which it knows the paper of a paper key; None where it cannot."""
    ask: Callable[[Client, list[str]], Iterator[tuple[str, Found]]]
    read: Callable[[bytes, Report], Iterator[Document]]
    finish: Callable[[Client, Document, Report], Document] = lambda client, document, report: document
    """What it takes further requests to know: asked only where citations are a gap."""


def _in_words(client: Client, document: Document, report: Report) -> Document:
    """A paper of Semantic Scholar with the sentences that make its citations, below its abstract.

    Of a list that breaks off, what came; the other citations are without their sentences then.
    """
    sha = document.place
    values: dict[str, Any] = {"paperId": sha, "title": document.title or sha, "abstract": document.text or None}
    values["referenceCount"] = len(document.references)
    told = report.errors
    found = semantic_scholar.with_references(client, values, report, place=document.id)
    said = next(semantic_scholar.of_record(found, report), None)
    if report.errors > told:
        words = said if said and said.references else document
        met = {(r.arxiv, r.doi, r.url) for r in words.references}
        rest = (r for r in document.references if (r.arxiv, r.doi, r.url) not in met)
        return replace(document, text=words.text, references=(*words.references, *rest), place=IN_PART)
    return replace(document, text=said.text, references=said.references) if said and said.references else document


def _s2(body: bytes, report: Report) -> Iterator[Document]:
    values = json.loads(body)
    for document in semantic_scholar.of_record(values, report):
        yield replace(document, place=str(values.get("paperId")))


_BIBLIOGRAPHIC = frozenset({Gap.TITLE, Gap.DATE, Gap.AUTHORS, Gap.TEXT, Gap.IDS})
_S2 = Helper(
    S2, _BIBLIOGRAPHIC | {Gap.CITATIONS}, semantic_scholar.paper_key,
    lambda client, names: semantic_scholar.papers(client, names, references=True), _s2,
)  # fmt: skip
HELPERS: dict[str, Helper] = {
    "arxiv": Helper(
        arxiv.ARXIV, _BIBLIOGRAPHIC, lambda key: key.removeprefix("arxiv:") if key.startswith("arxiv:") else None,
        arxiv.papers, lambda body, report: read(ATOM, body, report, ""),
    ),
    "s2": _S2,
    "openalex": Helper(
        openalex.OPENALEX, _BIBLIOGRAPHIC | {Gap.CITATIONS}, openalex.paper_key, openalex.works,
        lambda body, report: openalex.of_record(json.loads(body), report), openalex.resolved,
    ),
    "crossref": Helper(
        crossref.CROSSREF, _BIBLIOGRAPHIC | {Gap.CITATIONS}, crossref.paper_key, crossref.works,
        lambda body, report: crossref.of_record(json.loads(body), report),
    ),
    "opencitations": Helper(
        opencitations.OPENCITATIONS, frozenset({Gap.CITATIONS}), crossref.paper_key, opencitations.lists,
        opencitations.of_list,
    ),
}  # fmt: skip
"""The services by the names that `--from` takes."""
DEFAULT = ("arxiv", "s2", "crossref")
"""Those that need no key."""


@dataclass(slots=True)
class Enriched:
    """What services knew. `asked` and `unknown` count papers, by the service's name; `filled` those of each gap."""

    facts: list[Facts] = field(default_factory=list)
    documents: list[Document] = field(default_factory=list)
    asked: Counter[str] = field(default_factory=Counter)
    unknown: Counter[str] = field(default_factory=Counter)
    unanswered: Counter[str] = field(default_factory=Counter)
    """Papers of which a service could not be asked; what is wrong was told."""
    filled: Counter[tuple[str, Gap]] = field(default_factory=Counter)
    """(service, what) → how many papers."""
    nameless: int = 0
    """Papers that were read, lack something, and have no id by which any of the services knows them."""
    interrupted: bool = False
    """Ctrl-C came before all were asked; what came is here."""
    report: BuildReport | None = None
    """What the build of it did."""


def helpers(names: Sequence[str]) -> list[Helper]:
    """The services of these names, in their order. Raises UsageError."""
    if not names:
        raise UsageError(f"--from names no service; there are {', '.join(HELPERS)}")
    for name in names:
        if name not in HELPERS:
            raise UsageError(f"--from {name}: no such service; {meant(name, HELPERS)}")
    return [HELPERS[name] for name in dict.fromkeys(names)]


def enrich(
    store: Store,
    client: Client,
    services: Sequence[str] = DEFAULT,
    *,
    sentences: bool = False,
    by_title: bool = False,
    on_problem: OnProblem,
) -> Enriched:
    """What these services know that the graph does not, each asked for what the ones before it left open.

    `sentences`: citations are asked for with the sentences that make them, which takes a request for each paper.
    `by_title`: papers without an id are looked for by their title, which takes one too; what is found is taken for the
    paper where title, first author and year agree. A service that does not answer is told once and passed over. Ctrl-C ends the asking: what came is given.
    """
    chosen = helpers(services)
    if sentences:
        chosen = [replace(helper, finish=_in_words) if helper is _S2 else helper for helper in chosen]
    work = _Enriching(store, client, on_problem)
    try:
        if by_title:
            work.look_for_ids()
        for helper in chosen:
            work.ask(helper)
    except KeyboardInterrupt:
        work.found.interrupted = True
    work.found.nameless = sum(
        paper.read and not any(helper.name(key) for helper in chosen for key in paper.keys) for paper in work.papers
    )
    return work.gathered()


class _Enriching:
    """One run: the papers with their gaps, which get fewer."""

    def __init__(self, store: Store, client: Client, on_problem: OnProblem) -> None:
        self.store = store
        self.client = client
        self.on_problem = on_problem
        self.papers = list(missing(store))
        self.found = Enriched()
        self._facts: dict[str, Facts] = {}
        self._documents: dict[tuple[str, str], Document] = {}

    def gathered(self) -> Enriched:
        """What was found, as a build takes it."""
        self.found.facts = list(self._facts.values())
        self.found.documents = list(self._documents.values())
        return self.found

    def ask(self, helper: Helper) -> None:
        """Ask one service for all that it may know."""
        by_name: dict[str, list[Missing]] = {}
        for paper in self.papers:
            name = next(filter(None, map(helper.name, paper.keys)), None)
            if name and self._open(paper, helper):
                by_name.setdefault(name, []).append(paper)
        service = helper.service.name
        report = Report(service, self.on_problem)
        for name, found in helper.ask(self.client, list(by_name)):
            self.found.asked[service] += 1
            if isinstance(found, ServiceError):
                self.found.unanswered[service] += 1
                report.error("", "{why}", why=found)
            elif found is None:
                self.found.unknown[service] += 1
            else:
                for document in helper.read(found, report):
                    for paper in by_name[name]:
                        self._fill(paper, document, helper, report)
        report.close()

    def look_for_ids(self) -> None:
        """Find papers without ids by their titles. A title that many papers may have leads nowhere."""
        waiting = [paper for paper in self.papers if paper.read and paper.title and not paper.arxiv and not paper.doi]
        report = Report(S2.name, self.on_problem)
        for number, paper in enumerate(waiting, 1):
            try:
                record = semantic_scholar.titled(self.client, paper.title or "")
            except ServiceError as error:
                report.error("", "{why}", why=error)
                continue
            for document in semantic_scholar.of_record(record, report) if record else ():
                if (document.arxiv or document.doi) and _one_paper(paper, document):
                    self._found(paper, document)
            self.client.progress("titles", number, len(waiting))
        report.close()

    def _found(self, paper: Missing, document: Document) -> None:
        """Note whose paper it is, as metadata would: the build joins them by the same title, as its own record has it."""
        paper.keys = (*(key for key in document.keys if not key.startswith("document:")), *paper.keys)
        paper.gaps.discard(Gap.IDS)
        self.found.filled[S2.name, Gap.IDS] += 1
        self._keep(Facts(document.keys[0], paper.title, document.authors, document.date, doi=document.doi), S2.name)

    @staticmethod
    def _open(paper: Missing, helper: Helper) -> set[Gap]:
        """The gaps for which the service is asked: of papers that are only cited, who they are."""
        return paper.gaps & helper.fills if paper.read else paper.gaps & helper.fills & {Gap.TITLE, Gap.IDS}

    def _fill(self, paper: Missing, document: Document, helper: Helper, report: Report) -> None:
        if Gap.TEXT not in paper.gaps:  # its own text is the better one, and has the links that stand in it
            document = replace(document, text="", references=tuple(r for r in document.references if r.end is None))
        if Gap.CITATIONS in paper.gaps & helper.fills:
            document = helper.finish(self.client, document, report)
        before = set(paper.gaps)
        self._take_facts(paper, document, helper.service.name)
        if paper.read:
            self._take_text(paper, document, helper.service)
        elif Gap.IDS in before:
            self._take_record(paper, document, helper.service)
        for gap in before - paper.gaps:
            self.found.filled[helper.service.name, gap] += 1

    # -- facts -----------------------------------------------------------------------------------------

    def _take_facts(self, paper: Missing, document: Document, service: str) -> None:
        key = next((key for key in paper.keys if key.startswith(("arxiv:", "doi:"))), None)
        if key is None:
            key = next(iter(paper.keys), "")
        says: dict[str, object] = {}
        if Gap.TITLE in paper.gaps and document.title:
            says["title"] = document.title
            paper.gaps.discard(Gap.TITLE)
        if more_precise(document.date, paper.date):
            says["date"] = paper.date = document.date
            paper.gaps.discard(Gap.DATE)
        if Gap.AUTHORS in paper.gaps and document.authors:
            says["authors"] = document.authors
            paper.gaps.discard(Gap.AUTHORS)
        doi = document.doi if document.doi and not ids.arxiv_id(document.doi) else None
        if doi and not paper.doi:
            says["doi"] = doi
        if says and key:
            self._keep(Facts(key, **says), service)  # type: ignore[arg-type]
        if document.arxiv and not paper.arxiv and paper.doi:
            self._keep(Facts(f"arxiv:{document.arxiv}", doi=paper.doi), service)

    def _keep(self, facts: Facts, service: str) -> None:
        """What is new beside what is known already, which stands."""
        known = self._facts.get(facts.key) or self.store.facts(facts.key) or Facts(facts.key)
        if (new := completed(known, facts, service)) != known:
            self._facts[facts.key] = new

    # -- documents -------------------------------------------------------------------------------------

    def _take_text(self, paper: Missing, document: Document, service: Service) -> None:
        """The abstract and the citations that a paper lacks, as a document of the service's own."""
        references = document.references
        if Gap.CITATIONS not in paper.gaps:
            references = tuple(reference for reference in references if reference.end)
        if document.text:
            paper.gaps.discard(Gap.TEXT)
        if references:
            paper.gaps.discard(Gap.CITATIONS)
            for reference in references:
                self._keep(Facts(reference_key(reference), title=reference.title), service.name)
        if document.text or references:
            arxiv, doi = paper.arxiv, paper.doi
            if not arxiv and not doi:
                arxiv, doi = document.arxiv, document.doi
            own = arxiv or doi or document.id
            place = document.place if references else ""
            self._add(Document(own, document.text, arxiv=arxiv, doi=doi, references=references, place=place), service)

    def _take_record(self, paper: Missing, document: Document, service: Service) -> None:
        """A paper that was known by a link only, with that link and what else is known of it."""
        link = next((key.removeprefix("url:") for key in paper.keys if key.startswith("url:")), None)
        if link and (document.arxiv or document.doi):
            paper.gaps.discard(Gap.IDS)
            self._add(replace(document, text="", references=(), url=link), service)

    def _add(self, document: Document, service: Service) -> None:
        """Keep a document beside what the service said of this paper before."""
        source = service.base
        document = replace(document, source=source, place=IN_PART if document.place == IN_PART else "")
        before = self._documents.get((source, document.id)) or self._stored(source, document.id)
        if before and before.place == IN_PART:
            pass  # asked for anew as if it were not there; of two parts a build keeps the greater
        elif before and before.text:
            document = replace(
                document, text=before.text, references=before.references or _without_places(document.references)
            )
        elif before and before.references and not document.references:
            document = replace(document, references=before.references)
        self._documents[source, document.id] = document

    def _stored(self, source: str, id_: str) -> Document | None:
        return next((d for _, d in self.store.documents("source = ? AND id = ?", (source, id_))), None)


def _one_paper(paper: Missing, document: Document) -> bool:
    """Whether they are one by title, first author and year, as a build would join them."""
    year = int(paper.date[:4]) if paper.date else None
    ours = papers.Record(1, "", "", None, None, paper.title, next(iter(paper.authors), None), year, "")
    facts = Facts(document.keys[0], document.title, document.authors, document.date)
    return len(papers.papers([ours, papers.of_facts(2, facts)], lambda number: "")) == 1


def _without_places(references: Sequence[Reference]) -> tuple[Reference, ...]:
    return tuple(dict.fromkeys(replace(reference, start=None, end=None) for reference in references))
