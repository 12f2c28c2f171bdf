"""The JSON that AWX shows for its rows: job, template, label, and the default notification body."""

import json
from datetime import datetime
from typing import Any

from demo.awx.model import Label, NotifyFault, SimulatedJob, Template

Body = dict[str, Any]


def stamp(moment: datetime | None) -> str | None:
    """A time as the API writes it: UTC, microseconds, Z."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ") if moment else None


def label_body(label: Label) -> Body:
    return {"id": label.id, "type": "label", "name": label.name, "organization": label.organization}


def template_body(template: Template, prefix: str) -> Body:
    """A row of /job_templates/ (JobTemplateSerializer), as far as a launcher reads it."""
    url = f"{prefix}v2/job_templates/{template.id}/"
    shown = template.model_dump(exclude={"survey", "labels", "may_start", "may_view", "notifies", "deleted"})
    return shown | {
        "type": "job_template",
        "url": url,
        "related": {"launch": f"{url}launch/"},
        "extra_vars": json.dumps(template.extra_vars) if template.extra_vars else "",
        "survey_enabled": bool(template.survey),
        "status": "never updated",
        "webhook_service": "",
        "summary_fields": {
            "organization": {"id": template.organization, "name": "Default"} if template.organization else None,
            "user_capabilities": {"edit": False, "delete": False, "start": template.may_start},
        },
    }


def launch_body(template: Template) -> Body:
    """GET /job_templates/{id}/launch/ (JobLaunchSerializer)."""
    asked = ("variables", "labels", "skip_tags")
    unasked = ["scm_branch", "tags", "diff_mode", "job_type", "limit", "verbosity", "inventory", "credential"]
    unasked += ["execution_environment", "forks", "job_slice_count", "timeout", "instance_groups"]
    flags = {f"ask_{name}_on_launch": getattr(template, f"ask_{name}_on_launch") for name in asked}
    return {
        "can_start_without_user_input": not any(flags.values()) and not template.survey,
        "passwords_needed_to_start": [],
        "variables_needed_to_start": [
            question.variable for question in template.survey if question.required and question.default is None
        ],
        "credential_needed_to_start": False,
        "inventory_needed_to_start": False,
        "survey_enabled": bool(template.survey),
        **flags,
        **{f"ask_{name}_on_launch": False for name in unasked},
        "job_template_data": {"id": template.id, "name": template.name, "description": ""},
        "defaults": {"extra_vars": json.dumps(template.extra_vars), "skip_tags": template.skip_tags, "labels": []},
    }


def job_body(
    job: SimulatedJob, labels: dict[int, Label], prefix: str, template: Template | None = None, detail: bool = True
) -> Body:
    """A row of /jobs/ (JobSerializer); `detail` adds what only /jobs/{id}/ shows, `template` what it has of that."""
    shown = [{"id": number, "name": labels[number].name} for number in job.labels if number in labels]
    by = {"id": job.by.id, "name": job.by.name, "type": "user", "url": f"{prefix}v2/users/{job.by.id}/"}
    ended = job.finished or job.started
    return {
        "id": job.id,
        "type": job.type,
        "url": f"{prefix}v2/{job.type}s/{job.id}/",
        "related": {},
        "summary_fields": {
            "labels": {"count": len(shown), "results": shown[:10]},
            "created_by": {"id": job.by.id, "username": job.by.name},
            "job_template": {"id": job.template, "name": job.name},
        },
        "created": stamp(job.created),
        "modified": stamp(ended or job.created),
        "name": job.name,
        "description": "",
        "unified_job_template": job.template,
        "job_template": job.template,
        "launch_type": job.launch_type,
        "status": job.status,
        "failed": job.status in ("failed", "error", "canceled"),
        "started": stamp(job.started),
        "finished": stamp(job.finished),
        "canceled_on": stamp(job.canceled_on),
        "elapsed": (ended - job.started).total_seconds() if ended and job.started else 0.0,
        "job_explanation": job.job_explanation,
        "launched_by": by,
        "extra_vars": json.dumps(job.extra_vars),
        "skip_tags": job.skip_tags,
        "job_tags": "",
        "limit": job.limit or "",
        "artifacts": job.artifacts,
        "scm_branch": job.scm_branch,
        "scm_revision": "",
        "webhook_guid": "",
        **(_of_template(job, template) if template else {}),
        **(_only_detail(job) if detail else {}),
    }


def _of_template(job: SimulatedJob, template: Template) -> Body:
    """The fields that a job has of its template (JobOptionsSerializer)."""
    return {
        "job_type": template.job_type,
        "project": template.project,
        "playbook": template.playbook,
        "inventory": template.inventory,
        "limit": template.limit if job.limit is None else job.limit,
    }


def _only_detail(job: SimulatedJob) -> Body:
    return {
        "job_args": "",
        "job_cwd": "",
        "job_env": {},
        "result_traceback": job.result_traceback,
        "event_processing_finished": job.events_finished,
        "host_status_counts": None if job.active else {"ok": 1},
    }


def notification_body(job: SimulatedJob, ui: str) -> Body:
    """The default webhook body (Job.notification_data), keys in AWX's order; times end in +00:00 here."""
    hosts = {} if job.active or job.started is None else _hosts(2500 if job.notify is NotifyFault.LARGE_HOSTS else 1)
    return {
        "id": job.id,
        "name": job.name,
        "url": f"{ui}/#/jobs/playbook/{job.id}",
        "created_by": job.by.name,
        "started": job.started.isoformat() if job.started else None,
        "finished": job.finished.isoformat() if job.finished else None,
        "status": job.status,
        "traceback": job.result_traceback,
        "inventory": "Prod",
        "project": "Playbooks",
        "playbook": "deploy.yml",
        "credential": "ssh-key",
        "limit": "",
        "extra_vars": json.dumps(job.extra_vars),
        "hosts": hosts,
    }


def _hosts(count: int) -> Body:
    counts = {"failed": False, "changed": 1, "dark": 0, "failures": 0, "ok": 5}
    counts |= {"processed": 1, "skipped": 0, "rescued": 0, "ignored": 0}
    return {f"gateway-{number:04}": counts for number in range(1, count + 1)}
