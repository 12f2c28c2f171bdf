import { useState } from 'react';
import { FOLLOWING, ASKING, type Draft } from '@/components/preferences/choices';
import { EventChoices } from '@/components/preferences/EventChoices';
import { NotGranted, NotSubscribed, support } from '@/components/preferences/push';
import { Section } from '@/components/requests/sections';
import { useAddBrowser, useBrowsers, useRemoveBrowser } from '@/hooks/useBrowsers';
import { useSpeech } from '@/i18n';
import { usePreferenceWords } from '@/i18n/preferences';
import { explain } from '@/i18n/server';
import { Button } from '@/ui/Button';
import { NotRead } from '@/ui/NotRead';
import { Notice } from '@/ui/Notice';
import { When } from '@/ui/Time';

interface BrowserChoicesProps {
  pushKey: string;
  draft: Draft;
  change: (draft: Draft) => void;
}

/** The browsers in which the reader is notified, and of what. */
export function BrowserChoices({ pushKey, draft, change }: BrowserChoicesProps) {
  const words = usePreferenceWords();
  const { data, error, refetch } = useBrowsers(pushKey);
  return (
    <Section title={words.browsers}>
      <p className="text-[0.8125rem] text-muted">{words.browsersHelp}</p>
      {data ? (
        <>
          <Listed {...data} />
          {!data.here && <SwitchOn pushKey={pushKey} />}
          {data.listed.length > 0 && (
            <details className="mt-2">
              <summary className="cursor-pointer py-1 text-muted">{words.byEvent}</summary>
              <EventChoices channel="push" events={[...ASKING, ...FOLLOWING]} draft={draft} change={change} />
            </details>
          )}
        </>
      ) : (
        error && <NotRead error={error} retry={refetch} />
      )}
    </Section>
  );
}

function SwitchOn({ pushKey }: { pushKey: string }) {
  const { t } = useSpeech();
  const words = usePreferenceWords();
  const add = useAddBrowser(pushKey);
  const [can, setCan] = useState(support);
  if (can !== 'possible') {
    return (
      <p role="status" className="mt-2">
        {words[can]}
      </p>
    );
  }
  return (
    <div className="mt-2 space-y-2">
      <Button
        busy={add.isPending}
        onClick={() => add.mutate(undefined, { onSettled: () => setCan(support()) })}
      >
        {words.switchOn}
      </Button>
      {add.isError && (
        <Notice
          look="fault"
          urgent
          title={
            add.error instanceof NotGranted
              ? words.notGranted
              : add.error instanceof NotSubscribed
                ? words.notSubscribed
                : explain(t, add.error)
          }
        />
      )}
    </div>
  );
}

interface ListedProps {
  listed: readonly { id: string; name: string; since: string }[];
  here: string | null;
}

function Listed({ listed, here }: ListedProps) {
  const { t } = useSpeech();
  const words = usePreferenceWords();
  const remove = useRemoveBrowser(here);
  return (
    <>
      <ul className="mt-2 divide-y divide-line">
        {listed.map(({ id, name, since }) => (
          <li key={id} className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1 py-2">
            <p className="min-w-0 break-words">
              {name} {id === here && <strong className="font-medium">({words.here})</strong>}{' '}
              <span className="text-[0.8125rem] text-muted">
                {words.since} <When at={since} />
              </span>
            </p>
            <Button
              small
              aria-label={`${words.remove} ${name}`}
              busy={remove.isPending && remove.variables === id}
              onClick={() => remove.mutate(id)}
            >
              {words.remove}
            </Button>
          </li>
        ))}
      </ul>
      {remove.isError && <Notice look="fault" title={explain(t, remove.error)} urgent />}
    </>
  );
}
