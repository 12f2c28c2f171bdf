import { Download, ScrollText, SearchX } from 'lucide-react';
import { useMemo, useRef } from 'react';
import {
  isTrailFiltered,
  UNFILTERED,
  readTrailFilters,
  writeTrailFilters,
  type TrailFilters,
} from '@/api/trail';
import { SavedViews } from '@/components/audit/SavedViews';
import { TrailEntry } from '@/components/audit/TrailEntry';
import { TrailFilterBar } from '@/components/audit/TrailFilterBar';
import { useAddress } from '@/hooks/useAddress';
import { usePageTitle } from '@/hooks/usePageTitle';
import { useShortcuts } from '@/hooks/useShortcuts';
import { useTrail, useTrailExport } from '@/hooks/useTrail';
import { useSpeech } from '@/i18n';
import { useAuditWords } from '@/i18n/audit';
import { explain } from '@/i18n/server';
import { PageSkeleton } from '@/shell/Shell';
import { useCaller } from '@/shell/useCaller';
import { Button } from '@/ui/Button';
import { cx } from '@/ui/classes';
import { Empty } from '@/ui/Empty';
import { NotRead } from '@/ui/NotRead';
import { Notice } from '@/ui/Notice';

/** The audit trail: who did, tried or was refused what. All that is asked for is in the address. */
export default function AuditTrail() {
  const words = useAuditWords();
  const me = useCaller();
  const [search, setSearch] = useAddress();
  const filters = useMemo(() => readTrailFilters(search), [search]);
  const change = (changed: Partial<TrailFilters>, replace?: boolean) =>
    setSearch((now) => writeTrailFilters({ ...readTrailFilters(now), ...changed }), replace);
  const box = useRef<HTMLInputElement>(null);
  usePageTitle(words.title);
  useShortcuts({ '/': () => box.current?.focus() });
  return (
    <div className="space-y-4">
      <div>
        <h1 className="text-xl font-semibold">{words.title}</h1>
        <p className="text-muted">{words.help}</p>
      </div>
      <SavedViews query={writeTrailFilters(filters).toString()} offered={isTrailFiltered(filters)} />
      <TrailFilterBar filters={filters} me={me} search={box} change={change} />
      <Entries filters={filters} clear={() => change(UNFILTERED)} />
    </div>
  );
}

function Entries({ filters, clear }: { filters: TrailFilters; clear: () => void }) {
  const { t } = useSpeech();
  const list = useTrail(filters);
  if (list.isPending) return <PageSkeleton />;
  if (list.isError && !list.data) return <NotRead error={list.error} retry={list.refetch} />;
  const entries = list.data.pages.flatMap((each) => each.entries);
  return (
    <section aria-busy={list.isPlaceholderData} className="space-y-2">
      <Head total={list.data.pages[0]?.total ?? 0} filters={filters} />
      {entries.length === 0 ? (
        <Nothing filtered={isTrailFiltered(filters)} clear={clear} />
      ) : (
        <ul
          className={cx(
            'overflow-clip rounded-lg border border-line bg-surface transition-opacity',
            list.isPlaceholderData && 'opacity-60',
          )}
        >
          {entries.map((entry) => (
            <TrailEntry key={entry.id} entry={entry} />
          ))}
        </ul>
      )}
      {list.isFetchNextPageError && <NotRead error={list.error} retry={list.fetchNextPage} />}
      {list.hasNextPage && !list.isFetchNextPageError && (
        <div className="flex justify-center py-3">
          <Button busy={list.isFetchingNextPage} onClick={() => list.fetchNextPage()}>
            {list.isFetchingNextPage ? t.list.loadingMore : t.list.more}
          </Button>
        </div>
      )}
    </section>
  );
}

/** How many there are, and the ways to take them all along. */
function Head({ total, filters }: { total: number; filters: TrailFilters }) {
  const { t } = useSpeech();
  const words = useAuditWords();
  const exporting = useTrailExport(filters);
  return (
    <>
      <div className="flex flex-wrap items-center gap-2">
        <p role="status" className="grow px-1 text-[0.8125rem] text-muted">
          {words.count(total)}
        </p>
        <div role="group" aria-label={words.export} className="flex items-center gap-2">
          {(['csv', 'jsonl'] as const).map((format) => (
            <Button
              key={format}
              small
              busy={exporting.isPending && exporting.variables === format}
              off={total === 0}
              onClick={() => exporting.mutate(format)}
            >
              <Download className="size-4" aria-hidden />
              {words[format]}
            </Button>
          ))}
        </div>
      </div>
      <div role="status">{exporting.isSuccess && <Notice look="info" title={words.exported} />}</div>
      {exporting.isError && (
        <Notice look="fault" urgent title={t.errors.title}>
          {explain(t, exporting.error)}
        </Notice>
      )}
    </>
  );
}

function Nothing({ filtered, clear }: { filtered: boolean; clear: () => void }) {
  const { t } = useSpeech();
  const words = useAuditWords();
  if (!filtered) return <Empty icon={ScrollText} title={words.empty} help={words.emptyHelp} />;
  return (
    <Empty
      icon={SearchX}
      title={words.filtered}
      help={t.list.empty.filteredHelp}
      action={<Button onClick={clear}>{t.list.clearFilters}</Button>}
    />
  );
}
