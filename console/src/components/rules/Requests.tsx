import { Link } from 'react-router';
import { useRulesWords } from '@/i18n/rules';

interface RequestsProps {
  newest: readonly string[];
  /** Of them all, those that are not named too. */
  count: number;
}

/** The newest requests of several, with a way to each. */
export function Requests({ newest, count }: RequestsProps) {
  const words = useRulesWords();
  const more = count - newest.length;
  return (
    <>
      {newest.map((id) => (
        <Link
          key={id}
          to={`/requests/${id}`}
          className="me-2 inline-block font-mono text-[0.8125rem] whitespace-nowrap text-accent-text underline"
        >
          {id}
        </Link>
      ))}
      {newest.length > 0 && more > 0 && <span className="whitespace-nowrap">{words.more(more)}</span>}
    </>
  );
}
