"""The duty desk: what officers of an establishment see of its rooms, hear, and do.

`board` knows every room's state and who watches it; `console` carries it to one page; `messages`
and `requests` are what an officer may ask; `sockets` is the namespace /desk.
"""
