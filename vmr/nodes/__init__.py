"""Several servers that share the rooms of an estate, as values and rules. Pure.

`node` is one server as the others see it, `lease` how long it counts as alive to itself, `sight`
what one server knows of the others, `placement` which of them takes a room, `ownership` who runs
a room and what a server does about one that somebody asks for, `standing` whether the database
knows all of a room that is taken from the dead, `drain` a server that is emptied.

Invariant of them together: of all servers that ever ran a room, only the one that raised its epoch
last can still write what happens in it.
"""
