"""Measurements of a real server and of the core; `make bench` runs them and prints a table."""
