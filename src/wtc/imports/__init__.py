"""Import modules in less time than the interpreter does."""
