"""Joining: which documents are one paper, and what each learns from the others and from the facts known of it.

Only records that share a sign (`papers.signs`) are ever one paper. So when some records change, only those have to be
looked at that signs lead to from them, as they were or as they are; of signs that a crowd shares none is followed.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from begat.graph import corrections, papers
from begat.graph.declared import url_key
from begat.graph.model import Facts
from begat.graph.names import fold
from begat.graph.store import Store
from begat.graph.touched import Touched

MOST = 2000
"""Records that signs may lead to before it is quicker to look at all."""


def join(store: Store, touched: Touched) -> None:
    """Bring up to date which documents are one paper and what is joined to them; inside the caller's transaction.

    Documents whose paper or facts change by it become touched, and are to be mined again where they learned something.
    """
    _Joining(store, touched).run()


def touch(store: Store, touched: Touched, facts: Iterable[Facts]) -> None:
    """Note what hangs on facts that are about to be written, and on what was known by the same keys before."""
    for new in facts:
        known = [new, *([old] if (old := store.facts(new.key)) else [])]
        keys = {new.key, *(f"doi:{fact.doi}" for fact in known if fact.doi)}
        titles = {fold(fact.title) for fact in known if fact.title}
        kind, _, value = new.key.partition(":")
        signs = {*keys, *(f"page:{key}" for key in keys), *(f"called:{title}" for title in titles)}
        signs |= {f"id:{value}"} if kind == "document" else {f"is:{url_key(value)}"} if kind == "url" else set()
        numbers = [row for sign in signs for row in _column(store, "SELECT document FROM signs WHERE sign = ?", sign)]
        of_paper = "SELECT number FROM documents WHERE paper IN (SELECT paper FROM paper_keys WHERE key = ?)"
        numbers += [row for key in keys for row in _column(store, of_paper, key)]
        touched.note(store, numbers)
        for key in {*keys, *(f"title:{title}" for title in titles)}:
            touched.keys.add(key)
            touched.papers.update(_column(store, "SELECT DISTINCT node FROM referred WHERE key = ?", key))
        if touched.whole:
            return


def _column(store: Store, query: str, value: str) -> list[Any]:
    return [found for (found,) in store.connection.execute(query, (value,))]


class _Joining:
    def __init__(self, store: Store, touched: Touched) -> None:
        self.store = store
        self.sql = store.connection
        self.touched = touched
        self.known = self.sql.execute("SELECT 1 FROM facts LIMIT 1").fetchone() is not None

    def run(self) -> None:
        around = None if self.touched.whole else self._around()
        if around is None:
            self.touched.all()
            self._all()
        else:
            self._some(*around)

    def _all(self) -> None:
        rows = {row["number"]: row for row in self._rows("1", ())}
        records = {number: self._record(row) for number, row in rows.items()}
        self.sql.execute("DELETE FROM signs")
        self.sql.execute("DELETE FROM paper_keys")
        self.sql.execute("DELETE FROM merges")
        self._add_signs(records.values())
        same = self.sql.execute("SELECT key, 'doi:' || doi FROM facts WHERE doi IS NOT NULL").fetchall()
        known = [*records.values(), *self._titled_facts(records.values())]
        found = papers.papers(known, self._text, same, apart=corrections.said_of_records(self.store))
        self._write(rows, found)

    # -- some of it ------------------------------------------------------------------------------------

    def _around(self) -> tuple[set[int], list[tuple[str, str]], set[str]] | None:
        """Whom signs lead to from the touched documents; theirs are brought up to date.

        The documents, the keys that facts say are one, and the crowded parts of sketches; None where these are too many.
        """
        among, given = "IN (SELECT value FROM json_each(?))", json.dumps(sorted(self.touched.documents))
        sketches, signs = self._signs_of(self.touched.documents)
        records = [self._record(row) for row in self._rows(f"number {among}", (given,))]
        found = {record.number for record in records} | self._of_touched_papers()
        parts = {sign for record in records for sign in papers.signs(record) if sign.startswith("part:")}
        parts = parts.union(*sketches)
        crowds = {part for part in parts if self._crowded(part)}
        self.sql.execute(f"DELETE FROM signs WHERE document {among} AND sign NOT LIKE 'is:%'", (given,))
        self._add_signs(records)
        # Whom a part joins no more since a crowd shares it, or joins now that no crowd does any more.
        for part in parts:
            if self._crowded(part) != (part in crowds):
                found.update(self._having(part))
        for sketch in sketches:
            found |= self._alike(sketch)
        same: set[tuple[str, str]] = set()
        followed: set[str] = set()
        parts = set()
        fresh = set(found)
        while fresh:
            sketches, further = self._signs_of(fresh)
            parts.update(*sketches)
            reached = {n for sketch in sketches for n in self._alike(sketch)}
            signs |= further
            while waiting := signs - followed:
                followed |= waiting
                for sign in waiting:
                    reached.update(self._having(sign))
                    signs |= self._signs_by_facts(sign, same)
            fresh = reached - found
            found |= fresh
            if len(found) > MOST:
                return None
        return found, sorted(same), {part.removeprefix("part:") for part in parts if self._crowded(part)}

    def _of_touched_papers(self) -> set[int]:
        """The records of papers of which one was touched, or is gone: the keys of these papers are written anew."""
        query = "SELECT number FROM documents WHERE paper = ?"
        return {number for paper in self.touched.papers for (number,) in self.sql.execute(query, (paper,))}

    def _signs_of(self, numbers: Iterable[int]) -> tuple[list[set[str]], set[str]]:
        """The parts of each document's sketch, and all other signs of theirs, as stored."""
        sketches: dict[int, set[str]] = defaultdict(set)
        others: set[str] = set()
        query = "SELECT sign FROM signs WHERE document = ? AND sign NOT LIKE 'is:%'"
        for number in numbers:
            for (sign,) in self.sql.execute(query, (number,)):
                (sketches[number] if sign.startswith("part:") else others).add(sign)
        return list(sketches.values()), others

    def _having(self, sign: str) -> list[int]:
        return [number for (number,) in self.sql.execute("SELECT document FROM signs WHERE sign = ?", (sign,))]

    def _alike(self, sketch: Iterable[str]) -> set[int]:
        """The documents whose sketches share enough of this one's parts."""
        shared = Counter(number for part in sketch if not self._crowded(part) for number in self._having(part))
        return {number for number, times in shared.items() if times >= papers.SHARED}

    def _crowded(self, sign: str) -> bool:
        (count,) = self.sql.execute(
            "SELECT count(*) FROM (SELECT 1 FROM signs WHERE sign = ? LIMIT ?)", (sign, papers.CROWD + 1)
        ).fetchone()
        return bool(count > papers.CROWD)

    def _signs_by_facts(self, sign: str, same: set[tuple[str, str]]) -> set[str]:
        """The signs to which facts lead on from one; keys that they say are one are added to `same`."""
        signs: set[str] = set()
        for fact in self._facts_signed(sign):
            signs |= {fact.key, *([f"called:{fold(fact.title)}"] if fact.title else [])}
            if fact.doi:
                same.add((fact.key, f"doi:{fact.doi}"))
                signs.add(f"doi:{fact.doi}")
        return signs

    def _facts_signed(self, sign: str) -> Iterator[Facts]:
        """Facts of which a sign may speak: by their key, their DOI, their title."""
        if not self.known:
            return
        kind, _, value = sign.partition(":")
        if kind in ("arxiv", "doi"):
            yield from self.store.facts_where("key = ?", sign)
        if kind == "doi":
            yield from self.store.facts_where("doi = ?", value)
        if kind == "called":
            yield from self.store.facts_where("folded = ?", value)

    def _some(self, numbers: set[int], same: list[tuple[str, str]], crowded: set[str]) -> None:
        among = "number IN (SELECT value FROM json_each(?))"
        rows = {row["number"]: row for row in self._rows(among, (json.dumps(sorted(numbers)),))}
        records = [self._record(row) for row in rows.values()]
        apart = corrections.said_of_records(self.store)
        found = papers.papers([*records, *self._titled_facts(records)], self._text, same, crowded, apart)
        nodes = {row["paper"] for row in rows.values() if row["paper"]} | self.touched.papers
        nodes |= {paper.node for paper in found if any(one.number in rows for one in paper.records)}
        before = self._keys(nodes)
        self.sql.executemany("DELETE FROM paper_keys WHERE paper = ?", [(node,) for node in nodes])
        self.sql.executemany("DELETE FROM merges WHERE paper = ?", [(node,) for node in nodes])
        self._write(rows, found)
        for key, node in before ^ self._keys(nodes):
            self.touched.keys.add(key)
            self.touched.papers.add(node)

    def _keys(self, nodes: Iterable[str]) -> set[tuple[str, str]]:
        """(key, node) of papers."""
        query = "SELECT key, paper FROM paper_keys WHERE paper = ?"
        return {row for node in nodes for row in self.sql.execute(query, (node,))}

    # -- both ------------------------------------------------------------------------------------------

    def _write(self, rows: dict[int, dict[str, Any]], found: Iterable[papers.Paper]) -> None:
        found = [paper for paper in found if any(one.number in rows for one in paper.records)]
        changes, homes = [], []
        for paper in found:
            facts = [f for key in paper.keys if (f := self._facts(key))]
            for one in paper.records:
                if (row := rows.get(one.number)) is None:
                    continue
                joined = json.dumps(_joined(row, self._facts_of(row) + facts, paper, rows), ensure_ascii=False)
                if joined != row["joined"]:
                    changes.append((joined, one.number))
                if paper.node != row["paper"]:
                    homes.append((paper.node, one.number))
        self.touched.note(self.store, [number for _, number in (*changes, *homes)])
        self.sql.executemany(
            "UPDATE documents SET joined = ?, mined = NULL, introduced = NULL WHERE number = ?", changes
        )
        self.sql.executemany("UPDATE documents SET paper = ? WHERE number = ?", homes)
        # Two papers may have one key: two arXiv ids with one DOI. It means the first of them.
        self.sql.executemany(
            "INSERT OR IGNORE INTO paper_keys VALUES (?, ?)", ((k, p.node) for p in found for k in p.keys)
        )
        self.sql.executemany(
            "INSERT OR REPLACE INTO merges VALUES (?, ?, ?)",
            ((p.node, *reason) for p in found for reason in p.reasons if reason[0] not in p.keys),
        )

    def _add_signs(self, records: Iterable[papers.Record]) -> None:
        """By way of a table without order, which SQLite then sorts: of a million records they are more than fit."""
        self.sql.execute("CREATE TEMP TABLE IF NOT EXISTS fresh_signs (sign, document)")
        self.sql.executemany(
            "INSERT INTO temp.fresh_signs VALUES (?, ?)",
            ((sign, record.number) for record in records for sign in papers.signs(record)),
        )
        self.sql.execute("INSERT OR IGNORE INTO signs SELECT sign, document FROM temp.fresh_signs ORDER BY 1, 2")
        self.sql.execute("DELETE FROM temp.fresh_signs")

    def _rows(self, where: str, parameters: tuple[str, ...]) -> Iterator[dict[str, Any]]:
        cursor = self.sql.execute(
            "SELECT number, id, source, arxiv, doi, title, authors, date, venue, url, sketch, is_paper, joined, paper"
            f" FROM documents WHERE {where}",
            parameters,
        )
        names = [column[0] for column in cursor.description]
        for row in cursor:
            yield dict(zip(names, row, strict=True))

    def _record(self, row: dict[str, Any]) -> papers.Record:
        facts = self._facts_of(row)
        title = row["title"] or next((f.title for f in facts if f.title), None)
        authors = json.loads(row["authors"]) or next((f.authors for f in facts if f.authors), ())
        date = row["date"] or next((f.date for f in facts if f.date), None)
        return papers.Record(
            row["number"], row["id"], row["source"], row["arxiv"], row["doi"], title, authors[0] if authors else None,
            int(date[:4]) if date else None, row["sketch"], bool(row["is_paper"]), row["url"],
        )  # fmt: skip

    def _titled_facts(self, records: Iterable[papers.Record]) -> Iterator[papers.Record]:
        """Facts that have a record's title, as records; by negative numbers."""
        if self.known:
            titles = sorted({r.title for r in records if r.known and r.title})
            facts = {f.key: f for title in titles for f in self.store.facts_titled(title)}
            for number, fact in enumerate(facts.values(), 1):
                yield papers.of_facts(-number, fact)

    def _facts_of(self, row: dict[str, Any]) -> list[Facts]:
        """Facts by a record's own keys."""
        keys = [f"{kind}:{row[kind]}" for kind in ("arxiv", "doi", "url") if row[kind]]
        return [f for key in (*keys, f"document:{row['id']}") if (f := self._facts(key))]

    def _facts(self, key: str) -> Facts | None:
        return self.store.facts(key) if self.known else None

    def _text(self, number: int) -> str:
        row = self.sql.execute("SELECT text FROM documents WHERE number = ?", (number,)).fetchone()
        return str(row[0]) if row else ""


def _joined(
    row: dict[str, Any], facts: list[Facts], paper: papers.Paper, rows: dict[int, dict[str, Any]]
) -> dict[str, Any]:
    """What a record lacks and its paper's facts and other records know, by field."""
    others = [rows[r.number] for r in paper.records if r.number in rows and r.number != row["number"]]
    found: dict[str, Any] = {}
    for field_ in ("title", "venue", "url", "doi"):
        if not row[field_]:
            known = [getattr(f, field_) for f in facts] + [o[field_] for o in others]
            found[field_] = next((value for value in known if value), None)
    if not json.loads(row["authors"]):
        known = [list(f.authors) for f in facts] + [json.loads(o["authors"]) for o in others]
        found["authors"] = next((value for value in known if value), None)
    if not row["arxiv"]:
        found["arxiv"] = next((key[6:] for key in paper.keys if key.startswith("arxiv:")), None)
    dates = [f.date for f in facts if f.date] + [o["date"] for o in others if o["date"]]
    found["date"] = next((d for d in dates if d.startswith(row["date"] or "") and d != row["date"]), None)
    return {name: value for name, value in found.items() if value}
