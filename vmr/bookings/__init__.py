"""Bookings: who meets in which room when, as values and rules. Pure, like the rest of `vmr`.

`draft` is what somebody asks for, `booking` the value, `moves` its life, `times` and `hours` the
clock and the week, `purposes` how long what may take, `rules` what stands against a request and
`judging` which of it counts when, `free_times` when else there is room, `timeline` what fills a
room's time, `changes` what the establishment's record says, `personal_links` who has which link,
`addresses` where letters may go.
"""
