"""The settings of documents: their store, their keys, links to them, reports on a schedule."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, Field

from bootstrap.setting_types import Seconds


class DocumentSettings(BaseModel):
    """Fields of `settings.Settings`."""

    documents_url: str | None = Field(
        None,
        pattern=r"^(file:///|s3://|gs://|az://)[^\s?#]+$",
        description="Store of reports and other documents: `file:///folder`, `s3://bucket/folder`, `gs://…`, `az://…`; "
        "without, `documents` in the data folder. Credentials: the store's own variables (`AWS_…`, `GOOGLE_…`, "
        "`AZURE_…`). Worker and API.",
    )
    documents_keys: Path | None = Field(
        None, description="File with the keys that encrypt documents (`prodgate documents rotate`). Worker and API."
    )
    documents_keep: Seconds = Field(
        timedelta(days=400), description="Seconds after which `prodgate documents purge` removes a document."
    )
    links_live: Annotated[Seconds, Field(le=timedelta(hours=1))] = Field(
        timedelta(minutes=15), description="Seconds for which a link to a document works, once. API only."
    )
    links_per_minute: int = Field(
        30, ge=1, description="Links a minute, and looks at calendars, that one person may make or use."
    )
    reports_monthly: bool = Field(
        True, description="`true` has last month's reports made on the first, in `PRODGATE_TIME_ZONE`. Worker only."
    )
