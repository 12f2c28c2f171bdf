"""Opens the audit trail's repository, as the settings name it."""

from pathlib import Path

from record.trail.repository import TrailRepository, open_trail
from settings import Settings, plain


def trail_repository(settings: Settings, folder: Path) -> TrailRepository | None:
    """The repository, whose clone lives under the folder; None where no trail is kept. Raises RecordUnavailable."""
    if settings.audit_repo is None:
        return None
    return open_trail(settings.audit_repo, folder / "audit", plain(settings.audit_token))
