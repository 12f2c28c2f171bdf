"""The detail page says what GitLab said of the test evidence; the form, that the pipeline speaks against it."""

from playwright.sync_api import expect

from tests.console.conftest import Sit
from tests.console.desk import PHONE
from tests.console.test_flows import fresh_name
from tests.console.words import FR, Words
from tests.e2e.stack import PIERRE, Stack, submission
from tests.record.building import person_commits

API = """apiVersion: apim.cab-i.com/v1
kind: Api
metadata:
  name: {name}
  tenant: tenant-finance
spec:
  version: "1.0.0"
  evidence: {{project: finance/payment-api, jobs: [{job}]}}
"""


def named(stack: Stack, job: str) -> str:
    """A target whose owners want that job's success."""
    name = fresh_name("proven")
    person_commits(stack.data / "gitops.git", {f"apis/{name}.yaml": API.format(name=name, job=job)})
    return name


def pipeline(stack: Stack, number: int) -> str:
    return f"https://localhost:{stack.ports['gitlab-port']}/finance/payment-api/-/pipelines/{number}"


def asked_with(stack: Stack, name: str, evidence: str) -> str:
    """A request of Pierre's with that evidence; its id."""
    body = submission("1.4.0", name=name)
    body["preChecks"]["testEvidenceUrl"] = evidence
    answer = stack.call(PIERRE, "POST", "", body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["metadata"]["id"])


def test_a_pipeline_that_was_read_is_shown_with_its_jobs(sit: Sit, stack: Stack, words: Words) -> None:
    """Project, ref, commit, and the job that the owners asked for; on a phone as well."""
    ticket = asked_with(stack, named(stack, "staging-tests"), pipeline(stack, 4711))
    said = "Confirmée par GitLab" if words is FR else "GitLab confirmed it"
    job = "staging-tests : réussie" if words is FR else "staging-tests: succeeded"
    for given in ({}, {"viewport": PHONE}):
        jean = sit("jean", words, **given)
        jean.open(ticket)
        line = jean.page.get_by_role("listitem").filter(has_text=said)
        expect(line).to_contain_text("finance/payment-api")
        expect(line).to_contain_text("f6ebd73d4a")
        expect(line).to_contain_text(job)
        jean.check_accessible("evidence that was read")


def test_a_pipeline_that_could_not_be_read_is_said_to_be_unchecked(sit: Sit, stack: Stack, words: Words) -> None:
    """With the reason: whoever approves looks for themselves."""
    ticket = asked_with(stack, fresh_name("unproven"), pipeline(stack, 4712))
    jean = sit("jean", words)
    jean.open(ticket)
    jean.sees("Non vérifiée : GitLab ne montre pas" if words is FR else "Not checked: GitLab shows Prodgate no")
    jean.check_accessible("evidence that was not checked")


def test_a_pipeline_that_speaks_against_the_claim_is_said_at_its_field(sit: Sit, stack: Stack, words: Words) -> None:
    """Nothing is asked for: what was typed stays, to be put right."""
    pierre = sit("pierre", words)
    pierre.expect_fault("status of 422")
    pierre.link(words.new).first.click()
    pierre.fill(named(stack, "sast"), "1.4.0", evidence=pipeline(stack, 4711))
    pierre.button(words.send).click()
    pierre.sees("il n’a pas de tâche sast" if words is FR else "it has no job sast")  # noqa: RUF001
    evidence = pierre.page.get_by_role("textbox", name=words.evidence)
    expect(evidence).to_have_attribute("aria-invalid", "true")
    expect(evidence).to_have_value(pipeline(stack, 4711))
    pierre.check_accessible("evidence that is contradicted")
