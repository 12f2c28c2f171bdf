import { BookmarkPlus, X } from 'lucide-react';
import { useState } from 'react';
import { Link } from 'react-router';
import { keepViews, savedViews, type SavedView } from '@/api/trail';
import { useSpeech } from '@/i18n';
import { useAuditWords } from '@/i18n/audit';
import { Button } from '@/ui/Button';
import { inputClass } from '@/ui/Field';

/** The views that somebody saved in this browser, and a way to save the one that is shown. */
export function SavedViews({ query, offered }: { query: string; offered: boolean }) {
  const words = useAuditWords();
  const [views, setViews] = useState(savedViews);
  const [naming, setNaming] = useState(false);
  const put = (next: readonly SavedView[]) => {
    keepViews(next);
    setViews(savedViews());
  };
  const save = (name: string) => {
    put([...views.filter((each) => each.name !== name), { name, query }]);
    setNaming(false);
  };
  if (views.length === 0 && !offered) return null;
  return (
    <section aria-label={words.views} className="flex flex-wrap items-center gap-2">
      {views.map((view) => (
        <span key={view.name} className="inline-flex items-center rounded-full border border-line bg-surface">
          <Link
            to={`/audit?${view.query}`}
            aria-current={view.query === query ? 'page' : undefined}
            className="py-1 ps-3 pe-1 hover:underline aria-[current=page]:font-semibold"
          >
            {view.name}
          </Link>
          <Button
            tone="ghost"
            small
            className="rounded-full! px-1.5!"
            aria-label={words.remove(view.name)}
            onClick={() => put(views.filter((each) => each !== view))}
          >
            <X className="size-3.5" aria-hidden />
          </Button>
        </span>
      ))}
      {naming ? (
        <NameForm save={save} leave={() => setNaming(false)} />
      ) : (
        offered && (
          <Button tone="ghost" small onClick={() => setNaming(true)}>
            <BookmarkPlus className="size-4" aria-hidden />
            {words.save}
          </Button>
        )
      )}
    </section>
  );
}

function NameForm({ save, leave }: { save: (name: string) => void; leave: () => void }) {
  const { t } = useSpeech();
  const words = useAuditWords();
  const [name, setName] = useState('');
  return (
    <form
      className="flex items-center gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        if (name.trim()) save(name.trim());
      }}
    >
      <input
        ref={(input) => input?.focus()}
        aria-label={words.name}
        placeholder={words.name}
        maxLength={60}
        onKeyDown={(event) => event.key === 'Escape' && leave()}
        value={name}
        onChange={(event) => setName(event.target.value)}
        className={`${inputClass} w-48!`}
      />
      <Button type="submit" tone="primary" small>
        {words.keep}
      </Button>
      <Button tone="ghost" small onClick={leave}>
        {t.common.cancel}
      </Button>
    </form>
  );
}
