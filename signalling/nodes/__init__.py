"""Several servers that share the rooms of an estate: what `vmr.nodes` decides, done.

`alone` is the one server that has every room, `keeper` one of several, `registry` where they see
each other.
"""
