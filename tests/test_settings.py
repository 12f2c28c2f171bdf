"""Settings come from the environment, whole or not at all, and never tell a secret."""

from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import SecretStr

from domain.sessions import LONGEST_LIFE
from settings import Mode, Settings, SettingsError, variable, variables

LEAST = {"PRODGATE_GIT_REPO": "/srv/gitops.git"}

GOOD: dict[str, tuple[str, Any]] = {
    "mode": ("production", Mode.PRODUCTION),
    "data_dir": ("/var/lib/prodgate", Path("/var/lib/prodgate")),
    "public_url": ("https://prodgate.example", "https://prodgate.example"),
    "git_repo": ("https://git.example/gitops.git", "https://git.example/gitops.git"),
    "git_branch": ("record", "record"),
    "git_token": ("s3cret", SecretStr("s3cret")),
    "audit_repo": ("https://git.example/audit.git", "https://git.example/audit.git"),
    "audit_token": ("s3cret", SecretStr("s3cret")),
    "siem_syslog": ("siem.example:6514", "siem.example:6514"),
    "siem_client_cert": ("/etc/ssl/gate.pem", Path("/etc/ssl/gate.pem")),
    "siem_https_url": ("https://siem.example/in", "https://siem.example/in"),
    "siem_https_form": ("hec", "hec"),
    "siem_https_token": ("s3cret", SecretStr("s3cret")),
    "siem_otlp_url": ("https://otel.example/v1/logs", "https://otel.example/v1/logs"),
    "siem_otlp_token": ("s3cret", SecretStr("s3cret")),
    "otlp_url": ("http://otel.example:4318/v1/traces", "http://otel.example:4318/v1/traces"),
    "otlp_token": ("s3cret", SecretStr("s3cret")),
    "trace_share": ("0.25", 0.25),
    "siem_ca_bundle": ("/etc/ssl/siem.pem", Path("/etc/ssl/siem.pem")),
    "awx_url": ("https://awx.example/api/controller/", "https://awx.example/api/controller/"),
    "awx_token": ("s3cret", SecretStr("s3cret")),
    "awx_user": ("svc-prodgate", "svc-prodgate"),
    "awx_password": ("s3cret", SecretStr("s3cret")),
    "awx_template": ("42", "42"),
    "awx_ca_bundle": ("/etc/ssl/awx.pem", Path("/etc/ssl/awx.pem")),
    "awx_client_cert": ("/etc/ssl/gate.pem", Path("/etc/ssl/gate.pem")),
    "awx_callback_secret": ("s3cret", SecretStr("s3cret")),
    "awx_policy_token": ("s3cret", SecretStr("s3cret")),
    "awx_request_lifetime": ("200", timedelta(seconds=200)),
    "awx_pending_deadline": ("60.5", timedelta(seconds=60.5)),
    "awx_grant_life": ("4500", timedelta(seconds=4500)),
    "awx_running_deadline": ("7200", timedelta(hours=2)),
    "awx_report_within": ("0", timedelta(0)),
    "awx_settle": ("5", timedelta(seconds=5)),
    "awx_watch_every": ("60", timedelta(minutes=1)),
    "reconcile_every": ("60", timedelta(minutes=1)),
    "language": ("fr", "fr"),
    "smtp_url": ("smtps://u:p%40ss@mail.example:465", SecretStr("smtps://u:p%40ss@mail.example:465")),
    "smtp_ca_bundle": ("/etc/ssl/mail.pem", Path("/etc/ssl/mail.pem")),
    "smtp_client_cert": ("/etc/ssl/gate.pem", Path("/etc/ssl/gate.pem")),
    "mail_from": ("gate@cab-i.com", "gate@cab-i.com"),
    "kafka_brokers": ("k1.example:9093,k2.example:9093", "k1.example:9093,k2.example:9093"),
    "kafka_topic": ("apim.promotions", "apim.promotions"),
    "kafka_security": ("SASL_SSL", "SASL_SSL"),
    "kafka_mechanism": ("SCRAM-SHA-512", "SCRAM-SHA-512"),
    "kafka_user": ("svc-prodgate", "svc-prodgate"),
    "kafka_password": ("s3cret", SecretStr("s3cret")),
    "kafka_ca_bundle": ("/etc/ssl/kafka.pem", Path("/etc/ssl/kafka.pem")),
    "kafka_client_cert": ("/etc/ssl/gate.pem", Path("/etc/ssl/gate.pem")),
    "slack_token": ("xoxb-1", SecretStr("xoxb-1")),
    "slack_channel": ("C0PROMOTIONS", "C0PROMOTIONS"),
    "slack_signing_secret": ("s3cret", SecretStr("s3cret")),
    "slack_decisions": ("true", True),
    "slack_api_url": ("https://slack.example/api/", "https://slack.example/api/"),
    "webhook_secrets": ("/etc/prodgate/webhooks.json", Path("/etc/prodgate/webhooks.json")),
    "push_key": ("/etc/prodgate/push.json", Path("/etc/prodgate/push.json")),
    "push_allow": ("10.1.0.0/16", (ip_network("10.1.0.0/16"),)),
    "push_ca_bundle": ("/etc/ssl/company.pem", Path("/etc/ssl/company.pem")),
    "webhook_allow": ("10.1.0.0/16 fd00::/8", (ip_network("10.1.0.0/16"), ip_network("fd00::/8"))),
    "webhook_ca_bundle": ("/etc/ssl/company.pem", Path("/etc/ssl/company.pem")),
    "gitlab_tokens": ("/etc/prodgate/gitlab.json", Path("/etc/prodgate/gitlab.json")),
    "oasdiff": ("/usr/local/bin/oasdiff", Path("/usr/local/bin/oasdiff")),
    "contract_allow": ("10.2.0.0/16", (ip_network("10.2.0.0/16"),)),
    "health_allow": ("10.3.0.0/16", (ip_network("10.3.0.0/16"),)),
    "health_ca_bundle": ("/etc/ssl/company.pem", Path("/etc/ssl/company.pem")),
    "prometheus_url": ("https://prometheus.cab-i.com", "https://prometheus.cab-i.com"),
    "prometheus_token": ("tok-1", SecretStr("tok-1")),
    "contract_ca_bundle": ("/etc/ssl/company.pem", Path("/etc/ssl/company.pem")),
    "gitlab_ca_bundle": ("/etc/ssl/company.pem", Path("/etc/ssl/company.pem")),
    "announce_for": ("3600", timedelta(hours=1)),
    "remind_after": ("48 24 4 0.5", (48, 24, 4, 0.5)),
    "expiry_warning": ("86400", timedelta(days=1)),
    "oidc_issuer": ("https://id.example/realms/company", "https://id.example/realms/company"),
    "oidc_audience": ("gate", "gate"),
    "oidc_email_claim": ("preferred_username", "preferred_username"),
    "oidc_unverified_email": ("accept", "accept"),
    "oidc_client_id": ("gate-console", "gate-console"),
    "oidc_scope": ("openid email", "openid email"),
    "oidc_token_lifetime": ("3600", timedelta(hours=1)),
    "critical_sign_in_within": ("300", timedelta(minutes=5)),
    "requests_per_minute_person": ("60", 60),
    "requests_per_minute_address": ("600", 600),
    "open_requests_person": ("20", 20),
    "limits_url": ("rediss://u:p@redis.example:6380/1", SecretStr("rediss://u:p@redis.example:6380/1")),
    "cors_origins": ("https://console.example http://a:1", ("https://console.example", "http://a:1")),
    "console_dir": ("/opt/prodgate/console", Path("/opt/prodgate/console")),
    "temporal_ui_url": ("https://temporal.example", "https://temporal.example"),
    "awx_ui_url": ("https://awx.example", "https://awx.example"),
    "repository_ui_url": ("https://git.example/apim", "https://git.example/apim"),
    "signing_key": ("/run/secrets/signing.json", Path("/run/secrets/signing.json")),
    "payload_keys": ("/run/secrets/payload.json", Path("/run/secrets/payload.json")),
    "worker_key": ("/run/secrets/worker.json", Path("/run/secrets/worker.json")),
    "checkpoints_dir": ("/srv/archive", Path("/srv/archive")),
    "checkpoints_bucket": ("s3://archive/prodgate", "s3://archive/prodgate"),
    "checkpoints_s3_endpoint": ("https://s3.example", "https://s3.example"),
    "checkpoints_s3_region": ("eu-west-3", "eu-west-3"),
    "checkpoints_s3_key_id": ("AKIA1", "AKIA1"),
    "checkpoints_s3_secret": ("s3cret", SecretStr("s3cret")),
    "checkpoints_topic": ("prodgate-checkpoints", "prodgate-checkpoints"),
    "checkpoints_mail": ("a@cab-i.com b@cab-i.com", ("a@cab-i.com", "b@cab-i.com")),
    "tsa_url": ("https://tsa.example/stamp", "https://tsa.example/stamp"),
    "tsa_ca_bundle": ("/etc/ssl/tsa.pem", Path("/etc/ssl/tsa.pem")),
    "documents_url": ("s3://documents/prodgate", "s3://documents/prodgate"),
    "documents_keys": ("/run/secrets/documents.json", Path("/run/secrets/documents.json")),
    "documents_keep": ("86400", timedelta(days=1)),
    "links_live": ("60", timedelta(minutes=1)),
    "links_per_minute": ("5", 5),
    "reports_monthly": ("false", False),
    "expiry": ("86400", timedelta(days=1)),
    "answer_within": ("0.5", timedelta(seconds=0.5)),
    "creates_in_flight": ("4", 4),
    "creates_in_flight_person": ("2", 2),
    "time_zone": ("Europe/Paris", ZoneInfo("Europe/Paris")),
    "task_queue": ("blue", "blue"),
    "worker_deployment": ("prodgate", "prodgate"),
    "build_id": ("0.2.0-3f2a", "0.2.0-3f2a"),
    "worker_health_host": ("0.0.0.0", "0.0.0.0"),  # noqa: S104  as in a container
    "worker_health_port": ("9090", 9090),
    "log_level": ("DEBUG", "DEBUG"),
}

