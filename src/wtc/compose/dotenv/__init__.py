"""Parse env files and resolve the variables that come from them. Pure."""
