"""The rules of a promotion: pure values and functions, no I/O, no clock, no framework but pydantic.

Glossary, one meaning a word across the project:

ticket        the promotion request as recorded: one YAML file in the GitOps repository, one Temporal workflow, one id.
target        what is promoted: an API, an application or a policy, by name and version.
tenant        the team that owns the target; rights are granted per tenant.
submission    what a requester asked for, before it is a ticket.
decision      what a person decided on a ticket (approve, reject, cancel, retry), bound to the digest of what they saw.
proof         the API's signature on a submission or a decision; it travels into the commit as a trailer.
digest        SHA-256 of everything an approver approves: identity, tenant, requester and spec of the ticket.
transition    one change of a ticket's state; one history entry; one Git commit.
deployment    one attempt to bring an approved ticket to production; one AWX job.
attempt       the number of a deployment of a ticket, from 1; a retry starts the next.
line          the requests of one target that deploy or wait for their turn, in the order of their places.
place         a commit's number on the branch's first-parent line; an entry's is that of the commit that brought it.
coverage      what an approval stands on: the request as signed, production as shown, a time; without it, it lapses.
announcement  one thing told about a ticket, on each channel: mail, Slack, Kafka.
outbox        what a channel tells of the record: how far it has read it, and what it told whom, kept in a journal.
journal       small files on a ref of their own beside the branch, which one leader at a time changes.
follower      what reads the record commit by commit and does something about it, led by one worker at a time.
record        the Git repository that holds tickets, tenants and people: the product's memory and its proof.
directory     who is who and may do what, read from the record.
"""
