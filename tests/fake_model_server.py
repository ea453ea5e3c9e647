#!/usr/bin/env python3
"""Fake LLM server for end-to-end tests of real CLIs and SDKs. Standard library only, binds 127.0.0.1 only.

Protocols (chosen by path; a prefix before /v1, /v1beta or /api is accepted and ignored):
  OpenAI Responses   POST [/v1]/responses                                   (JSON or SSE)
  OpenAI Chat        POST [/v1]/chat/completions                            (JSON or SSE)
  OpenAI/Anthropic   GET  [/v1]/models
  Anthropic          POST /v1/messages , /v1/messages/count_tokens          (JSON or SSE)
  Gemini             POST /v1beta/models/M:generateContent | :streamGenerateContent | :countTokens
  Ollama             POST /api/chat , /api/generate , /api/show ; GET /api/tags , /api/version , /api/ps

Answers: --answer TEXT | --answer-file FILE | --script RULES.json. RULES.json is a list of objects; the
first rule whose conditions all hold answers the request, else --answer/--answer-file/"OK" does.
  conditions: "match" regex over all text in the request body;  "path" regex;  "model" regex;
              "times" N: the rule is used up after N answers
  actions:    "answer" TEXT | "answer_file" PATH | "answer_json" VALUE;  "tool": {"name":..,"input":{..}}
              "delay" SECONDS before answering;  "status" N (>=400) with "error" TEXT and "headers" {..};
              "hang" SECONDS: accept, never answer;  "stall" SECONDS: send half of the SSE, then nothing;
              "drop": true: close the socket;  "cut": true: close in the middle of the SSE;
              "limited": true: the answer ended at the limit of its tokens, and the protocol says so;
              "pad" N: the answer is filled up with spaces to N characters;
              "flood" N: status 200, then N bytes of "x" instead of any protocol;
              "reply" VALUE with optional "status": this JSON as the whole body, whatever the protocol;
              "think" FUNCTION (inside a test only): called with the model's name and the request's body, its
              result is a rule whose actions count
If a request declares a tool named StructuredOutput / structured_output (claude and qwen --json-schema) and
the answer is a JSON object, it is sent as a call of that tool (once), as a real model would.
--log FILE appends one JSON line a request: t, method, path, model, bytes, headers, body, rule.
--port 0 picks a free port; "LISTENING http://127.0.0.1:PORT" is printed once it accepts connections.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import socket
import threading
import time
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

STRUCTURED = ("StructuredOutput", "structured_output")
LOCK = threading.Lock()
FLOOD_PIECE = 1 << 16

Event = tuple[str | None, Any]


def strings(value: Any) -> Iterator[str]:
    """Every string inside a JSON value, depth first."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from strings(inner)


