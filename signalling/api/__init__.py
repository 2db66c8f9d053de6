"""The REST API under /api/v1: rooms, bookings, meetings, records and webhooks, for programs.

One `Route` (routes.py) declares each operation: the edge (edge.py) and the OpenAPI document
(openapi.py) are both made from it. What may change and how is the same as for pages.
"""
