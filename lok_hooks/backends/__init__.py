"""Reviewers behind one door each: LLM CLIs, HTTP servers, scanners, the embedded rules."""
