"""Benchmarks: whole processes, as ratios to a baseline measured in the same run. No thresholds: read them."""
