import { plural } from './plural';

const n = plural('en');

/** What is said on the page of reports; it comes with that page. */
export const enReports = {
  title: 'Reports',
  help: 'Documents of a month, or of all changes: made for you in the background, kept, and fetched by a link that works once.',
  order: 'New report',
  kind: 'Report',
  kinds: { 'monthly-report': 'Monthly report', 'change-register': 'Register of changes' },
  month: 'Month',
  everything: 'Everything so far',
  tenant: 'Tenant',
  allTenants: 'All of mine',
  formats: 'Formats',
  noFormat: 'Choose a format',
  make: 'Make the report',
  ordered: 'The report is being made.',
  list: 'Reports so far',
  empty: 'No report yet',
  emptyHelp: 'The reports that you, or a schedule, have made appear here.',
  schedule: 'Schedule',
  states: {
    making: 'Being made',
    made: 'Made',
    failed: 'Failed in part',
    cancelled: 'Cancelled',
    stopped: 'Stopped',
  },
  parts: { waiting: 'Being made', made: 'Made', failed: 'Failed', cancelled: 'Cancelled' },
  progress: (made: number, total: number) => `${made} of ${n(total, 'part', 'parts')}`,
  by: (who: string) => `by ${who}`,
  show: (total: number) => n(total, 'tenant', 'tenants'),
  download: 'Download',
  downloadOf: (format: string, tenant: string) => `Download ${format} of ${tenant}`,
  downloaded: (name: string) => `${name} is in your downloads.`,
  retry: 'Make again',
  retryOf: (tenant: string) => `Make the part of ${tenant} again`,
  cancel: 'Cancel',
  waits: 'Tried again:',
  template: (version: string) => `Template ${version}`,
  bytes: (size: string) => `${size} KB`,
  more: 'More',
};

export type ReportWords = typeof enReports;
