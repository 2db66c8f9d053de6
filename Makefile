# One command each: run the server, run everything CI runs, print the figures.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: run test bench
