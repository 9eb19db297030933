"""What a service is: where it answers, how often it may be asked, what it wants to know of who asks."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from begat.graph.errors import UsageError


@dataclass(frozen=True, slots=True)
class Service:
    """A service on the web, as its own documentation describes it; asked by a `Client` only."""

    name: str
    """Lower case, as in file names and variables: "arxiv"."""
    title: str
    """As people write it: "arXiv"."""
    base: str
    """The address that paths are added to, without a slash at its end; BEGAT_NAME_URL sets another."""
    interval: float
    """Seconds from the beginning of one request to that of the next; services of one host share their turn."""
    hosts: tuple[str, ...] = ()
    """Other hosts of the same people, to which an answer may redirect."""
    key_variable: str | None = None
    """The environment variable that holds the user's key: "OPENALEX_API_KEY"."""
    key_header: str | None = None
    """The header that carries the key; an `Authorization` gets "Bearer " before it."""
    key_parameter: str | None = None
    """The parameter that carries the key, where no header does."""
    key_needed: bool = False
    """Whether it answers nobody without a key."""
    key_page: str = "its pages"
    """Where people get a key."""
    contact_parameter: str | None = None
    """The parameter in which it wants the contact address: "mailto"."""
    refusals: Mapping[int, str] = field(default_factory=dict)
    """What a status means here, and what to do about it, where the service is known for it."""
    largest: int = 64 << 20
    """The most bytes of one answer, unpacked."""
    deadline: float = 120.0
    """The most seconds from a request to the last byte of its answer."""

    @property
    def url_variable(self) -> str:
        """The environment variable that sets another base, such as a mirror's."""
        return f"BEGAT_{self.name.upper()}_URL"

    def base_in(self, environment: Mapping[str, str]) -> str:
        """Where it answers. Raises UsageError where the variable holds no address of the web."""
        base = environment.get(self.url_variable, "").strip() or self.base
        parts = urlsplit(base)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise UsageError(f"{self.url_variable}={base}: not an address; write https://HOST/PATH")
        return base.rstrip("/")

    def key_in(self, environment: Mapping[str, str]) -> str | None:
        """The user's key, None where there is none. Raises UsageError for one that no header can hold."""
        key = environment.get(self.key_variable, "").strip() if self.key_variable else ""
        if not all(c.isascii() and c.isprintable() for c in key):
            raise UsageError(f"{self.key_variable}: not a key (it holds characters that no key has); set it again")
        return key or None
