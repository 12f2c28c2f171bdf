import type { TrialReport } from '@/api/types';
import { useRulesWords } from '@/i18n/rules';
import { Notice } from '@/ui/Notice';
import { Requests } from './Requests';
import { TrialTable } from './TrialTable';

/** What a change would have done: what refuses it first, then each rule's launches. */
export function TrialResult({ report }: { report: TrialReport }) {
  const words = useRulesWords();
  const { total, rows, standard, undecided, stranded, unread, unreadMore } = report;
  const refused = undecided.length + stranded.length > 0;
  const [unreadable] = unread;
  return (
    <section aria-labelledby="result" className="space-y-3">
      <h2 id="result" className="font-semibold">
        {words.result}
      </h2>
      {refused && (
        <Notice look="warn" title={words.refused}>
          {undecided.map(({ rules, requests, newest }) => (
            <p key={rules.join()}>
              {words.undecided(rules.join(` ${words.and} `))} <Requests newest={newest} count={requests} />
            </p>
          ))}
          {stranded.map(({ rule, requests, newest }) => (
            <p key={rule}>
              {words.stranded(rule)} <Requests newest={newest} count={requests} />
            </p>
          ))}
        </Notice>
      )}
      <ul className="list-disc ps-5">
        <li>{words.total(total.today, total.changed)}</li>
        {total.newly > 0 && <li>{words.newlyTotal(total.newly, total.deployed, total.failed)}</li>}
        {total.freed > 0 && <li>{words.freedTotal(total.freed)}</li>}
        {unreadable && <li>{words.unread(unread.length + unreadMore, unreadable)}</li>}
      </ul>
      {rows.length + standard.length > 0 ? (
        <TrialTable rows={rows} standard={standard} />
      ) : (
        <p className="text-muted">{words.nothing}</p>
      )}
    </section>
  );
}
