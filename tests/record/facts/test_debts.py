"""Open debts are read once for each state of the record, however often they are asked for."""

from datetime import timedelta
from pathlib import Path

import pytest

from record.facts.debts import OpenDebts
from record.index.reader import Index
from tests.attacks.test_emergencies import answer, launched
from tests.domain.builders import FINANCE, RETAIL
from tests.past import NOW, History
from tests.record.building import opened, person_commits, publish_key
from tests.rules import rule
from tests.signing import service_key_file

ALICE = "alice.admin@cab-i.com"


@pytest.fixture
def past(gitops: Path, tmp_path: Path) -> History:
    publish_key(gitops)
    urgent = rule("urgent", emergency={"role": "cpi", "answerWithin": "P3D"})
    person_commits(gitops, {**service_key_file(), **urgent}, at=NOW - timedelta(days=100))
    repository = opened(gitops, tmp_path / "past")
    return History.of(repository, Index(repository, tmp_path / "past.db"), number=100)


async def test_they_are_read_once_for_each_state(past: History) -> None:
    """By tenant; a row more of a list costs no look at all of them."""
    debts = OpenDebts(past.gate.index)
    assert debts.of(FINANCE) == ()
    owing = await launched(past, "2.0.1")
    found = debts.of(FINANCE)
    assert [each.ticket_id for each in found] == [owing.id]
    assert debts.of(FINANCE) is found
    assert debts.of(RETAIL) == ()
    await answer(past, owing, ALICE)
    assert debts.of(FINANCE) == ()
