"""Mining beside a spaCy pipeline that only splits sentences and finds listed names, on real abstracts, on one core.

    python -m benchmarks.mining [CORPUS.jsonl] [--most N]

spaCy (`pip install '.[bench]'`) is given a blank English pipeline with its sentencizer and an entity ruler of the
very names that begat finds in the same abstracts: it looks up what begat has to find out, and judges no relation. Both
run in this process, one after the other, over the same documents; the time is processor time, so that what else the
machine does counts little.
"""

import argparse
import time
from pathlib import Path

import spacy

from begat import loaders
from begat.loaders.mining import pipeline
from benchmarks.build import CORPUS


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", nargs="?", type=Path, default=CORPUS)
    parser.add_argument("--most", type=int, default=1000, help="how many abstracts")
    options = parser.parse_args()
    read = loaders.read([str(options.corpus)], on_problem=lambda problem: None)
    documents = [document for document, _ in zip(read, range(options.most), strict=False)]

    pipeline.mine(documents[0], {})  # loads the weights
    start = time.process_time()
    mined = [pipeline.mine(document, {}) for document in documents]
    ours = time.process_time() - start

    names = sorted({mention.written for each in mined for mention in each.mentions})
    nlp = spacy.blank("en")
    nlp.add_pipe("sentencizer")
    nlp.add_pipe("entity_ruler").add_patterns([{"label": "NAME", "pattern": name} for name in names])
    nlp(documents[0].text)
    start = time.process_time()
    found = sum(len(doc.ents) for doc in nlp.pipe(document.text for document in documents))
    theirs = time.process_time() - start

    stated = sum(len(each.assertions) for each in mined)
    print(f"{len(documents)} abstracts, {len(names)} names")
    print(
        f"  begat  {len(documents) / ours:6.0f} abstracts/s  {sum(len(m.mentions) for m in mined)} names, {stated} statements"
    )
    print(f"  spaCy  {len(documents) / theirs:6.0f} abstracts/s  {found} names looked up, no statements")
    print(f"  begat takes {ours / theirs:.1f} times as long")


if __name__ == "__main__":
    main()
