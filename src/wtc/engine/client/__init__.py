"""The connection to an engine: transports, endpoints, credentials, errors, streams."""
