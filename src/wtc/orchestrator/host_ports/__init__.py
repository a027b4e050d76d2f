"""The host ports of a stack: leased, published, fixed, and URLs that no longer lead to one."""
