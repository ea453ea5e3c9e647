"""Pure values and decisions: no file, clock, environment, process or print."""
