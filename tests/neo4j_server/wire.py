"""A wire between a client and a server that a test can cut."""

import socket
import threading
from contextlib import suppress


class Wire:
    """A wire to a server, on a port of its own, that can be cut: all connections through it break at once.

    `cut_after`: it is cut by itself, once, before it has carried so many bytes to the server.
    """

    def __init__(self, uri: str, cut_after: float = float("inf")) -> None:
        host, _, port = uri.partition("://")[2].partition(":")
        self.target = (host, int(port or 7687))
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.uri = f"bolt://127.0.0.1:{self.listener.getsockname()[1]}"
        self.ends: list[socket.socket] = []
        self.cuts = 0
        self.cut_after = cut_after
        self.carried = 0

    def __enter__(self) -> "Wire":
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Break all connections; no new ones can be made."""
        with suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)  # else who waits in accept would take one more
        self.listener.close()
        self._break()

    def cut_once(self) -> None:
        """Cut it, unless it was cut before."""
        if not self.cuts:
            self.cut()

    def cut(self) -> None:
        """Break all connections; new ones can be made."""
        self.cuts += 1
        self._break()

    def _break(self) -> None:
        ends, self.ends = self.ends, []
        for end in ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self.listener.accept()
            except OSError:
                return
            far = socket.create_connection(self.target)
            self.ends += [near, far]
            for one, other in ((near, far), (far, near)):
                threading.Thread(target=self._carry, args=(one, other, one is near), daemon=True).start()

    def _carry(self, one: socket.socket, other: socket.socket, to_server: bool) -> None:
        try:
            while data := one.recv(65536):
                self.carried += len(data) if to_server else 0
                if self.carried >= self.cut_after:
                    self.cut_once()
                other.sendall(data)
        except OSError:
            pass
