"""The compose file runs the processes that exist, with settings that exist, and holds no secret."""

import ast
import importlib.util
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import settings
from tests.deploy.compose import COMPOSE, OURS, ROOT, SERVICES, environment

BIN = Path(sys.executable).parent
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
ONCE = {"temporal-schema", "temporal-namespace"}
"""Services that do their work and end."""

REQUIRED_OF_PRODUCTION = {
    "PRODGATE_GIT_REPO", "PRODGATE_GIT_BRANCH", "PRODGATE_AWX_URL", "PRODGATE_AWX_TOKEN", "PRODGATE_AWX_TEMPLATE",
    "PRODGATE_AWX_CALLBACK_SECRET", "PRODGATE_PUBLIC_URL", "PRODGATE_DATA_DIR", "PRODGATE_OIDC_ISSUER",
    "PRODGATE_OIDC_AUDIENCE", "PRODGATE_SIGNING_KEY", "PRODGATE_WORKER_KEY",
    "PRODGATE_PAYLOAD_KEYS", "PRODGATE_MODE", "TEMPORAL_ADDRESS", "TEMPORAL_NAMESPACE",
}  # fmt: skip


def named(prefix: str = "PRODGATE_") -> set[str]:
    """Every variable of ours that the worker and the API are given."""
    return {name for service in OURS for name in environment(service) if name.startswith(prefix)}


def ours_in_the_dockerfile() -> set[str]:
    return set(re.findall(r"PRODGATE_\w+", DOCKERFILE))


