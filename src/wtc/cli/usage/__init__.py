"""What wtc answers to command lines that are not valid."""
