import { lazy, Suspense, useState } from 'react';
import type { Me } from '@/api/types';
import { useOnDemand } from '@/hooks/useOnDemand';
import { useShortcuts } from '@/hooks/useShortcuts';
import { AccountButton } from './AccountButton';

const ShortcutsDialog = lazy(() => import('./ShortcutsDialog'));
const load = () => import('./AccountMenu').then((module) => module.AccountMenu);

/** Who is signed in, and what is theirs: theme, language, keys, the way out. */
export function Account({ me }: { me: Me | undefined }) {
  const [shortcuts, setShortcuts] = useState(false);
  const { Part: Menu, button } = useOnDemand(load);
  useShortcuts({ '?': () => setShortcuts(true) });
  return (
    <>
      {Menu ? <Menu me={me} onShortcuts={() => setShortcuts(true)} /> : <AccountButton me={me} {...button} />}
      <Suspense fallback={null}>
        {shortcuts && <ShortcutsDialog onClose={() => setShortcuts(false)} />}
      </Suspense>
    </>
  );
}
