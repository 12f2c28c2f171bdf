import { Outlet } from 'react-router';
import { decides } from '@/api/rights';
import type { Me } from '@/api/types';
import { DelayedBar } from '@/components/requests/decide/DelayedBar';
import { WaitingContext } from '@/hooks/usePageTitle';
import { useWaitingCount } from '@/hooks/useRequests';

/** The page of somebody who is known, with what goes with them from page to page. */
export function Inside({ me }: { me: Me }) {
  const waiting = useWaitingCount(me);
  return (
    <WaitingContext value={waiting ?? 0}>
      <Outlet context={me} />
      {decides(me) && <DelayedBar />}
    </WaitingContext>
  );
}
