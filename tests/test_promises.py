"""What a release promised is kept: its API and the promotions that it began."""

import copy
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from api.app import document
from tests.compatibility import Json, breaks
from tests.promises import (
    API,
    CannotFreeze,
    broken,
    documents,
    freeze,
    freeze_histories,
    manifests,
    ordered,
    release,
)
from tests.workflows.paths import HISTORIES

TODAY: Json = json.loads(document())
LIST, ONE, APPROVE = "/v1/requests/prod", "/v1/requests/prod/{id}", "/v1/requests/prod/{id}/approve"


@pytest.mark.parametrize("frozen", documents(), ids=lambda file: file.stem)
def test_todays_api_breaks_no_client_of_a_kept_release(frozen: Path) -> None:
    """Red means: keep the old way beside the new one, marked by `api.deprecation`, until two releases said so."""
    assert breaks(json.loads(frozen.read_text(encoding="utf-8")), TODAY) == []


@pytest.mark.parametrize("manifest", manifests(), ids=lambda file: file.stem)
def test_a_frozen_history_is_there_as_it_was(manifest: Path) -> None:
    """Promotions of that release are under way somewhere: add a patch to the workflow, leave the history alone."""
    assert broken(manifest) == []


def test_two_releases_before_this_one_bind_it(tmp_path: Path) -> None:
    """What an older one said was announced by both; its own document, once it is frozen, pushes none of them out."""
    own = release()
    for name in ("0.0.9", "0.1.10", "0.1.1", own):
        (tmp_path / f"{name}.json").touch()
    assert [file.stem for file in documents(tmp_path)] == ["0.1.1", "0.1.10", own]


def test_this_release_has_frozen_what_it_promises() -> None:
    """`make freeze` does."""
    assert (API / f"{release()}.json").exists()
    assert (HISTORIES / f"{release()}.sha256").exists()


def properties(name: str, document: Json) -> Json:
    found: Json = document["components"]["schemas"][name]
    return found


def _lose_a_path(now: Json) -> None:
    del now["paths"][LIST]


def _lose_a_method(now: Json) -> None:
    del now["paths"][LIST]["post"]


def _rename(now: Json) -> None:
    now["paths"][LIST]["get"]["operationId"] = "renamed"


def _need_a_parameter(now: Json) -> None:
    now["paths"][ONE]["get"]["parameters"].append(
        {"name": "why", "in": "query", "required": True, "schema": {"type": "string"}}
    )


def _lose_a_parameter(now: Json) -> None:
    now["paths"][LIST]["get"]["parameters"] = [
        each for each in now["paths"][LIST]["get"]["parameters"] if each["name"] != "tenant"
    ]


def _need_a_field(now: Json) -> None:
    schema = properties("CreatePromotionRequest", now)
    schema["properties"]["ticket"] = {"type": "string"}
    schema["required"] = [*schema["required"], "ticket"]


def _refuse_a_field(now: Json) -> None:
    del properties("ApprovalBody", now)["properties"]["comment"]


def _take_less(now: Json) -> None:
    properties("ReasonBody", now)["properties"]["reason"]["maxLength"] = 10


def _take_a_value_less(now: Json) -> None:
    for name, schema in now["components"]["schemas"].items():
        if name.startswith("Impact"):
            schema["enum"] = [each for each in schema["enum"] if each != "critical"]


def _answer_a_field_less(now: Json) -> None:
    del properties("Status", now)["properties"]["approvedAt"]


def _answer_another_type(now: Json) -> None:
    properties("Statistics", now)["properties"]["pending"] = {"type": "string"}


def _answer_perhaps(now: Json) -> None:
    schema = properties("Statistics", now)
    schema["required"] = [each for each in schema["required"] if each != "pending"]


def _answer_another_status(now: Json) -> None:
    answers = now["paths"][LIST]["post"]["responses"]
    answers["200"] = answers.pop("201")


def _take_another_form(now: Json) -> None:
    properties("Target", now)["properties"]["name"]["pattern"] = "^x$"


def _mean_something_else_by_nothing(now: Json) -> None:
    limit = next(each for each in now["paths"][LIST]["get"]["parameters"] if each["name"] == "limit")
    limit["schema"]["default"] = 10


def _answer_without_a_header(now: Json) -> None:
    del now["paths"][LIST]["get"]["responses"]["200"]["headers"]["X-Total-Count"]


def _need_another_right(now: Json) -> None:
    now["paths"][LIST]["get"]["x-permission"] = "approve"


def _need_a_token(now: Json) -> None:
    now["paths"]["/healthz"]["get"]["security"] = [{"HTTPBearer": []}]


