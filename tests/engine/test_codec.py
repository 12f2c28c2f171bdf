"""What Temporal keeps is encrypted: keys rotate, changed payloads are refused, and what waits goes on."""

import asyncio
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from temporalio.api.common.v1 import Payload
from temporalio.api.failure.v1 import Failure
from temporalio.client import Client
from temporalio.exceptions import ApplicationError
from temporalio.testing import WorkflowEnvironment

from domain.decision import DecisionAction
from domain.ticket import State
from engine.codec import (
    EncryptingCodec,
    KeyRing,
    PayloadKey,
    PayloadKeys,
    PayloadKeysUnusable,
    PayloadUnreadable,
    rotate,
)
from engine.connection import converter
from tests.domain.builders import JEAN
from tests.workflows.stage import Stage
from workflows.promotion import Promotion

CLEAR = Payload(metadata={"encoding": b"json/plain"}, data=b'"jean.dupont@cab-i.com"')
AT_ONCE = timedelta()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file with one key."""
    made = tmp_path / "payload" / "keys.json"
    rotate(made, datetime.now(UTC), AT_ONCE)
    return made


async def encrypted(file: Path) -> Payload:
    [payload] = await EncryptingCodec(PayloadKeys(file)).encode([CLEAR])
    return payload


async def decrypted(file: Path, payload: Payload) -> Payload:
    [clear] = await EncryptingCodec(PayloadKeys(file)).decode([payload])
    return clear


async def test_a_payload_comes_back_as_it_was(file: Path) -> None:
    """Its data and its metadata, neither of which is readable meanwhile; never twice the same."""
    payload = await encrypted(file)
    assert b"jean" not in payload.SerializeToString()
    assert b"json" not in payload.SerializeToString()
    assert await decrypted(file, payload) == CLEAR
    assert payload != await encrypted(file)


async def test_what_was_written_in_clear_is_read(file: Path) -> None:
    """Promotions from before the switch go on."""
    assert await decrypted(file, CLEAR) == CLEAR


@pytest.mark.parametrize("change", ["data", "short", "key", "no key"])
async def test_a_changed_payload_is_refused(file: Path, change: str) -> None:
    """The metadata is bound to it, too: of two keys, the other one's id doesn't do."""
    payload = await encrypted(file)
    rotate(file, datetime.now(UTC), AT_ONCE)
    match change:
        case "data":
            payload.data = payload.data[:-1] + bytes([payload.data[-1] ^ 1])
        case "short":
            payload.data = payload.data[:5]
        case "key":
            payload.metadata["encryption-key-id"] = KeyRing.of(file).keys[1].id.encode()
        case _:
            del payload.metadata["encryption-key-id"]
    with pytest.raises(PayloadUnreadable):
        await decrypted(file, payload)


async def test_without_keys_nothing_encrypted_is_passed_on(file: Path) -> None:
    """The SDK would drop a signal that it can't read."""
    with pytest.raises(PayloadUnreadable, match="no payload keys"):
        await EncryptingCodec(None).decode([await encrypted(file)])


async def test_a_new_key_begins_once_everybody_has_it(file: Path) -> None:
    """It decrypts at once, wherever the file was read again, and encrypts from its time on."""
    keys, before = PayloadKeys(file), await encrypted(file)
    first = keys.encrypting()[0]
    rotate(file, datetime.now(UTC), timedelta(minutes=10))
    assert keys.encrypting()[0] == first
    later = KeyRing.of(file).encrypting(datetime.now(UTC) + timedelta(minutes=11))
    assert later.id != first
    assert keys.named(later.id)
    rotate(file, datetime.now(UTC), AT_ONCE)
    assert keys.encrypting()[0] not in {first, later.id}
    assert await EncryptingCodec(keys).decode([before]) == [CLEAR]


