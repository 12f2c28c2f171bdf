"""The proxy of the compose file bounds who sends slowly or too much, and tells the API who calls."""

import re
from pathlib import Path

import httpx
from fastapi import FastAPI, Request

from settings import Settings
from tests.awx_fixtures import serving
from tests.deploy.compose import COMPOSE, ROOT, SERVICES, environment
from tests.deploy.proxy import CONFIG, TEXT, directive, proxying

PROXY = SERVICES["proxy"]


def test_heads_and_bodies_have_a_time_limit() -> None:
    """Half-sent requests hold no connection for long."""
    for name in ("client_header_timeout", "client_body_timeout", "send_timeout"):
        assert directive(name) == "10s"


def test_one_address_has_its_limits() -> None:
    """Both are counted, and refused as the API refuses: 429. The rate is what the API allows an address, too."""
    assert directive("limit_conn") == "connections 200"
    assert directive("limit_req") == "zone=requests burst=400 nodelay"
    assert directive("limit_conn_status") == directive("limit_req_status") == "429"
    a_minute = int(re.findall(r"rate=(\d+)r/s", TEXT)[0]) * 60
    assert a_minute == Settings.model_fields["requests_per_minute_address"].default


def test_it_forwards_to_the_api_that_trusts_it_alone() -> None:
    """Host, port and address are the same in both files."""
    assert directive("proxy_pass") == "http://api:8080"
    addresses = {service: SERVICES[service]["networks"]["front"]["ipv4_address"] for service in ("proxy", "api")}
    assert environment("api")["FORWARDED_ALLOW_IPS"] == addresses["proxy"] != addresses["api"]
    assert set(PROXY["networks"]) == {"front"}, "it reaches the API, and neither Temporal nor its database"
    assert COMPOSE["networks"]["front"]["ipam"]["config"] == [{"subnet": "172.30.250.0/29"}]
    assert all(address.startswith("172.30.250.") for address in addresses.values())


def test_it_is_what_people_reach() -> None:
    """Of what the file publishes, the proxy alone listens beyond this host, where its configuration says."""
    open_to_all = {
        service: port
        for service, spec in SERVICES.items()
        for port in spec.get("ports", [])
        if not port.startswith("127.0.0.1:")
    }
    assert open_to_all == {"proxy": "443:8443"}
    assert directive("listen") == "8443 ssl http2"


def test_it_holds_no_privilege_and_reads_two_mounts() -> None:
    """Its configuration, and the folder of its key, which is named from outside."""
    assert PROXY["read_only"]
    assert PROXY["cap_drop"] == ["ALL"]
    assert PROXY["user"] == "101:101"
    config, tls = PROXY["volumes"]
    source, target, mode = config.split(":")
    assert (ROOT / source, mode) == (CONFIG, "ro")
    assert PROXY["entrypoint"] == ["nginx", "-c", target]
    assert re.fullmatch(r"\$\{PRODGATE_TLS_FOLDER:\?[^}]+\}:/etc/prodgate/tls:ro", tls)
    assert directive("ssl_certificate").startswith("/etc/prodgate/tls/")


def test_the_api_sees_the_callers_address_whatever_the_caller_says(tmp_path: Path) -> None:
    """By uvicorn as the API runs it, which believes this machine's proxy."""
    app = FastAPI()

    @app.get("/")
    def seen(request: Request) -> dict[str, str]:
        assert request.client
        return {"address": request.client.host, "scheme": request.url.scheme, "host": request.headers["host"]}

    with serving(app) as api, proxying(tmp_path, api) as proxy:
        transport = httpx.HTTPTransport(verify=proxy.trust, local_address="127.0.0.7")
        with httpx.Client(base_url=proxy.url, transport=transport) as http:
            answer = http.get("/", headers={"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "http"})
    assert answer.json() == {"address": "127.0.0.7", "scheme": "https", "host": "localhost"}
