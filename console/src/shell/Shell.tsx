import { Plus } from 'lucide-react';
import { Suspense } from 'react';
import { Link, useLocation } from 'react-router';
import { useFocusOnNavigation } from '@/hooks/useFocusOnNavigation';
import { useMe } from '@/hooks/useRequests';
import { useSpeech } from '@/i18n';
import { ButtonLink } from '@/ui/Button';
import { NotRead } from '@/ui/NotRead';
import { Bone, Skeleton } from '@/ui/Skeleton';
import { Account } from './Account';
import { ConnectionBanner } from './ConnectionBanner';
import { CrashGuard } from './CrashGuard';
import { FaultBanner } from './FaultBanner';
import { Inside } from './Inside';
import { Logo } from './Logo';
import { Sections } from './Sections';

/** What is around every page. */
export function Shell() {
  const { t } = useSpeech();
  const { pathname } = useLocation();
  const main = useFocusOnNavigation(toTop);
  const me = useMe();
  return (
    <>
      <a
        href="#content"
        className="absolute start-2 -top-20 z-50 rounded-md bg-accent px-3 py-2 text-white focus:top-2"
      >
        {t.skip}
      </a>
      <header className="top-0 z-30 border-b border-line bg-surface sm:sticky print:hidden">
        <div className="mx-auto flex min-h-13 max-w-6xl flex-wrap items-center gap-x-3 px-4 max-sm:pt-2">
          <Link
            to="/requests"
            className="flex items-center gap-2 rounded-md font-semibold"
            aria-label={t.nav.home}
          >
            <Logo />
            <span className="hidden sm:inline">{t.name}</span>
          </Link>
          {/* On a phone they have a line of their own, which is there before they are: nothing may move when they come. */}
          {me.data ? (
            <Sections me={me.data} />
          ) : (
            <span className="min-h-9 max-sm:order-last max-sm:mb-1 max-sm:w-full" />
          )}
          <span className="grow" />
          {me.data && me.data.creates.length > 0 && pathname !== '/requests/new' && (
            <ButtonLink tone="primary" small to="/requests/new">
              <Plus className="size-4" aria-hidden />
              {t.nav.create}
            </ButtonLink>
          )}
          <Account me={me.data} />
        </div>
        <ConnectionBanner />
      </header>
      <main
        id="content"
        ref={main}
        tabIndex={-1}
        className="mx-auto w-full max-w-6xl px-4 pt-5 pb-16 focus:outline-none print:max-w-none print:p-0"
      >
        <FaultBanner faults={me.data?.faults ?? []} />
        {me.error && !me.data ? (
          <NotRead error={me.error} retry={me.refetch} />
        ) : (
          <CrashGuard key={pathname}>
            <Suspense fallback={<PageSkeleton />}>
              {me.data ? <Inside me={me.data} /> : <PageSkeleton />}
            </Suspense>
          </CrashGuard>
        )}
      </main>
    </>
  );
}

function toTop(): void {
  window.scrollTo(0, 0);
}

export function PageSkeleton() {
  return (
    <Skeleton>
      <Bone className="h-7 w-56" />
      <div className="mt-5 space-y-2">
        {Array.from({ length: 8 }, (_, row) => (
          <Bone key={row} className="h-14 w-full" />
        ))}
      </div>
    </Skeleton>
  );
}
