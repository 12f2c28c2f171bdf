"""Checks whether AWX's job template is fit for promotions, before anybody needs it."""

from dataclasses import dataclass
from enum import StrEnum

from clients.awx.client import AwxClient
from clients.awx.errors import AwxRefused
from clients.awx.rows import LaunchForm, TemplateRow
from domain.deployment import Deployment


class Marking(StrEnum):
    """The ways to make a job recognisable as an attempt's; best first."""

    LABEL = "label"
    SKIP_TAGS = "skip-tags"
    VARIABLES = "variables"


@dataclass(frozen=True)
class Finding:
    """Something to mend. `blocking`: no promotion can be deployed, or not safely, until it is."""

    sentence: str
    blocking: bool = True


@dataclass(frozen=True)
class TemplateCheck:
    """The findings of `check_template`; `version` is AWX's, `marking` None where there is no single template."""

    version: str
    findings: tuple[Finding, ...]
    marking: Marking | None = None

    @property
    def fit(self) -> bool:
        return not any(finding.blocking for finding in self.findings)


def marking(template: TemplateRow) -> Marking:
    """The best marker that the template lets a launch carry; a label needs an organisation to live in."""
    if template.ask_labels_on_launch and template.organization is not None:
        return Marking.LABEL
    return Marking.SKIP_TAGS if template.ask_skip_tags_on_launch else Marking.VARIABLES


async def check_template(client: AwxClient) -> TemplateCheck:
    """Look at everything a launch depends on, changing nothing. AwxUnavailable where AWX cannot be asked."""
    version = await client.version()
    try:
        await client.me()
        found = await client.templates()
        if len(found) != 1:
            return TemplateCheck(version, (_not_one(client.connection.template, len(found)),))
        template = found[0]
        form = await client.launch_form(template.id)
        seen = [await client.notifications(template.id, kind) for kind in ("success", "error")]
    except AwxRefused as refusal:
        return TemplateCheck(version, (Finding(f"{refusal}."),))
    findings = [*_flags(template), *_needs(form), *_marker(template)]
    if not all(any(row.notification_type == "webhook" for row in rows) for rows in seen):
        findings.append(NO_CALLBACK)
    return TemplateCheck(version, tuple(findings), marking(template))


NO_CALLBACK = Finding(
    "No webhook notification for success and for error is visible on the job template: attach the callback, or let the "
    "user see it (organisation role Auditor or Notification Admin); until then results are found by polling.",
    blocking=False,
)


def _not_one(wanted: str, count: int) -> Finding:
    if count:
        return Finding(f"AWX has {count} job templates named {wanted!r}: set PRODGATE_AWX_TEMPLATE to the id of one.")
    mend = "set PRODGATE_AWX_TEMPLATE to its name, or give the user the role Execute on it"
    return Finding(f"AWX shows no job template {wanted!r}: {mend}.")


def _flags(template: TemplateRow) -> list[Finding]:
    findings = []
    if not template.summary_fields.user_capabilities.start:
        findings.append(Finding("The user may not launch the job template: give it the role Execute on it."))
    if not template.ask_variables_on_launch:
        findings.append(
            Finding("The job template drops the variables of a launch: switch on 'Prompt on launch' for Variables.")
        )
    if template.job_slice_count != 1:
        findings.append(
            Finding(f"The job template cuts a job into {template.job_slice_count} slices: set Job Slicing to 1.")
        )
    if template.allow_simultaneous:
        findings.append(
            Finding("The job template runs jobs side by side: switch off Concurrent Jobs, so that they queue.", False)
        )
    return findings


def _needs(form: LaunchForm) -> list[Finding]:
    unsent = [name for name in form.variables_needed_to_start if name not in Deployment.model_fields]
    needs = [*form.passwords_needed_to_start, *unsent]
    needs += ["an inventory"] if form.inventory_needed_to_start else []
    if not needs:
        return []
    mend = "give it a value in the template"
    return [Finding(f"The job template asks for what Prodgate does not send ({', '.join(needs)}): {mend}.")]


def _marker(template: TemplateRow) -> list[Finding]:
    if marking(template) is not Marking.VARIABLES:
        return []
    return [
        Finding(
            "The job template takes neither labels nor skip tags at launch, so that jobs are recognised by their "
            "variables alone: switch on 'Prompt on launch' for Labels.",
            blocking=False,
        )
    ]
