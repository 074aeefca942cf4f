"""An IMAP server of one mailbox: as much of RFC 3501 as the intake needs. The contract holds it to a real one."""

import socketserver


class _Client(socketserver.StreamRequestHandler):
    """LOGIN, SELECT, UID SEARCH, FETCH and STORE."""

    server: "ImapServer"

    def handle(self) -> None:
        messages, seen = self.server.messages, self.server.seen
        self._say("* OK ready")
        for line in self.rfile:
            tag, _, rest = line.decode().strip().partition(" ")
            words = rest.split()
            match [word.upper() for word in words[:2]]:
                case ["LOGIN", *_]:
                    good = words[-1] == '"secret"'
                    self._say(f"{tag} {'OK' if good else 'NO'} login")
                case ["SELECT", *_]:
                    good = words[1] == '"INBOX"'
                    self._say(f"* {len(messages)} EXISTS", f"{tag} {'OK' if good else 'NO'} select")
                case ["UID", "SEARCH"]:
                    new = [str(uid) for uid in sorted(messages) if uid not in seen]
                    self._say(" ".join(("* SEARCH", *new)), f"{tag} OK done")
                case ["UID", "FETCH"]:
                    raw = messages[int(words[2])]
                    self.wfile.write(f"* 1 FETCH (UID {words[2]} BODY[] {{{len(raw)}}}\r\n".encode() + raw + b")\r\n")
                    self._say(f"{tag} OK done")
                case ["UID", "STORE"]:
                    seen.add(int(words[2]))
                    self._say(f"{tag} OK done")
                case ["LOGOUT"]:
                    self._say("* BYE", f"{tag} OK done")
                    return
                case _:
                    self._say("* CAPABILITY IMAP4rev1", f"{tag} OK done")

    def _say(self, *lines: str) -> None:
        self.wfile.write("".join(f"{line}\r\n" for line in lines).encode())


class ImapServer(socketserver.ThreadingTCPServer):
    """`serve_forever` in a thread; `shutdown`, `server_close`."""

    allow_reuse_address = True
    daemon_threads = True
    messages: dict[int, bytes]
    seen: set[int]


def serve(port: int, messages: dict[int, bytes], seen: set[int]) -> ImapServer:
    """A server with these messages by UID, which marks them in `seen`."""
    server = ImapServer(("127.0.0.1", port), _Client)
    server.messages, server.seen = messages, seen
    return server
