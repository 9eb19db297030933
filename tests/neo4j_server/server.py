"""Starting a real Neo4j from its jars, and stopping it."""

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

MAIN = Path(__file__).with_name("Neo4jServer.java")
PASSWORD = "not-a-word-in-any-answer"
"""Of the server that the tests share."""


def why_not() -> str | None:
    """Why no server can be started here; None where one can."""
    lib = os.environ.get("BEGAT_NEO4J_LIB")
    if not lib:
        return "needs a Neo4j: `make test-neo4j` brings one, NEO4J_URI names one's own"
    if not any(Path(lib).glob("neo4j-kernel-*.jar")):
        return f"BEGAT_NEO4J_LIB names {lib}, which has no jars of Neo4j; `make test-neo4j` fetches them"
    return None if shutil.which("java") else "needs java (17 or 21) on the PATH"


BRIEF = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
"""For a Java that lives a minute or two: to compile well what it runs would take longer than it saves."""


@contextmanager
def server(
    home: Path, heap: str = "1g", port: int = 0, java: Sequence[str] = BRIEF, password: str | None = None
) -> Iterator["Server"]:
    """A server with its data in `home`, on a free port of loopback unless one is given; `java` are options of Java.

    With a `password`, which the user `neo4j` gets, it asks who one is.
    """
    running = Server(home, heap, port, java, password)
    try:
        yield running
    finally:
        running.stop()


class Server:
    """A running server; `uri` is where it listens."""

    def __init__(
        self, home: Path, heap: str = "1g", port: int = 0, java: Sequence[str] = BRIEF, password: str | None = None
    ) -> None:
        home.mkdir(parents=True, exist_ok=True)
        classes = f"{os.environ['BEGAT_NEO4J_LIB']}/*"
        command = ["java", *java, f"-Xmx{heap}", "-cp", classes, str(MAIN), str(home), str(port)]
        environment = {**os.environ, "NEW_PASSWORD": password} if password else None
        self.log = home / "server.log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, env=environment
            )
        assert self.process.stdout
        self.uri = next((line for line in map(_text, self.process.stdout) if line.startswith("bolt://")), "")
        if not self.uri:
            raise RuntimeError(f"Neo4j did not start: {self.log.read_text()[-2000:]}")

    def stop(self) -> None:
        """End it in order; what it has written stays in its folder."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.close()
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.kill()
        self.process.stdout.close()

    def kill(self) -> None:
        """End it at once, as when a machine goes down."""
        self.process.kill()
        self.process.wait()


def _text(line: bytes) -> str:
    return line.decode(errors="replace").strip()
