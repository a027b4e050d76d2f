"""Variables replaced in values, and strings cast to an attribute's type. Pure."""
