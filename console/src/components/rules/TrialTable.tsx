import type { TrialReport } from '@/api/types';
import { type RulesWords, useRulesWords } from '@/i18n/rules';
import { Requests } from './Requests';

type Stopped = TrialReport['rows'][number];
type Counts = TrialReport['total'];

const NUMBERS = ['today', 'changed', 'newly', 'deployed', 'failed', 'freed'] as const;

function does({ effect, votes }: Stopped, words: RulesWords): string {
  return effect === 'votes' && votes ? words.votes(votes) : words.effects[effect];
}

/** The launches that each rule stops, and the requests that one approves by itself. */
export function TrialTable({ rows, standard }: Pick<TrialReport, 'rows' | 'standard'>) {
  const words = useRulesWords();
  return (
    <div
      role="region"
      aria-label={words.table}
      // Wider than a phone, it scrolls by itself, by the keyboard too.
      // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={0}
      className="overflow-x-auto rounded-lg border border-line bg-surface"
    >
      <table className="w-full text-[0.8125rem] wrap-normal tabular-nums">
        <caption className="sr-only">{words.table}</caption>
        <thead className="text-muted">
          <tr>
            <th scope="col" className="px-3 py-2 text-start font-medium">
              {words.columns.rule}
            </th>
            {NUMBERS.map((each) => (
              <th key={each} scope="col" className="px-2 py-2 text-end font-medium whitespace-nowrap">
                {words.columns[each]}
              </th>
            ))}
            <th scope="col" className="px-3 py-2 text-start font-medium whitespace-nowrap">
              {words.columns.newest}
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <Row
              key={`${row.rule} ${row.effect} ${row.votes}`}
              rule={row.rule}
              does={does(row, words)}
              counts={row}
            />
          ))}
          {standard.map((row) => (
            <Row key={row.rule} rule={row.rule} does={words.alone} counts={row} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface RowProps {
  rule: string;
  does: string;
  counts: Counts;
}

function Row({ rule, does, counts }: RowProps) {
  return (
    <tr className="border-t border-line align-top">
      <th scope="row" className="max-w-72 min-w-32 px-3 py-2 text-start font-normal">
        <span className="font-medium break-words">{rule}</span>
        <span className="block text-muted">{does}</span>
      </th>
      {NUMBERS.map((each) => (
        <td key={each} className="px-2 py-2 text-end">
          {counts[each]}
        </td>
      ))}
      <td className="min-w-40 px-3 py-2">
        <Requests newest={counts.newest} count={counts.newly || counts.freed} />
      </td>
    </tr>
  );
}
