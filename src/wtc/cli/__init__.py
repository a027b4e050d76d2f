"""The command line: it reads options, calls one use case, and renders what comes back."""
