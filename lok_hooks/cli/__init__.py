"""The edge of the process: argv, streams, exit codes. Kept empty: a hook start-up is felt on every commit."""