def test_the_file_is_valid_by_the_compose_specification() -> None:
    """No key is misspelled: the schema of compose-spec.io knows them all."""
    command = [str(BIN / "check-jsonschema"), "--builtin-schema", "vendor.compose-spec", "docker-compose.yml"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stdout


def test_every_setting_named_exists() -> None:
    """A variable that nothing reads would be a setting that does nothing."""
    assert named() | ours_in_the_dockerfile() <= set(settings.variables())


def test_every_setting_that_production_needs_is_named() -> None:
    """Whoever fills in what the file asks for has a service that starts."""
    assert named("PRODGATE_") | named("TEMPORAL_") >= REQUIRED_OF_PRODUCTION


@pytest.mark.parametrize("service", OURS)
def test_the_settings_of_a_service_are_accepted(service: str) -> None:
    """With every blank filled in, the settings load, in production mode."""
    filled = {
        name: re.sub(r"\$\{(\w+):[?-]([^}]*)\}", _filling, str(value)) for name, value in environment(service).items()
    }
    loaded = settings.Settings.from_environment(filled)
    assert loaded.mode is settings.Mode.PRODUCTION


def _filling(blank: re.Match[str]) -> str:
    """A default stays what it is; a value that must be given becomes an address, which fits URLs and texts."""
    return blank[2] if ":-" in blank[0] else "https://example.com/api/"


@pytest.mark.parametrize("service", OURS)
def test_other_settings_come_from_a_file_of_the_service_that_git_does_not_take(service: str) -> None:
    """One each: a secret that one service is given is not the other's."""
    assert SERVICES[service]["env_file"] == [{"path": f"{service}.env", "required": False}]
    command = ["git", "check-ignore", "--quiet", "--no-index", f"{service}.env"]
    assert subprocess.run(command, check=False, cwd=ROOT).returncode == 0


@pytest.mark.parametrize("service", sorted(SERVICES))
def test_no_secret_stands_in_the_file(service: str) -> None:
    """Passwords, tokens and secrets come from outside, and starting without a needed one is refused."""
    for name, value in environment(service).items():
        if re.search(r"PASSWORD|PWD|TOKEN|SECRET", name) and value not in {"true", "false"}:
            assert re.fullmatch(r"\$\{\w+:(\?[^}]+|-)\}", value), name


def test_only_the_worker_can_launch() -> None:
    """AWX's credential, and the key of what it says, are the worker's alone; the API alone learns who decides."""
    held = {service: set(environment(service)) for service in SERVICES}
    assert {service for service, names in held.items() if "PRODGATE_AWX_TOKEN" in names} == {"worker"}
    assert {service for service, names in held.items() if "PRODGATE_AWX_CALLBACK_SECRET" in names} == {"api"}
    assert {service for service, names in held.items() if "PRODGATE_AWX_POLICY_TOKEN" in names} == {"api"}
    assert {service for service, names in held.items() if "PRODGATE_OIDC_ISSUER" in names} == {"api"}
    assert {service for service, names in held.items() if "PRODGATE_SIGNING_KEY" in names} == {"api"}
    assert {service for service, names in held.items() if "PRODGATE_WORKER_KEY" in names} == {"worker"}
    assert {service for service, names in held.items() if "PRODGATE_PAYLOAD_KEYS" in names} == {"api", "worker"}


@pytest.mark.parametrize("service", OURS)
def test_keys_come_from_folders_that_nobody_writes_to(service: str) -> None:
    """One folder for each kind of key, given from outside; the API's and the worker's are two."""
    names = ("PRODGATE_SIGNING_KEY", "PRODGATE_WORKER_KEY", "PRODGATE_PAYLOAD_KEYS")
    files = {name: Path(value) for name, value in environment(service).items() if name in names}
    mounts = dict(re.findall(r"\$\{(\w+):\?[^}]+\}:(/etc/prodgate/\w+):ro", "\n".join(SERVICES[service]["volumes"])))
    own = "PRODGATE_SIGNING_FOLDER" if service == "api" else "PRODGATE_WORKER_FOLDER"
    assert set(mounts) == {own, "PRODGATE_PAYLOAD_FOLDER"}
    assert sorted(mounts.values()) == sorted(str(file.parent) for file in files.values())


def test_what_a_company_may_have_elsewhere_runs_where_it_is_asked_for() -> None:
    """A gate on one host needs none of them, and starts none."""
    chosen = {service: spec["profiles"] for service, spec in SERVICES.items() if "profiles" in spec}
    assert chosen == {service: [service] for service in ("temporal-ui", "kafka", "s3", "valkey")}
    assert not {each for spec in SERVICES.values() for each in spec.get("depends_on", {})} & chosen.keys()


def test_whoever_is_let_in_without_a_name_is_reached_by_its_users_alone() -> None:
    """Temporal, the broker and the counters ask nobody who they are; its database has users of its own anyway."""
    members: dict[str, set[str]] = {}
    for service, spec in SERVICES.items():
        for network in spec["networks"]:
            members.setdefault(network, set()).add(service)
    assert members == {
        "front": {"proxy", "api"},
        "engine": {"temporal", "temporal-namespace", "temporal-ui", "worker", "api"},
        "database": {"postgresql", "temporal-schema", "temporal"},
        "broker": {"kafka", "worker"},
        "store": {"s3", "worker", "api"},
        "counters": {"valkey", "api"},
    }
    assert set(COMPOSE["networks"]) == set(members)


def test_temporals_pages_are_behind_the_companys_sign_in() -> None:
    """By the same issuer as people's; what decides stays with the API, and histories are decrypted by it."""
    given = environment("temporal-ui")
    assert (given["TEMPORAL_AUTH_ENABLED"], given["TEMPORAL_DISABLE_WRITE_ACTIONS"]) == ("true", "true")
    assert given["TEMPORAL_AUTH_PROVIDER_URL"] == environment("api")["PRODGATE_OIDC_ISSUER"]
    assert given["TEMPORAL_CODEC_ENDPOINT"].endswith("/v1/codec")
    assert SERVICES["temporal-ui"]["ports"] == ["127.0.0.1:8233:8080"]


@pytest.mark.parametrize("service", ["temporal-ui", "s3"])
def test_a_profile_with_a_secret_does_not_start_without_its_file(service: str) -> None:
    """Left empty, the store would let everybody in."""
    assert SERVICES[service]["env_file"] == [{"path": f"{service}.env", "required": True}]


@pytest.mark.parametrize("service", sorted(SERVICES))
def test_every_image_is_pinned(service: str) -> None:
    """The same file runs the same bytes next year; ours is built from this tree."""
    _, _, tag = SERVICES[service]["image"].partition(":")
    digest = "" if service in OURS else "@sha256:[0-9a-f]{64}"
    assert re.fullmatch(rf"\d+\.\d+(\.\d+)?{digest}", tag)


def test_our_image_carries_the_version_of_the_package() -> None:
    """The image is named after the release that is in it."""
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert {SERVICES[service]["image"] for service in OURS} == {f"prodgate:{version}"}
    assert {SERVICES[service]["build"]["args"]["VERSION"] for service in OURS} == {version}


@pytest.mark.parametrize("service", sorted(SERVICES))
def test_every_service_comes_back(service: str) -> None:
    """Services that run for ever are restarted; those that run once are tried again when they failed."""
    expected = "on-failure:5" if service in ONCE else "unless-stopped"
    assert SERVICES[service]["restart"] == expected


@pytest.mark.parametrize("service", OURS)
def test_our_services_start_when_temporal_is_ready(service: str) -> None:
    """Neither starts before the namespace and its search attributes exist."""
    assert SERVICES[service]["depends_on"] == {"temporal-namespace": {"condition": "service_completed_successfully"}}


@pytest.mark.parametrize("service", OURS)
def test_our_services_hold_no_privilege(service: str) -> None:
    """A read-only file system, no capabilities, nothing to gain."""
    spec = SERVICES[service]
    assert spec["read_only"]
    assert spec["cap_drop"] == ["ALL"]
    assert spec["security_opt"] == ["no-new-privileges:true"]


def test_every_volume_is_declared_and_used() -> None:
    """No name of a volume is misspelled, and none is left over."""
    mounts = [str(mount) for spec in SERVICES.values() for mount in spec.get("volumes", [])]
    used = {mount.partition(":")[0] for mount in mounts if re.match(r"[a-z]+:", mount)}
    assert used == set(COMPOSE["volumes"])


def test_every_mounted_file_exists() -> None:
    """Every file that services run from `deploy/` is there."""
    commands = " ".join(str(spec.get("entrypoint", "")) for spec in SERVICES.values())
    commands += environment("temporal")["DYNAMIC_CONFIG_FILE_PATH"]
    for name in re.findall(r"/deploy/([\w.-]+)", commands):
        assert (ROOT / "deploy" / "temporal" / name).is_file()


def test_the_worker_is_a_module_that_is_installed() -> None:
    """`python -m worker` finds what pyproject.toml installs."""
    assert SERVICES["worker"]["command"] == ["python", "-m", "worker"]
    modules = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]["py-modules"]
    assert "worker" in modules
    assert importlib.util.find_spec("worker")


