"""The AWX client against a real HTTP server: what it sends, and how it tells AWX's answers apart."""

import socket
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme
from fastapi import FastAPI
from fastapi.responses import HTMLResponse

from clients.awx.client import AwxClient, AwxConnection
from clients.awx.errors import (
    AwxCredentials,
    AwxForbidden,
    AwxMissing,
    AwxRefused,
    AwxUnavailable,
    AwxUnknown,
)
from clients.tls import ClientCertificate
from demo.awx.app import create_app
from demo.awx.model import SimulatorConfig
from tests.awx_fixtures import TEMPLATE, TOKEN, Simulator, deployment, serving, simulating

VARIABLES = deployment().extra_vars()


@pytest.fixture
async def client(simulator: Simulator) -> AsyncIterator[AwxClient]:
    async with simulator.client() as made:
        yield made


async def test_a_launch_carries_variables_label_and_skip_tags(simulator: Simulator, client: AwxClient) -> None:
    """The answer is the job's row, its variables parsed from AWX's JSON string."""
    template = await client.template()
    label = await client.ensure_label("prodgate-PR-2026-0001-1", 1)
    job = await client.launch(template.id, VARIABLES, [label.id], "slow,prodgate-PR-2026-0001-1")
    assert (job.variables, job.ignored_fields, job.status) == (VARIABLES, (), "pending")
    assert [found.id for found in await client.jobs_labelled("prodgate-PR-2026-0001-1")] == [job.id]
    assert [found.id for found in await client.jobs_tagged(template.id, "prodgate-PR-2026-0001-1")] == [job.id]


async def test_a_marker_does_not_find_a_longer_one(simulator: Simulator, client: AwxClient) -> None:
    """Attempt 1 is not attempt 12, although AWX's `contains` thinks so."""
    await client.launch(7, VARIABLES, [], "prodgate-PR-2026-0001-12")
    assert await client.jobs_tagged(7, "prodgate-PR-2026-0001-1") == []


async def test_the_same_label_twice_is_one_label(client: AwxClient) -> None:
    """AWX answers the second with 400, which tells that the label is there."""
    first, second = await client.ensure_label("prodgate-1", 1), await client.ensure_label("prodgate-1", 1)
    assert (first.id, first.made, second.made) == (second.id, True, False)


async def test_a_label_made_by_two_at_once_is_one_label(simulator: Simulator, client: AwxClient) -> None:
    """The loser of the race gets the database's own words."""
    simulator.faults(labels=["racing"])
    made = await client.ensure_label("prodgate-1", 1)
    assert simulator.api("GET", f"labels/{made.id}/").json()["name"] == "prodgate-1"


async def test_a_label_that_awx_refuses_is_refused(client: AwxClient) -> None:
    """A 400 that is no duplicate stays a refusal with AWX's words."""
    with pytest.raises(AwxRefused, match="This field is required"):
        await client.ensure_label("", 1)


async def test_lists_are_read_page_after_page(simulator: Simulator, client: AwxClient) -> None:
    """More jobs than fit on a page are all found; without a time only the newest page is read."""
    simulator.control("POST", "launch", json={"times": 105})
    since = datetime.now(UTC) - timedelta(minutes=1)
    assert [job.id for job in await client.newest_jobs(7, since)] == list(range(105, 0, -1))
    assert [job.id for job in await client.newest_jobs(7)] == list(range(105, 5, -1))


async def test_the_version_and_the_user_are_told(client: AwxClient) -> None:
    """Ping needs no credentials, me does."""
    assert (await client.version(), (await client.me()).username) == ("24.6.1", "svc-prodgate")


async def test_a_template_is_found_by_name_or_by_id(simulator: Simulator) -> None:
    """Digits are an id; what AWX does not show is refused with the count."""
    async with simulator.client(template="7") as by_id, simulator.client(template="8") as wrong:
        assert (await by_id.template()).name == "Deploy to PROD"
        with pytest.raises(AwxRefused, match="shows 0 job templates for '8'"):
            await wrong.template()


async def test_basic_authentication_and_a_prefix_work_too() -> None:
    """Newer platforms have no tokens of their own and serve the API under `controller`."""
    with simulating(token=None, password="pw", prefix="/api/controller/") as simulator:
        async with simulator.client(token=None, user="svc-prodgate", password="pw") as client:
            assert simulator.root.endswith("/api/controller/")
            assert (await client.launch((await client.template()).id, VARIABLES, [], None)).id == 1
        async with simulator.client(token=None, user="svc-prodgate", password="wrong") as client:
            with pytest.raises(AwxCredentials, match="Invalid username/password"):
                await client.me()


