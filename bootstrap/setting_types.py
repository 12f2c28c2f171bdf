"""The types of settings that are more than text: as people spell them in a variable, and what refuses a wrong one."""

import re
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, StringConstraints


def zone(value: Any) -> Any:
    try:
        return ZoneInfo(value) if isinstance(value, str) else value
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError("must be the name of a time zone, such as Europe/Paris") from error


def seconds(value: Any) -> Any:
    try:
        return float(value) if isinstance(value, str) else value
    except ValueError:
        raise ValueError("must be a number of seconds") from None  # float()'s own sentence repeats what was given


def listed(value: Any) -> Any:
    return tuple(value.split()) if isinstance(value, str) else value


def smtp(value: SecretStr) -> SecretStr:
    if not re.fullmatch(r"smtps?://([^@/\s]+@)?[^@/:\s]+(:[0-9]{1,5})?/?", value.get_secret_value()):
        raise ValueError("must be smtp://[user:password@]host[:port], or smtps:// for TLS from the first byte")
    return value


def counts(value: SecretStr) -> SecretStr:
    if not re.fullmatch(r"(redis|valkey)s?://([^@/\s]*@)?[^@/:\s]+(:[0-9]{1,5})?(/[0-9]+)?", value.get_secret_value()):
        raise ValueError("must be redis[s]:// or valkey[s]://[user:password@]host[:port][/database]")
    return value


SmtpUrl = Annotated[SecretStr, AfterValidator(smtp)]
Origin = Annotated[str, StringConstraints(pattern="^https?://[^/ *]+$")]
Email = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._%+'-]+@[A-Za-z0-9.-]+$")]
Hours = Annotated[float, Field(gt=0, le=8_760)]


def network(value: Any) -> Any:
    try:
        return ip_network(value) if isinstance(value, str) else value
    except ValueError:
        raise ValueError("must be networks, such as 10.20.0.0/16 or fd00::/8") from None


Network = Annotated[IPv4Network | IPv6Network, BeforeValidator(network)]
Seconds = Annotated[timedelta, BeforeValidator(seconds), Field(gt=timedelta(0))]
