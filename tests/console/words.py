"""The console's words where tests look, in both languages: written here again, so that a slip there is seen."""

# ruff: noqa: RUF001  typographic apostrophes are what French and English have

from dataclasses import dataclass


@dataclass(frozen=True)
class Words:
    """One language, and the locale of a browser that prefers it."""

    locale: str
    sign_in: str
    sign_out: str
    account: str
    requests: str
    new: str
    waiting: str
    mine: str
    every: str
    search: str
    nothing_found: str
    name: str
    version: str
    tenant: str
    justification: str
    notes: str
    rollback: str
    evidence: str
    staging: str
    security: str
    performance: str
    preview: str
    send: str
    low: str
    high: str
    at_date: str
    date: str
    draft_back: str
    draft_kept: str
    discard: str
    approve: str
    reject: str
    withdraw: str
    withdraw_it: str
    again: str
    ask_again: str
    comment: str
    reason: str
    reason_short: str
    pending: str
    approved: str
    rejected: str
    cancelled: str
    deployed: str
    failed: str
    not_own: str
    not_allowed: str
    meanwhile: str
    session_over: str
    session_revoked: str
    confirm_you: str
    fresh: str
    lost: str
    back: str
    offline: str
    not_found: str
    select_all: str
    approve_several: str
    decided: str
    in_production: str
    deciders: str
    forbidden: str
    shortcuts: str
    older: str
    goes_back: str
    some_go_back: str
    newest_only: str
    left_out: str
    one_by_one: str
    one_decided: str
    three_decided: str
    by_you: str
    not_compared: str
    performance_missing: str
    digest: str
    moves: str
    copy_digest: str
    stoppers: str
    close: str
    hold: str
    hold_it: str
    release: str
    release_it: str
    held: str
    held_by: str
    lapsed: str
    lapsed_title: str
    superseded: str
    newer: str
    behind: str
    not_proven: str
    another: str
    moved: str
    look_again: str
    decide_by: str
    taken_back: str
    next_waiting: str


EN = Words(
    locale="en-GB",
    sign_in="Sign in",
    sign_out="Sign out",
    account="Account of",
    requests="Production requests",
    new="New request",
    waiting="Waiting for me",
    mine="Mine",
    every="All",
    search="Search names, people, text",
    nothing_found="No request matches these filters",
    name="Name",
    version="Version",
    tenant="Tenant",
    justification="Justification",
    notes="Release notes",
    rollback="Rollback plan",
    evidence="Evidence",
    staging="Staging tests passed",
    security="Security scan passed",
    performance="Performance tests passed",
    preview="Preview",
    send="Send for approval",
    low="Low",
    high="High",
    at_date="At a date",
    date="Date and time",
    draft_back="Your draft was restored.",
    draft_kept="Draft kept in this browser",
    discard="Discard draft",
    approve="Approve",
    reject="Reject",
    withdraw="Withdraw",
    withdraw_it="Withdraw it",
    again="Deploy again",
    ask_again="Ask again",
    comment="Comment",
    reason="Reason",
    reason_short="At least 10 characters",
    pending="Pending",
    approved="Approved",
    rejected="Rejected",
    cancelled="Withdrawn",
    deployed="Deployed",
    failed="Failed",
    not_own="You can’t approve your own request; somebody else has to.",
    not_allowed="this takes the role tenant administrator (CPI) or platform administrator",
    meanwhile="The request has changed meanwhile",
    session_over="Your session has ended",
    session_revoked="It was ended at the sign-in, or by whoever runs the platform",
    confirm_you="Please confirm it is you",
    fresh="new request: show",
    lost="Live updates are interrupted",
    back="Connected again",
    offline="You are offline",
    not_found="There is no such request",
    select_all="Select all shown",
    approve_several="Approve…",
    decided="2 of 2 decided",
    in_production="In production now",
    deciders="Who can approve",
    forbidden="You can’t ask for promotions",
    shortcuts="Keyboard shortcuts",
    older="Older",
    goes_back="This goes back to an older version",
    some_go_back="1 request goes back to an older version",
    newest_only="Newest only",
    left_out="Left out, stays pending",
    one_by_one="Requests of high and critical impact are decided one by one",
    one_decided="1 of 1 decided",
    three_decided="3 of 3 decided",
    by_you="Decided by you",
    not_compared="Not compared",
    performance_missing="Performance tests not passed",
    digest="Digest",
    moves="can mean something else tomorrow",
    copy_digest="Copy the digest",
    stoppers="Who can stop it",
    close="Close",
    hold="Hold",
    hold_it="Hold it",
    release="Release",
    release_it="Release it",
    held="Held",
    held_by="Held by",
    lapsed="Lapsed",
    lapsed_title="The approval lapsed: another one is awaited",
    superseded="Superseded",
    newer="A newer request took its place",
    behind="Waits behind",
    not_proven="This request is not proven as the repository has it",
    another="another request",
    moved="Production has changed while you looked",
    look_again="I have looked again",
    decide_by="To be decided by",
    taken_back="Approval taken back: {} waits as before",
    next_waiting="Next that waits for you",
)

