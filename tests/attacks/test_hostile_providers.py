"""A provider that a hostile API names: whatever it says, a command waits within bounds and ends with a sentence."""

import httpx
import pytest

from clients.oidc.device import sign_in_by_device
from clients.oidc.provider import SignInFailed, SignInProvider

ISSUER = "https://provider.example"


class Woken(Exception):
    """The command would have slept so long."""


def waits(interval: object, expires: object = 600) -> float:
    """The seconds until the first question after that answer."""
    asked = {
        "device_code": "d",
        "user_code": "u",
        "verification_uri": f"{ISSUER}/device",
        "interval": interval,
        "expires_in": expires,
    }
    metadata = {"issuer": ISSUER, "device_authorization_endpoint": f"{ISSUER}/device-code"}
    with httpx.Client(transport=httpx.MockTransport(lambda _: httpx.Response(200, json=asked))) as http:
        provider = SignInProvider(ISSUER, "prodgate", "openid", metadata, http)
        found: list[float] = []

        def sleep(seconds: float) -> None:
            found.append(seconds)
            raise Woken

        with pytest.raises(Woken):
            sign_in_by_device(provider, lambda *_: None, sleep)
    return found[0]


@pytest.mark.parametrize("interval", [-1, 0, "nan", 10**300, "inf"])
def test_nobody_is_made_to_ask_at_once_or_never(interval: object) -> None:
    """Nor to end with a traceback: Python sleeps neither backwards nor for ever."""
    assert 1 <= waits(interval) <= 60


def test_an_answer_without_numbers_is_a_sentence() -> None:
    """One that is too large for any clock, too."""
    with pytest.raises(SignInFailed):
        waits(10**400)
