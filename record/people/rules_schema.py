"""The JSON Schema of a file of rules, by which editors complete it and mark what is wrong while it is written.

It is made from the model that reads the files, and says in JSON Schema what the model's validators say in Python. What
no schema can say, such as which recurrences there are, is left to `prodgate lint`.
"""

import json
from typing import Any

from domain.roles import Role
from record.people.rules import RuleFile

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_WALL = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?$"}
"""A date and time without a zone; the format `date-time` asks for one."""

_PERIOD = {
    "starts": "Beginning by the clock on the zone's wall, such as 2026-12-24T18:00; a recurrence counts from it.",
    "ends": "End by the same clock, which belongs to it no more.",
    "every": "Again and again: a recurrence of RFC 5545, such as FREQ=WEEKLY or FREQ=MONTHLY;BYMONTHDAY=-1.",
    "zone": "Time zone, such as Europe/Paris.",
}
DESCRIBED: dict[str, dict[str, str]] = {
    "RuleFile": {
        "apiVersion": "Form of the file.",
        "kind": "Rules, always.",
        "metadata": "Name of the rule.",
        "spec": "For which requests the rule holds, and what it says of them.",
    },
    "RuleMetadata": {"name": "Name of the rule and of its file, rules/<name>.yaml."},
    "RuleSpec": {
        "match": "Requests for which the rule holds; without it, every request.",
        "approvals": "Votes that an approval takes. The most specific rule that says something of it decides.",
        "freezes": "Times in which nothing is launched. Those of every rule that holds add up.",
        "windows": "Times outside of which nothing is launched. The most specific rule that says something decides.",
        "strand": "allow, where its approvals may leave open requests that nobody could approve any more.",
        "standard": "Requests that the rule approves by itself; false says that nothing is. A rule that is more "
        "specific and asks for votes comes before it.",
        "emergency": "Who may launch past votes and freezes, and until when somebody else answers for it; "
        "false says that nobody may.",
        "escalation": "Who is asked to see that somebody decides, while nobody does; false says that nobody is. It "
        "gives nobody a right.",
        "passkey": "required, where a vote takes the passkey of whoever votes; false says that none does. The most "
        "specific rule that says something decides.",
        "supersede": "Whether a newer approved version closes older open requests; platform.yaml says it otherwise.",
    },
    "Match": {
        "tenants": "Tenants that ask.",
        "types": "Kinds of target.",
        "names": "Names of targets; * stands for any characters, ? for one.",
        "impacts": "Impacts, as the tenant judges them or at least as the target's owners do.",
    },
    "Need": {
        "role": "Role that the voters hold in the tenant.",
        "group": "Group that the voters are in.",
        "count": "People who have to vote.",
    },
    "StandardRule": {
        "impact": "Highest impact that needs nobody's approval.",
        "deployments": "Clean deployments that people approved, each on a day and of a version of its own.",
        "within": "Time in which these were, such as P90D; 366 days at most.",
        "change": "Largest step from production's version; any is also one that nobody can order.",
        "evidence": "Only where the pipeline of its test evidence was seen to hold.",
    },
    "EmergencyRule": {
        "role": "Role of whoever may declare an emergency in the tenant.",
        "group": "Group of whoever may declare one.",
        "count": "One person declares it; nothing else can be said.",
        "answerWithin": "Time in which somebody else ratifies or refutes it, such as P3D; an hour to 31 days.",
        "stopAfterOverdue": "Whether nobody of the tenant may declare another one while an answer is overdue.",
    },
    "EscalationStep": {
        "role": "Role of those who are asked, for the tenant: cpi, cpi_admin or viewer.",
        "group": "Group of those who are asked; of these, whoever may see the request.",
        "after": "Time since the request was made, or since its approval lapsed, such as P2D; 5 minutes at least.",
    },
    "Freeze": _PERIOD | {"reason": "Why nothing is launched; who waits reads it."},
    "ChangeWindow": _PERIOD,
}
"""The sentences of an editor about each key."""


def rules_schema() -> dict[str, Any]:
    """The schema (draft 2020-12)."""
    made = RuleFile.model_json_schema(by_alias=True)
    models = {"RuleFile": made, **made["$defs"]}
    for name, model in models.items():
        model.pop("title", None)
        _say(model, DESCRIBED.get(name, {}))
    for period in (models["Freeze"], models["ChangeWindow"]):
        for end in ("starts", "ends"):
            period["properties"][end] |= _WALL
            period["properties"][end].pop("format")
    models["Freeze"]["properties"]["reason"]["minLength"] = 10
    for part in ("approvals", "windows"):
        models["RuleSpec"]["properties"][part]["minItems"] = 1
    for name in ("Need", "EmergencyRule", "EscalationStep"):
        models[name]["oneOf"] = [{"required": ["role"]}, {"required": ["group"]}]
    role = models["EscalationStep"]["properties"]["role"]
    role.pop("$ref")
    role |= {"type": "string", "enum": [Role.CPI.value, Role.CPI_ADMIN.value, Role.VIEWER.value]}
    made["$defs"]["Role"]["enum"] = [Role.CPI.value, Role.CPI_ADMIN.value]
    return {"$schema": _DIALECT, "title": "A rule of the company", **made}


def _say(model: dict[str, Any], described: dict[str, str]) -> None:
    """Describe a model's keys, and leave out what a person need not read: titles, and that nothing is null."""
    for key, said in model.get("properties", {}).items():
        said.pop("title", None)
        if said.get("default", ...) in (None, []) or isinstance(said.get("default"), dict):
            said.pop("default", None)
        if "anyOf" in said:
            given = [each for each in said.pop("anyOf") if each != {"type": "null"}]
            said |= given[0] if len(given) == 1 else {"anyOf": given}
        said["description"] = described.get(key, said.get("description", ""))


def written() -> str:
    """The schema as a file."""
    return json.dumps(rules_schema(), indent=2, ensure_ascii=False) + "\n"
