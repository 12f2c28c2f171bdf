import { FileQuestionMark, FileX } from 'lucide-react';
import type { ContractRead } from '@/hooks/useContract';
import { isDoubtful } from '@/components/requests/decide/asksFirst';
import { useContractWords } from '@/i18n/contract';
import { Bone } from '@/ui/Skeleton';

/** One line on a contract that breaks its callers, or of which nobody knows; nothing of any other. */
export function ContractMark({ contract }: { contract: ContractRead }) {
  const w = useContractWords();
  if (contract === 'loading') {
    return (
      <p>
        <span className="sr-only">{w.reading}</span>
        <Bone className="h-4 w-32" />
      </p>
    );
  }
  if (!isDoubtful(contract)) return null;
  const breaking = typeof contract === 'object' ? contract.found?.breaking : undefined;
  const [Icon, color] = breaking ? [FileX, 'text-danger-text'] : [FileQuestionMark, 'text-warn-text'];
  return (
    <p data-mark="contract" className={`flex items-center gap-1.5 font-medium ${color}`}>
      <Icon className="size-3.5 shrink-0" aria-hidden />
      {breaking ? w.breaking(breaking) : w.mark}
    </p>
  );
}