def test_the_apis_command_is_one_that_prodgate_has() -> None:
    """`prodgate api` takes the host and the port that the file gives it; the image starts it the same way."""
    command = SERVICES["api"]["command"]
    assert command == ["prodgate", "api", "--host", "0.0.0.0", "--port", "8080"]  # noqa: S104  inside the container
    assert ast.literal_eval(re.findall(r"^CMD (.*)$", DOCKERFILE, re.MULTILINE)[-1]) == command
    done = subprocess.run([BIN / "prodgate", "api", "--help"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert {"--host", "--port"} <= set(re.findall(r"--\w+", done.stdout))


def test_ports_agree() -> None:
    """A process is published, asked for its health and exposed by the image at the port at which it listens."""
    health_port = environment("worker")["PRODGATE_WORKER_HEALTH_PORT"]
    assert f"127.0.0.1:{health_port}/healthz" in str(SERVICES["worker"]["healthcheck"]["test"])
    assert int(health_port) == settings.Settings.model_fields["worker_health_port"].default
    assert "127.0.0.1:8080/healthz" in str(SERVICES["api"]["healthcheck"]["test"])
    assert SERVICES["api"]["ports"] == ["127.0.0.1:8080:8080"]
    assert f"EXPOSE 8080 {health_port}" in DOCKERFILE
    assert environment("worker")["TEMPORAL_ADDRESS"] == environment("api")["TEMPORAL_ADDRESS"] == "temporal:7233"
