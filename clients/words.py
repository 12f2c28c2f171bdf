"""The sentences of announcements, in each language; a test holds that every language has them all."""

from collections.abc import Mapping
from dataclasses import dataclass

from domain.announcement import Event
from domain.audience import Language, Reason
from domain.ticket import Impact, State, TargetType
from domain.versions import Direction


@dataclass(frozen=True)
class Words:
    """One language. Sentences have places in braces: `{by}` who acted, `{what}` target and version, and so on."""

    headings: Mapping[Event, str]
    leads: Mapping[Event, str]
    labels: Mapping[str, str]
    types: Mapping[TargetType, str]
    impacts: Mapping[Impact, str]
    states: Mapping[State, str]
    ways: Mapping[Direction, str]
    reasons: Mapping[Reason, str]


_EN = Words(
    headings={
        Event.CREATED: "waits for your decision",
        Event.APPROVED: "approved",
        Event.REJECTED: "rejected",
        Event.CANCELLED: "withdrawn",
        Event.EXPIRED: "expired",
        Event.SUPERSEDED: "replaced by a newer request",
        Event.HELD: "held",
        Event.RELEASED: "goes on",
        Event.LAPSED: "has to be approved anew",
        Event.STARTED: "deployment started",
        Event.SUCCEEDED: "deployed",
        Event.FAILED: "deployment failed",
        Event.REMINDER: "still waits for your decision",
        Event.EXPIRING: "expires soon",
    },
    leads={
        Event.CREATED: "{requester} asks to promote {what} from {source} to {environment}.",
        Event.APPROVED: "{by} approved the promotion of {what} to {environment}.",
        Event.REJECTED: "{by} rejected the promotion of {what} to {environment}.",
        Event.CANCELLED: "{by} withdrew the promotion of {what} to {environment}.",
        Event.EXPIRED: "Nobody decided on {what} in time. To promote it, ask again.",
        Event.SUPERSEDED: "{what} will not be deployed to {environment}: {newer} takes its place.",
        Event.HELD: "{by} holds the promotion of {what} to {environment}: it is not launched until it is released.",
        Event.RELEASED: "{by} lets the promotion of {what} to {environment} go on.",
        Event.LAPSED: "The approval of {what} for {environment} no longer covers what would be deployed. "
        "Somebody has to decide again before {decide_by}.",
        Event.STARTED: "{what} is being deployed to {environment}.",
        Event.SUCCEEDED: "{what} is in {environment}.",
        Event.FAILED: "{what} could not be deployed to {environment}.",
        Event.REMINDER: "{requester} asked on {created} to promote {what} to {environment}; nobody has decided yet.",
        Event.EXPIRING: "Nobody has decided on {what} yet. Your request expires on {decide_by}.",
    },
    labels={
        "colon": ":",
        "request": "Request",
        "target": "Target",
        "tenant": "Tenant",
        "impact": "Impact",
        "requester": "Requested by",
        "approver": "Approved by",
        "by": "By",
        "scheduled": "Not before",
        "decide_by": "Decide before",
        "job": "AWX job",
        "deployment": "Deployment",
        "tests": "Staging tests",
        "security": "Security scan",
        "performance": "Performance tests",
        "passed": "✓ passed",
        "not_passed": "✗ not passed",
        "unmet": "Not passed",
        "version": "Version",
        "older_before": "{before} → {now}: older than what was in production",
        "warning": "Look twice",
        "others": "Other open requests of this target",
        "evidence": "Evidence",
        "justification": "Justification",
        "release_notes": "Release notes",
        "rollback": "Rollback plan",
        "comment": "Comment",
        "reason": "Reason",
        "changed": "What changed",
        "newer": "a newer request",
        "error": "What AWX reports",
        "cut": "… the rest stands in the request",
        "decide": "Look and decide",
        "look": "Open the request",
        "approve": "Approve",
        "reject": "Reject",
        "state": "State",
        "sign_in": "The link asks you to sign in; nothing is decided by opening it.",
        "settled": "Nothing is left for you to decide.",
        "choose": "Choose what you are mailed about",
        "confirm": "Approve {what} for {environment}?",
        "cancel": "Cancel",
    },
    types={TargetType.API: "API", TargetType.APPLICATION: "application", TargetType.POLICY: "policy"},
    impacts={Impact.LOW: "low", Impact.MEDIUM: "medium", Impact.HIGH: "high", Impact.CRITICAL: "critical"},
    states={
        State.PENDING: "pending",
        State.APPROVED: "approved",
        State.REJECTED: "rejected",
        State.CANCELLED: "withdrawn",
        State.EXPIRED: "expired",
        State.SUPERSEDED: "replaced",
        State.DEPLOYING: "deploying",
        State.DEPLOYED: "deployed",
        State.FAILED: "failed",
    },
    ways={
        Direction.FIRST: "{now}, the first in production",
        Direction.NEWER: "{before} → {now}",
        Direction.OLDER: "{before} → {now}: older than what is in production",
        Direction.SAME: "{before} → {now}: the same version",
        Direction.UNKNOWN: "{before} → {now}: the order can’t be told",
    },
    reasons={
        Reason.REQUESTED: "You get this because you asked for this promotion.",
        Reason.OWNS: "You get this because you own the service account that asked for this promotion.",
        Reason.DECIDES: "You get this because you may decide on requests of {tenant}.",
        Reason.APPROVED: "You get this because you approved this promotion.",
        Reason.WAS_ASKED: "You get this because you were asked to decide on this request.",
        Reason.FOLLOWS: "You get this because you follow the deployments of {tenant}.",
        Reason.OPERATES: "You get this because the platform names you for deployments that failed.",
    },
)


