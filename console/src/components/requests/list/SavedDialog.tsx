import { X } from 'lucide-react';
import { useState, type SyntheticEvent } from 'react';
import { writeFilters, type Filters } from '@/api/filters';
import { useChangePreferences, usePreferences } from '@/hooks/usePreferences';
import { useSpeech } from '@/i18n';
import { useDecidingWords } from '@/i18n/deciding';
import { explain } from '@/i18n/server';
import { Button, ButtonLink } from '@/ui/Button';
import { Dialog, DialogActions } from '@/ui/Dialog';
import { Field, TextInput } from '@/ui/Field';
import { Notice } from '@/ui/Notice';

const MOST_NAME = 60;

/** Opens, keeps and forgets saved filters. */
export default function SavedDialog({ filters, onClose }: { filters: Filters; onClose: () => void }) {
  const { t } = useSpeech();
  const words = useDecidingWords();
  const saved = usePreferences()?.filters ?? [];
  const change = useChangePreferences();
  const [name, setName] = useState('');
  const keep = (event: SyntheticEvent) => {
    event.preventDefault();
    const trimmed = name.trim();
    if (!trimmed) return;
    const query = writeFilters({ ...filters, at: '' }).toString();
    change.mutate(
      (was) => ({
        ...was,
        filters: [...was.filters.filter((each) => each.name !== trimmed), { name: trimmed, query }],
      }),
      { onSuccess: () => setName('') },
    );
  };
  const forget = (gone: string) =>
    change.mutate((was) => ({ ...was, filters: was.filters.filter((each) => each.name !== gone) }));
  return (
    <Dialog title={words.saved} onClose={onClose} locked={change.isPending}>
      {change.error && (
        <Notice look="fault" urgent>
          {explain(t, change.error)}
        </Notice>
      )}
      <ul className="mb-4 space-y-1.5 empty:hidden">
        {saved.map((each) => (
          <li key={each.name} className="flex gap-1.5">
            <ButtonLink
              className="min-w-0 grow justify-start! truncate"
              to={{ pathname: '/requests', search: `?${each.query}` }}
              onClick={onClose}
            >
              {each.name}
            </ButtonLink>
            <Button tone="ghost" aria-label={words.unsave(each.name)} onClick={() => forget(each.name)}>
              <X className="size-4" aria-hidden />
            </Button>
          </li>
        ))}
      </ul>
      <form onSubmit={keep} noValidate>
        <Field label={words.saveName}>
          {(wiring) => (
            <TextInput
              {...wiring}
              data-autofocus
              maxLength={MOST_NAME}
              value={name}
              onChange={(event) => setName(event.target.value)}
            />
          )}
        </Field>
        <DialogActions>
          <Button type="submit" tone="primary" busy={change.isPending} off={!name.trim()}>
            {words.save}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
