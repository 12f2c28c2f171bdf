"""The channels of a process: those that are set up, in a demo as anywhere."""

from pathlib import Path

import pytest

from bootstrap.channels import channel_clients
from domain.announcement import Channel
from settings import Mode, Settings
from tests.record.building import bare, opened


@pytest.mark.parametrize("named", [{}, {"smtp_url": "smtp://127.0.0.1:1"}])
async def test_a_demo_announces_by_no_channel_that_is_not_set_up(tmp_path: Path, named: dict[str, str]) -> None:
    """So nothing is shown as delivered that nobody could get."""
    settings = Settings.model_validate({"mode": Mode.DEMO, "git_repo": str(tmp_path), "data_dir": tmp_path} | named)
    async with channel_clients(settings, opened(bare(tmp_path / "git"), tmp_path)) as found:
        assert set(found) == ({Channel.MAIL} if named else set())