FR = Words(
    locale="fr-FR",
    sign_in="Se connecter",
    sign_out="Se déconnecter",
    account="Compte de",
    requests="Demandes de production",
    new="Nouvelle demande",
    waiting="En attente de moi",
    mine="Les miennes",
    every="Toutes",
    search="Chercher noms, personnes, texte",
    nothing_found="Aucune demande ne correspond à ces filtres",
    name="Nom",
    version="Version",
    tenant="Tenant",
    justification="Justification",
    notes="Notes de version",
    rollback="Plan de retour arrière",
    evidence="Preuve",
    staging="Tests de staging réussis",
    security="Analyse de sécurité réussie",
    performance="Tests de performance réussis",
    preview="Aperçu",
    send="Envoyer pour approbation",
    low="Faible",
    high="Élevé",
    at_date="À une date",
    date="Date et heure",
    draft_back="Votre brouillon a été restauré.",
    draft_kept="Brouillon gardé dans ce navigateur",
    discard="Abandonner le brouillon",
    approve="Approuver",
    reject="Rejeter",
    withdraw="Retirer",
    withdraw_it="La retirer",
    again="Redéployer",
    ask_again="Refaire la demande",
    comment="Commentaire",
    reason="Motif",
    reason_short="Au moins 10 caractères",
    pending="En attente",
    approved="Approuvée",
    rejected="Rejetée",
    cancelled="Retirée",
    deployed="Déployée",
    failed="En échec",
    not_own="Vous ne pouvez pas approuver votre propre demande ; une autre personne le doit.",
    not_allowed="il faut être administrateur du tenant (CPI) ou administrateur de la plateforme",
    meanwhile="La demande a changé entre-temps",
    session_over="Votre session est terminée",
    session_revoked="Elle a été fermée chez le fournisseur d’identité, ou par un administrateur de la plateforme",
    confirm_you="Confirmez que c’est bien vous",
    fresh="nouvelle demande : afficher",
    lost="Les mises à jour en direct sont interrompues",
    back="Reconnecté",
    offline="Vous êtes hors ligne",
    not_found="Cette demande n’existe pas",
    select_all="Sélectionner tout ce qui est affiché",
    approve_several="Approuver…",
    decided="2 sur 2 décidées",
    in_production="En production actuellement",
    deciders="Qui peut approuver",
    forbidden="Vous ne pouvez pas demander de promotion",
    shortcuts="Raccourcis clavier",
    older="Plus ancienne",
    goes_back="C’est un retour à une version plus ancienne",
    some_go_back="1 demande revient à une version plus ancienne",
    newest_only="Seulement la plus récente",
    left_out="Écartée, reste en attente",
    one_by_one="Les demandes à impact élevé ou critique se décident une par une",
    one_decided="1 sur 1 décidées",
    three_decided="3 sur 3 décidées",
    by_you="Décidée par vous",
    not_compared="Non comparée",
    performance_missing="Tests de performance non réussis",
    digest="Empreinte",
    moves="peut désigner autre chose demain",
    copy_digest="Copier l’empreinte",
    stoppers="Qui peut l’arrêter",
    close="Fermer",
    hold="Suspendre",
    hold_it="La suspendre",
    release="Lever la suspension",
    release_it="Lever la suspension",
    held="Suspendue",
    held_by="Suspendue par",
    lapsed="À réapprouver",
    lapsed_title="L’approbation est caduque : une nouvelle est attendue",
    superseded="Remplacée",
    newer="Une demande plus récente a pris sa place",
    behind="Attend derrière",
    not_proven="Cette demande n’est pas prouvée telle que le dépôt la contient",
    another="une autre demande",
    moved="La production a changé pendant que vous regardiez",
    look_again="J’ai regardé à nouveau",
    decide_by="À décider avant le",
    taken_back="Approbation annulée : {} attend comme avant",
    next_waiting="La suivante qui vous attend",
)
