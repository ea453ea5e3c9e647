"""One JSON request to a model server, and every way it can fail put into words.

The exchange runs in a daemon thread of its own, because neither a name look-up nor a server that trickles bytes
respects a total time; the asker watches the deadline and hangs up. Redirects are never followed: the API key and
the code go where the user said, nowhere else. httpx is imported where it is used: it costs a dozen Python starts.
"""

from __future__ import annotations

import json
import os
import re
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from lok_hooks.backends.deadline import STEP_SECONDS
from lok_hooks.backends.http_failures import ANSWER_LIMIT, Received, Server, read, vendor_message
from lok_hooks.core.ports import Deadline, Failure, FailureKind
from lok_hooks.core.settings import BackendSettings

if TYPE_CHECKING:
    import socket

PROBE_SECONDS: Final = 0.2  # a listening loopback port accepts within a millisecond
_ADDRESS: Final = re.compile(r"https?://|[^/\s]+:\d+(/|$)", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Answered:
    """The server's JSON object and the wall time it took."""

    value: Mapping[str, Any]
    seconds: float


def base_url(settings: BackendSettings, default: str) -> str:
    """The server's base URL: `url`, else `command` where that is an address (as the original Lok has it), else
    `default`. "host:port" means http."""
    given = settings.url or (settings.command if _ADDRESS.match(settings.command) else default)
    return (given if "://" in given else f"http://{given}").rstrip("/")


def unavailable(server: Server) -> Failure | None:
    """Why it cannot be asked, found out without leaving this machine: a bad address, no key, nobody listening."""
    key = _key(server)
    if isinstance(key, Failure):
        return key
    if problem := server.bad_address():
        return problem
    if not server.is_loopback:
        return None
    import socket

    parts = server.parts
    try:
        port = parts.port or (443 if parts.scheme == "https" else 80)
        socket.create_connection((parts.hostname or "", port), timeout=PROBE_SECONDS).close()
    except OSError:
        return _nobody_listens(server)
    return None


def post_json(server: Server, url: str, body: Mapping[str, Any], deadline: Deadline) -> Answered | Failure:
    """POST `body` and return the JSON object that came back, or the Failure that says why there is none.

    Returns at the deadline at the latest, and within a step of a cancellation; the connection is closed then, so
    that the server stops working on it. Raises only for our own bugs.
    """
    started = time.monotonic()
    key = _key(server)
    if isinstance(key, Failure):
        return key
    if problem := server.bad_address():
        return problem
    call = _Call(server, url, key, json.dumps(body, ensure_ascii=False).encode("utf-8", "replace"))
    is_finished = call.wait(deadline)
    seconds = time.monotonic() - started
    if not is_finished:
        return replace(_ran_out(server, deadline, seconds), seconds=seconds)
    outcome = call.outcome
    if isinstance(outcome, Received):
        # Some vendors repeat the key in their message.
        masked = outcome.body.replace(key.encode(), "…".encode()) if key else outcome.body
        result = read(server, replace(outcome, body=masked), datetime.now(UTC))
    else:
        result = _broken(server, outcome)
    if isinstance(result, Failure):
        return replace(result, seconds=seconds)
    return Answered(value=result, seconds=seconds)


class _Call:
    """One exchange in its own thread. Safe to abandon: the socket is shut down, which ends the thread."""

    def __init__(self, server: Server, url: str, key: str, content: bytes) -> None:
        self._server = server
        self._url = url
        self._headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if key:
            self._headers["Authorization"] = f"Bearer {key}"
        self._content = content
        self._finished = threading.Event()
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self._is_abandoned = False
        self.outcome: Received | Exception = RuntimeError("the exchange never ran")

    def wait(self, deadline: Deadline) -> bool:
        """Run it. True when it ended, well or not; False when the deadline came first and it was abandoned."""
        if deadline.remaining() <= 0:
            return False
        threading.Thread(target=self._run, name=f"ask {self._server.backend}", daemon=True).start()
        while not self._finished.wait(min(STEP_SECONDS, deadline.remaining())):
            if deadline.remaining() <= 0:
                self._hang_up()
                return False
        return True

    def _run(self) -> None:
        try:
            self.outcome = self._exchange()
        except Exception as error:  # handed to the asker, who raises what is not the network's fault
            self.outcome = error
        finally:
            self._finished.set()

    def _exchange(self) -> Received:
        import ssl

        import httpx

        # Without TLS the certificates need not be loaded (60 ms); an empty context trusts nobody.
        is_plain = self._server.is_loopback and self._url.startswith("http:")
        with (
            httpx.Client(
                verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT) if is_plain else True,
                trust_env=not self._server.is_loopback,
                follow_redirects=False,
                timeout=None,  # noqa: S113  the asker holds the only clock
            ) as client,
            client.stream(
                "POST", self._url, content=self._content, headers=self._headers, extensions={"trace": self._traced}
            ) as response,
        ):
            body = bytearray()
            for part in response.iter_bytes():
                body += part
                if len(body) > ANSWER_LIMIT:
                    break
            headers = {name.lower(): value for name, value in response.headers.items()}
            is_cut = len(body) > ANSWER_LIMIT
            return Received(status=response.status_code, headers=headers, body=bytes(body), is_cut=is_cut)

    def _traced(self, event: str, info: Mapping[str, Any]) -> None:
        """httpcore's trace hook: the only way to the socket before the response's headers are there."""
        if event.endswith(("connect_tcp.complete", "start_tls.complete")):
            with self._lock:
                self._socket = info["return_value"].get_extra_info("socket")
                is_abandoned = self._is_abandoned
            if is_abandoned:
                self._hang_up()

    def _hang_up(self) -> None:
        with self._lock:
            self._is_abandoned = True
            connection = self._socket
        if connection is None:
            return
        import contextlib
        import socket

        with contextlib.suppress(OSError):  # the server was quicker
            connection.shutdown(socket.SHUT_RDWR)


