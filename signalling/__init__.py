"""Pages, sockets and sessions; runs the effects a Meeting asks for."""