def tokens(text: str) -> int:
    """About four characters a token, at least one."""
    return max(1, len(text) // 4)


def halves(text: str) -> list[str]:
    """Two deltas, so that clients' joining of deltas is exercised."""
    middle = len(text) // 2
    return [part for part in (text[:middle], text[middle:]) if part] or [""]


def tool_names(body: Mapping[str, Any]) -> Iterator[str | None]:
    """The names of all tools a request declares."""
    for tool in body.get("tools") or []:
        if isinstance(tool, dict):
            yield tool.get("name") or (tool.get("function") or {}).get("name")
            for declaration in tool.get("functionDeclarations") or []:
                yield declaration.get("name")


# How each protocol says that an answer ended by itself, and how that it ended at the limit of its tokens.
LIMITED = {
    ("stop_reason", "end_turn"): "max_tokens",
    ("stop_reason", "tool_use"): "max_tokens",
    ("finish_reason", "stop"): "length",
    ("finishReason", "STOP"): "MAX_TOKENS",
    ("done_reason", "stop"): "length",
    ("type", "response.completed"): "response.incomplete",
}


def limited(value: Any) -> Any:
    """The same reply or event for an answer that ended at the limit of its tokens."""
    if isinstance(value, list | tuple):
        return type(value)(limited(item) for item in value)
    if not isinstance(value, dict):
        return value
    made = {
        key: LIMITED.get((key, item), item) if isinstance(item, str) else limited(item) for key, item in value.items()
    }
    if made.get("object") == "response" and made.get("status") == "completed":
        made |= {"status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}}
    return made


# One function per protocol: (text, tool, body, model) -> (JSON reply, server-sent events).
def responses(text: str, tool: Any, body: Mapping[str, Any], model: str) -> tuple[Any, list[Event]]:
    """OpenAI's Responses API."""
    response_id, item_id = "resp_fake", "msg_fake"
    usage: dict[str, Any] = {
        "input_tokens": tokens(json.dumps(body)),
        "input_tokens_details": {"cached_tokens": 0},
        "output_tokens": tokens(text),
        "output_tokens_details": {"reasoning_tokens": 0},
    }
    usage["total_tokens"] = usage["input_tokens"] + usage["output_tokens"]
    item: dict[str, Any]
    if tool:
        item = {
            "type": "function_call",
            "id": "fc_fake",
            "call_id": "call_fake",
            "status": "completed",
            "name": tool["name"],
            "arguments": json.dumps(tool.get("input", {})),
        }
    else:
        item = {
            "type": "message",
            "id": item_id,
            "role": "assistant",
            "status": "completed",
            "content": [{"type": "output_text", "text": text, "annotations": []}],
        }
    base = {"id": response_id, "object": "response", "created_at": int(time.time()), "model": model, "error": None}
    done = dict(base, status="completed", output=[item], usage=usage)
    started = dict(item, status="in_progress", **({} if tool else {"content": []}))
    events: list[dict[str, Any]] = [
        {"type": "response.created", "response": dict(base, status="in_progress", output=[])},
        {"type": "response.output_item.added", "output_index": 0, "item": started},
    ]
    if not tool:
        at = {"item_id": item_id, "output_index": 0, "content_index": 0}
        part = {"type": "output_text", "text": "", "annotations": []}
        events.append(dict(at, type="response.content_part.added", part=part))
        events += [dict(at, type="response.output_text.delta", delta=delta) for delta in halves(text)]
        events.append(dict(at, type="response.output_text.done", text=text))
        events.append(dict(at, type="response.content_part.done", part=dict(part, text=text)))
    events.append({"type": "response.output_item.done", "output_index": 0, "item": item})
    events.append({"type": "response.completed", "response": done})
    return done, [(event["type"], dict(event, sequence_number=i)) for i, event in enumerate(events)]


def chat(text: str, tool: Any, body: Mapping[str, Any], model: str) -> tuple[Any, list[Event]]:
    """OpenAI's Chat Completions API."""
    usage = {"prompt_tokens": tokens(json.dumps(body)), "completion_tokens": tokens(text)}
    usage["total_tokens"] = sum(usage.values())
    call = [
        {
            "index": 0,
            "id": "call_fake",
            "type": "function",
            "function": {"name": tool["name"], "arguments": json.dumps(tool.get("input", {}))},
        }
        for tool in ([tool] if tool else [])
    ]
    finish = "tool_calls" if tool else "stop"
    base = {"id": "chatcmpl-fake", "created": int(time.time()), "model": model}
    message: dict[str, Any] = {"role": "assistant", "content": None if tool else text}
    if tool:
        message["tool_calls"] = call
    choice = {"index": 0, "message": message, "finish_reason": finish}
    reply = dict(base, object="chat.completion", usage=usage, choices=[choice])

    def chunk(delta: Mapping[str, Any], reason: str | None = None) -> Event:
        choices = [{"index": 0, "delta": delta, "finish_reason": reason}]
        return (None, dict(base, object="chat.completion.chunk", choices=choices))

    events = [chunk({"role": "assistant", "content": ""})]
    events += [chunk({"tool_calls": call})] if tool else [chunk({"content": delta}) for delta in halves(text)]
    last = dict(base, object="chat.completion.chunk", choices=[], usage=usage)
    events += [chunk({}, finish), (None, last), (None, "[DONE]")]
    return reply, events


def anthropic(text: str, tool: Any, body: Mapping[str, Any], model: str) -> tuple[Any, list[Event]]:
    """Anthropic's Messages API."""
    usage = {
        "input_tokens": tokens(json.dumps(body)),
        "output_tokens": tokens(text),
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": 0,
    }
    block: dict[str, Any] = (
        {"type": "tool_use", "id": "toolu_fake", "name": tool["name"], "input": tool.get("input", {})}
        if tool
        else {"type": "text", "text": text}
    )
    stop = "tool_use" if tool else "end_turn"
    reply = {
        "id": "msg_fake",
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": [block],
        "stop_reason": stop,
        "stop_sequence": None,
        "usage": usage,
    }
    empty: dict[str, Any] = {"input": {}} if tool else {"text": ""}
    events: list[dict[str, Any]] = [
        {"type": "message_start", "message": dict(reply, content=[], stop_reason=None)},
        {"type": "content_block_start", "index": 0, "content_block": dict(block, **empty)},
        {"type": "ping"},
    ]
    for piece in halves(json.dumps(block["input"]) if tool else text):
        delta = {"type": "input_json_delta", "partial_json": piece} if tool else {"type": "text_delta", "text": piece}
        events.append({"type": "content_block_delta", "index": 0, "delta": delta})
    events += [
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": {"stop_reason": stop, "stop_sequence": None}, "usage": usage},
        {"type": "message_stop"},
    ]
    return reply, [(event["type"], event) for event in events]


def gemini(text: str, tool: Any, body: Mapping[str, Any], model: str) -> tuple[Any, list[Event]]:
    """Google's generateContent and streamGenerateContent."""
    usage = {"promptTokenCount": tokens(json.dumps(body)), "candidatesTokenCount": tokens(text)}
    usage["totalTokenCount"] = sum(usage.values())

    def piece(part: Mapping[str, Any], last: bool) -> dict[str, Any]:
        candidate: dict[str, Any] = {"content": {"role": "model", "parts": [part]}, "index": 0}
        if last:
            candidate["finishReason"] = "STOP"
        return {"candidates": [candidate], "usageMetadata": usage, "modelVersion": model, "responseId": "fake"}

    if tool:
        part = {"functionCall": {"name": tool["name"], "args": tool.get("input", {})}}
        return piece(part, True), [(None, piece(part, True))]
    parts = halves(text)
    return piece({"text": text}, True), [
        (None, piece({"text": part}, i == len(parts) - 1)) for i, part in enumerate(parts)
    ]


def ollama(text: str, tool: Any, body: Mapping[str, Any], model: str, chat_api: bool) -> tuple[Any, list[Any]]:
    """Ollama's /api/chat and /api/generate: one JSON reply, or one JSON object a line."""
    base: dict[str, Any] = {"model": model, "created_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())}
    end = {
        "done": True,
        "done_reason": "stop",
        "total_duration": 1000,
        "load_duration": 1,
        "prompt_eval_count": tokens(json.dumps(body)),
        "eval_count": tokens(text),
        "eval_duration": 1000,
    }

    def content(piece: str) -> dict[str, Any]:
        if not chat_api:
            return {"response": piece}
        message: dict[str, Any] = {"role": "assistant", "content": piece}
        if tool:
            function = {"name": tool["name"], "arguments": tool.get("input", {})}
            message.update(content="", tool_calls=[{"function": function}])
        return {"message": message}

    lines = [dict(base, done=False, **content(delta)) for delta in ([""] if tool else halves(text))]
    tail: dict[str, Any] = {"message": {"role": "assistant", "content": ""}} if chat_api else {"response": ""}
    return dict(base, **content(text), **end), [*lines, dict(base, **tail, **end)]


class Server(ThreadingHTTPServer):
    """The listening socket with its rules; see `make_server`."""

    daemon_threads = True
    request_queue_size = 64

    answer: str = "OK"
    rules: list[dict[str, Any]]
    log: str | Path | None = None
    models: list[str]
    stop: threading.Event

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Silent: clients that were killed in the middle of an answer are part of the tests."""


class Handler(BaseHTTPRequestHandler):
    """Reads a request, finds its rule, answers in the protocol that the path names."""

    protocol_version = "HTTP/1.1"
    server: Server

    def log_message(self, format: str, *args: Any) -> None:
        """Silent: requests are logged as JSON by `handle_any`."""

    def read_body(self) -> tuple[Any, int]:
        """The body as JSON ({"_raw": text} when it is none) and its size in bytes."""
        if "chunked" in (self.headers.get("Transfer-Encoding") or ""):
            raw = b""
            while size := int(self.rfile.readline().split(b";")[0], 16):
                raw += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
        else:
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        encoding = self.headers.get("Content-Encoding")
        if encoding == "gzip":
            raw = gzip.decompress(raw)
        elif encoding == "deflate":
            raw = zlib.decompress(raw)
        try:
            return json.loads(raw) if raw else {}, len(raw)
        except ValueError:
            return {"_raw": raw.decode("utf-8", "replace")}, len(raw)

    def send_json(self, value: Any, status: int = 200, headers: Mapping[str, Any] | None = None) -> None:
        """A whole JSON reply."""
        data = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        for name, text in (headers or {}).items():
            self.send_header(name, str(text))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def send_stream(self, kind: str, pieces: Sequence[str], rule: Mapping[str, Any]) -> None:
        """A stream, piece by piece; "stall" and "cut" act in its middle."""
        self.begin_stream(kind)
        for i, piece in enumerate(pieces):
            if i == max(1, len(pieces) // 2):
                if rule.get("stall"):
                    self.server.stop.wait(float(rule["stall"]))
                    return
                if rule.get("cut"):
                    return
            self.wfile.write(piece.encode())
            self.wfile.flush()

    def begin_stream(self, kind: str) -> None:
        """The headers of a reply that ends with the connection."""
        self.close_connection = True
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Cache-Control", "no-cache")
        self.send_header("Connection", "close")
        self.end_headers()

    def send_flood(self, size: int) -> None:
        """`size` bytes that are no protocol at all."""
        self.begin_stream("application/json")
        while size > 0:
            self.wfile.write(b"x" * min(FLOOD_PIECE, size))
            size -= FLOOD_PIECE

    def find_rule(self, path: str, model: str, body: Any) -> tuple[int | None, dict[str, Any]]:
        """The first rule that fits, counted as used."""
        text = "\n".join(strings(body))
        with LOCK:
            for i, rule in enumerate(self.server.rules):
                if "times" in rule and rule["times"] <= rule.get("_used", 0):
                    continue
                conditions = (("match", text), ("path", path), ("model", model))
                if all(re.search(rule[key], value, re.S) for key, value in conditions if key in rule):
                    rule["_used"] = rule.get("_used", 0) + 1
                    return i, rule
        return None, {}

    def write_log(self, model: str, size: int, body: Any, rule: int | None) -> None:
        """One JSON line for this request."""
        if not self.server.log:
            return
        line = {
            "t": time.time(),
            "method": self.command,
            "path": self.path,
            "model": model,
            "bytes": size,
            "headers": dict(self.headers),
            "body": body,
            "rule": rule,
        }
        with LOCK, Path(self.server.log).open("a", encoding="utf-8") as log:
            log.write(json.dumps(line) + "\n")

    def handle_any(self) -> None:
        """One request of any method."""
        path = self.path.split("?")[0]
        body, size = self.read_body()
        if not isinstance(body, dict):
            body = {"_raw": body}
        found = re.search(r"/models/([^/:]+):", path)
        model = str(found.group(1) if found else body.get("model", ""))
        generating = self.command == "POST" and re.search(
            r"/(responses|chat/completions|messages|api/chat|api/generate)$|[gG]enerateContent$", path
        )
        index, rule = self.find_rule(path, model, body) if generating else (None, {})
        rule = {**rule, **rule["think"](model, body)} if "think" in rule else rule
        self.write_log(model, size, body, index)
        # codex's built-in provider tries a WebSocket first; 426 makes it fall back at once.
        if self.headers.get("Upgrade", "").lower() == "websocket":
            self.send_json({"error": {"message": "no websocket here"}}, 426)
        elif not generating:
            self.plain(path, body)
        else:
            self.act(path, model, body, rule)

    do_GET = do_POST = do_HEAD = do_PUT = do_DELETE = handle_any

    def act(self, path: str, model: str, body: Mapping[str, Any], rule: Mapping[str, Any]) -> None:
        """What the rule says, for a request that asks for an answer."""
        self.server.stop.wait(float(rule.get("delay", 0)))
        if rule.get("hang") or rule.get("drop"):
            self.server.stop.wait(float(rule.get("hang", 0)))
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        status = int(rule.get("status", 200))
        if "reply" in rule:
            self.send_json(rule["reply"], status, rule.get("headers"))
        elif "flood" in rule:
            self.send_flood(int(rule["flood"]))
        elif status >= 400:
            self.error(path, status, rule.get("error", f"fake error {status}"), rule.get("headers"))
        else:
            self.generate(path, model, body, rule)

    def answer_text(self, rule: Mapping[str, Any]) -> str:
        """The answer's text by the rule, else the server's own."""
        text: str = rule.get("answer", self.server.answer)
        if "answer_file" in rule:
            text = Path(rule["answer_file"]).read_text(encoding="utf-8")
        if "answer_json" in rule:
            text = json.dumps(rule["answer_json"])
        return text.ljust(int(rule.get("pad", 0)))

    def generate(self, path: str, model: str, body: Mapping[str, Any], rule: Mapping[str, Any]) -> None:
        """An answer, streamed where the request wants it."""
        text, tool = self.answer_text(rule), rule.get("tool")
        wanted = next((name for name in tool_names(body) if name in STRUCTURED), None)
        history = json.dumps(body)
        if wanted and not tool and '"tool_result"' not in history and '"role": "tool"' not in history:
            try:
                value = json.loads(text)
            except ValueError:
                value = None
            tool = {"name": wanted, "input": value} if isinstance(value, dict) else None
        if "/api/" in path:
            reply, lines = ollama(text, tool, body, model, path.endswith("chat"))
            reply, lines = limited([reply, lines]) if rule.get("limited") else (reply, lines)
            if body.get("stream", True):
                self.send_stream("application/x-ndjson", [json.dumps(line) + "\n" for line in lines], rule)
            else:
                self.send_json(reply)
            return
        build = next(build for end, build in PROTOCOLS if path.endswith(end))
        reply, events = build(text, tool, body, model)
        if rule.get("limited"):
            reply, events = (
                limited(reply),
                [(LIMITED.get(("type", name or ""), name), limited(event)) for name, event in events],
            )
        if body.get("stream") or path.endswith(":streamGenerateContent"):
            pieces = [
                (f"event: {name}\n" if name else "")
                + f"data: {event if isinstance(event, str) else json.dumps(event)}\n\n"
                for name, event in events
            ]
            self.send_stream("text/event-stream", pieces, rule)
        else:
            self.send_json(reply)

    def error(self, path: str, status: int, message: str, headers: Mapping[str, Any] | None) -> None:
        """An error in the protocol's own shape."""
        kind = {
            400: "invalid_request_error",
            401: "authentication_error",
            404: "not_found_error",
            429: "rate_limit_error",
            529: "overloaded_error",
        }.get(status, "api_error")
        value: dict[str, Any]
        if path.endswith("/messages"):
            value = {"type": "error", "error": {"type": kind, "message": message}}
        elif "enerateContent" in path:
            rpc = {
                400: "INVALID_ARGUMENT",
                401: "UNAUTHENTICATED",
                403: "PERMISSION_DENIED",
                404: "NOT_FOUND",
                429: "RESOURCE_EXHAUSTED",
                503: "UNAVAILABLE",
            }.get(status, "INTERNAL")
            value = {"error": {"code": status, "message": message, "status": rpc}}
        elif "/api/" in path:
            value = {"error": message}
        else:
            value = {"error": {"message": message, "type": kind, "param": None, "code": None}}
        self.send_json(value, status, headers)

    def plain(self, path: str, body: Mapping[str, Any]) -> None:
        """Model lists, versions, token counts."""
        names = self.server.models
        if path.endswith(("/api/tags", "/api/ps")):
            self.send_json({"models": [ollama_model(name) for name in names]})
        elif path.endswith("/api/version"):
            self.send_json({"version": "0.13.5"})
        elif path.endswith("/api/show"):
            information = {"general.architecture": "fake", "fake.context_length": 131072}
            details = {"family": "fake"}
            self.send_json({"details": details, "capabilities": ["completion", "tools"], "model_info": information})
        elif re.search(r"/models$", path):
            data = [
                {"id": name, "object": "model", "type": "model", "display_name": name, "created": 0, "owned_by": "fake"}
                for name in names
            ]
            self.send_json({"object": "list", "has_more": False, "data": data})
        elif path.endswith("count_tokens"):
            self.send_json({"input_tokens": tokens(json.dumps(body))})
        elif path.endswith(":countTokens"):
            self.send_json({"totalTokens": tokens(json.dumps(body))})
        elif path == "/":
            self.send_json({"ok": True})
        else:
            self.send_json({"error": {"message": f"no such endpoint: {path}"}}, 404)


PROTOCOLS = (
    ("/responses", responses),
    ("/chat/completions", chat),
    ("/messages", anthropic),
    ("enerateContent", gemini),
)


def ollama_model(name: str) -> dict[str, Any]:
    """One entry of Ollama's model list."""
    return {
        "name": name,
        "model": name,
        "size": 1,
        "digest": "0" * 64,
        "modified_at": "2025-01-01T00:00:00Z",
        "details": {"family": "fake", "format": "gguf"},
    }


def make_server(
    port: int = 0,
    answer: str = "OK",
    rules: Iterable[Mapping[str, Any]] = (),
    log: str | Path | None = None,
    models: Sequence[str] = ("fake-model",),
) -> Server:
    """For use inside a test: s = make_server(...); Thread(target=s.serve_forever).start(); s.server_port."""
    server = Server(("127.0.0.1", port), Handler)
    server.answer, server.rules, server.log = answer, [dict(rule) for rule in rules], log
    server.models, server.stop = list(models), threading.Event()
    return server


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--answer", default="OK")
    parser.add_argument("--answer-file")
    parser.add_argument("--script", help="JSON file of rules")
    parser.add_argument("--log", help="append every request to this JSONL file")
    parser.add_argument("--models", default="fake-model", help="comma-separated names for the model lists")
    arguments = parser.parse_args()
    answer = Path(arguments.answer_file).read_text(encoding="utf-8") if arguments.answer_file else arguments.answer
    rules = json.loads(Path(arguments.script).read_text(encoding="utf-8")) if arguments.script else []
    server = make_server(arguments.port, answer, rules, arguments.log, arguments.models.split(","))
    print(f"LISTENING http://127.0.0.1:{server.server_port}", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        server.stop.set()


if __name__ == "__main__":
    main()
