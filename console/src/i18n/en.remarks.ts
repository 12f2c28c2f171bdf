import { enVotes } from './en.votes';
import type { RemarkWords } from './remarks';
import { needed, needsIn } from './votes';

/** What the service itself says in the record, by its kind. */
export const enRemarks: RemarkWords = {
  'awx-ran': (_, when) => `AWX ran it ${when}.`,
  'awx-twins': ({ jobs }) => `AWX made more than one job for this attempt: see ${jobs} too.`,
  'awx-reports': ({ outcome }) => `AWX reports: ${outcome}.`,
  'nothing-launched': () => 'Nothing was launched.',
  'not-approved': ({ state }) => `The request is ${state}, not approved.`,
  'file-changed': () => 'The request’s file was changed after the approval.',
  'tenant-gone': ({ tenant }) => `The tenant ${tenant} no longer exists.`,
  'target-not-owned': ({ tenant, type, name }) => `${tenant} owns no ${type} named ${name} in the catalogue.`,
  'requester-gone': ({ requester }) => `${requester}, who asked for it, may not any more.`,
  'approver-gone': ({ approver }) => `${approver}, who approved, holds no role any more.`,
  'delegation-gone': ({ approver, giver }) =>
    `Nothing lets ${approver}, who approved, vote for ${giver} any more.`,
  'approver-refused': ({ approver }) => `${approver}, who approved, no longer may:`,
  'not-authorized': () => 'not authorised.',
  'self-approval': () => 'nobody approves their own request.',
  'service-decides': () => 'a service account can’t decide.',
  'approve-anew': () => 'The request has to be approved again.',
  'production-moved-on': ({ ticket, version }) =>
    `Production was changed by ${ticket} to ${version} after the approval.`,
  'votes-missing': ({ votes }) => enVotes.lapsed(needed(enVotes, needsIn(votes))),
  'standard-approves': ({ rule, impact, step, before, count, tickets }) =>
    `The rule ${rule} approved it: impact ${impact}, step ${step} from ${before}, ${count} clean deployments: ${tickets}.`,
  'standard-impact': ({ impact, highest }) =>
    `The impact is ${impact}, and the rule approves ${highest} at most.`,
  'standard-not-forward': ({ before }) => `It is no step forward from ${before}.`,
  'standard-step': ({ step, largest }) => `The step is ${step}, and the rule approves ${largest} at most.`,
  'standard-count': ({ count, days, wanted }) =>
    `The target has ${count} clean deployments within ${days} days, and ${wanted} are needed.`,
  'standard-breaking': () => 'Its contract breaks who calls it.',
  'standard-not-compared': () => 'Nobody could compare its contract with production’s.',
  'standard-stopped': ({ ticket, version }) => `People stopped ${ticket}, which asked for ${version}.`,
  'standard-untested': () => 'Nobody saw that its test evidence holds.',
  'standard-once': () => 'A rule approves a request right after it was recorded, or not at all.',
  'standard-no-more': () => 'No rule approves it any more.',
  'emergency-no-more': ({ approver }) => `No rule lets ${approver} declare this emergency any more.`,
  'emergency-overdue': (_, when) => `Nobody answered for the emergency until ${when}.`,
  'approval-too-old': (_, when) => `The approval was valid until ${when}.`,
  'no-such-approval': () => 'The record has no such approved request.',
  'date-not-come': () => 'The date that the request asks for has not come.',
  'not-proven': () => 'The record does not prove that somebody let it through.',
  'asked-by-nobody': () => 'The launch was not asked for by a request of the record.',
  'template-without-variables': () =>
    'AWX’s job template does not prompt for variables, so that it would deploy without them.',
  'template-slices': ({ slices }) => `AWX’s job template cuts a job into ${slices} slices.`,
  'awx-templates': ({ found, template }) => `AWX shows ${found} job templates for ${template}, not one.`,
  'awx-credentials': () =>
    'AWX does not accept the credentials: the token is unknown, expired or revoked, or the password is wrong.',
  'awx-forbids': () => 'AWX forbids it: the user lacks the right, or the token may only read.',
  'awx-missing': () => 'AWX knows no such object, or does not show it to this user.',
  'awx-refused': () => 'AWX refused.',
  'job-differs': ({ job }) => `AWX made job ${job} of something else than was approved:`,
  'differs-in-kind': ({ type }) => `it is a ${type}.`,
  'differs-in-fields': ({ fields }) => `the job template ignored ${fields}.`,
  'differs-in-values': ({ fields }) => `other values for ${fields}.`,
  'had-begun': ({ status }) =>
    `It had begun already, and is ${status}: look at the target before trying again.`,
  'cancelled-before': () => 'It was cancelled before it began.',
  'told-to-stop': () => 'It was told to stop: look at the target before trying again.',
  'job-failed': () => 'AWX says that the job failed.',
  'job-cancelled': () => 'The job was cancelled in AWX.',
  'job-lost': () =>
    'AWX lost sight of the job, so that its outcome is unknown: look at the target before trying again.',
  'job-ended': ({ status }) => `AWX ended the job as ${status}.`,
  'output-unread': () => 'Its output can’t be read.',
  'outcome-unknown': () => 'Outcome unknown.',
  'never-answered': ({ times }) => `AWX was asked ${times} times and never answered.`,
  'job-vanished': () => 'The job has vanished from AWX: somebody deleted it, or a clean-up did.',
  'job-hidden': () => 'AWX no longer shows the job: its template was deleted, or the user lost its role.',
  'still-running': ({ after }) => `AWX still runs the job after ${after}; it was left alone.`,
  'not-started': ({ within, explanation }) => `AWX did not start the job within ${within} (${explanation}).`,
  'was-cancelled': () => 'It was cancelled.',
  'not-cancelled': () => 'It could not be cancelled:',
  'health-held': ({ seconds, looks, seen }) =>
    `The target’s check held for ${seconds} s, in ${looks} looks; last seen: ${seen}`,
  'health-failed': ({ wanted, within, seen }) =>
    `The target’s check did not hold for ${wanted} s within ${within} s; last seen: ${seen}`,
  'health-unnamed': () => 'The record names no check of the target any more.',
  'health-unreadable': ({ seen }) => `The target’s check can’t be read in the catalogue: ${seen}`,
};
