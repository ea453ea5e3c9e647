"""A vendor's servers on loopback, behind the proxy that a user's HTTPS_PROXY names: what a CLI says there after a login
by subscription can be seen, and answered, without leaving the machine."""

from __future__ import annotations

import json
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import trustme

Answer = bytes | Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Said:
    """One request: to which server, its first line, the Authorization header, the body."""

    host: str
    line: str
    authorization: str
    body: str


@dataclass(kw_only=True)
class Vendor:
    """`url` is the proxy's address, `certificate` what a client has to trust; `answers` has the answer (JSON, or
    server-sent events as bytes) for each part of a path."""

    url: str
    certificate: Path
    answers: Mapping[str, Answer]
    said: list[Said] = field(default_factory=list)

    def answer(self, said: Said) -> bytes:
        """A whole reply in HTTP/1.1."""
        self.said.append(said)
        given = next((answer for part, answer in self.answers.items() if part in said.line), {})
        kind = "text/event-stream" if isinstance(given, bytes) else "application/json"
        body = given if isinstance(given, bytes) else json.dumps(given).encode()
        return f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


@contextmanager
def vendor(folder: Path, names: Sequence[str], answers: Mapping[str, Answer]) -> Iterator[Vendor]:
    """The servers with these names (DNS patterns), with a certificate made for the occasion."""
    authority = trustme.CA()
    certificate = folder / "authority.pem"
    authority.cert_pem.write_to_path(str(certificate))
    secured = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names).configure_cert(secured)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        made = Vendor(url=url, certificate=certificate, answers=answers)
        thread = threading.Thread(target=_serve, args=(listening, secured, made), daemon=True)
        thread.start()
        try:
            yield made
        finally:
            listening.shutdown(socket.SHUT_RDWR)
            thread.join()


def _serve(listening: socket.socket, secured: ssl.SSLContext, made: Vendor) -> None:
    talks = []
    # The listening socket was shut down: the test is over.
    with suppress(OSError):
        while True:
            talks.append(threading.Thread(target=_talk, args=(listening.accept()[0], secured, made), daemon=True))
            talks[-1].start()
    for talk in talks:
        talk.join()


def _talk(plain: socket.socket, secured: ssl.SSLContext, made: Vendor) -> None:
    # A client that ends in the middle of a request has not said anything.
    with suppress(OSError), plain:
        plain.settimeout(30)
        with plain.makefile("rb") as asked:
            host = _head(asked)[0].split()[1]
        plain.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        with secured.wrap_socket(plain, server_side=True) as talk, talk.makefile("rb") as asked:
            while head := _head(asked):
                fields = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:])}
                body = asked.read(int(fields.get("content-length", "0"))).decode()
                authorization = fields.get("authorization", "")
                said = Said(host=host, line=head[0], authorization=authorization, body=body)
                talk.sendall(made.answer(said))


def _head(asked: BinaryIO) -> list[str]:
    lines = []
    while line := asked.readline().decode().strip():
        lines.append(line)
    return lines
