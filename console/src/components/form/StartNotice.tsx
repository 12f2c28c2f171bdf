import type { Start } from '@/hooks/useStart';
import { useSpeech } from '@/i18n';
import { usePlaceWords } from '@/i18n/places';
import { Notice } from '@/ui/Notice';

/** Says what a form was filled in from; of a way back, that it is one. */
export function StartNotice({ start: { again, back, values } }: { start: Start }) {
  const { t } = useSpeech();
  const words = usePlaceWords().back;
  if (back) {
    return (
      <Notice look="warn" title={words.title(values.name, values.version)}>
        {words.help(back, values.version)}
      </Notice>
    );
  }
  return again ? <Notice look="info">{t.form.again(again)}</Notice> : null;
}
