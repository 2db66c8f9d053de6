"""Test clients that are no browser."""
