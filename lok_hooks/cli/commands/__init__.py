"""One file for each `lok` command: EXAMPLE, add_arguments(parser), run(arguments) -> exit code."""
