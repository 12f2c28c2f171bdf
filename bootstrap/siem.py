"""The systems that are handed the audit trail, as the settings name them."""

from collections.abc import Iterator
from importlib.metadata import version
from urllib.parse import urlsplit

from activities.siem import TrailSink
from bootstrap.process import CannotServe
from clients.siem.https import BatchForm, HttpsSink
from clients.siem.otlp import OtlpSink
from clients.siem.sink import Address, Sink
from clients.siem.syslog import Syslog
from clients.tls import certificate
from record.trail.repository import TrailRepository
from settings import Settings, plain, variable


def sinks(settings: Settings, trail: TrailRepository | None) -> tuple[TrailSink, ...]:
    """A follower for each. Raises CannotServe where there is no trail that they could be handed."""
    found = tuple(_sinks(settings))
    if not found:
        return ()
    if trail is None:
        raise CannotServe(f"A sink of the audit trail is of no use without {variable('audit_repo')}")
    return tuple(TrailSink(trail, each, version("prodgate")) for each in found)


def _sinks(settings: Settings) -> Iterator[Sink]:
    host, authority = urlsplit(settings.public_url).hostname or "prodgate", settings.siem_ca_bundle
    if settings.siem_syslog is not None:
        name, _, port = settings.siem_syslog.rpartition(":")
        shown = certificate(settings.siem_client_cert, settings.siem_client_key)
        yield Syslog(Address(name.strip("[]"), int(port)), host, authority, shown)
    if settings.siem_https_url is not None:
        form = BatchForm(settings.siem_https_form)
        yield HttpsSink(settings.siem_https_url, plain(settings.siem_https_token), form, authority)
    if settings.siem_otlp_url is not None:
        yield OtlpSink(settings.siem_otlp_url, host, plain(settings.siem_otlp_token), authority)
