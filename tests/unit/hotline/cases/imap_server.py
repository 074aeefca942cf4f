"""An IMAP server of one mailbox, on a port of its own: as much of RFC 3501 as the intake needs."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Mailbox(socketserver.StreamRequestHandler):
    """As much of IMAP as a mailbox needs: LOGIN, SELECT, UID SEARCH, FETCH and STORE."""

    messages: dict[int, bytes]
    seen: set[int]

    def handle(self) -> None:
        self._say("* OK ready")
        for line in self.rfile:
            tag, _, rest = line.decode().strip().partition(" ")
            words = rest.split()
            match [word.upper() for word in words[:2]]:
                case ["LOGIN", *_]:
                    good = words[-1] == '"secret"'
                    self._say(f"{tag} {'OK' if good else 'NO'} login")
                case ["SELECT", *_]:
                    self._say("* 2 EXISTS", f"{tag} {'OK' if words[1] == chr(34) + 'INBOX' + chr(34) else 'NO'} select")
                case ["UID", "SEARCH"]:
                    new = [str(uid) for uid in self.messages if uid not in self.seen]
                    self._say(f"* SEARCH {' '.join(new)}", f"{tag} OK done")
                case ["UID", "FETCH"]:
                    raw = self.messages[int(words[2])]
                    self.wfile.write(f"* 1 FETCH (UID {words[2]} BODY[] {{{len(raw)}}}\r\n".encode() + raw + b")\r\n")
                    self._say(f"{tag} OK done")
                case ["UID", "STORE"]:
                    self.seen.add(int(words[2]))
                    self._say(f"{tag} OK done")
                case ["LOGOUT"]:
                    self._say("* BYE", f"{tag} OK done")
                    return
                case _:
                    self._say("* CAPABILITY IMAP4rev1", f"{tag} OK done")

    def _say(self, *lines: str) -> None:
        self.wfile.write("".join(f"{line}\r\n" for line in lines).encode())


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


@contextmanager
def mailbox(messages: dict[int, bytes], port: int = 0) -> Iterator[tuple[int, set[int]]]:
    """A mailbox with these messages by UID; its port, and the UIDs that are marked as seen."""
    seen: set[int] = set()
    handler = type("Handler", (Mailbox,), {"messages": messages, "seen": seen})
    with _Server(("127.0.0.1", port), handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield server.server_address[1], seen
        server.shutdown()
