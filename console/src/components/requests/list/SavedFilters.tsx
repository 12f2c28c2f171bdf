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
      <Button
        tone="ghost"
        onClick={() => setOpen(true)}
        aria-haspopup="dialog"
        aria-label={words.saved}
        title={words.saved}
      >
        <Bookmark className="size-4" aria-hidden />
        {/* Where there is a mouse, its name is shown by it: in French it would take a line of its own. */}
        <span className="sm:hidden">{words.saved}</span>
      </Button>
      <Suspense fallback={null}>
        {open && <SavedDialog filters={filters} onClose={() => setOpen(false)} />}
      </Suspense>
    </>
  );
}
