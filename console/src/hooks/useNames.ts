import { useMemo } from 'react';
import { handle } from '@/components/requests/people';
import { useSpeech } from '@/i18n';
import { useCaller } from '@/shell/useCaller';
import { usePeople } from './usePeople';
import { useCommits, usePermissions } from './useRequests';

/** Names of those who had to do with the request: tickets hold addresses; commits, rights and the directory hold names
 * too. Of whoever is in none of them, the address. */
export function useNames(id: string): (email: string) => string {
  const { t } = useSpeech();
  const me = useCaller();
  const commits = useCommits(id).data;
  const nameOf = usePeople();
  const deciders = usePermissions(id).data?.deciders;
  return useMemo(() => {
    const names = new Map<string, string>();
    commits?.forEach((commit) => names.set(commit.authorEmail, commit.authorName));
    deciders?.forEach((each) => names.set(each.email, each.name));
    names.set(me.email, me.name).set('system', t.common.system);
    return (email) => {
      const known = names.get(email) ?? nameOf(email);
      return known === handle(email) ? email : known;
    };
  }, [commits, deciders, me, nameOf, t]);
}
