import type { Behalf } from '@/api/behalf';
import { useDelegationWords } from '@/i18n/delegations';
import { When } from '@/ui/Time';

/** For whom the reader may decide here, and until when. */
export function OnBehalf({ people }: { people: readonly Behalf[] }) {
  const words = useDelegationWords();
  return people.map(({ giver, until }) => (
    <p key={giver.email} className="mb-2 text-[0.8125rem] font-medium">
      {words.banner(giver.name)} <When at={until} />
    </p>
  ));
}
