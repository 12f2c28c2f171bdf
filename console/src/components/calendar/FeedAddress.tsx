import { Section } from '@/components/requests/sections';
import { useEndFeed, useFeed, useMakeFeed } from '@/hooks/useCalendar';
import { useSpeech } from '@/i18n';
import { useCalendarWords } from '@/i18n/calendar';
import { explain } from '@/i18n/server';
import { Button } from '@/ui/Button';
import { Field, inputClass } from '@/ui/Field';
import { NotRead } from '@/ui/NotRead';
import { Notice } from '@/ui/Notice';
import { When } from '@/ui/Time';
import { useToast } from '@/ui/Toast';

/** The address of one's calendar for other programs: made, shown once, and ended. */
export function FeedAddress() {
  const { t, language } = useSpeech();
  const w = useCalendarWords();
  const say = useToast();
  const { data, error, refetch } = useFeed();
  const make = useMakeFeed();
  const end = useEndFeed();
  const failed = make.error ?? end.error;
  const ending = () =>
    end.mutate(undefined, {
      onSuccess: () => {
        make.reset();
        say('info', w.ended);
      },
    });
  return (
    <Section title={w.feed}>
      <div className="space-y-3">
        <p className="max-w-prose text-muted">{w.feedHelp}</p>
        {error && <NotRead error={error} retry={refetch} />}
        {failed && (
          <Notice look="fault" urgent title={t.errors.title}>
            {explain(t, failed)}
          </Notice>
        )}
        {make.data ? (
          <Made url={make.data.url} />
        ) : (
          data?.since && (
            <p>
              {w.since} <When at={data.since} />
            </p>
          )
        )}
        {data && (
          <div className="flex flex-wrap gap-2">
            <Button busy={make.isPending} onClick={() => make.mutate(language)}>
              {data.since ? w.again : w.make}
            </Button>
            {data.since && (
              <Button tone="ghost" busy={end.isPending} onClick={ending}>
                {w.end}
              </Button>
            )}
          </div>
        )}
      </div>
    </Section>
  );
}

function Made({ url }: { url: string }) {
  const w = useCalendarWords();
  const say = useToast();
  const copy = () => navigator.clipboard.writeText(url).then(() => say('done', w.copied));
  return (
    <Field label={w.address} help={w.once}>
      {(wiring) => (
        <div className="flex gap-2">
          <input
            {...wiring}
            aria-required={undefined}
            readOnly
            value={url}
            className={`${inputClass} font-mono`}
            onFocus={(event) => event.target.select()}
          />
          <Button onClick={() => void copy()}>{w.copy}</Button>
        </div>
      )}
    </Field>
  );
}