BREAKING: dict[Callable[[Json], None], str] = {
    _lose_a_path: "GET /v1/requests/prod is gone",
    _lose_a_method: "POST /v1/requests/prod is gone",
    _rename: "GET /v1/requests/prod is called renamed",
    _need_a_parameter: "GET /v1/requests/prod/{id} needs why",
    _lose_a_parameter: "GET /v1/requests/prod no longer takes tenant",
    _need_a_field: "needs the field ticket",
    _refuse_a_field: "has no field comment any more",
    _take_less: "takes less: maxLength 10",
    _take_a_value_less: "no longer takes critical",
    _answer_a_field_less: "has no field approvedAt any more",
    _answer_another_type: "may now be string",
    _answer_perhaps: "may come without the field pending",
    _take_another_form: "name has the pattern ^x$",
    _mean_something_else_by_nothing: "limit has the default 10",
    _answer_without_a_header: "GET /v1/requests/prod 200 comes without X-Total-Count",
    _need_another_right: "GET /v1/requests/prod needs approve",
    _need_a_token: "GET /healthz needs",
    _answer_another_status: "POST /v1/requests/prod no longer answers 201",
}


@pytest.mark.parametrize("change", BREAKING, ids=lambda change: change.__name__.strip("_"))
def test_a_breaking_change_is_found(change: Callable[[Json], None]) -> None:
    """Each in one sentence, with its place."""
    now = copy.deepcopy(TODAY)
    change(now)
    found = breaks(TODAY, now)
    assert any(BREAKING[change] in sentence for sentence in found), found


def _more(now: Json) -> None:
    """A path, an optional parameter and field, a field and a value in answers, and a wider limit."""
    now["paths"]["/v2/new"] = now["paths"][LIST]
    optional: dict[str, Any] = {"type": "string"}
    now["paths"][ONE]["get"]["parameters"].append({"name": "why", "in": "query", "schema": optional})
    properties("CreatePromotionRequest", now)["properties"]["why"] = optional
    properties("ReasonBody", now)["properties"]["reason"]["maxLength"] = 1_000_000
    properties("Status", now)["properties"]["since"] = optional
    properties("State", now)["enum"].append("paused")


def test_what_is_added_breaks_nobody() -> None:
    """A client ignores what it does not know, and sends what it always sent."""
    now = copy.deepcopy(TODAY)
    _more(now)
    assert breaks(TODAY, TODAY) == []
    assert breaks(TODAY, now) == []


def test_what_was_announced_may_go() -> None:
    """A route, a parameter and a field that the earlier document calls deprecated."""
    before = copy.deepcopy(TODAY)
    before["paths"][ONE]["get"]["deprecated"] = True
    for parameter in before["paths"][LIST]["get"]["parameters"]:
        parameter["deprecated"] = parameter["name"] == "tenant"
    properties("ApprovalBody", before)["properties"]["comment"]["deprecated"] = True
    now = copy.deepcopy(TODAY)
    del now["paths"][ONE]["get"]
    _lose_a_parameter(now)
    _refuse_a_field(now)
    assert breaks(before, now) == []


@pytest.fixture
def histories(tmp_path: Path) -> Path:
    """Two releases' histories: the second added one."""
    (tmp_path / "following").mkdir()
    (tmp_path / "deployed.json").write_text("{}")
    (tmp_path / "following" / "a-shift.json").write_text("{}")
    freeze_histories(tmp_path, "0.9.0")
    (tmp_path / "held.json").write_text("{}")
    freeze_histories(tmp_path, "0.10.0")
    return tmp_path


def test_a_history_belongs_to_the_release_that_added_it(histories: Path) -> None:
    """Releases are told apart by number, and `sha256sum --check` reads the manifests too."""
    first, second = manifests(histories)
    assert (first.stem, second.stem) == ("0.9.0", "0.10.0")
    assert [line.split("  ")[1] for line in first.read_text().splitlines()] == [
        "deployed.json",
        "following/a-shift.json",
    ]
    assert [line.split("  ")[1] for line in second.read_text().splitlines()] == ["held.json"]
    freeze_histories(histories, "0.10.0")
    assert ordered([second, first]) == manifests(histories)


def test_a_frozen_history_that_was_changed_or_removed_is_found(histories: Path) -> None:
    """Recorded anew, or thrown away: either would hide that promotions under way stop."""
    (histories / "deployed.json").write_text('{"events":[]}')
    shutil.rmtree(histories / "following")
    first, second = manifests(histories)
    assert broken(first) == [
        "deployed.json is not what 0.9.0 recorded",
        "following/a-shift.json is gone, which 0.9.0 promised to go on with",
    ]
    assert broken(second) == []


def test_another_version_than_the_installed_one_is_not_frozen() -> None:
    """Its document would carry the wrong number."""
    with pytest.raises(CannotFreeze, match="make install"):
        freeze("9.9.9")
