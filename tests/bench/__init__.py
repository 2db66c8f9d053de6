"""Figures: what a forwarded packet costs, what delay is added, how long joining takes.

`make bench` prints them. The load comes from a process of its own (`loader`), which sends packets
that were encrypted beforehand; what is measured is the CPU time of the whole server, its media
worker included.
"""
