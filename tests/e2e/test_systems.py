"""A system of the company that the environment names is used by `prodgate up` instead of its stand-in."""

import json
from pathlib import Path

from tests.e2e.stack import PIERRE, Stack, prodgate, started
from tests.record.building import git, person_commits


def test_a_second_stack_works_with_the_systems_of_the_first(tmp_path: Path) -> None:
    """Its worker and API push to the first one's repository, launch in its AWX and use its Temporal server.

    What that keeps is encrypted: the company made keys, as docs/operations.md says.
    """
    made = prodgate("keys", "payload", "rotate", "--data", tmp_path / "company")
    assert made.returncode == 0, made.stderr
    with started(Stack(tmp_path / "company")) as company:
        settings = {
            "PRODGATE_GIT_REPO": f"file://{company.data / 'gitops.git'}",
            "PRODGATE_SIGNING_KEY": str(company.data / "signing" / "private.json"),
            "PRODGATE_WORKER_KEY": str(company.data / "signing" / "worker.json"),
            "PRODGATE_PAYLOAD_KEYS": str(company.data / "payload" / "keys.json"),
            "PRODGATE_AWX_URL": f"http://127.0.0.1:{company.ports['awx-port']}/api/",
            "PRODGATE_AWX_TOKEN": json.loads((company.data / "secrets.json").read_text())["awx"],
            "TEMPORAL_ADDRESS": f"127.0.0.1:{company.ports['temporal-port']}",
            "PRODGATE_TASK_QUEUE": "second",
            "PRODGATE_OIDC_AUDIENCE": "",  # empty is not set
        }
        second = Stack(tmp_path / "second", settings=settings)
        # The ports of stand-ins that aren't started may be taken.
        second.ports |= {name: company.ports[name] for name in ("awx-port", "temporal-port", "temporal-ui-port")}
        with started(second):
            assert set(second.pids()) == {"worker", "api", "oidc", "mailbox"}
            assert "/api/ (a stand-in)" not in second.said
            ticket = second.ask("3.0.0")
            second.approve(ticket)
            second.await_state([ticket], "deployed")
            assert not (second.data / "gitops.git").exists()
            kept = second.kept(ticket)
            assert "encryption-key-id" in kept
            assert "New PCI-DSS compliant payment flow" not in kept
        # They signed in at the second one's provider; an admin begins the binding anew, as after a change of provider.
        record = company.data / "gitops.git"
        anew = f"controls: 2\n  identities: {{since: {git(record, 'rev-parse', 'main')}}}"
        platform = git(record, "show", "main:platform.yaml") + "\n"
        person_commits(record, {"platform.yaml": platform.replace("controls: 2", anew)})
        company.await_state([ticket], "deployed", 10)
        assert company.recorded() == {ticket: ["created", "approved", "deploying", "deployed"]}
        company.check_one_job_each([ticket])
        history = company.call(PIERRE, "GET", f"/{ticket}/history").json()
        assert [commit["authorName"] for commit in history] == ["Pierre Durand", "Jean Dupont", "Prodgate", "Prodgate"]
