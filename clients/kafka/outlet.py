"""A topic of checkpoints: each signed note as it is, in order, under the origin as its key."""

from dataclasses import dataclass

from clients.channel import ChannelDown, NewerLeader
from clients.kafka.channel import Kafka
from clients.outlet import Allowed, OutletDown
from domain.checkpoint import SignedCheckpoint

NOTE_TYPE = "text/x-c2sp-checkpoint; charset=UTF-8"


@dataclass(frozen=True)
class KafkaOutlet:
    """Sends notes by a transactional producer of its own, so that no earlier leader sends between them."""

    kafka: Kafka

    @property
    def name(self) -> str:
        return f"kafka:{self.kafka.topic}"

    async def hand_out(self, signed: SignedCheckpoint, allowed: Allowed) -> None:
        """Send the note. What is sent again is the same bytes."""
        headers = [("content-type", NOTE_TYPE.encode()), ("name", signed.name.encode())]
        try:
            await self.kafka.send(signed.checkpoint.origin, signed.note, headers, allowed)
        except (ChannelDown, NewerLeader) as error:
            raise OutletDown(str(error)) from error

    async def close(self) -> None:
        """Let go of the cluster."""
        await self.kafka.close()
