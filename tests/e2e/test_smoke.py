"""`prodgate smoke` walks a promotion through a whole installation, and touches nothing but what is marked for it."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from bootstrap.smoke import APPROVER, MARK, REQUESTER
from tests.e2e.stack import JEAN, PIERRE, Stack, prodgate, started, until
from tests.record.building import person_commits

MARKED = f"""\
apiVersion: apim.cab-i.com/v1
kind: Api
metadata: {{name: smoke-api, tenant: tenant-finance}}
spec:
  version: "0.0.1"
  promotion: {{from: staging, to: {MARK}}}
"""
TARGET = "tenant-finance/api/smoke-api"


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with started(Stack(tmp_path_factory.mktemp("staging") / "data", job_seconds=0.2)) as running:
        person_commits(running.data / "gitops.git", {"apis/smoke-api.yaml": MARKED}, "Mark a target for smoke tests")
        until("the target known", lambda: running.get(JEAN, f"/v1/targets/{TARGET}").is_success)
        yield running


def smoked(stack: Stack, target: str = TARGET, approver: str = JEAN) -> tuple[int, str]:
    """The exit code of the command, and what it printed."""
    tokens = {REQUESTER: stack.token(PIERRE), APPROVER: stack.token(approver)}
    done = prodgate("smoke", stack.api, "--target", target, **tokens)
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout


def test_a_promotion_is_walked_through_the_gate(stack: Stack) -> None:
    """Each step is told with its time; the record and AWX have one promotion more."""
    code, printed = smoked(stack)
    assert (code, printed.count("\nok"), printed.count("FAILED")) == (0, 7, 0), printed
    (ticket,) = stack.recorded()
    assert stack.recorded()[ticket] == ["created", "approved", "deploying", "deployed"]
    stack.check_one_job_each([ticket])


def test_a_target_that_nobody_marked_is_not_touched(stack: Stack) -> None:
    """Its owners would have to say in the record that it may be."""
    before = stack.recorded()
    code, printed = smoked(stack, "tenant-finance/api/payment-api")
    assert (code, printed.splitlines()[-1].partition(":")[0][-20:]) == (1, "the target is marked")
    assert stack.recorded() == before


def test_one_person_is_not_two(stack: Stack) -> None:
    """A gate that is walked alone has not been tried."""
    code, printed = smoked(stack, approver=PIERRE)
    assert code == 1
    assert "nobody approves their own request" in printed


def test_an_installation_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    """No step is told that was not walked."""
    done = prodgate("smoke", "http://127.0.0.1:9", "--target", TARGET, **{REQUESTER: "a", APPROVER: "b"})
    assert (done.returncode, done.stdout.count("\n")) == (1, 1)
    assert done.stdout.startswith("FAILED")
    assert prodgate("smoke", "http://127.0.0.1:9", "--target", TARGET).returncode == 2


def test_the_demo_gives_its_people_tokens(stack: Stack) -> None:
    """By the command that the README names."""
    done = prodgate("token", JEAN, "--data", stack.data)
    assert done.returncode == 0, done.stderr
    headers = {"Authorization": f"Bearer {done.stdout.strip()}"}
    assert httpx.get(f"{stack.api}/v1/me", headers=headers, trust_env=False).json()["email"] == JEAN
