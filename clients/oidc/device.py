"""Signs a person in on another device than this one: they type a code there (RFC 8628)."""

import time
from collections.abc import Callable

from clients.oidc.provider import IssuedTokens, ProviderRefused, SignInFailed, SignInProvider, checked_address

GRANT = "urn:ietf:params:oauth:grant-type:device_code"
SLOWER = 5.0
"""Seconds that `slow_down` adds to the interval (section 3.5)."""

SOONEST, LATEST, LONGEST = 1.0, 60.0, 1_800.0
"""Seconds between two questions at the least and at the most, and those in which somebody types: whatever it says."""


def sign_in_by_device(
    provider: SignInProvider, show: Callable[[str, str], None], sleep: Callable[[float], None] = time.sleep
) -> IssuedTokens:
    """Show the address and the code to type there, and wait. Raises SignInFailed, ProviderAway."""
    if "device_authorization_endpoint" not in provider.metadata:
        raise SignInFailed(f"{provider.issuer} signs nobody in by another device; leave --device out")
    asked = provider.ask("device_authorization_endpoint", scope=provider.scope)
    try:
        device, code, address = (str(asked[name]) for name in ("device_code", "user_code", "verification_uri"))
        interval = min(max(SOONEST, float(asked.get("interval", 5))), LATEST)
        end = time.monotonic() + min(float(asked["expires_in"]), LONGEST)
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise SignInFailed(f"{provider.issuer} does not answer as RFC 8628 says") from error
    show(checked_address(address), code)
    while time.monotonic() < end:
        sleep(interval)
        try:
            return provider.tokens(provider.ask("token_endpoint", grant_type=GRANT, device_code=device))
        except ProviderRefused as refused:
            if refused.code not in ("authorization_pending", "slow_down"):
                raise
            interval += SLOWER if refused.code == "slow_down" else 0
    raise SignInFailed("The code was not typed in time; try again")