def test_credentials_never_show_in_a_repr() -> None:
    """A logged connection tells where, not with what."""
    connection = AwxConnection("https://awx/api/", "7", token="t-secret", password="p-secret")
    assert "secret" not in repr(connection)
    assert connection.secrets == ("t-secret", "p-secret")


async def test_a_ca_bundle_that_cannot_be_read_is_told_at_once(simulator: Simulator) -> None:
    """Not at the first promotion."""
    with pytest.raises(OSError, match="No such file"):
        simulator.client(ca_bundle=Path("/nowhere/ca.pem"))


async def test_awx_is_known_by_the_authority_in_the_ca_bundle(tmp_path: Path) -> None:
    """A company's own authority; without its bundle nobody is spoken to, and no token is sent."""
    authority, bundle = trustme.CA(), tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(bundle))
    certificate = tmp_path / "awx.pem"
    authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(str(certificate))
    app = create_app(SimulatorConfig(token=TOKEN, template=TEMPLATE))
    with serving(app, certificate) as address:
        root = f"{address}/api/"
        async with AwxClient(AwxConnection(root, TEMPLATE, token=TOKEN, ca_bundle=bundle)) as known:
            assert (await known.template()).name == TEMPLATE
        async with AwxClient(AwxConnection(root, TEMPLATE, token=TOKEN)) as stranger:
            with pytest.raises(AwxUnavailable, match="certificate verify failed"):
                await stranger.template()


async def test_a_certificate_is_shown_where_awx_asks_for_one(tmp_path: Path) -> None:
    """Key and certificate from files; without one, no answer comes."""
    authority = trustme.CA()
    bundle, served, cert, key = (tmp_path / name for name in ("ca.pem", "awx.pem", "cert.pem", "key.pem"))
    authority.cert_pem.write_to_path(str(bundle))
    authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(str(served))
    shown = authority.issue_cert("gate@cab-i.com")
    shown.cert_chain_pems[0].write_to_path(str(cert))
    shown.private_key_pem.write_to_path(str(key))
    app = create_app(SimulatorConfig(token=TOKEN, template=TEMPLATE))
    with serving(app, served, known_by=bundle) as address:
        stranger = AwxConnection(f"{address}/api/", TEMPLATE, token=TOKEN, ca_bundle=bundle)
        async with AwxClient(replace(stranger, certificate=ClientCertificate(cert, key))) as known:
            assert (await known.template()).name == TEMPLATE
        async with AwxClient(stranger) as refused:
            with pytest.raises(AwxUnavailable):
                await refused.template()


async def test_expired_missing_and_wrong_tokens_are_refused_as_credentials(simulator: Simulator) -> None:
    """AWX answers all three alike; the sentence names what to look at."""
    async with simulator.client(token="other") as wrong, simulator.client(token=None) as missing:
        for client in (wrong, missing):
            with pytest.raises(AwxCredentials, match="the token is unknown, expired or revoked"):
                await client.me()
    simulator.faults(credential="expired")
    async with simulator.client() as expired:
        with pytest.raises(AwxCredentials, match="401"):
            await expired.me()


async def test_a_token_that_may_only_read_is_forbidden_to_launch(simulator: Simulator, client: AwxClient) -> None:
    """403, and certainly no job."""
    simulator.faults(credential="read-scope")
    with pytest.raises(AwxForbidden, match="the token may only read"):
        await client.launch(7, VARIABLES, [], None)
    assert simulator.jobs() == []


async def test_a_job_that_vanished_differs_from_one_whose_template_is_gone(
    simulator: Simulator, client: AwxClient
) -> None:
    """404 is the first, 403 the second."""
    with pytest.raises(AwxMissing, match="No Job matches"):
        await client.job(4711)
    job = await client.launch(7, VARIABLES, [], None)
    simulator.template(deleted=True)
    with pytest.raises(AwxForbidden):
        await client.job(job.id)


@pytest.mark.parametrize(("fault", "words"), [("500", "AWX failed"), ("502", "A gateway answered in AWX's place")])
async def test_a_read_that_fails_may_be_repeated(
    simulator: Simulator, client: AwxClient, fault: str, words: str
) -> None:
    """AWX's own 500 is told from a gateway's page."""
    simulator.faults(reads=[fault])
    with pytest.raises(AwxUnavailable, match=words):
        await client.me()
    assert (await client.me()).id == 5


async def test_a_read_during_an_upgrade_is_told_as_one(simulator: Simulator, client: AwxClient) -> None:
    """AWX redirects every request to its migration page; it is not followed."""
    simulator.faults(reads=["migrating"])
    with pytest.raises(AwxUnavailable, match="AWX is being upgraded"):
        await client.me()


