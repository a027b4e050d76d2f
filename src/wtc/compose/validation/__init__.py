"""Check rules that the schema cannot express. Pure."""
