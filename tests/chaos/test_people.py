"""The clients of a soak look at a promotion as a person would: they go by the newest that anybody showed them."""

import asyncio
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import httpx
import pytest

from tests.chaos.people import ALICE, ClientLog, Crowd
from tests.e2e.stack import JEAN, PIERRE, Stack

TICKET = "PR-2026-0001"
DECLARED = ("created", "approved")
FAILED = (*DECLARED, "deploying", "failed")
AGAIN = (*FAILED, "retried", "deploying", "failed")
STATES = {"created": "pending", "approved": "approved", "deploying": "deploying", "retried": "deploying"}


def shown(acts: Sequence[str]) -> dict[str, Any]:
    """The ticket after these acts, as far as a client looks."""
    history = [{"action": each, "at": "2026-03-02T09:30:00Z", "by": JEAN} for each in acts]
    state = STATES.get(acts[-1], acts[-1])
    return {"metadata": {"id": TICKET}, "status": {"state": state, "history": history}}


class Api:
    """An API that answers each decision with the acts after it, and each look with the next ones of its own."""

    def __init__(self, looks: Sequence[Sequence[str]], decided: dict[str, Sequence[str]]) -> None:
        self.looks, self.decided = list(looks), decided
        self.asked: list[tuple[str, tuple[str, ...]]] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            acts = self.looks.pop(0) if len(self.looks) > 1 else self.looks[0]
            return httpx.Response(200, json=shown(acts))
        verb = request.url.path.rpartition("/")[2]
        self.asked.append((verb, tuple(self.looks[0])))
        known = self.decided.get(verb)
        kind = {"type": "urn:prodgate:problem:nothing-owed"}
        return httpx.Response(200, json=shown(known)) if known else httpx.Response(400, json=kind)


@pytest.mark.parametrize(
    ("looks", "asked"),
    [
        pytest.param([("created",), DECLARED, (*DECLARED, "deploying", "deployed")], "deployed", id="an API behind"),
        pytest.param(
            [FAILED, AGAIN, (*AGAIN, "retried"), (*AGAIN, "retried", "deploying", "failed")],
            "failed",
            id="retried as often as may be",
        ),
        pytest.param([(*DECLARED, "lapsed")], "", id="lapsed"),
    ],
)
async def test_an_emergency_is_answered_for_once_it_was_launched(
    looks: list[tuple[str, ...]], asked: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not while an API that is behind shows the request as it was, nor while a last retry is under way."""
    monkeypatch.setattr(asyncio, "sleep", _at_once)
    api = Api(looks, {"emergency": DECLARED, "retry": (*FAILED, "retried")})
    tokens = {each: each for each in (PIERRE, JEAN, ALICE)}
    async with httpx.AsyncClient(transport=httpx.MockTransport(api)) as http:
        stack, log = cast("Stack", None), ClientLog(tmp_path / "log")
        crowd = Crowd(stack, ["http://api"], http, log, seed=11, tokens=tokens)
        await crowd._declare(PIERRE, JEAN, TICKET, _Certain())
    answers = [(verb, acts[-1]) for verb, acts in api.asked if verb in {"ratify", "refute"}]
    assert [acts for _, acts in answers] == ([asked] * 2 if asked else ["lapsed"])


class _Certain(random.Random):
    """Draws nothing but what leads on: no vote before, no try of the requester's, an answer."""

    def random(self) -> float:
        return 0.5


async def _at_once(seconds: float) -> None:
    """Time that nobody waits for."""
