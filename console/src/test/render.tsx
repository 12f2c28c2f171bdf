import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { render } from '@testing-library/react';
import type { ReactNode } from 'react';
import { MemoryRouter } from 'react-router';
import { SpeechProvider } from '@/i18n';
import type { Language } from '@/i18n/format';
import { ToastProvider } from '@/ui/Toast';

/** What the server has answered already: by the key it is asked under. */
type Known = readonly (readonly [key: readonly unknown[], answer: unknown])[];

interface Around {
  language?: Language;
  at?: string;
  known?: Known;
}

/** Something of the console with what stands around it on every page. */
export function show(children: ReactNode, { language = 'en', at = '/', known = [] }: Around = {}) {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false, staleTime: Infinity } } });
  known.forEach(([key, answer]) => client.setQueryData(key, answer));
  const shown = render(
    <SpeechProvider initial={language}>
      <QueryClientProvider client={client}>
        <MemoryRouter initialEntries={[at]}>
          <ToastProvider>{children}</ToastProvider>
        </MemoryRouter>
      </QueryClientProvider>
    </SpeechProvider>,
  );
  return { ...shown, client };
}
