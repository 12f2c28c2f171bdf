"""The floor: one promotion's effects by hand on Temporal, as lean as an engineer writes them in an afternoon.

A request is created by an update-with-start, approved by an update, and its job's end reported by a signal; an empty
FastAPI route stands before each. Six activities do the work: four commits of the ticket, as 2 KB of YAML, and two HTTP
calls (read the template, launch the job). Commits reach the disk before they are answered, as the product's do.

It leaves out whatever is the product's own: identity, roles, rules, signatures, numbers, idempotency of requests and
of launches, a target's line, dates, expiry, retries by people, search, announcements, and every fault but a crash.
Workers and clients are the SDK's with its defaults: sandbox, JSON without Pydantic, a thread for each commit.
"""
