"""Dates as records write them, as ISO dates of the same precision."""

import re
from datetime import date

_NUMERIC = re.compile(r"(\d{4})(?:([-/.]?)(\d{1,2})(?:\2(\d{1,2}))?)?(?:[T ].*)?")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = rf"(?P<month>{'|'.join(_MONTHS)})[a-z]*\.?,?"
_DAY_FIRST = re.compile(rf"(?:[a-z]{{3,9}},?\s+)?(?:(?P<day>\d{{1,2}})\s+)?{_MONTH}\s+(?P<year>\d{{4}})(?:\s.*)?", re.I)
_MONTH_FIRST = re.compile(rf"{_MONTH}\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year>\d{{4}})", re.I)


def iso(written: object) -> str | None:
    """`written` (a year, an ISO or spelt-out date, a date object) as "2023", "2023-11" or "2023-11-18"; None if it is none.

    >>> iso("Mon, 2 Apr 2007 19:18:42 GMT")
    '2007-04-02'
    """
    if isinstance(written, date):
        return written.isoformat()[:10]
    if isinstance(written, float) and written.is_integer():
        written = int(written)
    text = str(written).strip()
    if numeric := _NUMERIC.fullmatch(text):
        year, _, month, day = numeric.groups()
        return _joined(year, month, day)
    if spelt := _DAY_FIRST.fullmatch(text) or _MONTH_FIRST.fullmatch(text):
        return _joined(spelt["year"], str(_MONTHS.index(spelt["month"].lower()) + 1), spelt["day"])
    return None


def _joined(year: str, month: str | None, day: str | None) -> str | None:
    """The parts as one ISO date, None where there is no such day."""
    try:
        whole = date(int(year), int(month or 1), int(day or 1)).isoformat()
    except ValueError:
        return None
    return whole if day else whole[:7] if month else whole[:4]
