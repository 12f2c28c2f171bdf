import { useState } from 'react';
import type { Preferences as Chosen } from '@/api/types';
import { useSession } from '@/auth/useSession';
import { BrowserChoices } from '@/components/preferences/BrowserChoices';
import { Delegations } from '@/components/preferences/Delegations';
import {
  applied,
  ASKING,
  DELEGATED,
  draftOf,
  FOLLOWING,
  same,
  type Draft,
} from '@/components/preferences/choices';
import { MailChoices } from '@/components/preferences/MailChoices';
import { Passkeys } from '@/components/preferences/Passkeys';
import { SummaryChoice } from '@/components/preferences/SummaryChoice';
import { usePageTitle } from '@/hooks/usePageTitle';
import { useChangePreferences, useReadPreferences } from '@/hooks/usePreferences';
import { useSpeech } from '@/i18n';
import { usePreferenceWords } from '@/i18n/preferences';
import { explain } from '@/i18n/server';
import { PageSkeleton } from '@/shell/Shell';
import { Button } from '@/ui/Button';
import { NotRead } from '@/ui/NotRead';
import { Notice } from '@/ui/Notice';

/** What the reader is told by mail, and when. */
export default function Preferences() {
  const words = usePreferenceWords();
  usePageTitle(words.title);
  const { data, error, refetch } = useReadPreferences();
  return (
    <div className="mx-auto max-w-3xl space-y-4">
      <div>
        <h1 className="text-xl font-semibold">{words.title}</h1>
        <p className="text-muted">{words.help}</p>
      </div>
      {data ? (
        <Choices now={data.preferences} />
      ) : error ? (
        <NotRead error={error} retry={refetch} />
      ) : (
        <PageSkeleton />
      )}
      <Delegations />
      <Passkeys />
    </div>
  );
}

function Choices({ now }: { now: Chosen }) {
  const { t } = useSpeech();
  const words = usePreferenceWords();
  const { settings } = useSession();
  const [seen, setSeen] = useState<Draft>(() => draftOf(now));
  const [draft, setDraft] = useState(seen);
  const keep = useChangePreferences();
  const unchanged = same(seen, draft);
  const change = (next: Draft) => {
    keep.reset();
    setDraft(next);
  };
  const save = () =>
    keep.mutate((found) => applied(found, seen, draft), {
      onSuccess: ({ preferences }) => {
        setSeen(draftOf(preferences));
        setDraft(draftOf(preferences));
      },
    });
  const events = { draft, change };
  return (
    <>
      <SummaryChoice draft={draft} change={change} />
      <p className="text-[0.8125rem] text-muted">{words.usual}</p>
      <MailChoices title={words.deciding} help={words.decidingHelp} events={ASKING} {...events} />
      <MailChoices title={words.following} help={words.followingHelp} events={FOLLOWING} {...events} />
      <MailChoices title={words.delegated} help={words.delegatedHelp} events={DELEGATED} {...events} />
      {settings?.pushKey && <BrowserChoices pushKey={settings.pushKey} {...events} />}
      {keep.isError && <Notice look="fault" title={explain(t, keep.error)} urgent />}
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <Button
          tone="primary"
          off={unchanged}
          busy={keep.isPending}
          aria-describedby="preferences-status"
          onClick={save}
        >
          {words.save}
        </Button>
        <p id="preferences-status" role="status" className="text-muted">
          {keep.isSuccess ? words.saved : unchanged && words.unchanged}
        </p>
      </div>
    </>
  );
}
