import { enVotes } from './en.votes';
import { type Params, type Refusals, roles } from './refusals';
import { needed, needsIn } from './votes';

const ROLES = {
  cpi: 'tenant administrator (CPI)',
  cpi_admin: 'platform administrator',
  devops: 'DevOps engineer',
  viewer: 'viewer',
};

/** Who may instead, where the refusal names somebody. */
function who({ holders, more }: Params): string {
  if (!holders) return '';
  return ` Who may: ${holders}${more ? ` and ${more} more` : ''}.`;
}

/** What a pipeline says against the claim that the tests passed. */
function against({ pipeline, what, job, status, ref, wanted, project }: Params): string {
  const seen = `Pipeline ${pipeline ?? ''} speaks against it:`;
  if (what === 'project') return `${seen} it is of ${project}, not of ${wanted}.`;
  if (what === 'ref') return `${seen} it ran for ${ref}, not for ${wanted}.`;
  if (what === 'job-missing') return `${seen} it has no job ${job}.`;
  if (what === 'job') return `${seen} its job ${job} is “${status}”.`;
  if (what === 'status') return `${seen} it is “${status}”.`;
  return 'The test evidence speaks against what is claimed.';
}

/** Votes as the reader is told of them. */
const votes = (missing?: string) => needed(enVotes, needsIn(missing));

