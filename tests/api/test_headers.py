"""Answers tell browsers: embed nothing, guess nothing, ask no other site."""

import base64
import hashlib
import re
from pathlib import Path

import pytest

from tests.api.house import PIERRE, REQUESTS, Connect, House, opened

CASES = {
    "a list": (REQUESTS, {}, 200),
    "nobody": (REQUESTS, {"Authorization": "Bearer x"}, 401),
    "no such address": ("/nowhere", {}, 404),
    "health": ("/healthz", {}, 200),
    "the document": ("/openapi.json", {}, 200),
    "the page": ("/docs", {}, 200),
    "a file of the page": ("/docs/assets/swagger-ui.css", {}, 200),
    "the start": ("/", {}, 307),
    "too many headers": (REQUESTS, {f"X-{number}": "x" for number in range(110)}, 431),
}


@pytest.mark.parametrize(("path", "headers", "status"), CASES.values(), ids=CASES.keys())
def test_every_answer_carries_the_headers(house: House, path: str, headers: dict[str, str], status: int) -> None:
    """Errors too, whoever answers them."""
    token = {} if headers else {"Authorization": f"Bearer {house.issuer.token(PIERRE)}"}
    answer = house.http().get(path, headers=headers | token)
    assert answer.status_code == status
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert "Strict-Transport-Security" not in answer.headers, "it is reached by http here"
    assert not [name for name in answer.headers if name.lower().startswith("access-control-")]


def test_where_people_come_by_https_browsers_are_told_to_stay_there(connect_temporal: Connect, tmp_path: Path) -> None:
    """And the pages of the origins that were named may call, no others."""
    with opened(
        connect_temporal, tmp_path, public_url="https://gate.example", cors_origins=("https://console.example",)
    ) as house:
        assert "max-age=" in house.http().get("/healthz").headers["Strict-Transport-Security"]
        for origin, allowed in (("https://console.example", "https://console.example"), ("https://evil.example", None)):
            asked = {"Origin": origin, "Access-Control-Request-Method": "POST"}
            asked |= {"Access-Control-Request-Headers": "authorization,content-type"}
            answer = house.http().options(REQUESTS, headers=asked)
            assert answer.headers.get("Access-Control-Allow-Origin") == allowed
            assert "Access-Control-Allow-Credentials" not in answer.headers
            varies = house.http().get("/healthz", headers={"Origin": origin}).headers["Vary"]
            assert {"Origin", "Accept-Encoding"} == set(varies.split(", "))


def test_the_page_asks_no_other_site_and_runs_what_its_policy_names(house: House) -> None:
    """It works in a closed network: every address is ours, every script a file of ours or named by its hash."""
    page = house.http().get("/docs")
    policy = page.headers["Content-Security-Policy"]
    addresses = re.findall(r"""(?:src|href)=["']([^"']+)""", page.text)
    assert len(addresses) == 3
    for address in addresses:
        assert address.startswith("/docs/assets/")
        assert house.http().get(address).status_code == 200
    for script in re.findall(r"<script>(.*?)</script>", page.text, re.DOTALL):
        assert f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'" in policy
    scripts = next(part for part in policy.split("; ") if part.startswith("script-src"))
    assert "unsafe" not in scripts
    assert "//" not in policy
    assert "persistAuthorization" not in page.text, "tokens end with their tab"
