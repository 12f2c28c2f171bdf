import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { render } from '@testing-library/react';
import type { ReactNode } from 'react';
import { MemoryRouter } from 'react-router';
import { SpeechProvider } from '@/i18n';
import type { Language } from '@/i18n/format';
import { ToastProvider } from '@/ui/Toast';

interface Around {
  language?: Language;
  at?: string;
}

/** Something of the console with what stands around it on every page. */
export function show(children: ReactNode, { language = 'en', at = '/' }: Around = {}) {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  return render(
    <SpeechProvider initial={language}>
      <QueryClientProvider client={client}>
        <MemoryRouter initialEntries={[at]}>
          <ToastProvider>{children}</ToastProvider>
        </MemoryRouter>
      </QueryClientProvider>
    </SpeechProvider>,
  );
}
