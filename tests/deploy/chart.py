"""The chart as Helm renders it, and its README's table of values, which `python -m tests.deploy.chart` writes."""

import json
import os
import re
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import yaml

from tests.deploy.compose import ROOT

CHART = ROOT / "deploy" / "helm" / "prodgate"
README = CHART / "README.md"
HELM = ROOT / ".helm" / "helm"
TABLE = re.compile(r"(?<=<!-- values -->\n).*?(?=<!-- /values -->)", re.DOTALL)
SETS: Mapping[str, tuple[str, ...]] = {
    "least": ("least",),
    "builds": ("least", "builds"),
    "metric": ("least", "metric"),
}
"""Sets of values, each of files of `ci/`, the later on top."""

Json = dict[str, Any]


class HelmRefused(Exception):
    """Helm renders nothing; `str()` is what it says."""


def helm(*arguments: object) -> str:
    """The output of a command of Helm. Raises HelmRefused."""
    with tempfile.TemporaryDirectory() as home:
        homes = {f"HELM_{name}_HOME": home for name in ("CACHE", "CONFIG", "DATA")}
        command = [str(HELM), *map(str, arguments)]
        done = subprocess.run(command, env=os.environ | homes, capture_output=True, text=True, check=False)
    if done.returncode:
        raise HelmRefused(done.stdout + done.stderr)
    return done.stdout


def files(name: str) -> list[str]:
    """The options that name the set's files."""
    return [text for each in SETS[name] for text in ("--values", str(CHART / "ci" / f"{each}.yaml"))]


def rendered(name: str, **values: object) -> list[Json]:
    """The objects of a set of values, some changed: `api__settings={…}` goes on top. Raises HelmRefused."""
    changed = [option for path, value in values.items() for option in ("--set-json", _assigned(path, value))]
    text = helm("template", "prod", CHART, "--namespace", "prodgate", *files(name), *changed)
    return [each for each in yaml.safe_load_all(text) if each]


def _assigned(path: str, value: object) -> str:
    return f"{path.replace('__', '.')}={json.dumps(value)}"


@cache
def objects(name: str) -> tuple[Json, ...]:
    """The objects of a set of values as it is."""
    return tuple(rendered(name))


@dataclass(frozen=True)
class Process:
    """A deployment of ours with its only container."""

    component: str
    deployment: Json

    @property
    def name(self) -> str:
        return str(self.deployment["metadata"]["name"])

    @property
    def pod(self) -> Json:
        pod: Json = self.deployment["spec"]["template"]["spec"]
        return pod

    @property
    def container(self) -> Json:
        (container,) = self.pod["containers"]
        found: Json = container
        return found

    @property
    def clear(self) -> dict[str, str]:
        """The variables with a value, and the values."""
        return {each["name"]: each["value"] for each in self.container["env"] if "value" in each}

    @property
    def referred(self) -> dict[str, Json]:
        """The variables whose value is a Secret's."""
        env = self.container["env"]
        return {each["name"]: each["valueFrom"]["secretKeyRef"] for each in env if "valueFrom" in each}


def processes(found: tuple[Json, ...] | list[Json]) -> list[Process]:
    """The APIs and workers among the objects."""
    deployments = [each for each in found if each["kind"] == "Deployment"]
    return [Process(each["metadata"]["labels"]["app.kubernetes.io/component"], each) for each in deployments]


# -- the README's table -----------------------------------------------------------------------------------------------


def values_table() -> str:
    """Every value with its default and the comment beside it."""
    lines = (CHART / "values.yaml").read_text(encoding="utf-8").splitlines()
    rows = [f"| `{path}` | {_default(default)} | {comment} |" for path, default, comment in _values(lines)]
    return "\n".join(["| value | default | what it is |", "|---|---|---|", *rows, ""])


def _values(lines: list[str]) -> Iterator[tuple[str, str, str]]:
    above: list[str] = []
    for line in lines:
        found = re.fullmatch(r"( *)(\w+):(?: (.*?))??(?: # (.*))?", line)
        if not found:
            continue
        depth = len(found[1]) // 2
        above[depth:] = [found[2]]
        if found[3]:
            yield ".".join(above), found[3], found[4] or ""


def _default(text: str) -> str:
    return "" if text in {'""', "{}", "[]"} else f"`{text}`"


if __name__ == "__main__":
    README.write_text(TABLE.sub(lambda _: values_table(), README.read_text(encoding="utf-8")), encoding="utf-8")