async def test_a_file_that_was_lost_keeps_nobody_from_working(file: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The keys that were read stay in use; a process that starts says what is wrong."""
    keys, before = PayloadKeys(file), await encrypted(file)
    for spoil in (lambda: file.write_text("{}"), file.unlink):
        spoil()
        assert await EncryptingCodec(keys).decode([before]) == [CLEAR]
        with pytest.raises(PayloadKeysUnusable):
            PayloadKeys(file)
    assert "the keys that were read before stay in use" in caplog.text


def test_the_file_is_its_owner_s_alone(file: Path) -> None:
    """Before and after a rotation; a file that holds something else is not written over."""
    rotate(file, datetime.now(UTC), AT_ONCE)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(file.parent.iterdir()) == [file]
    file.write_text("something else")
    with pytest.raises(PayloadKeysUnusable):
        rotate(file, datetime.now(UTC), AT_ONCE)
    assert file.read_text() == "something else"


async def test_a_failure_keeps_its_type_and_nothing_else(file: Path) -> None:
    """Its text, where it happened and its details are encrypted; what is read is what was raised."""
    failure = Failure()
    raised = ApplicationError("Jean said no", {"by": "jean.dupont@cab-i.com"}, type="NotPending")
    await converter(file).encode_failure(raised, failure)
    assert b"ean" not in failure.SerializeToString()
    assert failure.application_failure_info.type == "NotPending"
    read = await converter(file).decode_failure(failure)
    assert isinstance(read, ApplicationError)
    assert (read.message, read.type, read.details) == ("Jean said no", "NotPending", ({"by": "jean.dupont@cab-i.com"},))


async def with_keys(stage: Stage, file: Path | None) -> None:
    """Have whoever works and calls from now on use the keys."""
    old = stage.environment.client
    address = old.service_client.config.target_host
    client = await Client.connect(address, namespace=old.namespace, data_converter=converter(file))
    stage.environment = WorkflowEnvironment.from_client(client)


async def test_a_promotion_that_began_in_clear_goes_on_encrypted(dev_stage: Stage, file: Path) -> None:
    """The keys come while it waits."""
    await with_keys(dev_stage, None)
    async with dev_stage.working():
        promoted = await dev_stage.submit()
    await with_keys(dev_stage, file)
    promoted = dev_stage.environment.client.get_workflow_handle_for(Promotion.run, promoted.id)
    async with dev_stage.working():
        await dev_stage.decide(promoted, DecisionAction.APPROVE, JEAN)
        assert (await promoted.result()).state is State.DEPLOYED


async def test_a_promotion_outlives_the_rotation_of_its_key(dev_stage: Stage, file: Path) -> None:
    """It was begun with the first one, and ends with the second."""
    await with_keys(dev_stage, file)
    async with dev_stage.working():
        promoted = await dev_stage.submit()
        rotate(file, datetime.now(UTC), AT_ONCE)
        await dev_stage.decide(promoted, DecisionAction.APPROVE, JEAN)
        assert (await promoted.result()).state is State.DEPLOYED


async def test_a_promotion_waits_for_a_key_that_its_worker_lacks(
    dev_stage: Stage, file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Its task is refused with the key's name and comes again; nothing ends."""
    await with_keys(dev_stage, file)
    async with dev_stage.working():
        promoted = await dev_stage.submit()
    [lacking] = KeyRing.of(file).keys
    other = file.with_name("other.json")
    rotate(other, datetime.now(UTC), AT_ONCE)
    caller = dev_stage.environment
    await with_keys(dev_stage, other)
    async with dev_stage.working():
        await promoted.signal("look")
        await dev_stage.until_said(caplog, f"the key '{lacking.id}', which is not known here")
        add(other, lacking)
        dev_stage.environment = caller
        add(file, KeyRing.of(other).keys[0])
        await asyncio.wait_for(dev_stage.decide(promoted, DecisionAction.APPROVE, JEAN), 30)
        assert (await promoted.result()).state is State.DEPLOYED


def add(file: Path, key: PayloadKey) -> None:
    """Put the key into the file, as whoever brings keys to a machine does."""
    draft = file.with_suffix(".new")
    draft.write_text(KeyRing(keys=(*KeyRing.of(file).keys, key)).model_dump_json())
    draft.replace(file)
