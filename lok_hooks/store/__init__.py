"""What outlives a run: remembered answers, what became of findings, what was dismissed."""
