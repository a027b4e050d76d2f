"""Where state is stored: files, fsspec backends, memory."""
