"""The vocabulary: types of nodes, relations, and everything that is said of them in one place.

Nothing else spells a relation out: its Cypher type, its IRI, its words in both directions, whether it is
lineage. `docs/` and the RDF ontology are generated from here.
"""

from dataclasses import dataclass
from enum import StrEnum

NAMESPACE = "https://w3id.org/begat/ns#"
BASE = "https://w3id.org/begat/id/"


class NodeType(StrEnum):
    """What a node is; the value is its label in Cypher."""

    PAPER = "Paper"
    MODEL = "Model"
    METHOD = "Method"
    DATASET = "Dataset"
    AUTHOR = "Author"


CLASSES: dict[NodeType, tuple[str, ...]] = {
    NodeType.PAPER: ("http://purl.org/spar/fabio/ResearchPaper", "https://schema.org/ScholarlyArticle"),
    NodeType.MODEL: ("https://w3id.org/fair4ml#MLModel",),
    NodeType.METHOD: (NAMESPACE + "Method",),
    NodeType.DATASET: ("https://schema.org/Dataset",),
    NodeType.AUTHOR: ("http://xmlns.com/foaf/0.1/Person",),
}
"""The IRIs of the RDF classes of a node of each type."""

THINGS = (NodeType.MODEL, NodeType.METHOD, NodeType.DATASET)
"""What papers introduce and what descends from one another."""


class Relation(StrEnum):
    """What an edge states; the value is its type in Cypher. Edges point from newer to older."""

    INTRODUCES = "INTRODUCES"
    MENTIONS = "MENTIONS"
    CITES = "CITES"
    AUTHORED_BY = "AUTHORED_BY"
    EXTENDS = "EXTENDS"
    VARIANT_OF = "VARIANT_OF"
    FINE_TUNED_FROM = "FINE_TUNED_FROM"
    DISTILLED_FROM = "DISTILLED_FROM"
    USES = "USES"
    TRAINED_ON = "TRAINED_ON"
    EVALUATED_ON = "EVALUATED_ON"
    OUTPERFORMS = "OUTPERFORMS"
    COMPARED_WITH = "COMPARED_WITH"
    SUBCLASS_OF = "SUBCLASS_OF"


@dataclass(frozen=True, slots=True)
class RelationFacts:
    """What is said of one relation.

    `forward` reads subject → object ("Orca 2 extends Orca"), `backward` object → subject
    ("Orca is extended by Orca 2"); `noun` heads a list of objects; `iri` is the predicate's full IRI.
    `lineage` is its weight as descent (0: none); `symmetric` relations have no direction.
    """

    relation: Relation
    forward: str
    backward: str
    noun: str
    iri: str
    lineage: float = 0.0
    symmetric: bool = False

    @property
    def inverse(self) -> str:
        """The IRI of the predicate read object → subject; of a symmetric relation its own."""
        if self.symmetric:
            return self.iri
        first, *rest = self.backward.replace("-", " ").split()
        return NAMESPACE + first + "".join(word.capitalize() for word in rest)


_FAIR4ML = "https://w3id.org/fair4ml#"

_FACTS = (
    RelationFacts(Relation.INTRODUCES, "introduces", "introduced by", "introduces", NAMESPACE + "introduces"),
    RelationFacts(Relation.MENTIONS, "mentions", "mentioned by", "mentions", NAMESPACE + "mentions"),
    RelationFacts(Relation.CITES, "cites", "cited by", "cites", "http://purl.org/spar/cito/cites"),
    RelationFacts(Relation.AUTHORED_BY, "authored by", "author of", "authors", "http://purl.org/dc/terms/creator"),
    RelationFacts(Relation.EXTENDS, "extends", "extended by", "extends", NAMESPACE + "extends", 1.3),
    RelationFacts(Relation.VARIANT_OF, "variant of", "has variant", "variant of", NAMESPACE + "variantOf", 1.1),
    RelationFacts(
        Relation.FINE_TUNED_FROM,
        "fine-tuned from",
        "fine-tuned into",
        "fine-tuned from",
        _FAIR4ML + "fineTunedFrom",
        1.25,
    ),
    RelationFacts(
        Relation.DISTILLED_FROM,
        "distilled from",
        "distilled into",
        "distilled from",
        NAMESPACE + "distilledFrom",
        1.0,
    ),
    RelationFacts(Relation.USES, "uses", "used by", "uses", NAMESPACE + "uses", 0.6),
    RelationFacts(Relation.TRAINED_ON, "trained on", "training data of", "trained on", NAMESPACE + "trainedOn"),
    RelationFacts(Relation.EVALUATED_ON, "evaluated on", "evaluates", "evaluated on", NAMESPACE + "evaluatedOn"),
    RelationFacts(Relation.OUTPERFORMS, "outperforms", "outperformed by", "outperforms", NAMESPACE + "outperforms"),
    RelationFacts(
        Relation.COMPARED_WITH,
        "compared with",
        "compared with",
        "compared with",
        NAMESPACE + "comparedWith",
        symmetric=True,
    ),
    RelationFacts(Relation.SUBCLASS_OF, "a kind of", "has kind", "a kind of", NAMESPACE + "subclassOf"),
)

FACTS: dict[Relation, RelationFacts] = {facts.relation: facts for facts in _FACTS}

_NARROWER: dict[tuple[Relation, NodeType, NodeType], str] = {
    (Relation.EXTENDS, NodeType.PAPER, NodeType.PAPER): "http://purl.org/spar/cito/extends",
    (Relation.TRAINED_ON, NodeType.MODEL, NodeType.DATASET): _FAIR4ML + "trainedOn",
    (Relation.EVALUATED_ON, NodeType.MODEL, NodeType.DATASET): _FAIR4ML + "evaluatedOn",
}
"""Predicates of other vocabularies that say more than ours, and so hold between these types only."""


def predicates(relation: Relation, subject: NodeType, object_: NodeType) -> tuple[str, ...]:
    """The IRIs that state an edge in RDF, by the types of its ends: the relation's own first."""
    own = FACTS[relation].iri
    if relation is Relation.SUBCLASS_OF:
        return own, "http://www.w3.org/2004/02/skos/core#broader"
    narrower = _NARROWER.get((relation, subject, object_))
    return (own, narrower) if narrower else (own,)


LINEAGE: tuple[Relation, ...] = tuple(facts.relation for facts in _FACTS if facts.lineage)
"""The relations of descent, as in DESIGN: EXTENDS, VARIANT_OF, FINE_TUNED_FROM, DISTILLED_FROM, USES."""


SPEAKS_OF = (Relation.INTRODUCES, Relation.MENTIONS)
"""Which things a paper speaks of: mining decides that by thresholds of its own, whatever confidence edges need."""


class Origin(StrEnum):
    """Where an assertion comes from."""

    MINED = "mined"
    """A sentence states it."""
    DECLARED = "declared"
    """A field of a record states it (a reference list, a model card's base_model)."""
    NAME = "name"
    """The name itself states it (LLaMA-13B is a size of LLaMA; v2 follows v1)."""
    USER = "user"
    """A reader of the graph says that it is right."""
