import '@testing-library/jest-dom/vitest';
import { cleanup } from '@testing-library/react';
import { afterEach } from 'vitest';
import { LANGUAGES, loadWords } from '@/i18n/words';

// A page is shown whole at once: what a language says is there before.
await Promise.all(LANGUAGES.map(loadWords));

afterEach(cleanup);