KEYS = ("awx_client_key", "smtp_client_key", "kafka_client_key", "siem_client_key")

BAD = {
    "mode": "prod",
    "public_url": "prodgate.example",
    "awx_url": "awx.example/api/",
    "oidc_issuer": "urn:company",
    "temporal_ui_url": "temporal.example",
    "awx_ui_url": "javascript:alert(1)",
    "repository_ui_url": "git@git.example:apim",
    "checkpoints_bucket": "archive",
    "checkpoints_mail": "nobody",
    "tsa_url": "tsa.example",
    "awx_request_lifetime": "two minutes",
    "awx_pending_deadline": "0",
    "awx_running_deadline": "-1",
    "awx_report_within": "-1",
    "awx_settle": "soon",
    "awx_watch_every": "0",
    "reconcile_every": "0",
    "webhook_allow": "intranet",
    "contract_allow": "intranet",
    "health_allow": "intranet",
    "prometheus_url": "prometheus",
    "oidc_token_lifetime": "604801",
    "critical_sign_in_within": "now",
    "limits_url": "memory://",
    "requests_per_minute_person": "0",
    "requests_per_minute_address": "many",
    "open_requests_person": "0",
    "cors_origins": "https://*",
    "documents_url": "http://store.example",
    "links_live": "3601",
    "links_per_minute": "0",
    "expiry": "nan",
    "answer_within": "inf",
    "creates_in_flight": "0",
    "creates_in_flight_person": "0",
    "time_zone": "Europe/Atlantis",
    "worker_deployment": "blue.green",
    "build_id": "of today",
    "worker_health_port": "65536",
    "log_level": "debug",
}


