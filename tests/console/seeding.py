"""A company at work, for pictures of it: a request in each state, and one for each thing that a rule can say."""

import asyncio
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import httpx

from record.git.repository import open_repository
from record.index.reader import Index
from tests.api.house import in_days, in_seconds
from tests.e2e.stack import JEAN, PIERRE, Stack, submission
from tests.past import History
from tests.record.building import git, person_commits
from tests.rules import frozen, rule, two_of_cpi
from tests.signing import key_file, service_key_file

SOPHIE, EMMA, HUGO = "sophie.martin@cab-i.com", "emma.leroy@cab-i.com", "hugo.petit@cab-i.com"
CLAIRE = "claire.moreau@cab-i.com"

NOTES = """### What is new
- **3DS2** authentication for all card payments ([PSD2](https://example.com/psd2))
- Retries no longer charge twice
- `GET /payments/{id}` answers in 40 ms instead of 300 ms

| endpoint | before | after |
|---|---|---|
| `POST /payments` | 420 ms | 180 ms |
"""


def seed(stack: Stack) -> dict[str, str]:
    """A request in each state, and of each rule, by the name of what is to be seen."""
    person_commits(stack.data / "gitops.git", {**_rules(), **key_file(), **service_key_file()})
    asyncio.run(_went_well(stack))
    made = _decided(stack) | _ruled(stack) | _waiting(stack)
    made["other"] = _asked(stack, SOPHIE, "invoice-api", "1.5.1", "medium", "The failed release, with the missing font")
    made["going-back"] = _asked(stack, PIERRE, "payment-api", "1.9.2", "low", "What partners can still speak to")
    made["pending"] = _asked(stack, PIERRE, "payment-api", "2.1.0", "high", "New PCI-DSS compliant payment flow")
    return made


def _decided(stack: Stack) -> dict[str, str]:
    """Requests that are over, or wait for their date alone."""
    made = {
        "deployed": _asked(stack, PIERRE, "payment-api", "2.0.4", "low", "Security patches of the quarter, all tested"),
        "failed": _asked(stack, SOPHIE, "invoice-api", "1.5.0", "high", "Invoices in three more languages for Belgium"),
        "rejected": _asked(
            stack, PIERRE, "fraud-rules", "4.0.0", "critical", "Rules for the new fraud patterns", "policy"
        ),
        "cancelled": _asked(
            stack, SOPHIE, "billing-portal", "0.9.0", "low", "Try the beta with ten customers", "application"
        ),
    }
    stack.approve(made["deployed"])
    stack.await_state([made["deployed"]], "deployed")
    control = f"http://127.0.0.1:{stack.ports['awx-port']}/control/faults"
    httpx.put(control, json={"life": ["failed"]}, trust_env=False).raise_for_status()
    stack.approve(made["failed"])
    stack.await_state([made["failed"]], "failed")
    reason = "The rollback plan does not say who restores the rule set"
    stack.call(JEAN, "POST", f"/{made['rejected']}/reject", {"reason": reason})
    stack.call(SOPHIE, "POST", f"/{made['cancelled']}/cancel", {"comment": "Moved to the next sprint"})
    made["approved"] = _asked(
        stack, PIERRE, "ledger-api", "3.2.0", "medium", "The year-end closing needs it", date=in_days(40)
    )
    stack.approve(made["approved"])
    return made


def _rules() -> dict[str, str]:
    """The company's rules, each for a target of its own."""
    two, urgent = [{"role": "cpi", "count": 2}], {"role": "cpi", "answerWithin": "P3D"}
    steps = [{"after": "PT12H", "role": "cpi"}, {"after": "P2D", "role": "cpi_admin"}]
    return {
        **two_of_cpi(names=["settlement-api"]),
        **frozen(datetime.now(UTC), names=["closing-api"]),
        **rule("urgent", match={"names": ["gateway-api"]}, approvals=two, emergency=urgent),
        **rule("waited", match={"names": ["archive-api"]}, escalation=steps),
        **rule("often", match={"names": ["rates-api"]}, standard={"deployments": 2, "within": "P90D"}),
    }


