"""Says what the service itself wrote in a ticket, in the language of whoever is told of it."""

# ruff: noqa: RUF001  typographic apostrophes are what French has

from collections.abc import Callable, Mapping
from datetime import datetime

from domain.audience import Language
from domain.remarks import QUOTED, Remark, read

MOMENTS = {"started", "finished", "until"}
"""Values that are moments."""


def retold(text: str, language: Language, moment: Callable[[datetime], str]) -> str:
    """The text in the language; what is no remark of the service, and what it quotes, stays as it is."""
    said = "" if language is Language.EN else " ".join(_sentence(each, moment) for each in read(text))
    return said.replace(" \n", "\n") or text


def _sentence(remark: Remark, moment: Callable[[datetime], str]) -> str:
    if remark.kind == QUOTED:
        return remark.params["text"]
    params = {
        name: moment(datetime.fromisoformat(value)) if name in MOMENTS else _VALUES.get((name, value), value)
        for name, value in remark.params.items()
    }
    return FRENCH[remark.kind].format(**params)


_VALUES: Mapping[tuple[str, str], str] = {
    (name, value): word
    for names, words in (
        (("impact", "highest"), {"low": "faible", "medium": "moyen", "high": "élevé", "critical": "critique"}),
        (("step", "largest"), {"patch": "corrective", "minor": "mineure", "any": "quelconque"}),
    )
    for name in names
    for value, word in words.items()
}
"""Values that are words of the service."""

