"""The commands and the wiring: the one place that sees every package."""