def _ruled(stack: Stack) -> dict[str, str]:
    """What rules make of requests: votes, a freeze, an emergency, people who are asked next, nobody asked at all."""
    made = {
        "standard": _asked(stack, PIERRE, "rates-api", "2.0.2", "low", "The rates of the European Central Bank again"),
        "votes": _asked(stack, PIERRE, "settlement-api", "6.0.0", "high", "Settle with banks in one night less"),
        "frozen": _asked(stack, SOPHIE, "closing-api", "1.2.0", "low", "Close the month without a night shift"),
        "emergency": _asked(stack, PIERRE, "gateway-api", "8.1.3", "high", "Partners get no answer since nine"),
        "awaited": _asked(stack, SOPHIE, "archive-api", "2.2.0", "low", "Keep ten years of statements for less"),
        "on-behalf": _asked(stack, SOPHIE, "notice-api", "3.0.1", "low", "Dunning letters in the right language"),
    }
    assert stack.call(JEAN, "POST", f"/{made['votes']}/approve", {"comment": "The plan holds, read twice"}).is_success
    declared = {"reason": "Payments of all partners are down; Claire is on a plane"}
    assert stack.call(JEAN, "POST", f"/{made['emergency']}/emergency", declared).is_success
    stack.approve(made["frozen"])
    leave = {"to": EMMA, "until": in_days(5), "reason": "On leave until the week is over"}
    headers = {"Authorization": f"Bearer {stack.token(CLAIRE)}"}
    given = httpx.post(f"{stack.api}/v1/delegations", json=leave, headers=headers, timeout=60, trust_env=False)
    assert given.status_code == 201, given.text
    acting = {"comment": "As agreed with Claire", "onBehalfOf": CLAIRE}
    answer = stack.call(EMMA, "POST", f"/{made['on-behalf']}/approve", acting)
    assert answer.is_success, answer.text
    stack.await_state([made["standard"], made["emergency"], made["on-behalf"]], "deployed")
    return made


async def _went_well(stack: Stack) -> None:
    """A target was deployed twice, and nothing was wrong."""
    with tempfile.TemporaryDirectory() as folder:
        repository = open_repository(str(stack.data / "gitops.git"), "main", Path(folder))
        index = Index(repository, Path(folder) / "index.db")
        past = History.of(repository, index, number=0)
        for version, days in (("2.0.0", 20), ("2.0.1", 10)):
            await past.deploy(version, days, name="rates-api")
        index.close()
        await repository.close()


def _waiting(stack: Stack) -> dict[str, str]:
    """Approved requests that wait: for a release, another approval, their turn."""
    made = {
        "held": _asked(
            stack,
            PIERRE,
            "tariff-api",
            "1.4.0",
            "medium",
            "The prices of the new year for all partners",
            date=in_days(20),
        ),
        "lapsed": _asked(
            stack, PIERRE, "risk-api", "2.0.0", "high", "Risk scores in half of the time they take", date=in_seconds(30)
        ),
        "superseded": _asked(
            stack, SOPHIE, "mandate-api", "3.0.0", "low", "Customers sign mandates by phone", date=in_seconds(30)
        ),
        "in-front": _asked(stack, SOPHIE, "card-api", "5.0.0", "low", "Virtual cards for everybody who travels"),
        "in-line": _asked(stack, PIERRE, "card-api", "5.1.0", "low", "Limits of virtual cards by country"),
    }
    record = stack.data / "gitops.git"
    platform = git(record, "show", "main:platform.yaml") + "\n"
    person_commits(record, {"platform.yaml": platform.replace("controls: 2", "controls: 2\n  supersede: true")})
    for name in ("held", "lapsed", "superseded"):
        stack.approve(made[name])
    newer = _asked(
        stack,
        SOPHIE,
        "mandate-api",
        "3.1.0",
        "low",
        "Customers sign mandates by phone and at the desk",
        date=in_days(30),
    )
    stack.approve(newer)
    reason = {"reason": "The tariff database is being moved; released once that is done"}
    assert stack.call(CLAIRE, "POST", f"/{made['held']}/hold", reason).is_success
    patch = _asked(stack, SOPHIE, "risk-api", "1.9.9", "low", "The security fix that could not wait")
    stack.approve(patch)
    stack.await_state([patch], "deployed")
    stack.await_state([made["lapsed"]], "pending")
    stack.await_state([made["superseded"]], "superseded")
    person_commits(record, {"platform.yaml": platform})
    control = f"http://127.0.0.1:{stack.ports['awx-port']}/control/faults"
    httpx.put(control, json={"life": ["stuck-running"]}, trust_env=False).raise_for_status()
    stack.approve(made["in-front"])
    stack.await_state([made["in-front"]], "deploying")
    stack.approve(made["in-line"])
    return made


def _asked(
    stack: Stack, by: str, name: str, version: str, impact: str, why: str, kind: str = "api", date: str | None = None
) -> str:
    body = submission(version, date)
    body["tenant"] = "tenant-finance"
    body["target"] |= {"name": name, "type": kind}
    body["request"] |= {"impactAssessment": impact, "justification": why, "releaseNotes": NOTES}
    answer = stack.call(by, "POST", "", body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["metadata"]["id"])
