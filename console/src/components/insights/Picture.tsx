import { Download, Table, ChartLine } from 'lucide-react';
import { useId, useState, type ReactNode } from 'react';
import { download, type Picture as Name, type Question } from '@/api/insights';
import { useSpeech } from '@/i18n';
import { explain } from '@/i18n/server';
import { Button } from '@/ui/Button';
import { useWords } from './words';

interface PictureProps {
  name: Name;
  question: Question;
  /** The figures in a sentence; it is the whole of it where there is no `chart`. */
  summary: string;
  chart?: ReactNode;
  table: ReactNode;
}

/** A drawing with what it says in a sentence, its table in its place when asked for, and its file. */
export function Picture({ name, question, summary, chart, table }: PictureProps) {
  const w = useWords();
  const id = useId();
  const [asTable, setAsTable] = useState(false);
  const file = useFile(name, question);
  const { title, help } = w.pictures[name];
  const Other = asTable ? ChartLine : Table;
  return (
    <section
      aria-labelledby={id}
      className="flex min-w-0 flex-col rounded-lg border border-line bg-surface px-4 py-3.5"
    >
      <div className="flex flex-wrap items-start justify-between gap-2">
        <h2 id={id} className="pt-1 font-semibold">
          {title}
        </h2>
        <div className="flex gap-1 print:hidden">
          {chart && (
            <Button
              small
              tone="ghost"
              aria-label={asTable ? `${w.chart}: ${title}` : w.asTable(title)}
              onClick={() => setAsTable(!asTable)}
            >
              <Other className="size-3.5" aria-hidden />
              {asTable ? w.chart : w.table}
            </Button>
          )}
          <Button small tone="ghost" busy={file.busy} aria-label={w.csvOf(title)} onClick={file.keep}>
            <Download className="size-3.5" aria-hidden />
            {w.csv}
          </Button>
        </div>
      </div>
      <p role="alert" className="text-danger-text empty:hidden">
        {file.fault}
      </p>
      <p className="text-[0.8125rem] text-muted">{help}</p>
      <p className="mt-2 mb-3">{summary}</p>
      {chart && !asTable ? chart : chart ? table : null}
    </section>
  );
}

/** Keeps the file of a picture; `fault` says why that did not succeed, until it is tried again. */
function useFile(name: Name, question: Question) {
  const { t } = useSpeech();
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<string>();
  const keep = async () => {
    setBusy(true);
    setFault(undefined);
    try {
      await download(name, question);
    } catch (error) {
      setFault(explain(t, error));
    } finally {
      setBusy(false);
    }
  };
  return { busy, fault, keep };
}

interface FiguresTableProps {
  caption: string;
  head: readonly string[];
  rows: readonly { key: string; cells: readonly ReactNode[] }[];
}

/** The first column names each row; the others are numbers. */
export function FiguresTable({ caption, head, rows }: FiguresTableProps) {
  return (
    <table className="w-full text-[0.8125rem] wrap-normal tabular-nums">
      <caption className="sr-only">{caption}</caption>
      <thead>
        <tr>
          {head.map((each, column) => (
            <th
              key={each}
              scope="col"
              className={`border-b border-line py-1 font-medium text-muted ${column ? 'ps-3 text-end' : 'text-start'}`}
            >
              {each}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(({ key, cells: [name, ...numbers] }) => (
          <tr key={key}>
            <th scope="row" className="border-b border-line py-1 text-start font-normal">
              {name}
            </th>
            {numbers.map((each, column) => (
              <td key={column} className="border-b border-line py-1 ps-3 text-end">
                {each}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
