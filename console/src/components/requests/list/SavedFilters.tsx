import { Bookmark } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import type { Filters } from '@/api/filters';
import { useDecidingWords } from '@/i18n/deciding';
import { Button } from '@/ui/Button';

const SavedDialog = lazy(() => import('./SavedDialog'));

/** The lists that somebody comes back to, on whatever machine. */
export function SavedFilters({ filters }: { filters: Filters }) {
  const words = useDecidingWords();
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button tone="ghost" onClick={() => setOpen(true)} aria-haspopup="dialog">
        <Bookmark className="size-4" aria-hidden />
        {words.saved}
      </Button>
      <Suspense fallback={null}>
        {open && <SavedDialog filters={filters} onClose={() => setOpen(false)} />}
      </Suspense>
    </>
  );
}
