import { frVotes } from './fr.votes';
import { type Params, type Refusals, roles } from './refusals';
import { needed, needsIn } from './votes';

const ROLES = {
  cpi: 'administrateur du tenant (CPI)',
  cpi_admin: 'administrateur de la plateforme',
  devops: 'ingénieur DevOps',
  viewer: 'lecteur',
};

/** Qui le peut, si le refus nomme quelqu’un. */
function who({ holders, more }: Params): string {
  if (!holders) return '';
  const others = more && (more === '1' ? ' et une autre personne' : ` et ${more} autres`);
  return ` Qui le peut : ${holders}${others ?? ''}.`;
}

/** Ce qu’un pipeline dit contre des tests déclarés réussis. */
function against({ pipeline, what, job, status, ref, wanted, project }: Params): string {
  const seen = `Le pipeline ${pipeline ?? ''} dit le contraire :`;
  if (what === 'project') return `${seen} il est de ${project}, non de ${wanted}.`;
  if (what === 'ref') return `${seen} il a tourné pour ${ref}, non pour ${wanted}.`;
  if (what === 'job-missing') return `${seen} il n’a pas de tâche ${job}.`;
  if (what === 'job') return `${seen} sa tâche ${job} est « ${status} ».`;
  if (what === 'status') return `${seen} il est « ${status} ».`;
  return 'La preuve de test contredit ce qui est déclaré.';
}

/** Les voix, telles qu’on les dit. */
const votes = (missing?: string) => needed(frVotes, needsIn(missing));

