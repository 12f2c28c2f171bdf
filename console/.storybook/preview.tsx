import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import type { Preview } from '@storybook/react-vite';
import { MemoryRouter } from 'react-router';
import { SpeechProvider } from '@/i18n';
import type { Language } from '@/i18n/format';
import { ToastProvider } from '@/ui/Toast';
import '@/index.css';
import './preview.css';

const preview: Preview = {
  globalTypes: {
    language: {
      description: 'Language',
      toolbar: { icon: 'globe', items: ['en', 'fr'] satisfies Language[], dynamicTitle: true },
    },
  },
  initialGlobals: { language: 'en' },
  decorators: [
    (Story, { globals, title }) => (
      <SpeechProvider key={globals['language'] as Language} initial={globals['language'] as Language}>
        <QueryClientProvider client={new QueryClient()}>
          <MemoryRouter>
            <ToastProvider>
              <main>
                <h1 className="sr-only">{title}</h1>
                <Story />
              </main>
            </ToastProvider>
          </MemoryRouter>
        </QueryClientProvider>
      </SpeechProvider>
    ),
  ],
};

export default preview;
