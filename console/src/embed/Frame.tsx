import { lazy, Suspense, useSyncExternalStore, type ReactNode } from 'react';
import { Route, Router, Routes } from 'react-router';
import { useFocusOnNavigation } from '@/hooks/useFocusOnNavigation';
import { useMe } from '@/hooks/useRequests';
import { SpeechIn } from '@/i18n';
import { NotFound } from '@/pages/NotFound';
import { ProductionRequests } from '@/pages/ProductionRequests';
import { ConnectionBanner } from '@/shell/ConnectionBanner';
import { CrashGuard } from '@/shell/CrashGuard';
import { Inside } from '@/shell/Inside';
import { RootContext, TitleContext } from '@/shell/root';
import { PageSkeleton } from '@/shell/Shell';
import { NotRead } from '@/ui/NotRead';
import { ToastProvider } from '@/ui/Toast';
import type { ConsoleElement } from './element';
import { Entry } from './Entry';
import { PendingCount } from './PendingCount';

const RequestDetail = lazy(() => import('@/pages/RequestDetail'));
const NewProductionRequest = lazy(() => import('@/pages/NewProductionRequest'));

/** One element's tree: the pages with all that they need around them. */
export function Frame({ element }: { element: ConsoleElement }) {
  const small = element.view === 'pending-count';
  return (
    <Around element={element}>
      <Entry quiet={small}>{small ? <PendingCount element={element} /> : <Pages />}</Entry>
    </Around>
  );
}

function Around({ element, children }: { element: ConsoleElement; children: ReactNode }) {
  const language = useSyncExternalStore(element.subscribeLanguage, element.readLanguage);
  const { history } = element;
  const path = useSyncExternalStore(history.subscribe, history.read);
  return (
    <RootContext value={element.tree}>
      <TitleContext value={element.named}>
        <SpeechIn language={language} setLanguage={() => undefined}>
          <div lang={language} className={element.view === 'pending-count' ? undefined : 'element'}>
            <CrashGuard>
              {path && (
                <Router location={path} navigator={history} navigationType={history.type}>
                  <ToastProvider>{children}</ToastProvider>
                </Router>
              )}
            </CrashGuard>
          </div>
        </SpeechIn>
      </TitleContext>
    </RootContext>
  );
}

function toTop(page: HTMLElement): void {
  page.scrollIntoView({ block: 'start' });
}

function Pages() {
  return (
    <Routes>
      <Route element={<Page />}>
        <Route path="/requests" element={<ProductionRequests />} />
        <Route path="/requests/new" element={<NewProductionRequest />} />
        <Route path="/requests/:id" element={<RequestDetail />} />
        <Route path="*" element={<NotFound />} />
      </Route>
    </Routes>
  );
}

/** What the shell is in the console, without what the host has itself: header, navigation, account. */
function Page() {
  const page = useFocusOnNavigation(toTop);
  const me = useMe();
  return (
    <section id="content" ref={page} tabIndex={-1} className="scroll-mt-20 focus:outline-none">
      <ConnectionBanner />
      {me.error && !me.data ? (
        <NotRead error={me.error} retry={me.refetch} />
      ) : (
        <Suspense fallback={<PageSkeleton />}>
          {me.data ? <Inside me={me.data} /> : <PageSkeleton />}
        </Suspense>
      )}
    </section>
  );
}
