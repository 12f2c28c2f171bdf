import { useMemo } from 'react';
import { useSpeech } from '@/i18n';
import { useCaller } from '@/shell/useCaller';
import { useCommits, usePermissions } from './useRequests';

/** Names of those who had to do with the request: tickets hold addresses, commits and rights hold names too. */
export function useNames(id: string): (email: string) => string {
  const { t } = useSpeech();
  const me = useCaller();
  const commits = useCommits(id).data;
  const deciders = usePermissions(id).data?.deciders;
  return useMemo(() => {
    const names = new Map<string, string>();
    commits?.forEach((commit) => names.set(commit.authorEmail, commit.authorName));
    deciders?.forEach((each) => names.set(each.email, each.name));
    names.set(me.email, me.name).set('system', t.common.system);
    return (email) => names.get(email) ?? email;
  }, [commits, deciders, me, t]);
}
