"""lok-hooks: git hooks that refuse a commit only on confirmed findings."""

__version__ = "0.1.0"
