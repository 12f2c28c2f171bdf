"""Checkpoints as the settings ask for them: who signs, under which name, and where the notes go."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from activities.checkpoints import CheckpointSetup
from activities.time_stamps import TimeStampOutlet
from bootstrap.channels import brokers, letters_of, mail, source
from bootstrap.process import CannotServe
from clients.folder.outlet import FolderOutlet
from clients.kafka.channel import Kafka
from clients.kafka.outlet import KafkaOutlet
from clients.mail.outlet import MailOutlet
from clients.outlet import Outlet
from clients.s3.outlet import Bucket, S3Outlet
from clients.tsa import TimeStampAuthority
from domain.audience import Language
from record.git.repository import Repository
from record.signing.keys import KeyReader
from record.signing.signatures import Signer
from record.signing.time_stamps import LARGEST
from record.trail.repository import TrailRepository
from settings import Settings, plain, variable

NEEDS = (
    ("checkpoints_dir", "worker_key"),
    ("checkpoints_bucket", "worker_key"),
    ("checkpoints_topic", "worker_key"),
    ("checkpoints_topic", "kafka_brokers"),
    ("checkpoints_mail", "worker_key"),
    ("checkpoints_mail", "smtp_url"),
    ("tsa_url", "worker_key"),
    ("checkpoints_s3_key_id", "checkpoints_s3_secret"),
    ("checkpoints_s3_secret", "checkpoints_s3_key_id"),
)
"""Settings that are of no use without another."""


def checkpoint_setup(
    settings: Settings, repository: Repository, signer: Signer | None, audit: TrailRepository | None = None
) -> CheckpointSetup | None:
    """The parts of checkpoints; None where this worker has no key to sign them with.

    Raises CannotServe for settings that do not go together: an outlet that is never handed anything would be missed on
    the day that it is needed.
    """
    for name, needed in NEEDS:
        if getattr(settings, name) and not getattr(settings, needed):
            raise CannotServe(f"{variable(name)} is of no use without {variable(needed)}")
    if signer is None:
        return None
    return CheckpointSetup(
        repository=repository,
        keys=KeyReader(repository),
        signer=signer,
        branch=settings.git_branch,
        origin=origin(settings.public_url, settings.git_branch),
        zone=settings.time_zone,
        outlets=tuple(_outlets(settings, repository)),
        audit=audit,
    )


def origin(public_url: str, branch: str) -> str:
    """The name of the record in its checkpoints, such as `prodgate.example.com/main`: it says where it is from."""
    parts = urlsplit(public_url)
    return re.sub(r"[\s+\x00-\x1f]", "-", f"{parts.netloc.rpartition('@')[2]}{parts.path.rstrip('/')}/{branch}")


def _outlets(settings: Settings, repository: Repository) -> Iterator[Outlet]:
    if settings.checkpoints_dir is not None:
        yield FolderOutlet(settings.checkpoints_dir)
    if settings.checkpoints_bucket is not None:
        name, _, prefix = settings.checkpoints_bucket.removeprefix("s3://").partition("/")
        way_in = (settings.checkpoints_s3_key_id, plain(settings.checkpoints_s3_secret))
        yield S3Outlet(
            Bucket(name, prefix.strip("/"), settings.checkpoints_s3_region, settings.checkpoints_s3_endpoint, *way_in)
        )
    if settings.checkpoints_topic is not None and settings.kafka_brokers is not None:
        cluster = brokers(settings, settings.kafka_brokers)
        yield KafkaOutlet(Kafka(cluster, settings.checkpoints_topic, source(settings)))
    if settings.smtp_url is not None:
        url = settings.smtp_url.get_secret_value()
        for address in settings.checkpoints_mail:
            yield MailOutlet(mail(settings, url, letters_of(settings)), address, Language(settings.language))
    if settings.tsa_url is not None:
        authority = TimeStampAuthority(settings.tsa_url, LARGEST, settings.tsa_ca_bundle)
        yield TimeStampOutlet(authority, repository, settings.git_branch)
