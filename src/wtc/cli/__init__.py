"""The command line: parse the options, call the orchestrator, render the result."""