_FR = Words(
    headings={
        Event.CREATED: "attend votre décision",
        Event.APPROVED: "approuvée",
        Event.REJECTED: "rejetée",
        Event.CANCELLED: "retirée",
        Event.EXPIRED: "expirée",
        Event.SUPERSEDED: "remplacée par une demande plus récente",
        Event.HELD: "suspendue",
        Event.RELEASED: "reprend",
        Event.LAPSED: "doit être approuvée à nouveau",
        Event.STARTED: "déploiement lancé",
        Event.SUCCEEDED: "déployée",
        Event.FAILED: "échec du déploiement",
        Event.REMINDER: "attend toujours votre décision",
        Event.EXPIRING: "expire bientôt",
    },
    leads={
        Event.CREATED: "{requester} demande la promotion de {what} de {source} vers {environment}.",
        Event.APPROVED: "{by} a approuvé la promotion de {what} vers {environment}.",
        Event.REJECTED: "{by} a rejeté la promotion de {what} vers {environment}.",
        Event.CANCELLED: "{by} a retiré la demande de promotion de {what} vers {environment}.",
        Event.EXPIRED: "Personne ne s’est prononcé à temps sur {what}. Pour promouvoir, faites une nouvelle demande.",
        Event.SUPERSEDED: "{what} ne sera pas déployé vers {environment}\u00a0: {newer} prend sa place.",
        Event.HELD: "{by} suspend la promotion de {what} vers {environment}\u00a0: elle n’est pas lancée "
        "tant que personne ne la libère.",
        Event.RELEASED: "{by} laisse reprendre la promotion de {what} vers {environment}.",
        Event.LAPSED: "L’approbation de {what} pour {environment} ne couvre plus ce qui serait déployé. "
        "Quelqu’un doit se prononcer à nouveau avant le {decide_by}.",
        Event.STARTED: "{what} est en cours de déploiement vers {environment}.",
        Event.SUCCEEDED: "{what} est en {environment}.",
        Event.FAILED: "{what} n’a pas pu être déployé vers {environment}.",
        Event.REMINDER: "{requester} a demandé le {created} la promotion de {what} vers {environment}\u202f; "
        "personne ne s’est encore prononcé.",
        Event.EXPIRING: "Personne ne s’est encore prononcé sur {what}. Votre demande expire le {decide_by}.",
    },
    labels={
        "colon": "\u00a0:",
        "request": "Demande",
        "target": "Cible",
        "tenant": "Tenant",
        "impact": "Impact",
        "requester": "Demandée par",
        "approver": "Approuvée par",
        "by": "Par",
        "scheduled": "Pas avant",
        "decide_by": "À décider avant",
        "job": "Job AWX",
        "deployment": "Déploiement",
        "tests": "Tests de staging",
        "security": "Analyse de sécurité",
        "performance": "Tests de performance",
        "passed": "✓ réussi",
        "not_passed": "✗ non réussi",
        "unmet": "Non réussi",
        "version": "Version",
        "older_before": "{before} → {now}\u00a0: plus ancienne que celle qui était en production",
        "warning": "À vérifier",
        "others": "Autres demandes ouvertes pour cette cible",
        "evidence": "Preuve",
        "justification": "Justification",
        "release_notes": "Notes de version",
        "rollback": "Plan de retour arrière",
        "comment": "Commentaire",
        "reason": "Motif",
        "changed": "Ce qui a changé",
        "newer": "une demande plus récente",
        "error": "Ce que rapporte AWX",
        "cut": "… la suite se trouve dans la demande",
        "decide": "Consulter et décider",
        "look": "Ouvrir la demande",
        "approve": "Approuver",
        "reject": "Rejeter",
        "state": "État",
        "sign_in": "Le lien vous demande de vous connecter\u202f; l’ouvrir ne décide de rien.",
        "settled": "Vous n’avez plus rien à décider.",
        "choose": "Choisir ce que vous recevez par courriel",
        "confirm": "Approuver {what} pour {environment}\u202f?",
        "cancel": "Annuler",
    },
    types={TargetType.API: "API", TargetType.APPLICATION: "application", TargetType.POLICY: "politique"},
    impacts={Impact.LOW: "faible", Impact.MEDIUM: "moyen", Impact.HIGH: "élevé", Impact.CRITICAL: "critique"},
    states={
        State.PENDING: "en attente",
        State.APPROVED: "approuvée",
        State.REJECTED: "rejetée",
        State.CANCELLED: "retirée",
        State.EXPIRED: "expirée",
        State.SUPERSEDED: "remplacée",
        State.DEPLOYING: "en déploiement",
        State.DEPLOYED: "déployée",
        State.FAILED: "en échec",
    },
    ways={
        Direction.FIRST: "{now}, première en production",
        Direction.NEWER: "{before} → {now}",
        Direction.OLDER: "{before} → {now}\u00a0: plus ancienne que celle en production",
        Direction.SAME: "{before} → {now}\u00a0: la même version",
        Direction.UNKNOWN: "{before} → {now}\u00a0: l’ordre ne peut pas être établi",
    },
    reasons={
        Reason.REQUESTED: "Vous recevez ce message car vous avez demandé cette promotion.",
        Reason.OWNS: "Vous recevez ce message car vous êtes responsable du compte de service qui a demandé cette "
        "promotion.",
        Reason.DECIDES: "Vous recevez ce message car vous pouvez décider des demandes de {tenant}.",
        Reason.APPROVED: "Vous recevez ce message car vous avez approuvé cette promotion.",
        Reason.WAS_ASKED: "Vous recevez ce message car votre décision sur cette demande était attendue.",
        Reason.FOLLOWS: "Vous recevez ce message car vous suivez les déploiements de {tenant}.",
        Reason.OPERATES: "Vous recevez ce message car la plateforme vous désigne pour les échecs de déploiement.",
    },
)


WORDS: dict[Language, Words] = {Language.EN: _EN, Language.FR: _FR}
