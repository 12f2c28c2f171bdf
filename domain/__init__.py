"""The rules of a promotion: pure values and functions, no I/O, no clock, no framework but pydantic.

Glossary, one meaning a word across the project:

ticket        a promotion request as recorded: one YAML file in the record, one workflow, one id. People say "request".
promotion     the workflow of one ticket, from its submission to its end.
target        an API, an application or a policy, by name and version: it is what a ticket promotes.
tenant        the team that owns a target; rights are granted for each tenant.
CPI           the administrator of a tenant (role `cpi`), or of the platform (`cpi_admin`).
submission    the complete request of a requester, before it is a ticket.
decision      an approve, endorse, unendorse, reject, cancel, retry, hold, release, emergency, ratify or refute,
              bound to what its giver saw.
proof         the API's signature on a submission or a decision; the commit carries it as a trailer.
claims        the content of a proof: who, what, on which ticket, when.
digest        the SHA-256 of everything an approver approves: identity, tenant, requester and spec of the ticket.
transition    one change of a ticket: one history entry, one Git commit. An act is a transition as read from its commit.
deployment    one attempt to bring an approved ticket to production: one AWX job.
attempt       the number of a deployment of a ticket, from 1; a retry starts the next.
marker        the label by which AWX's job of an attempt is recognised: `prodgate-PR-2026-0001-1`.
twin          another AWX job for the same attempt.
line          the tickets of one target that deploy or wait for their turn, in the order of their places.
place         the number, on the branch's first-parent line, of the commit that brought a history entry.
coverage      the request as signed, production as shown, and a time: an approval holds for these, and lapses without.
hold          a stop that a person puts on an approved ticket until somebody releases it.
vote          one of several approvals that a rule asks for: `endorse` gives it, `unendorse` takes it back.
freeze        a time in which a rule has nothing launched. A window is a time outside of which nothing is.
standard      a change that a rule approves by itself, for it is a small step of what people approved before.
emergency     an approval by one person past votes and freezes, which a rule lets them give, and never the requester.
escalation    the people whom a rule asks next while nobody decides; it gives nobody a right.
passkey       a person's own authenticator as a file of the record: its answer confirms what they decide.
delegation    a vote that an approver, its giver, hands to somebody for some days: the delegate votes on their behalf.
debt          an emergency that was launched, until somebody else has answered for it: ratified or refuted.
preflight     the look at the record right before a launch.
announcement  one message about a ticket, on one channel or several.
channel       a way that announcements go: mail, Slack, Kafka, webhooks, notifications in browsers.
outbox        a channel's reading of the record: how far it has come, and what it told whom, kept in a journal.
journal       small files on a Git ref of their own, beside the branch; one leader at a time changes them.
checkpoint    what the worker signs of the whole record at one commit: number of acts, root of their tree, tip.
outlet        a place that keeps checkpoints: a folder, a bucket, a topic, a mailbox.
follower      a process's part that reads the record commit by commit and acts on it, as an outbox does.
leader        the one worker in which a follower runs now, for as long as its lease holds.
record        the Git branch that holds tickets, tenants, people and keys: the product's memory and its proof.
index         a SQLite copy of the record, which answers lists and is built again when it is lost.
directory     the people of the record: who is who, and who may do what.
catalogue     the targets of the record: which tenant owns each.
trial         a replay of a change of rules over all past requests; nothing is recorded by it.
check         what a target's entry asks of it after the job: an address or a query that has to hold for some time.
look          one try of a check; a row of looks that held, without a gap, is a stretch.
evidence      what was seen of the pipeline that a requester shows for their tests.
remark        a sentence that the service itself writes into a ticket.
engine        Temporal.
"""
