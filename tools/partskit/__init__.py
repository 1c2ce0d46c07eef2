"""Builds the real programs that tests and benchmarks compare with, outside the repository."""
