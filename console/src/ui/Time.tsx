import { useNow } from '@/hooks/useNow';
import { useSpeech } from '@/i18n';

/** A moment: how long ago, with the date for who looks closer; on paper only the date makes sense. */
export function Ago({ at }: { at: string }) {
  const { format } = useSpeech();
  const now = useNow();
  return (
    <time dateTime={at} title={format.exact(at)}>
      <span className="print:hidden">{format.relative(at, now)}</span>
      <span className="hidden print:inline">{format.dateTime(at)}</span>
    </time>
  );
}

export function When({ at }: { at: string }) {
  const { format } = useSpeech();
  return (
    <time dateTime={at} title={format.exact(at)}>
      {format.dateTime(at)}
    </time>
  );
}
