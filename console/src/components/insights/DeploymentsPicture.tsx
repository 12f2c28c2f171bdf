import type { Question } from '@/api/insights';
import type { Insights } from '@/api/types';
import { FiguresTable, Picture } from './Picture';
import { MOST_ROWS, NotAll, useParts, type Named } from './parts';
import { Rows } from './Rows';
import { BarsLegend, WeekBars } from './WeekBars';
import { useWords } from './words';

/** How often something is deployed, and how much of it fails. */
export function DeploymentsPicture({ told, question }: { told: Insights; question: Question }) {
  const w = useWords();
  const parts = useParts(told, question);
  const { deployed, failed, changeFailureRate } = told.overall;
  const ended = deployed + failed;
  const often = w.often(deployed, question.weeks);
  const summary = ended
    ? `${w.deployments(ended, failed, w.say.percent(changeFailureRate))} ${w.deployed}: ${often}.`
    : w.none;
  const title = w.pictures.deployments.title;
  return (
    <Picture
      name="deployments"
      question={question}
      summary={summary}
      chart={ended > 0 && <Drawing told={told} parts={parts} label={`${title}. ${summary}`} />}
      table={
        <FiguresTable
          caption={title}
          head={[w.columns[told.by], w.deployed, w.failed, w.rate]}
          rows={parts.map(({ key, name, part: { figures } }) => ({
            key,
            cells: [
              name,
              w.number(figures.deployed),
              w.number(figures.failed),
              w.say.percent(figures.changeFailureRate),
            ],
          }))}
        />
      }
    />
  );
}

function Drawing({ told, parts, label }: { told: Insights; parts: readonly Named[]; label: string }) {
  const w = useWords();
  if (told.by === 'week') {
    const weeks = parts.map(({ part }) => ({ week: part.week ?? '', value: part.figures }));
    return (
      <>
        <WeekBars weeks={weeks} label={label} />
        <BarsLegend />
      </>
    );
  }
  const ended = parts.filter(({ part: { figures } }) => figures.deployed + figures.failed > 0);
  return (
    <>
      <Rows
        label={label}
        rows={ended.slice(0, MOST_ROWS).map(({ key, name, part: { figures } }) => ({
          key,
          name,
          text: `${w.number(figures.deployed)} + ${w.number(figures.failed)} (${w.say.percent(figures.changeFailureRate)})`,
          plain: figures.deployed,
          hatched: figures.failed,
        }))}
      />
      <BarsLegend />
      <NotAll shown={Math.min(ended.length, MOST_ROWS)} all={ended.length} />
    </>
  );
}