def refused(environment: dict[str, str]) -> str:
    """The sentences that refuse it."""
    with pytest.raises(SettingsError) as caught:
        Settings.from_environment(environment)
    return str(caught.value)


def test_every_setting_is_tried_here() -> None:
    """A new one needs its example."""
    assert {*GOOD, *KEYS} == set(Settings.model_fields)


@pytest.mark.parametrize("name", KEYS)
def test_a_key_goes_with_its_certificate(name: str) -> None:
    """By itself it proves nothing to anybody."""
    cert = name.replace("key", "cert")
    key = {variable(name): "/etc/ssl/gate.key"}
    assert f"{variable(cert)} must be set where the key is" in refused(LEAST | key)
    settings = Settings.from_environment(LEAST | key | {variable(cert): "/etc/ssl/gate.pem"})
    assert getattr(settings, name) == Path("/etc/ssl/gate.key")


def test_a_token_lives_no_longer_than_its_revocation() -> None:
    """Or an entry of the list would be forgotten before the token that it refuses."""
    longest = str(int(LONGEST_LIFE.total_seconds()))
    assert (
        Settings.from_environment(LEAST | {"PRODGATE_OIDC_TOKEN_LIFETIME": longest}).oidc_token_lifetime == LONGEST_LIFE
    )


@pytest.mark.parametrize("name", GOOD)
def test_a_variable_sets_its_field(name: str) -> None:
    """Field `x_y` is `PRODGATE_X_Y`."""
    text, value = GOOD[name]
    assert getattr(Settings.from_environment(LEAST | {variable(name): text}), name) == value


