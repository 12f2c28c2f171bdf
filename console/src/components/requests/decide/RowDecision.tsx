import type { Decision } from '@/api/types';
import { usePeople } from '@/hooks/usePeople';
import { useTicket } from '@/hooks/useRequests';
import { DecisionDialog } from './DecisionDialog';

interface RowDecisionProps {
  id: string;
  decision: Decision;
  onClose: () => void;
  onDecided: () => void;
}

/** The dialog of a decision that is asked from a row: it comes with the revision that is shown in it. */
export function RowDecision({ id, decision, onClose, onDecided }: RowDecisionProps) {
  const nameOf = usePeople();
  const { data } = useTicket(id);
  if (!data) return null;
  return (
    <DecisionDialog
      decision={decision}
      ticket={data.ticket}
      etag={data.etag}
      nameOf={nameOf}
      onClose={onClose}
      onDecided={onDecided}
    />
  );
}
