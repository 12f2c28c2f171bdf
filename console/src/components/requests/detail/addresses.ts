// Where other systems show the same things; undefined where the server names no such system.
import type { ConsoleSettings } from '@/api/types';

type Settings = ConsoleSettings | undefined;

export function workflowAddress(settings: Settings, id: string): string | undefined {
  return settings?.temporalUi ? `${settings.temporalUi}/${encodeURIComponent(id)}` : undefined;
}

/** AWX leads from a job's number to its page, whatever its type. */
export function jobAddress(settings: Settings, jobId: string): string | undefined {
  const number = /(\d+)$/.exec(jobId)?.[1];
  return settings?.awxUi && number ? `${settings.awxUi}/#/jobs/${number}` : undefined;
}

/** GitHub, GitLab and Gitea all lead from /commit/SHA to the commit. */
export function commitAddress(settings: Settings, commit: string): string | undefined {
  return settings?.repositoryUi ? `${settings.repositoryUi}/commit/${encodeURIComponent(commit)}` : undefined;
}