export const frRefusals: Refusals = {
  'already-open': ({ ticket, name, version }) =>
    ticket
      ? `${ticket} demande déjà ${name} ${version}, et est encore ouverte.`
      : 'Une autre demande ouverte porte sur la même chose.',
  'bad-cursor': () => 'Cette page de la liste n’existe plus. Repartez de la première.',
  'body-too-large': () => 'L’envoi est trop volumineux.',
  'debts-overdue': ({ debts }) =>
    `Des urgences attendent une réponse depuis trop longtemps${debts ? ` : ${debts}` : ''}. Quelqu’un doit d’abord en répondre.`,
  'emergency-not-allowed': () => 'Aucune règle ne vous permet de lancer ceci sans les voix ni les gels.',
  'nothing-owed': () => 'Aucune urgence de cette demande n’attend de réponse.',
  'own-emergency': (params) =>
    `Une autre personne que vous, qui avez déclaré l’urgence, doit en répondre.${who(params)}`,
  'changed-since': () => 'La demande a changé entre-temps. Voici où elle en est.',
  'engine-unavailable': () =>
    'Le moteur de Prodgate ne répond pas. Votre action a pu aboutir : vérifiez avant de réessayer.',
  'faulty-file': ({ file, line }) => {
    if (!file) return 'Pas pour l’instant : un fichier du dépôt a un défaut.';
    return `Pas pour l’instant : ${file} a un défaut${line ? `, à la ligne ${line}` : ''}.`;
  },
  form: () => 'Ceci n’a pas la forme attendue.',
  'headers-too-large': () => 'Les en-têtes de la requête sont trop volumineux.',
  'history-full': () => 'Trop de décisions ont été prises sur cette demande. Faites-en une nouvelle.',
  'identity-changed': () =>
    'Vous avez déjà agi ici avec une autre connexion. L’équipe qui exploite la plateforme doit d’abord inscrire la nouvelle dans l’annuaire.',
  internal: () => 'Une erreur est survenue dans Prodgate ; elle a été journalisée.',
  invalid: () => 'Une partie de l’envoi ne peut pas être acceptée.',
  'key-ended': () =>
    'La clé qui a signé cette décision a pris fin avant son enregistrement ; décidez de nouveau.',
  'key-reused': () => 'Ceci a déjà été envoyé avec un autre contenu. Recommencez.',
  'logout-refused': () => 'Cette déconnexion ne peut être prise en compte.',
  'malformed-ticket': () => 'Le fichier de la demande est mal formé.',
  'method-not-allowed': () => 'Cette adresse n’accepte pas cette opération.',
  missing: () => 'Obligatoire.',
  'no-such-address': () => 'Il n’y a rien à cette adresse.',
  'nobody-to-approve': ({ missing }) =>
    missing
      ? frVotes.tooFew(votes(missing))
      : 'Personne d’autre que vous ne pourrait l’approuver. Il faut d’abord ajouter un approbateur au tenant.',
  'newer-format': () =>
    'Une version plus récente de Prodgate a écrit ceci. Prévenez l’équipe qui exploite Prodgate.',
  'not-authorized': (params) => {
    const { tenant, roles: named, action } = params;
    if (!tenant || !named) return 'Vos rôles ne le permettent pas.';
    const own = action === 'cancel' || action === 'retry' ? ', ou être l’auteur de la demande' : '';
    const needed = roles(named, ROLES).join(' ou ');
    return `Pour ${tenant}, il faut être ${needed}${own}.${who(params)}`;
  },
  'not-cancellable': (_, state) =>
    state ? `Elle ne peut plus être retirée (état : ${state}).` : 'Elle ne peut plus être retirée.',
  'not-found': () => 'Cette demande n’existe pas, ou vous ne pouvez plus la voir.',
  'not-held': (_, state) =>
    state ? `Elle n’est pas suspendue (état : ${state}).` : 'Elle n’est pas suspendue.',
  'not-holdable': (_, state) =>
    state ? `Elle ne peut pas être suspendue (état : ${state}).` : 'Elle ne peut pas être suspendue.',
  'not-known': () => 'Ceci n’est pas connu ici.',
  'not-one-of': () => 'Ce n’est aucune des valeurs possibles.',
  'not-pending': (_, state) =>
    state ? `Elle n’est plus en attente (état : ${state}).` : 'Elle n’est plus en attente.',
  'not-retryable': ({ attempts }) =>
    attempts
      ? `Elle a échoué ${attempts} fois ; faites une nouvelle demande.`
      : 'Seul un déploiement en échec peut être relancé.',
  'not-running': () =>
    'Le moteur de Prodgate n’exécute pas cette demande. Prévenez l’équipe qui exploite Prodgate.',
  'nothing-to-repair': () => 'Ce commit n’a rien laissé à remettre en place.',
  'payload-unreadable': () => 'Ce que conserve Temporal ne se déchiffre pas avec les clés connues ici.',
  'pre-checks-not-passed': () => 'Les tests de staging et l’analyse de sécurité doivent avoir réussi.',
  'production-changed': ({ production, shown = '' }) => {
    if (production === undefined) return 'La production n’est plus ce que vous aviez vu. Regardez à nouveau.';
    const now = production
      ? `La production est maintenant en ${production}`
      : 'Rien n’est en production maintenant';
    return `${now}, et vous aviez vu ${shown || 'qu’il n’y avait rien'}. Regardez à nouveau.`;
  },
  'document-damaged': () =>
    'Le fichier conservé n’est pas celui qui a été préparé : il n’est pas remis. Demandez le rapport à nouveau.',
  'document-gone': () => 'Le fichier n’est plus conservé. Demandez le rapport à nouveau.',
  'feed-ended': () =>
    'Ce n’est pas une adresse de calendrier, ou elle a été supprimée. Créez-en une nouvelle.',
  'link-expired': () => 'Le lien a expiré. Demandez-en un nouveau.',
  'link-invalid': () => 'Ce n’est pas un lien de Prodgate, ou il a été modifié.',
  'link-not-yours': () => 'Ce lien est celui de quelqu’un d’autre.',
  'link-used': () => 'Le lien a déjà servi. Demandez-en un nouveau.',
  'no-such-month': () => 'Choisissez un mois qui a commencé.',
  'part-not-retryable': () => 'Cette partie est prête, ou en préparation.',
  'report-too-large': () =>
    'Un rapport porte sur 1 000 tenants au plus : choisissez ceux qu’il doit couvrir.',
  'report-stopped': () => 'Le rapport n’est pas en préparation : il n’y a rien à annuler.',
  'storage-down': () => 'Le stockage des documents est injoignable. Réessayez.',
  'provider-unavailable': () =>
    'Le fournisseur d’identité ne répond pas ; personne ne peut être reconnu. Réessayez.',
  'record-behind': () =>
    'Prodgate n’a pas encore lu le dernier état du dépôt Git. Réessayez dans un instant.',
  'record-unreachable': () => 'Git est injoignable pour l’instant. Réessayez.',
  'revocations-unknown': () =>
    'Pas maintenant : la liste des sessions fermées est illisible, donc rien n’est approuvé ni relancé. Réessayez dans un instant.',
  'scheduled-in-the-past': () => 'La date doit être dans le futur.',
  'scheduled-too-late': () => 'La date doit être dans l’année qui vient.',
  'self-approval': (params) =>
    `Vous ne pouvez pas approuver votre propre demande ; une autre personne le doit.${who(params)}`,
  'service-decides': () => 'Un compte de service ne peut pas décider.',
  'session-revoked': () => 'Cette session a été fermée. Reconnectez-vous.',
  'stale-decision': () => 'La demande n’est plus celle sur laquelle vous vous êtes prononcé.',
  'stale-sign-in': () => 'Reconnectez-vous : cette décision demande une connexion plus récente.',
  'target-not-owned': ({ tenant, name }) =>
    name ? `Le catalogue n’a pas de ${name} pour ${tenant}.` : 'La cible n’est pas à ce tenant.',
  'tenant-gone': ({ tenant }) => (tenant ? `Le tenant ${tenant} n’existe plus.` : 'Le tenant n’existe plus.'),
  'tenant-not-named': ({ tenants }) =>
    tenants ? `Choisissez le tenant : ${tenants}.` : 'Choisissez le tenant.',
  'too-large': ({ limit }) => `${limit} au plus.`,
  'too-long': ({ limit }) => `${limit} caractères au plus.`,
  'too-many': ({ limit }) => `${limit} au plus.`,
  'too-many-open': ({ open, most }) =>
    open
      ? `Vous avez ${open} demandes ouvertes, pour ${most} permises : attendez des décisions ou retirez-en.`
      : 'Vous avez trop de demandes ouvertes : attendez des décisions ou retirez-en.',
  'too-many-requests': () => 'Trop de requêtes à la fois. Réessayez dans un instant.',
  'too-short': ({ limit }) => `${limit} caractères au moins.`,
  'too-small': ({ limit }) => `${limit} au moins.`,
  'trail-not-kept': () =>
    'Aucun journal d’audit n’est tenu ici. L’exploitant de Prodgate peut définir PRODGATE_AUDIT_REPO.',
  'trail-unread': () => 'Le journal d’audit est en cours de première lecture. Réessayez dans une minute.',
  unauthenticated: () => 'Reconnectez-vous.',
  'unknown-environment': ({ name, environments }) =>
    name ? `${name} se promeut ${environments}.` : 'La cible n’a pas cet environnement.',
  'evidence-contradicts': (p) => against(p),
  'evidence-not-checked': () => 'La preuve de test n’a pas pu être vérifiée.',
  unproven: () =>
    'Le moteur de Prodgate n’a pas accepté la signature. Prévenez l’équipe qui exploite Prodgate.',
  unreadable: () => 'L’envoi est illisible.',
  'version-malformed': () => 'Une version commence par une lettre ou un chiffre, et ne contient pas « .. ».',
  'version-moves': ({ version }) =>
    version
      ? `${version} est mouvante : donnez l’empreinte de ce qui est visé.`
      : 'La version est mouvante : donnez son empreinte.',
  'document-too-large': () => 'Le document prend plus de temps, de mémoire ou de place qu’il n’est permis.',
  'not-over': () => 'Cette demande n’est pas terminée : elle n’a de reçu qu’ensuite.',
  'no-checkpoint-yet': () =>
    'Aucun point de contrôle ne couvre encore la fin de cette demande. Il s’en fait un par heure.',
  'receipt-unproven': () =>
    'Il n’y a pas de reçu : tout n’est pas prouvé dans cette demande. Prévenez l’équipe qui exploite Prodgate.',
  'endpoint-refused': () =>
    'Le service de notifications de ce navigateur n’a pas d’adresse publique : il n’est pas appelé.',
  'push-off': () => 'Cette installation n’avertit personne dans son navigateur.',
  'not-delegated': ({ giver }) =>
    giver
      ? `Rien ne vous permet de voter pour ${giver} en ce moment.`
      : 'Rien ne vous permet de voter pour cette personne en ce moment.',
  'vote-not-handed': () =>
    'Ce vote demande une clé d’accès et ne peut donc pas être confié : la personne qui l’a doit le donner elle-même.',
  'no-vote-to-give': () =>
    'Seules les personnes habilitées à approuver par un rôle à elles peuvent confier leur vote.',
  'delegate-unfit': () =>
    'Un vote se confie à une autre personne, que l’annuaire connaît à cette adresse même.',
  'delegation-dates': () => 'Un vote se confie pour 30 jours au plus, dès maintenant ou d’ici 90 jours.',
  'delegation-over': () => 'Cette délégation est terminée.',
  'delegation-gone': () =>
    'Le référentiel n’a plus cette délégation telle qu’elle a été signée : elle ne donne aucune voix. Confiez votre vote de nouveau.',
  'passkey-required': () =>
    'Cette décision demande votre clé d’accès : décidez dans la console, où votre navigateur la demande.',
  'passkey-invalid': () =>
    'La réponse de la clé d’accès ne prouve pas cette décision. Recommencez, avec une clé à vous qui compte.',
  'passkey-over': () => 'Cette clé d’accès est déjà dans le registre, ou ne compte plus.',
  'too-many-passkeys': () => 'Vous avez trop de clés d’accès : retirez-en une d’abord.',
  'too-many-delegations': () =>
    'Vous avez confié votre vote trop souvent : mettez d’abord fin à une délégation.',
  'too-many-browsers': () => 'Vous êtes déjà averti dans dix navigateurs. Retirez-en un d’abord.',
  'preferences-changed': () =>
    'Vos préférences ont été changées entre-temps, dans une autre fenêtre. Relisez-les.',
  'template-changed': () => 'Quelqu’un d’autre a changé le modèle entre-temps. Relisez-le.',
  'template-faulty': ({ file, line }) =>
    `${file ?? 'Le modèle'}${line ? `, ligne ${line}` : ''} : il ne peut pas être rendu.`,
  'rules-faulty': () => 'Une règle a un défaut.',
  'trial-too-large': () =>
    'L’essai prend plus de temps ou de mémoire qu’il n’est permis : partez d’un jour plus récent.',
  'wrong-ticket': () => 'Le message nomme une autre demande.',
  'no-vote': () => frVotes.noVote,
  'already-voted': () => 'Vous avez voté.',
  'vote-not-needed': ({ missing }) => frVotes.notNeeded(votes(missing)),
  'votes-missing': ({ missing }) => frVotes.othersToo(votes(missing)),
};
