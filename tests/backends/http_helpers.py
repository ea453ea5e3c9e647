"""A loopback server that can do what no well-behaved one does, and the two HTTP backends to point at it."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

from lok_hooks.backends.ollama import Ollama
from lok_hooks.backends.openai import OpenAI
from lok_hooks.core.ports import Answer, Deadline
from lok_hooks.core.settings import BackendSettings
from lok_hooks.core.task import Chunk, Prompt

HttpKind = Literal["ollama", "openai"]
HTTP_KINDS: tuple[HttpKind, ...] = ("ollama", "openai")
Reply = Callable[[socket.socket], None]
PATIENCE = 10.0
"""Seconds; all deadlines of tests with a silent server are shorter."""


@dataclass(kw_only=True)
class RawServer:
    """`url` has no path; `requests` are the raw bytes of every request that arrived whole; `ended` is set when a
    client hung up on a reply that waited for that."""

    url: str
    requests: list[bytes] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)
    ended: threading.Event = field(default_factory=threading.Event)

    def wait_for_hang_up(self, connection: socket.socket) -> None:
        """Keep the connection open and silent until the client closes it, or no client that keeps a deadline would."""
        connection.settimeout(0.1)
        end = time.monotonic() + PATIENCE
        while not self.stop.is_set() and time.monotonic() < end:
            with contextlib.suppress(TimeoutError):
                if not connection.recv(1):
                    self.ended.set()
                    return


@contextmanager
def raw_server(reply: Callable[[RawServer, socket.socket], None]) -> Iterator[RawServer]:
    """Accepts connections, reads one request from each, lets `reply` do what it likes, and closes."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=16)
    listener.settimeout(0.05)
    server = RawServer(url=f"http://127.0.0.1:{listener.getsockname()[1]}")

    def serve(connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            server.requests.append(_read_request(connection))
            reply(server, connection)

    def accept() -> None:
        while not server.stop.is_set():
            with contextlib.suppress(TimeoutError):
                connection, _ = listener.accept()
                threading.Thread(target=serve, args=(connection,), daemon=True).start()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.stop.set()
        thread.join()
        listener.close()


def _read_request(connection: socket.socket) -> bytes:
    received = b""
    while b"\r\n\r\n" not in received:
        received += _more(connection)
    head, _, body = received.partition(b"\r\n\r\n")
    length = next((int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0)
    while len(body) < length:
        body += _more(connection)
    return head + b"\r\n\r\n" + body


def _more(connection: socket.socket) -> bytes:
    piece = connection.recv(65536)
    if not piece:
        raise ConnectionError("the client left")
    return piece


def response(body: bytes, status: str = "200 OK", length: int | None = None, **headers: str) -> bytes:
    """A whole HTTP response; `length` lies about the body's length."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body) if length is None else length}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


def answer_body(kind: HttpKind, text: str, **changes: Any) -> bytes:
    """The JSON with which a server of that kind gives `text` as its model's answer."""
    value: dict[str, Any]
    if kind == "ollama":
        message = {"role": "assistant", "content": text}
        value = {"model": "m", "message": message, "done": True, "done_reason": "stop", "prompt_eval_count": 50}
    else:
        choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
        value = {"choices": [choice], "usage": {"prompt_tokens": 50, "completion_tokens": 5}}
    return json.dumps(value | changes).encode()


def backend(kind: HttpKind, url: str, **changes: Any) -> Ollama | OpenAI:
    """The backend of that kind for the server at `url`."""
    settings = BackendSettings(**({"name": f"my-{kind}", "kind": kind, "url": url, "model": "some-model"} | changes))
    return Ollama(settings) if kind == "ollama" else OpenAI(settings)


def prompt(text: str = "Review this diff: nothing to see.\n", schema: Mapping[str, Any] | None = None) -> Prompt:
    """A prompt about nothing in particular."""
    return Prompt(task="hunt", text=text, receipt="tok-1", chunk=Chunk(pieces=()), schema=schema or {})


def timed_ask(asked: Ollama | OpenAI, deadline: Deadline, text: str = "Review this diff.\n") -> tuple[Answer, float]:
    """The answer and the seconds it took."""
    started = time.monotonic()
    answer = asked.ask(prompt(text), deadline)
    return answer, time.monotonic() - started


def closed_port() -> int:
    """A port of this machine at which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


@contextmanager
def environment(**changes: str | None) -> Iterator[None]:
    """The environment with these variables set (None: unset), put back afterwards."""
    before = {name: os.environ.get(name) for name in changes}
    _set_environment(changes)
    try:
        yield
    finally:
        _set_environment(before)


def _set_environment(changes: Mapping[str, str | None]) -> None:
    for name, value in changes.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
