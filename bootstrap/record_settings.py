"""The settings of the record, and of where Prodgate runs."""

from enum import StrEnum
from pathlib import Path

from pydantic import BaseModel, Field, SecretStr


class Mode(StrEnum):
    DEMO = "demo"
    PRODUCTION = "production"


class RecordSettings(BaseModel):
    """Fields of `settings.Settings`."""

    mode: Mode = Field(Mode.DEMO, description="`demo`, or `production`, which refuses the demo's identity provider.")
    data_dir: Path = Field(
        Path(".data"), description="Folder for what this process keeps: clones, the index, the demo's state."
    )
    public_url: str = Field(
        "http://127.0.0.1:8080",
        pattern="^https?://",
        description="Where people reach the console and the API, as they type it; links lead there.",
    )
    git_repo: str = Field(min_length=1, description="The GitOps repository: the path of a bare one, or a URL to clone.")
    git_branch: str = Field("main", min_length=1, description="The branch that is the record.")
    git_token: SecretStr | None = Field(None, description="Token for an https URL of the repository.")