def _key(server: Server) -> str | Failure:
    if not server.key_env:
        return ""
    key = os.environ.get(server.key_env, "").strip()
    if not key:
        reason = f"the environment variable {server.key_env} with the API key is not set"
        return server.failure(FailureKind.NOT_LOGGED_IN, reason, f"export {server.key_env}=…")
    if not (key.isascii() and key.isprintable()):
        reason = f"the environment variable {server.key_env} holds characters that no API key has"
        return server.failure(FailureKind.NOT_LOGGED_IN, reason, f"set {server.key_env} to the key alone")
    return key


def _broken(server: Server, error: Exception) -> Failure:
    """The Failure behind an exception of httpx; any other exception is our bug and raised."""
    import ssl
    from socket import gaierror

    import httpx

    if isinstance(error, (httpx.InvalidURL, httpx.UnsupportedProtocol)):
        return server.failure(FailureKind.MISSING, f"{server.place}: {error}", server.check_url)
    if not isinstance(error, httpx.HTTPError):
        raise error
    causes: list[BaseException] = [error]
    while (cause := causes[-1].__cause__ or causes[-1].__context__) is not None:
        causes.append(cause)
    text = vendor_message(str(error), b"") or type(error).__name__
    if any(isinstance(cause, ConnectionRefusedError) for cause in causes) and server.is_loopback:
        return _nobody_listens(server)
    if any(isinstance(cause, gaierror) for cause in causes):
        reason = f"the name {server.place} is not known: {text}"
        return server.failure(FailureKind.MISSING, reason, f"are you online? {server.check_url}")
    if any(isinstance(cause, ssl.SSLError) for cause in causes):
        advice = "a private certificate authority is named by SSL_CERT_FILE"
        return server.failure(FailureKind.CRASHED, f"no trusted connection to {server.place}: {text}", advice)
    what = "no connection to" if isinstance(error, httpx.ConnectError) else "the connection broke off:"
    return server.failure(FailureKind.CRASHED, f"{what} {server.place}: {text}", server.check_url, is_transient=True)


def _ran_out(server: Server, deadline: Deadline, seconds: float) -> Failure:
    if deadline.is_cancelled():
        return server.failure(FailureKind.CANCELLED, "called off", "")
    advice = f"raise timeout of backend {server.backend} or the budget, or use a faster model"
    return server.failure(FailureKind.TIMED_OUT, f"no answer from {server.place} within {seconds:.0f} s", advice)


def _nobody_listens(server: Server) -> Failure:
    return server.failure(FailureKind.MISSING, f"nobody listens at {server.place}", server.start)
