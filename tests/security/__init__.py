"""Attacks: each test fails when its defence is removed."""
