"""Ids of papers: what is one, in which forms it is written, and where a text holds one."""

import pytest

from begat.graph import ids


@pytest.mark.parametrize(
    ("written", "arxiv"),
    [
        ("2311.11045", "2311.11045"),
        ("arXiv:2311.11045v2", "2311.11045"),
        ("http://arxiv.org/abs/2311.11045v1", "2311.11045"),
        ("https://arxiv.org/pdf/2311.11045.pdf", "2311.11045"),
        ("https://ar5iv.labs.arxiv.org/html/2311.11045", "2311.11045"),
        ("https://huggingface.co/papers/2311.11045", "2311.11045"),
        ("https://doi.org/10.48550/arXiv.2311.11045", "2311.11045"),
        ("cs.CL/0301003", "cs/0301003"),
        ("hep-th/9901001v3", "hep-th/9901001"),
        ("2313.11045", None),  # there is no thirteenth month
        ("venue/0301003", None),  # no archive of that name
        ("10.1000/182", None),
        ("", None),
    ],
)
def test_arxiv_ids(written: str, arxiv: str | None) -> None:
    assert ids.arxiv_id(written) == arxiv


@pytest.mark.parametrize(
    ("written", "doi"),
    [
        ("10.1000/ABC", "10.1000/abc"),
        ("doi: 10.1000/abc.", "10.1000/abc"),
        ("https://dx.doi.org/10.1000/abc", "10.1000/abc"),
        ("doi.org/10.1000/abc", "10.1000/abc"),
        ("11.1000/abc", None),
    ],
)
def test_dois(written: str, doi: str | None) -> None:
    assert ids.doi(written) == doi


@pytest.mark.parametrize(("arxiv", "month"), [("2311.11045", "2023-11"), ("hep-th/9901001", "1999-01"), ("x", None)])
def test_an_arxiv_id_says_its_month(arxiv: str, month: str | None) -> None:
    assert ids.arxiv_date(arxiv) == month


@pytest.mark.parametrize(
    ("text", "link", "paper"),
    [
        ("Read https://arxiv.org/abs/2311.11045v2.", "https://arxiv.org/abs/2311.11045v2", "2311.11045"),
        ("code athttps://arxiv.org/abs/2311.11045)", "https://arxiv.org/abs/2311.11045", "2311.11045"),
        ("(arXiv:2311.11045)", "arXiv:2311.11045", "2311.11045"),
        ("[this](https://doi.org/10.1000/(ab)c).", "https://doi.org/10.1000/(ab)c", "10.1000/(ab)c"),
        ("**doi:10.1000/x**", "doi:10.1000/x", "10.1000/x"),
        (
            "10.48550: https://doi.org/10.48550/arXiv.2311.11045,",
            "https://doi.org/10.48550/arXiv.2311.11045",
            "2311.11045",
        ),
    ],
)
def test_where_a_text_points_to_papers(text: str, link: str, paper: str) -> None:
    ((start, end, arxiv, doi),) = ids.cited(text)
    assert (text[start:end], arxiv or doi) == (link, paper)


def test_numbers_are_no_papers() -> None:
    assert list(ids.cited("On arXiv since 2311.11045 days, 10.1000/5 doi, arxiv.org/list/2311.11045")) == []
