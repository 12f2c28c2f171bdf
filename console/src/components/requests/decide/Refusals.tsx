import type { Decision } from '@/api/types';
import type { Refusal } from '@/hooks/useDecision';
import { useSpeech } from '@/i18n';
import { explain } from '@/i18n/server';
import { Button } from '@/ui/Button';
import { Notice } from '@/ui/Notice';
import { StaleSignIn } from './StaleSignIn';
import type { useShown } from './useShown';

interface MovedProps {
  id: string;
  shown: ReturnType<typeof useShown>;
  refusal: Refusal | undefined;
  onLook: () => void;
}

/** Production is another version than the one that was shown: nothing is approved before that was looked at. */
export function Moved({ id, shown, refusal, onLook }: MovedProps) {
  const { t } = useSpeech();
  return (
    <div id={id}>
      <Notice
        look="warn"
        urgent
        title={t.decide.moved}
        action={
          <Button small onClick={onLook}>
            {t.decide.lookAgain}
          </Button>
        }
      >
        {shown.now === undefined
          ? explain(t, refusal?.error)
          : t.decide.movedHelp(shown.production ?? '', shown.now)}
      </Notice>
    </div>
  );
}

interface RefusedProps {
  refusal: Refusal;
  id: string;
  decision: Decision;
}

/** Why it was refused, and the way on: a fresh sign-in, another look, or simply another try. */
export function Refused({ refusal: { maxAge, overtaken, error }, id, decision }: RefusedProps) {
  const { t } = useSpeech();
  if (maxAge !== undefined) {
    return <StaleSignIn maxAge={maxAge} returnTo={`/requests/${id}?decide=${decision}`} />;
  }
  return (
    <Notice look={overtaken ? 'info' : 'fault'} urgent title={overtaken ? t.decide.changed : t.errors.title}>
      {explain(t, error)}
    </Notice>
  );
}
