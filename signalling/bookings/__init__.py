"""Bookings at work: what the office, the desk and the rooms do with them."""
