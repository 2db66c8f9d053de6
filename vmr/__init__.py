"""What a room is: rooms, policies, roles, participants and records, as values and rules."""
