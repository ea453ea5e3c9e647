from __future__ import annotations

from tests.store.support import closed

__all__ = ["closed"]