FRENCH: Mapping[str, str] = {
    "awx-ran": "AWX l’a exécuté du {started} au {finished}.",
    "awx-twins": "AWX a créé plusieurs jobs pour cette tentative\u00a0: voir aussi {jobs}.",
    "awx-reports": "Statut rapporté par AWX\u00a0: {outcome}.",
    "nothing-launched": "Rien n’a été lancé.",
    "not-approved": "La demande n’est pas approuvée.",
    "file-changed": "Le fichier de la demande a été modifié après l’approbation.",
    "tenant-gone": "Le tenant {tenant} n’existe plus.",
    "target-not-owned": "Le catalogue n’a pas de {name} pour {tenant}.",
    "requester-gone": "{requester}, qui l’a demandée, n’en a plus le droit.",
    "approver-gone": "{approver} avait approuvé, et n’a plus aucun rôle.",
    "approve-anew": "La demande doit être approuvée à nouveau.",
    "production-moved-on": "{ticket} a mis {version} en production après l’approbation.",
    "emergency-no-more": "Aucune règle ne permet plus à {approver} de déclarer cette urgence.",
    "emergency-overdue": "Personne n’a répondu de l’urgence avant le {until}.",
    "votes-missing": "D’après les règles actuelles de l’entreprise, il manque des voix\u00a0: {votes}.",
    "standard-approves": "La règle {rule} l’a approuvée\u00a0: impact {impact}, évolution {step} depuis {before}, "
    "{count} déploiements sans incident\u00a0: {tickets}.",
    "standard-impact": "L’impact est {impact}, et la règle approuve un impact {highest} au plus.",
    "standard-not-forward": "Ce n’est pas une version plus récente que {before}.",
    "standard-step": "L’évolution est {step}, et la règle approuve une évolution {largest} au plus.",
    "standard-count": "La cible compte {count} déploiements sans incident en {days} jours, il en faut {wanted}.",
    "standard-breaking": "Son contrat rompt la compatibilité pour ses appelants.",
    "standard-not-compared": "Personne n’a pu comparer son contrat à celui de la production.",
    "standard-stopped": "Des personnes ont arrêté {ticket}, qui demandait {version}.",
    "standard-untested": "Personne n’a constaté ses preuves de test.",
    "standard-once": "Une règle approuve une demande dès son enregistrement, ou pas du tout.",
    "standard-no-more": "Plus aucune règle ne l’approuve.",
    "approval-too-old": "L’approbation était valable jusqu’au {until}.",
    "delegation-gone": "{approver} avait approuvé, et rien ne lui permet plus de voter pour {giver}.",
    "approver-refused": "{approver} avait approuvé, et n’en a plus le droit\u00a0:",
    "not-authorized": "ses rôles ne le permettent pas.",
    "self-approval": "personne n’approuve sa propre demande.",
    "service-decides": "un compte de service ne peut pas décider.",
    "no-such-approval": "Le dépôt n’a pas de telle demande approuvée.",
    "date-not-come": "La date demandée n’est pas encore venue.",
    "not-proven": "Le dépôt ne prouve pas que quelqu’un l’a autorisée.",
    "asked-by-nobody": "Ce lancement n’a été demandé par aucune demande du dépôt.",
    "template-without-variables": "Le modèle de job d’AWX ne demande pas de variables\u00a0: il déploierait sans "
    "elles.",
    "template-slices": "Le modèle de job d’AWX découpe un job en {slices} tranches.",
    "awx-templates": "AWX montre {found} modèles de job pour {template}, au lieu d’un seul.",
    "awx-credentials": "AWX n’accepte pas les identifiants\u00a0: le jeton est inconnu, expiré ou "
    "révoqué, ou le mot de passe est faux.",
    "awx-forbids": "AWX l’interdit\u00a0: l’utilisateur n’en a pas le droit, ou le jeton ne permet que la lecture.",
    "awx-missing": "AWX ne connaît pas cet objet, ou ne le montre pas à cet utilisateur.",
    "awx-refused": "AWX a refusé.",
    "job-differs": "AWX a créé le job {job} pour autre chose que ce qui a été approuvé\u00a0:",
    "differs-in-kind": "son type est {type}.",
    "differs-in-fields": "le modèle de job a ignoré {fields}.",
    "differs-in-values": "d’autres valeurs pour {fields}.",
    "had-begun": "Il avait déjà commencé (statut\u00a0: {status})\u00a0: vérifiez la cible avant de réessayer.",
    "cancelled-before": "Il a été annulé avant de commencer.",
    "told-to-stop": "Son arrêt a été demandé\u00a0: vérifiez la cible avant de réessayer.",
    "job-failed": "AWX indique que le job a échoué.",
    "job-cancelled": "Le job a été annulé dans AWX.",
    "job-lost": "AWX a perdu la trace du job, son résultat est inconnu\u00a0: vérifiez la cible avant de réessayer.",
    "job-ended": "AWX a terminé le job (statut\u00a0: {status}).",
    "output-unread": "Sa sortie ne peut pas être lue.",
    "outcome-unknown": "Résultat inconnu.",
    "never-answered": "AWX a été sollicité {times} fois et n’a jamais répondu.",
    "job-vanished": "Le job a disparu d’AWX\u00a0: quelqu’un l’a supprimé, ou un nettoyage automatique l’a fait.",
    "health-held": (
        "Le contrôle de santé de la cible a tenu {seconds}\u202fs, en {looks} essais\u00a0; "
        "dernier constat\u00a0: {seen}"
    ),
    "health-failed": (
        "Le contrôle de santé de la cible n’a pas tenu {wanted}\u202fs en {within}\u202fs\u00a0; "
        "dernier constat\u00a0: {seen}"
    ),
    "health-unnamed": "Le registre ne nomme plus de contrôle de santé de la cible.",
    "health-unreadable": "Le contrôle de santé de la cible ne peut pas être lu dans le catalogue\u00a0: {seen}",
    "job-hidden": "AWX ne montre plus le job\u00a0: son modèle a été supprimé, ou l’utilisateur a perdu son rôle.",
    "still-running": "AWX exécute encore le job après {after}\u202f; il n’a pas été interrompu.",
    "not-started": "AWX n’a pas démarré le job en {within} ({explanation}).",
    "was-cancelled": "Il a été annulé.",
    "not-cancelled": "Il n’a pas pu être annulé\u00a0:",
}
"""The sentences of `domain.remarks`; the record itself has the English ones."""
