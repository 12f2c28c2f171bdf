"""The settings of identity: the OpenID provider, its tokens, and how old a sign-in may be."""

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from bootstrap.setting_types import Seconds


class IdentitySettings(BaseModel):
    """Fields of `settings.Settings`."""

    oidc_issuer: str | None = Field(
        None, pattern="^https?://", description="Issuer URL of the OpenID provider; its keys are found by discovery."
    )
    oidc_audience: str = Field("prodgate", description="Audience that a token must name (`aud`).")
    oidc_email_claim: str = Field("email", min_length=1, description="Claim that holds a person's e-mail address.")
    oidc_unverified_email: Literal["refuse", "accept"] = Field(
        "refuse", description="`accept` for a provider that never says `email_verified`, and lets nobody choose theirs."
    )
    oidc_client_id: str = Field(
        "prodgate", min_length=1, description="The console's client id at the provider: a public client with PKCE."
    )
    oidc_scope: str = Field("openid email profile", min_length=1, description="Scopes that the console asks for.")
    oidc_token_lifetime: Annotated[Seconds, Field(le=timedelta(days=7))] = Field(
        timedelta(hours=24), description="Seconds after its `iat` at which a token is refused, whatever its `exp`."
    )
    critical_sign_in_within: Seconds = Field(
        timedelta(minutes=15), description="Seconds that a sign-in may be old for a decision on critical impact."
    )
