"""Values into their canonical form and their attribute's type. Pure."""
