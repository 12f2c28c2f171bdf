"""The Go modules inside oasdiff, which the image carries, as a bill of materials: asked of the program itself."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

from tests.oasdiff import PROGRAM

ROOT = Path(__file__).parent.parent
GO = ROOT / ".ci" / "go"
SOURCES = ROOT / "deploy" / "oasdiff"

_TEXTS = {
    "Apache-2.0": r"Apache License\s+Version 2\.0",
    "MIT": r"Permission is hereby granted, free of charge, to any person obtaining a copy",
    "BSD-3-Clause": r"Redistribution and use in source and binary forms.*Neither the name",
    "BSD-2-Clause": r"Redistribution and use in source and binary forms(?!.*Neither the name)",
}
"""A sentence that each licence has; a module's file may have more than one licence."""


class NoLicence(Exception):
    """A module has no licence's file; `str()` is its folder."""


def built_in() -> dict[str, tuple[str, str]]:
    """The version of each module in the program, and the hash that Go holds its sources against."""
    said = subprocess.run([GO, "version", "-m", PROGRAM], capture_output=True, text=True, check=True).stdout
    found = re.findall(r"^\t(?:mod|dep)\t(\S+)\t(\S+)\t(h1:\S+)$", said, re.MULTILINE)
    return {path: (version, hashed) for path, version, hashed in found}


def bill() -> dict[str, Any]:
    """A CycloneDX document. The modules' sources are looked up where Go keeps them, and fetched where it has none."""
    folders = _folders()
    components = [
        {
            "type": "library",
            "name": path,
            "version": version,
            "purl": f"pkg:golang/{path}@{version}",
            "bom-ref": f"{path}@{version}",
            "licenses": [{"license": {"id": each}} for each in licences_of(folders[path])],
            "properties": [{"name": "golang:sum", "value": hashed}],
        }
        for path, (version, hashed) in sorted(built_in().items())
    ]
    return {"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, "components": components}


def licences_of(folder: Path) -> list[str]:
    """The licences whose texts the module's file has, by their SPDX ids. Raises NoLicence."""
    files = sorted(each for each in folder.iterdir() if re.match(r"licen[cs]e|copying", each.name, re.IGNORECASE))
    if not files:
        raise NoLicence(str(folder))
    text = "\n".join(each.read_text(encoding="utf-8", errors="replace") for each in files if each.is_file())
    return [name for name, said in _TEXTS.items() if re.search(said, " ".join(text.split()), re.DOTALL)]


def _folders() -> dict[str, Path]:
    """The sources of each module that go.mod locks."""
    command: list[Path | str] = [GO, "mod", "download", "-json"]
    said = subprocess.run(command, cwd=SOURCES, capture_output=True, text=True, check=True).stdout
    decoder, at, found = json.JSONDecoder(), 0, {}
    while at < len(said.rstrip()):
        module, end = decoder.raw_decode(said, at)
        found[module["Path"]] = Path(module["Dir"])
        at = end + 1
    return found