/** Every refusal of the server by its kind, with the values that it carries. */
export const enRefusals: Refusals = {
  'already-open': ({ ticket, name, version }) =>
    ticket
      ? `${ticket} asks for ${name} ${version} already, and is still open.`
      : 'Another open request asks for the same.',
  'bad-cursor': () => 'This page of the list is no longer there. Start from the first one.',
  'body-too-large': () => 'What was sent is too large.',
  'debts-overdue': ({ debts }) =>
    `Emergencies wait too long for an answer${debts ? `: ${debts}` : ''}. Somebody has to answer for them first.`,
  'emergency-not-allowed': () => 'No rule lets you launch this past votes and freezes.',
  'nothing-owed': () => 'No emergency of this request waits for an answer.',
  'own-emergency': (params) =>
    `Somebody else than you, who declared the emergency, has to answer for it.${who(params)}`,
  'changed-since': () => 'The request changed meanwhile. This is how it stands now.',
  'engine-unavailable': () =>
    'Prodgate’s engine does not answer. What you asked may still be done: look before you try again.',
  'faulty-file': ({ file, line }) => {
    if (!file) return 'Not now: a file of the record has a fault.';
    return `Not now: ${file} has a fault${line ? `, in line ${line}` : ''}.`;
  },
  form: () => 'This does not have the form that is asked for.',
  'headers-too-large': () => 'The request’s headers are too large.',
  'history-full': () => 'Too much was decided on this request. Make a new one.',
  'identity-changed': () =>
    'You acted here before with another sign-in. Whoever runs the platform has to enter the new one in the directory first.',
  internal: () => 'Something went wrong in Prodgate; it has been logged.',
  invalid: () => 'Some of what was sent can’t be taken.',
  'key-ended': () => 'The key that this was signed with ended before it was recorded; decide again.',
  'key-reused': () => 'This was sent before with other content. Start again.',
  'logout-refused': () => 'This logout can’t be taken.',
  'malformed-ticket': () => 'The request’s file is malformed.',
  'method-not-allowed': () => 'This address does not take that.',
  missing: () => 'Required.',
  'no-such-address': () => 'There is nothing at this address.',
  'nobody-to-approve': ({ missing }) =>
    missing
      ? enVotes.tooFew(votes(missing))
      : 'Nobody but you could approve this. Another approver has to be added to the tenant first.',
  'newer-format': () => 'A later release of Prodgate wrote this. Tell whoever operates Prodgate.',
  'not-authorized': (params) => {
    const { tenant, roles: named, action } = params;
    if (!tenant || !named) return 'Your roles don’t allow this.';
    const own = action === 'cancel' || action === 'retry' ? ', or having asked for it' : '';
    const needed = roles(named, ROLES).join(' or ');
    return `For ${tenant} this takes the role ${needed}${own}.${who(params)}`;
  },
  'not-cancellable': (_, state) =>
    state ? `It can no longer be withdrawn: ${state}.` : 'It can no longer be withdrawn.',
  'not-found': () => 'There is no such request, or you may no longer see it.',
  'not-held': (_, state) => (state ? `Nobody holds it: ${state}.` : 'Nobody holds it.'),
  'not-holdable': (_, state) => (state ? `It can’t be held: ${state}.` : 'It can’t be held.'),
  'not-known': () => 'This is not known here.',
  'not-one-of': () => 'This is none of the values that can be chosen.',
  'not-pending': (_, state) => (state ? `It is no longer pending: ${state}.` : 'It is no longer pending.'),
  'not-retryable': ({ attempts }) =>
    attempts
      ? `It failed ${attempts} times; make a new request.`
      : 'Only a failed deployment can be retried.',
  'not-running': () => 'Prodgate’s engine does not run this request. Tell whoever operates Prodgate.',
  'nothing-to-repair': () => 'This commit left nothing that has to be put back.',
  'payload-unreadable': () => 'What Temporal keeps can’t be decrypted with the keys that are known here.',
  'pre-checks-not-passed': () => 'Staging tests and security scan must have passed.',
  'production-changed': ({ production, shown = '' }) => {
    if (production === undefined) return 'Production is not what it was when you looked. Look again.';
    const now = production ? `Production is at ${production} now` : 'Nothing is in production now';
    return `${now}, and you were shown ${shown || 'that nothing is there'}. Look again.`;
  },
  'document-damaged': () =>
    'The stored file is not the one that was made, so it is not handed out. Have the report made again.',
  'document-gone': () => 'The file is no longer kept. Have the report made again.',
  'feed-ended': () => 'This is no address of a calendar, or it was ended. Make a new one.',
  'link-expired': () => 'The link has expired. Make a new one.',
  'link-invalid': () => 'This is no link of Prodgate, or it was changed.',
  'link-not-yours': () => 'This link is somebody else’s.',
  'link-used': () => 'The link was used already. Make a new one.',
  'no-such-month': () => 'Choose a month that has begun.',
  'part-not-retryable': () => 'This part is made, or being made.',
  'report-too-large': () => 'A report is of at most 1,000 tenants: choose those that it is to be of.',
  'report-stopped': () => 'The report is not being made now, so there is nothing to cancel.',
  'storage-down': () => 'The store of documents can’t be reached now. Try again.',
  'provider-unavailable': () =>
    'The identity provider does not answer, so nobody can be recognised. Try again.',
  'record-behind': () => 'Prodgate has not read the latest of the Git record. Try again in a moment.',
  'record-unreachable': () => 'The Git record can’t be reached now. Try again.',
  'revocations-unknown': () =>
    'Not now: the list of ended sessions can’t be read, so nothing is approved or retried. Try again in a moment.',
  'scheduled-in-the-past': () => 'The date must be in the future.',
  'scheduled-too-late': () => 'The date must be within a year.',
  'self-approval': (params) => `You can’t approve your own request; somebody else has to.${who(params)}`,
  'service-decides': () => 'A service account can’t decide.',
  'session-revoked': () => 'This session was ended. Sign in again.',
  'stale-decision': () => 'The request is no longer the one you decided on.',
  'stale-sign-in': () => 'Sign in again: this decision needs a more recent sign-in.',
  'target-not-owned': ({ tenant, name }) =>
    name ? `The catalogue has no ${name} of ${tenant}.` : 'The target is not this tenant’s.',
  'tenant-gone': ({ tenant }) =>
    tenant ? `The tenant ${tenant} no longer exists.` : 'The tenant no longer exists.',
  'tenant-not-named': ({ tenants }) => (tenants ? `Choose the tenant: ${tenants}.` : 'Choose the tenant.'),
  'too-large': ({ limit }) => `At most ${limit}.`,
  'too-long': ({ limit }) => `At most ${limit} characters.`,
  'too-many': ({ limit }) => `At most ${limit} of them.`,
  'too-many-open': ({ open, most }) =>
    open
      ? `You have ${open} open requests, and ${most} are allowed: let some be decided, or withdraw them.`
      : 'You have too many open requests: let some be decided, or withdraw them.',
  'too-many-requests': () => 'Too many requests at once. Try again in a moment.',
  'too-short': ({ limit }) => `At least ${limit} characters.`,
  'too-small': ({ limit }) => `At least ${limit}.`,
  'trail-not-kept': () =>
    'No audit trail is kept here. Whoever operates Prodgate can set PRODGATE_AUDIT_REPO.',
  'trail-unread': () => 'The audit trail is being read for the first time. Try again in a minute.',
  unauthenticated: () => 'Sign in again.',
  'unknown-environment': ({ name, environments }) =>
    name ? `${name} is promoted ${environments}.` : 'The target has no such environment.',
  'evidence-contradicts': (p) => against(p),
  'evidence-not-checked': () => 'The test evidence could not be checked.',
  unproven: () => 'Prodgate’s engine did not accept the signature. Tell whoever operates Prodgate.',
  unreadable: () => 'What was sent can’t be read.',
  'version-malformed': () => 'A version begins with a letter or digit and has no “..”.',
  'version-moves': ({ version }) =>
    version ? `${version} moves: give the digest of what is meant.` : 'The version moves: give its digest.',
  'document-too-large': () => 'The document takes more time, memory or space than it may.',
  'not-over': () => 'This request is not over: only then it has a receipt.',
  'no-checkpoint-yet': () => 'No checkpoint holds the end of this request yet. One is made each hour.',
  'receipt-unproven': () =>
    'There is no receipt: not all of this request can be proven. Tell whoever operates Prodgate.',
  'endpoint-refused': () => 'The push service of this browser has no public address, so it is not called.',
  'push-off': () => 'This installation notifies nobody in their browser.',
  'not-delegated': ({ giver }) =>
    giver ? `Nothing lets you vote for ${giver} now.` : 'Nothing lets you vote for this person now.',
  'vote-not-handed': () =>
    'This vote takes a passkey, so it can’t be handed over: whoever has it has to give it themselves.',
  'no-vote-to-give': () => 'Only who may approve, by a role of their own, can hand their vote over.',
  'delegate-unfit': () =>
    'A vote is handed to another person, whom the directory knows by this very address.',
  'delegation-dates': () => 'A vote is handed over for 30 days at most, from now or within 90 days.',
  'delegation-over': () => 'This delegation has ended.',
  'delegation-gone': () =>
    'The record no longer has this delegation as it was signed, so it gives no vote. Hand your vote over anew.',
  'passkey-required': () =>
    'This decision takes your passkey: decide in the console, where your browser asks for it.',
  'passkey-invalid': () =>
    'The passkey’s answer does not prove this decision. Begin again, with a passkey of your own that counts.',
  'passkey-over': () => 'This passkey is in the record already, or counts no more.',
  'too-many-passkeys': () => 'You have too many passkeys: withdraw one first.',
  'too-many-delegations': () => 'You have handed your vote over too often: end a delegation first.',
  'too-many-browsers': () => 'You are notified in ten browsers already. Remove one of them first.',
  'preferences-changed': () => 'Your preferences were changed meanwhile, in another window. Read them again.',
  'template-changed': () => 'Somebody else has changed the template meanwhile. Read it again.',
  'template-faulty': ({ file, line }) =>
    `${file ?? 'The template'}${line ? `, line ${line}` : ''}: it can’t be rendered.`,
  'rules-faulty': () => 'A rule has a fault.',
  'trial-too-large': () => 'The trial takes more time or memory than it may: begin at a later day.',
  'wrong-ticket': () => 'The message names another request.',
  'no-vote': () => enVotes.noVote,
  'already-voted': () => 'You have voted.',
  'vote-not-needed': ({ missing }) => enVotes.notNeeded(votes(missing)),
  'votes-missing': ({ missing }) => enVotes.othersToo(votes(missing)),
};
