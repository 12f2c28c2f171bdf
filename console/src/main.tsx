import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './App';
import { session } from './auth/session';
import { preferred } from './i18n';
import { loadWords } from './i18n/words';
import './index.css';
import { applyTheme, keptTheme } from './ui/theme';

applyTheme(keptTheme());
// Both are waited for before anything is shown, so they begin together.
void session.start();
// Words are not left to Suspense: React keeps a fallback, even an empty one, for 300 ms.
void loadWords(preferred()).then(show);

function show(): void {
  const root = document.getElementById('root');
  if (!root) throw new Error('index.html has no #root');
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}
