"""Ansible's way to the grant: `lookup('prodgate_grant', 'tenant', …)` gives what was approved, or fails."""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path
from typing import Any

from ansible import context
from ansible.errors import AnsibleLookupError
from ansible.plugins.lookup import LookupBase
from ansible.utils.vars import load_extra_vars

DOCUMENTATION = r"""
name: prodgate_grant
author: Prodgate
short_description: Give the approved variables of a launch, or fail
description:
  - Verifies the grant that the launch carries against the keys and the address in the role's C(files/prodgate.json).
  - A task whose arguments hold the lookup can't run without a grant, whichever tasks before it were left out.
options:
  _terms:
    description: Names of the variables to give; those that are absent are empty.
"""

_FILES = Path(__file__).resolve().parent.parent / "files"


def _verification() -> Any:
    spec = importlib.util.spec_from_file_location("prodgate_grant_verification", _FILES / "verification.py")
    if spec is None or spec.loader is None:
        raise AnsibleLookupError("The role prodgate_grant lacks files/verification.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look themselves up there
    spec.loader.exec_module(module)
    return module


class LookupModule(LookupBase):
    """Reads nothing but the command line, the environment and the role's own files: variables may be a launch's."""

    def run(self, terms: list[str], variables: Any = None, **_: Any) -> list[Any]:
        """The values of the named variables, as they were approved. Raises AnsibleLookupError."""
        verification = _verification()
        given = context.CLIARGS
        run = verification.Run(
            job=os.environ.get("JOB_ID", ""),
            variables=load_extra_vars(self._loader),
            limit=given.get("subset") or "",
            tags=tuple(given.get("tags") or ()),
            skip_tags=_split(given.get("skip_tags")),
            check=bool(given.get("check")),
            inventory=os.environ.get("INVENTORY_ID"),
            revision=os.environ.get("PROJECT_REVISION"),
        )
        try:
            setup = verification.Setup.of((_FILES / "prodgate.json").read_text(encoding="utf-8"))
            approved = verification.verified(run, setup)
        except OSError as error:
            raise AnsibleLookupError("The role prodgate_grant lacks files/prodgate.json: run setup.yml") from error
        except verification.Refused as why:
            raise AnsibleLookupError(str(why)) from why
        return [approved.get(str(term), "") for term in terms]


def _split(tags: Any) -> tuple[str, ...]:
    return tuple(part for tag in tags or () for part in str(tag).split(","))
