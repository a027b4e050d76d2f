"""Which observed objects belong to which stack. Pure."""
