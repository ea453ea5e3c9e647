"""The secrets of one run by hand, which come to light one after the other: in the question, in files, in answers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import blake2b
from threading import Lock
from typing import Final

from lok_hooks.backends.secrets import secrets_in, texts_of
from lok_hooks.core.diff import NO_FILES, Diff
from lok_hooks.core.redaction import in_escaped_strings, said_in
from lok_hooks.core.screen import PLACEHOLDER, Screening, Secret, is_unmistakable, masked, screening_of

_NAMED: Final = 3  # placeholders that the note lists


class KnownSecrets:
    """A screening that grows: the same value has the same placeholder in every text of a run. May be used from any
    thread."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._secrets: dict[tuple[str, str, str], Secret] = {}
        self._screening = Screening()
        # Placeholders that somebody else wrote are given out for nothing of ours.
        self._foreign: set[str] = set()
        self._searched: set[bytes] = set()
        self._replaced: dict[str, None] = {}

    def redact(self, text: str) -> str:
        """`text` searched as prose, with placeholders for its secrets and for those that are known by now."""
        screening = self.screen(NO_FILES, (text,))
        clean = _redacted(text, screening)
        if clean != text:
            ours = screening.placeholders
            with self._lock:
                self._searched.add(_digest(clean))
                self._replaced |= dict.fromkeys(mark for mark in PLACEHOLDER.findall(clean) if mark in ours)
        return clean

    def screen(self, diff: Diff, more: Sequence[str]) -> Screening:
        """Adds the secrets in a diff, found as its files are read, and those in further texts; returns all that are
        known."""
        texts = {digest: text for text in more if (digest := _digest(text)) not in self._searched}
        said = [each for text in texts.values() for each in said_in(text)]
        found = list(secrets_in(diff, said))
        with self._lock:
            marks = {mark for text in (*texts_of(diff), *said) for mark in _marks(text)}
            self._foreign |= marks - self._screening.placeholders
            known = len(self._secrets)
            for secret in found:
                # What is replaced wherever it stands needs no surroundings to be told by.
                around = ("", "") if is_unmistakable(secret.value) else (secret.before, secret.after)
                self._secrets.setdefault((secret.value, *around), secret)
            if len(self._secrets) > known:
                self._screening = screening_of(self._secrets.values(), self._foreign)
            self._searched.update(texts)
            return self._screening

    def note(self) -> str:
        """One line about what `redact` has replaced so far, each value masked; "" for nothing."""
        values = {each.placeholder: each.value for each in self._screening.replacements}
        count = len(self._replaced)
        if not count:
            return ""
        named = [f"{mark} for {masked(values[mark])}" for mark in list(self._replaced)[:_NAMED]]
        more = f" and {count - _NAMED:,} more" if count > _NAMED else ""
        told = "1 secret was" if count == 1 else f"{count:,} secrets were"
        return f"{told} replaced in what is sent, kept and shown: {', '.join(named)}{more}"


def _marks(text: str) -> Iterable[str]:
    return PLACEHOLDER.findall(text) if "<SECRET:" in text else ()


def _redacted(text: str, screening: Screening) -> str:
    seen = in_escaped_strings(text, lambda said: _redacted(said, screening))
    return screening.redact(seen)


def _digest(text: str) -> bytes:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
