import { plural } from './plural';

const n = plural('en');

/** What is said of a version against the one in production, and of other requests beside it. */
export const enVersions = {
  direction: { first: 'First', newer: 'Newer', older: 'Older', same: 'Same', unknown: 'Can’t tell' },
  version: 'Version',
  replaces: 'is replaced by',
  comparing: 'Comparing with production…',
  notCompared: 'Not compared',
  failed: 'It could not be compared with what is in production.',
  olderTitle: 'This goes back to an older version',
  older: (before: string, version: string) => `Production has ${before}; ${version} is older than that.`,
  unknownTitle: 'It can’t be told which version is newer',
  unknown: (before: string, version: string) =>
    `Production has ${before}; make sure that ${version} is meant to replace it.`,
  others: (count: number) => `${n(count, 'other open request', 'other open requests')} for this target`,
  othersShort: (count: number) => `+${count} open`,
  digest: 'Digest',
  copy: 'Copy the digest',
  copied: 'The digest is copied',
};

/** What is said where several are decided at once. */
export const enBulk = {
  alone: 'high and critical impact is decided one by one',
  aloneHelp: 'Requests of high and critical impact are decided one by one, each on its own page.',
  older: (count: number) =>
    `${n(count, 'request goes', 'requests go')} back to an older version, or it can’t be told which is newer`,
  sharedTitle: (name: string, count: number) => `${count} of them are versions of ${name}`,
  shared: (version: string) =>
    `Each approval is a deployment. The one of ${version} is the last, so production ends there.`,
  newestOnly: (count: number) => `Newest only: leave out ${n(count, 'other version', 'other versions')}`,
  newestHelp: 'What is left out stays pending.',
  leftOut: 'Left out, stays pending',
};
