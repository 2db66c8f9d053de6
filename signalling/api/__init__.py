"""The REST API for programs: rooms, bookings, outcomes, meetings, records and webhooks.

One `Route` (routes.py) declares each operation: the edge (edge.py) and the OpenAPI document
(openapi.py) are both made from it. What may change and how is the same as for pages.
"""
