"""Staff sign-in: who asks, proven by a session cookie, and the pages that make such sessions.

Consoles built on it take three things: `StaffSessions.member` for an HTTP request, `handshake`
for a socket, and `StaffSessions.attend`, which says when the session behind a socket is over.
"""
