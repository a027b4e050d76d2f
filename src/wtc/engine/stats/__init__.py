"""Read the CPU and memory usage of containers."""
