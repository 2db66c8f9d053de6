"""The monitoring terminal: the namespace /monitor, its page, and the server's own judgement of it.

It watches rooms of its officer's establishment, pictures only. `terminals` holds the live pages
and judges each of them; nothing here knows packets.
"""
