"""Names for the identities that travel through the system. All are opaque strings."""

from typing import NewType

EstablishmentId = NewType("EstablishmentId", str)
RoomId = NewType("RoomId", str)
MeetingId = NewType("MeetingId", str)
SessionId = NewType("SessionId", str)
"""One browser tab's signalling session; survives a dropped socket, not a new page."""
ParticipantId = NewType("ParticipantId", str)
"""A person (or several behind one connection) from the first knock to the last good-bye."""
PersonId = NewType("PersonId", str)
InviteId = NewType("InviteId", str)
DeviceId = NewType("DeviceId", str)
"""SHA-256 thumbprint (RFC 7638, base64url) of the browser's non-extractable key."""
OfficerId = NewType("OfficerId", str)
StaffSessionId = NewType("StaffSessionId", str)
"""One sign-in of a member of staff, from password to sign-out. Not secret: the cookie is."""
TerminalId = NewType("TerminalId", str)
"""One enrolment of a terminal: the same browser enrolled again, after a revocation, is another."""
BookingId = NewType("BookingId", str)
ExpectedId = NewType("ExpectedId", str)
"""An expected person of one booking."""
ClosureId = NewType("ClosureId", str)
PrisonerId = NewType("PrisonerId", str)
"""Of a prisoner at one establishment; their reference, which is personal, stands in no address."""
ContactId = NewType("ContactId", str)
BanId = NewType("BanId", str)
LetterId = NewType("LetterId", str)
ApiTokenId = NewType("ApiTokenId", str)
"""One token of the REST API. Not secret: the token is."""
WebhookId = NewType("WebhookId", str)
