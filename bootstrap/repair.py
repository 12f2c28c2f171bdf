"""Puts back what a commit changed without proof: the API signs it for a platform admin, who commits it here."""

from dataclasses import dataclass
from pathlib import Path

import git
import httpx
from pydantic import BaseModel, ConfigDict, ValidationError

from domain.repair import RepairedFile
from record.git.checkout import Checkout
from record.git.message import repair_message
from record.git.objects import ObjectKind, object_id


class RepairRefused(Exception):
    """The API signs no such repair, or answers with something else; `str()` says why."""


class _PutBack(RepairedFile):
    text: str | None


class _Signed(BaseModel):
    """The API's answer, as far as it is committed."""

    model_config = ConfigDict(frozen=True)

    commit: str
    files: tuple[_PutBack, ...]
    reason: str
    email: str
    signature: str


@dataclass(frozen=True)
class RepairCommand:
    """One repair: the commit that isn't proven, and why its changes are taken back."""

    api: str
    token: str
    commit: str
    reason: str

    def run(self, checkout: Checkout) -> str:
        """Have it signed, commit it, and say so. Raises RepairRefused, RecordUnavailable."""
        signed = self._signed()
        made = checkout.commit(
            lambda clone: _put_back(Path(clone.working_dir), signed), git.Actor(signed.email, signed.email)
        )
        files = "\n".join(f"  {file.path}{'' if file.revision else ' (removed)'}" for file in signed.files)
        return f"{made[:10]} puts back what was proven before {signed.commit[:10]}:\n{files}"

    def _signed(self) -> _Signed:
        body = {"commit": self.commit, "reason": self.reason}
        headers = {"Authorization": f"Bearer {self.token}"}
        try:
            answer = httpx.post(f"{self.api.rstrip('/')}/v1/repairs", json=body, headers=headers, timeout=30)
            if answer.status_code != httpx.codes.OK:
                raise RepairRefused(f"{answer.status_code}: {answer.json().get('detail', answer.text[:300])}")
            return _Signed.model_validate_json(answer.content)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise RepairRefused(f"The API at {self.api} can't be asked: {error}") from error
        except (ValidationError, ValueError, AttributeError) as error:
            raise RepairRefused(f"{self.api} does not answer as the API does") from error


def _put_back(folder: Path, signed: _Signed) -> str:
    """Make the files what was signed; the commit's message."""
    for file in signed.files:
        path = folder / file.path
        if not path.resolve().is_relative_to(folder.resolve()):
            raise RepairRefused(f"{file.path} is outside the repository")
        if file.text is None:
            path.unlink(missing_ok=True)
            continue
        data = file.text.encode()
        if object_id(ObjectKind.BLOB, data).hex() != file.revision:
            raise RepairRefused(f"{file.path} is not the text that was signed")
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_symlink():
            path.unlink()
        path.write_bytes(data)
    return repair_message(signed.commit, signed.reason, signed.email, signed.signature)