async def test_too_many_requests_name_the_time_to_wait(simulator: Simulator, client: AwxClient) -> None:
    """Retry-After in seconds, for reads and for launches alike."""
    simulator.faults(reads=["too-many"], launch=["too-many"])
    with pytest.raises(AwxUnavailable) as read:
        await client.me()
    with pytest.raises(AwxUnavailable) as launch:
        await client.launch(7, VARIABLES, [], None)
    assert (read.value.retry_after, launch.value.retry_after, simulator.jobs()) == (1.0, 1.0, [])


@pytest.mark.parametrize(
    ("fault", "jobs"),
    [
        ("commit-then-500", 1),
        ("commit-then-504", 1),
        ("commit-then-cut", 1),
        ("cut", 0),
        ("lost-502", 0),
        ("lost-504", 0),
        ("migrating", 0),
    ],
)
async def test_a_launch_without_awx_s_word_is_unknown_and_never_repeated(
    simulator: Simulator, client: AwxClient, fault: str, jobs: int
) -> None:
    """The answer does not tell whether there is a job; one request left."""
    simulator.faults(launch=[fault])
    with pytest.raises(AwxUnknown):
        await client.launch(7, VARIABLES, [], None)
    told = simulator.control("GET", "jobs")
    assert (told["count"], told["launch_posts"]) == (jobs, 1)


async def test_a_launch_that_takes_too_long_is_unknown(simulator: Simulator) -> None:
    """The time is the connection's `launch_seconds`."""
    simulator.faults(launch=["slow"])
    async with simulator.client(launch_seconds=0.1) as client:
        with pytest.raises(AwxUnknown, match="ReadTimeout"):
            await client.launch(7, VARIABLES, [], None)


async def test_a_launch_that_could_not_leave_is_not_unknown() -> None:
    """A refused connection certainly launched nothing."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    async with AwxClient(AwxConnection(f"http://127.0.0.1:{port}/api/", "7", token=TOKEN)) as client:
        with pytest.raises(AwxUnavailable, match="AWX cannot be reached"):
            await client.launch(7, VARIABLES, [], None)


async def test_something_else_that_answers_is_told() -> None:
    """A page in place of the API and a body of another shape crash nothing; after a launch they are unknown."""
    app = FastAPI()
    app.add_api_route("/api/v2/me/", lambda: {"results": [{"login": "x"}]})
    app.add_api_route("/api/v2/ping/", lambda: HTMLResponse("<html/>"))
    app.add_api_route("/api/v2/job_templates/7/launch/", lambda: {"ok": True}, methods=["POST"])
    with serving(app) as address:
        async with AwxClient(AwxConnection(f"{address}/api/", "7")) as client:
            with pytest.raises(AwxUnavailable, match="in AWX's place"):
                await client.version()
            with pytest.raises(AwxUnavailable, match="not understood"):
                await client.me()
            with pytest.raises(AwxUnknown, match="names no job"):
                await client.launch(7, VARIABLES, [], None)


async def test_cancelling_a_job_that_has_ended_changes_nothing(simulator: Simulator, client: AwxClient) -> None:
    """AWX answers 403, or 405 to a superuser; both mean that there is nothing left to cancel."""
    job = await client.launch(7, VARIABLES, [], None)
    simulator.until_status(job.id, "successful")
    await client.cancel(job)
    assert simulator.job(job.id)["status"] == "successful"


async def test_a_cancellation_that_awx_forbids_is_refused(simulator: Simulator, client: AwxClient) -> None:
    """403 on a job that still runs is a missing right."""
    simulator.faults(life=["stuck-running"])
    job = await client.launch(7, VARIABLES, [], None)
    simulator.until_status(job.id, "running")
    simulator.faults(credential="read-scope")
    with pytest.raises(AwxForbidden):
        await client.cancel(job)


async def test_only_the_end_of_a_long_output_is_kept(simulator: Simulator, client: AwxClient) -> None:
    """Over 1 MiB AWX shows nothing but a sentence, except as a download."""
    simulator.faults(life=["large-output"])
    job = await client.launch(7, VARIABLES, [], None)
    simulator.until_status(job.id, "failed")
    shown = simulator.api("GET", f"jobs/{job.id}/stdout/", params={"format": "txt"}).text
    assert shown.startswith("Standard Output too large to display")
    tail = await client.output_tail(job.id, 4096)
    assert len(tail) == 4096
    assert "cannot reach the gateway" in tail


async def test_the_output_of_a_vanished_job_is_missing(client: AwxClient) -> None:
    """A stream's refusal is read like any other answer."""
    with pytest.raises(AwxMissing):
        await client.output_tail(4711, 10)


async def test_the_output_of_an_awx_that_is_down_is_unavailable() -> None:
    """So is its transport failure."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    async with AwxClient(AwxConnection(f"http://127.0.0.1:{port}/api/", "7", token=TOKEN)) as client:
        with pytest.raises(AwxUnavailable):
            await client.output_tail(1, 10)