@pytest.mark.parametrize("name", [name for name in GOOD if name != "git_repo"])
def test_an_empty_variable_is_not_set(name: str) -> None:
    """Compose files and shells pass variables on that nobody filled in."""
    assert Settings.from_environment(LEAST | {variable(name): ""}) == Settings.from_environment(LEAST)


@pytest.mark.parametrize("environment", [{}, {"PRODGATE_GIT_REPO": ""}])
def test_the_repository_must_be_named(environment: dict[str, str]) -> None:
    """There is no default for what is the record."""
    assert refused(environment) == "PRODGATE_GIT_REPO must be set"


@pytest.mark.parametrize("name", BAD)
def test_a_wrong_value_is_refused_by_the_name_of_its_variable(name: str) -> None:
    """The sentence begins with what to change."""
    sentence = refused(LEAST | {variable(name): BAD[name]})
    assert sentence.startswith(f"{variable(name)}: ")
    assert "\n" not in sentence


def test_every_fault_has_its_line() -> None:
    """Nobody wants to learn of them one start after the other."""
    lines = refused({variable(name): text for name, text in BAD.items()}).splitlines()
    assert {line.split(":")[0].split()[0] for line in lines} == {variable(name) for name in [*BAD, "git_repo"]}


@pytest.mark.parametrize("name", [name for name, (text, _) in GOOD.items() if text == "s3cret"])
def test_a_secret_is_never_told(name: str) -> None:
    """Neither when the settings are printed nor when another one is refused."""
    environment = LEAST | {variable(name): "s3cret"}
    assert "s3cret" not in repr(Settings.from_environment(environment))
    assert "s3cret" not in refused(environment | {"PRODGATE_EXPIRY": "soon", "PRODGATE_GIT_REPO": ""})


@pytest.mark.parametrize("name", BAD)
def test_a_refusal_does_not_repeat_the_value(name: str) -> None:
    """A value may be a secret that was put in the wrong place."""
    assert "hunter2" not in refused(LEAST | {variable(name): "hunter2 hunter2"})


def test_production_refuses_the_demos_provider() -> None:
    """It lets anybody in as anybody, and speaks http, which OpenID Connect allows to no provider."""
    production = LEAST | {"PRODGATE_MODE": "production", "PRODGATE_OIDC_ISSUER": "http://127.0.0.1:9400"}
    said = "PRODGATE_OIDC_ISSUER: must be an https address in production mode, as no demo's is"
    assert refused(production) == said
    assert Settings.from_environment(production | {"PRODGATE_MODE": "demo"}).oidc_issuer == "http://127.0.0.1:9400"


def test_what_one_entry_point_needs_is_asked_of_it_alone() -> None:
    """The worker needs AWX, the API does not."""
    given = {"PRODGATE_AWX_URL": "https://awx.example/api/", "PRODGATE_EXPIRY": "soon"}
    assert Settings.from_environment(LEAST | given | {"PRODGATE_EXPIRY": ""}, "awx_url").awx_url
    said = (
        "PRODGATE_GIT_REPO must be set\nPRODGATE_EXPIRY: must be a number of seconds\n"
        "PRODGATE_OIDC_ISSUER must be set\nPRODGATE_AWX_CALLBACK_SECRET must be set"
    )
    with pytest.raises(SettingsError) as refusal:
        Settings.from_environment(given, "awx_url", "oidc_issuer", "awx_callback_secret")
    assert str(refusal.value) == said
    with pytest.raises(SettingsError, match=r"^PRODGATE_OIDC_ISSUER must be set$"):
        Settings.from_environment(LEAST, "oidc_issuer")


def test_every_variable_has_a_sentence() -> None:
    """The README's table is made of them."""
    assert list(variables()) == [variable(name) for name in Settings.model_fields]
    assert all(description.endswith(".") for description in variables().values())


def test_other_variables_are_nobodys_business() -> None:
    """The environment holds what other programs need."""
    assert Settings.from_environment(LEAST | {"PATH": "/bin", "PRODGATE_UNKNOWN": "x"}) == (
        Settings.from_environment(LEAST)
    )
