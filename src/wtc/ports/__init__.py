"""Host ports: what asks for one, choosing one, leases, and the variables that name it."""
