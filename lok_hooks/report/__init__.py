"""The edge to the reader: one file per report format, and live progress."""
