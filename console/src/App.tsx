import { QueryClientProvider } from '@tanstack/react-query';
import { lazy } from 'react';
import { BrowserRouter, Navigate, Route, Routes } from 'react-router';
import { answersCache } from './api/cache';
import { Gate } from './auth/Gate';
import { SignedInPage } from './auth/SignedInPage';
import { SpeechProvider } from './i18n';
import { ProductionRequests } from './pages/ProductionRequests';
import { CrashGuard } from './shell/CrashGuard';
import { Shell } from './shell/Shell';
import { ToastProvider } from './ui/Toast';

const NotFound = lazy(() => import('./pages/NotFound').then((page) => ({ default: page.NotFound })));
const RequestDetail = lazy(() => import('./pages/RequestDetail'));
const Reports = lazy(() => import('./pages/Reports'));
const Templates = lazy(() => import('./pages/Templates'));
const RulesTrial = lazy(() => import('./pages/RulesTrial'));
const Webhooks = lazy(() => import('./pages/Webhooks'));
const NewProductionRequest = lazy(() => import('./pages/NewProductionRequest'));
const Insights = lazy(() => import('./pages/Insights'));
const Calendar = lazy(() => import('./pages/Calendar'));
const Target = lazy(() => import('./pages/Target'));
const Tenants = lazy(() => import('./pages/Tenants'));
const Queue = lazy(() => import('./pages/Queue'));
const Preferences = lazy(() => import('./pages/Preferences'));
const AuditTrail = lazy(() => import('./pages/AuditTrail'));

const client = answersCache();

export function App() {
  return (
    <SpeechProvider>
      <CrashGuard>
        <QueryClientProvider client={client}>
          <BrowserRouter>
            <ToastProvider>
              <Routes>
                <Route path="/signed-in" element={<SignedInPage />} />
                <Route element={<Gate />}>
                  <Route element={<Shell />}>
                    <Route index element={<Navigate to="/requests" replace />} />
                    <Route path="/requests" element={<ProductionRequests />} />
                    <Route path="/requests/new" element={<NewProductionRequest />} />
                    <Route path="/requests/:id" element={<RequestDetail />} />
                    <Route path="/targets/:tenant/:type/:name" element={<Target />} />
                    <Route path="/tenants/:name?" element={<Tenants />} />
                    <Route path="/queue" element={<Queue />} />
                    <Route path="/insights" element={<Insights />} />
                    <Route path="/calendar" element={<Calendar />} />
                    <Route path="/audit" element={<AuditTrail />} />
                    <Route path="/reports" element={<Reports />} />
                    <Route path="/templates/:name?" element={<Templates />} />
                    <Route path="/rules" element={<RulesTrial />} />
                    <Route path="/webhooks" element={<Webhooks />} />
                    <Route path="/preferences" element={<Preferences />} />
                    <Route path="*" element={<NotFound />} />
                  </Route>
                </Route>
              </Routes>
            </ToastProvider>
          </BrowserRouter>
        </QueryClientProvider>
      </CrashGuard>
    </SpeechProvider>
  );
}
