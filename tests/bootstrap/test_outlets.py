"""Checkpoints as the settings ask for them."""

from pathlib import Path
from typing import Any

import pytest

from bootstrap.keys import signer
from bootstrap.outlets import checkpoint_setup, origin
from bootstrap.process import CannotServe
from record.signing.signatures import new_key, private_text
from settings import Settings, variable
from tests.record.building import bare, opened

EVERYWHERE = {
    "checkpoints_dir": "/srv/archive",
    "checkpoints_bucket": "s3://archive/prodgate/",
    "kafka_brokers": "kafka.example:9092",
    "checkpoints_topic": "checkpoints",
    "tsa_url": "https://tsa.example/stamp",
    "smtp_url": "smtp://mail.example",
    "checkpoints_mail": "a@cab-i.com b@cab-i.com",
}


def made(tmp_path: Path, **given: str) -> Any:
    environment = {"git_repo": "x", "public_url": "https://prodgate.example.com/"} | given
    settings = Settings.from_environment({variable(name): value for name, value in environment.items()})
    return checkpoint_setup(settings, opened(bare(tmp_path / "gitops.git"), tmp_path), signer(settings))


@pytest.fixture
def key(tmp_path: Path) -> str:
    file = tmp_path / "worker.json"
    file.write_text(private_text(new_key()))
    return str(file)


def test_every_outlet_that_is_set_up_has_a_name_that_stays(tmp_path: Path, key: str) -> None:
    """Each address is one of its own: what one of them refuses holds up no other."""
    setup = made(tmp_path, worker_key=key, **EVERYWHERE)
    assert [each.name for each in setup.outlets] == [
        "folder:/srv/archive",
        "s3://archive/prodgate",
        "kafka:checkpoints",
        "mail:a@cab-i.com",
        "mail:b@cab-i.com",
        "tsa:tsa.example",
    ]
    assert setup.origin == "prodgate.example.com/main"


def test_without_a_key_there_are_none(tmp_path: Path) -> None:
    """As in an installation from before."""
    assert made(tmp_path) is None


@pytest.mark.parametrize(
    "given",
    [
        {"checkpoints_dir": "/srv/archive"},
        {"checkpoints_topic": "checkpoints", "kafka_brokers": "kafka.example:9092"},
        {"checkpoints_mail": "a@cab-i.com"},
        {"tsa_url": "https://tsa.example"},
        {"checkpoints_s3_secret": "s3cret"},
        {"worker_key": "/nowhere"},
    ],
)
def test_what_would_never_be_handed_out_stops_the_worker(tmp_path: Path, given: dict[str, str]) -> None:
    """In one sentence that names the setting and not what it holds."""
    with pytest.raises(CannotServe) as told:
        made(tmp_path, **given)
    assert variable(next(iter(given))) in str(told.value)
    assert "s3cret" not in str(told.value)


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("http://127.0.0.1:8080", "127.0.0.1:8080/main"),
        ("https://user@a.example/gate+x/", "a.example/gate-x/main"),
    ],
)
def test_the_origin_is_a_name_that_notes_can_have(url: str, name: str) -> None:
    """Neither spaces nor a plus, and nobody's login."""
    assert origin(url, "main") == name
