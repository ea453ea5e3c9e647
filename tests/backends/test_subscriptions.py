"""Logins by subscription, with the real CLIs: what `claude`, `codex` and `gemini` keep after a login is found in a
sealed run and sent to the vendor, and without it the run is not logged in. The vendors' servers stand on loopback; that
the vendors themselves take such a token is nothing that can be tried here."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lok_hooks.core.ports import Failure, FailureKind, Reply
from lok_hooks.core.task import Prompt
from tests.backends.cli_helpers import MODELS, User, user
from tests.backends.conftest import GOOD_ANSWER, Seconds, ServerMaker
from tests.backends.vendor_on_loopback import Answer, vendor

__all__ = ["user"]
LATER = int(time.time()) + 10 * 86_400
ANSWER = json.dumps(GOOD_ANSWER)


def token_of(claims: dict[str, Any]) -> str:
    """A JSON web token without a signature that anybody could check."""
    parts = (json.dumps(part).encode() for part in ({"alg": "RS256", "typ": "JWT"}, claims))
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in (*parts, b"signature"))


def kept(path: Path, login: dict[str, Any]) -> Path:
    """The file in which a CLI has kept a login."""
    path.parent.mkdir()
    path.write_text(json.dumps(login))
    path.chmod(0o600)
    return path


def test_claude_finds_and_sends_its_login(
    user: User, model_server: ServerMaker, real_cli: Callable[[str], Path], make_prompt: Callable[..., Prompt]
) -> None:
    server = model_server()
    token = f"token-{'A' * 80}"
    login = {"accessToken": token, "refreshToken": "r", "expiresAt": LATER * 1000, "scopes": ["user:inference"]}
    file = kept(user.home / ".claude" / ".credentials.json", {"claudeAiOauth": login | {"subscriptionType": "max"}})
    claude = user.backend("claude", command=str(real_cli("claude")), url=server.url, model=MODELS["claude"])
    with user.leaves_nothing():
        answer = claude.ask(make_prompt(), Seconds(seconds=60))
    assert isinstance(answer, Reply), answer
    assert [asked["headers"].get("Authorization") for asked in server.asked()] == [f"Bearer {token}"]
    assert "x-api-key" not in json.dumps(server.asked()).lower()

    file.unlink()
    answer = claude.ask(make_prompt(), Seconds(seconds=60))
    assert isinstance(answer, Failure)
    assert answer.kind is FailureKind.NOT_LOGGED_IN
    assert len(server.asked()) == 1


def test_codex_finds_and_sends_its_login(
    user: User, model_server: ServerMaker, real_cli: Callable[[str], Path], make_prompt: Callable[..., Prompt]
) -> None:
    server = model_server()
    about = {"chatgpt_plan_type": "plus", "chatgpt_user_id": "user-1", "chatgpt_account_id": "account-1"}
    token = token_of({"email": "ada@example.org", "exp": LATER, "https://api.openai.com/auth": about})
    tokens = {"id_token": token, "access_token": token, "refresh_token": "r", "account_id": "account-1"}
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    login = {"OPENAI_API_KEY": None, "tokens": tokens, "last_refresh": now}
    file = kept(user.home / ".codex" / "auth.json", login)
    # After such a login it compresses what it sends in a way that the server does not know.
    words = ("-c", f'openai_base_url="{server.url}/v1"', "--disable", "enable_request_compression")
    codex = user.backend("codex", command=str(real_cli("codex")), args=words, model=MODELS["codex"])
    with user.leaves_nothing():
        answer = codex.ask(make_prompt(), Seconds(seconds=60))
    assert isinstance(answer, Reply), answer
    (asked,) = server.asked()
    assert asked["headers"].get("authorization") == f"Bearer {token}"
    assert asked["headers"].get("chatgpt-account-id") == "account-1"
    assert json.loads(file.read_text()) == login

    # A server named by the user is asked without a login as well, and so nothing is sent that would be one.
    file.unlink()
    assert isinstance(codex.ask(make_prompt(), Seconds(seconds=60)), Reply)
    assert "authorization" not in server.asked()[1]["headers"]
    plain = user.backend("codex", command=str(real_cli("codex")), model=MODELS["codex"])
    answer = plain.ask(make_prompt(), Seconds(seconds=60))
    assert isinstance(answer, Failure)
    assert answer.kind is FailureKind.NOT_LOGGED_IN


def test_gemini_finds_and_sends_its_login(
    user: User,
    real_cli: Callable[[str], Path],
    make_prompt: Callable[..., Prompt],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    said = {"candidates": [{"content": {"role": "model", "parts": [{"text": ANSWER}]}, "finishReason": "STOP"}]}
    answers: dict[str, Answer] = {
        "tokeninfo": {"aud": "gemini", "scope": "cloud-platform", "expires_in": 3600},
        "userinfo": {"email": "ada@example.org"},
        "loadCodeAssist": {"currentTier": {"id": "free-tier", "name": "Free"}, "cloudaicompanionProject": "project-1"},
        "streamGenerateContent": f"data: {json.dumps({'response': said})}\r\n\r\n".encode(),
    }
    token = "token-of-the-login-12345"
    login = {"access_token": token, "refresh_token": "r", "token_type": "Bearer", "expiry_date": LATER * 1000}
    file = kept(user.home / ".gemini" / "oauth_creds.json", login)
    gemini = user.backend("gemini", command=str(real_cli("gemini")), model=MODELS["gemini"])
    with vendor(tmp_path, ["*.googleapis.com"], answers) as google:
        monkeypatch.setenv("HTTPS_PROXY", google.url)
        monkeypatch.setenv("NODE_EXTRA_CA_CERTS", str(google.certificate))
        with user.leaves_nothing():
            answer = gemini.ask(make_prompt(), Seconds(seconds=60))
        assert isinstance(answer, Reply), (answer, google.said)
        assert answer.text == ANSWER
        (asked,) = (each for each in google.said if "streamGenerateContent" in each.line)
        assert (asked.host, asked.authorization) == ("cloudcode-pa.googleapis.com:443", f"Bearer {token}")
        assert "Review this diff" in asked.body
        assert json.loads(file.read_text()) == login

        google.said.clear()
        file.unlink()
        answer = gemini.ask(make_prompt(), Seconds(seconds=60))
        assert isinstance(answer, Failure)
        assert answer.kind is FailureKind.NOT_LOGGED_IN
        assert google.said == []
