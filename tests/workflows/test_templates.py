"""A change of a template on its way into the record: signed, once, and on the version that was edited."""

import asyncio
import uuid
from typing import Any

import pytest
from temporalio.client import WorkflowFailureError
from temporalio.exceptions import ActivityError, ApplicationError

from documents.shipped import shipped
from domain.documents import DocumentKind
from domain.roles import Person
from domain.templates import TemplateChange, TemplateClaims, files_digest
from record.documents.templates import TemplateReader
from record.git.repository import open_repository
from record.signing.signatures import new_key, sealed
from tests.domain.builders import NOW, person
from tests.record.building import git
from tests.signing import KEY, WORKER_KEY
from tests.workflows.stage import Stage
from workflows.templates import TemplateEdit

KIND = DocumentKind.CHANGE_REGISTER
ALICE = person("alice.admin@cab-i.com", None)


def change(words: str, base: str | None = None, key: Any = KEY, by: Person = ALICE, **said: Any) -> TemplateChange:
    """A change of the words, on the shipped version unless another is named, as the API signs it."""
    files, base = shipped(KIND).files | {"words.yaml": words}, base or shipped(KIND).version
    facts = {"id": str(uuid.uuid4()), "kind": KIND, "base": base, "files": files_digest(files), "tip": None, "at": NOW}
    claims = TemplateClaims.model_validate(facts | {"email": by.email, "sub": None} | said)
    return TemplateChange(kind=KIND, base=base, files=files, name="Alice Admin", proof=sealed(claims, key))


async def run(stage: Stage, asked: TemplateChange) -> str:
    client = stage.environment.client
    made = await client.execute_workflow(TemplateEdit.run, asked, id=str(uuid.uuid4()), task_queue=stage.queue)
    return made.version


async def refused(stage: Stage, asked: TemplateChange) -> str | None:
    """The type of what refuses the change."""
    with pytest.raises(WorkflowFailureError) as failed:
        await run(stage, asked)
    assert isinstance(failed.value.cause, ActivityError)
    assert isinstance(failed.value.cause.cause, ApplicationError)
    return failed.value.cause.cause.type


async def test_it_waits_for_git_and_is_committed_once(stage: Stage) -> None:
    """However often it is asked for; the files are those that were signed, and the record is whole."""
    asked, away = change("en: {}\nfr: {}"), stage.git.with_name("away.git")
    async with stage.working():
        stage.git.rename(away)
        first = asyncio.create_task(run(stage, asked))
        await asyncio.sleep(1)
        away.rename(stage.git)
        version = await first
        assert await run(stage, asked) == version
    assert git(stage.git, "rev-list", "--count", "main", "--", "templates") == "1"
    assert git(stage.git, "show", "main:templates/change-register/words.yaml") == "en: {}\nfr: {}"
    git(stage.git, "fsck", "--strict")


async def test_of_two_changes_of_one_version_one_is_refused(stage: Stage) -> None:
    """The other one goes on from it."""
    async with stage.working():
        version = await run(stage, change("en: {a: b}\nfr: {}"))
        assert await refused(stage, change("en: {c: d}\nfr: {}")) == "TemplateChanged"
        later = await run(stage, change("en: {c: d}\nfr: {}", base=version))
    reader = TemplateReader(open_repository(str(stage.git), "main", stage.git.parent), shipped)
    assert [each.version for each in reader.versions(KIND)] == [later, version, shipped(KIND).version]
    earlier = reader.at(KIND, version)
    assert earlier is not None
    assert earlier.files["words.yaml"] == "en: {a: b}\nfr: {}"
    assert reader.at(KIND, git(stage.git, "rev-list", "--max-parents=0", "main")) is None


FORGED = {
    "a key of nobody's": {"key": new_key()},
    "the worker's key": {"key": WORKER_KEY},
    "of other files": {"files": "0" * 64},
    "of another kind": {"kind": DocumentKind.MONTHLY_REPORT},
    "of another version": {"base": shipped(KIND).version, "restores": None, "files": files_digest({})},
}


@pytest.mark.parametrize("said", FORGED.values(), ids=FORGED)
async def test_what_the_api_did_not_sign_is_not_committed(stage: Stage, said: dict[str, Any]) -> None:
    """Whoever reaches Temporal reaches no template."""
    given = {name: each for name, each in said.items() if name == "key"}
    asked = change("en: {}\nfr: {}", **given)
    if not given:
        claims = {"id": str(uuid.uuid4()), "kind": KIND, "base": asked.base, "files": files_digest(asked.files)}
        facts = claims | {"tip": None, "at": NOW, "email": ALICE.email, "sub": None} | said
        asked = asked.model_copy(update={"proof": sealed(TemplateClaims.model_validate(facts), KEY)})
    async with stage.working():
        assert await refused(stage, asked) == "Unproven"
    assert git(stage.git, "ls-tree", "main", "templates") == ""


async def test_a_role_that_was_taken_away_takes_the_change_along(stage: Stage) -> None:
    """Somebody who could when it was signed, and can't when it is committed."""
    async with stage.working():
        assert (
            await refused(stage, change("en: {}\nfr: {}", by=person("jean.dupont@cab-i.com", None))) == "NotAuthorized"
        )
