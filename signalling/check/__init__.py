"""The self-test: its page, and the probes that it tests the way to this server with.

No account, no session, nothing written: what a page finds out stays in the browser.
"""
