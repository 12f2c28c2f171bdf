import type { Question } from '@/api/insights';
import type { Insights } from '@/api/types';
import { useCaller } from '@/shell/useCaller';
import { FiguresTable, Picture } from './Picture';
import { Rows } from './Rows';
import { useWords, type Told } from './words';

interface NowProps {
  told: Insights;
  question: Question;
}

/** What waits for a decision now, by how long. */
export function WaitingPicture({ told, question }: NowProps) {
  const w = useWords();
  const title = w.pictures.waiting.title;
  const groups = told.waiting.map((each) => ({
    key: String(each.atLeast),
    name: ageOf(w, each),
    count: each.count,
  }));
  const all = groups.reduce((sum, each) => sum + each.count, 0);
  return (
    <Picture
      name="waiting"
      question={question}
      summary={w.waiting(all)}
      chart={
        all > 0 && (
          <Rows
            label={title}
            rows={groups.map(({ key, name, count }) => ({ key, name, text: w.number(count), plain: count }))}
          />
        )
      }
      table={
        <FiguresTable
          caption={title}
          head={[w.age, w.requests]}
          rows={groups.map(({ key, name, count }) => ({ key, cells: [name, w.number(count)] }))}
        />
      }
    />
  );
}

function ageOf(w: Told, { atLeast, below }: Insights['waiting'][number]): string {
  if (below === null) return w.ageFrom(w.say.duration(atLeast));
  if (atLeast === 0) return w.ageBelow(w.say.duration(below));
  return w.ageBetween(w.say.duration(atLeast), w.say.duration(below));
}

/** How many decisions are asked for: of oneself, and of teams that are large enough. */
export function AskedPicture({ told, question }: NowProps) {
  const w = useWords();
  const { tenants } = useCaller();
  const title = w.pictures.teams.title;
  const { mine, teams } = told;
  const nameOf = (tenant: string) => tenants.find((each) => each.name === tenant)?.displayName ?? tenant;
  const yours = w.yours(mine.waiting, w.number(mine.decided));
  return (
    <Picture
      name="teams"
      question={question}
      summary={teams.length ? yours : `${yours} ${w.noTeams}`}
      chart={
        teams.length > 0 && (
          <Rows
            label={title}
            rows={teams.map((each) => ({
              key: each.tenant,
              name: nameOf(each.tenant),
              text: `${w.teamWaiting}: ${w.number(each.waiting)} · ${w.teamDecided}: ${w.number(each.decided)}`,
              plain: each.waiting,
              outlined: each.decided,
            }))}
          />
        )
      }
      table={
        <FiguresTable
          caption={title}
          head={[w.tenant, w.people, w.teamWaiting, w.teamDecided]}
          rows={teams.map((each) => ({
            key: each.tenant,
            cells: [
              nameOf(each.tenant),
              w.number(each.people),
              w.number(each.waiting),
              w.number(each.decided),
            ],
          }))}
        />
      }
    />
  );
}
