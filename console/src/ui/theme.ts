export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

const KEPT_AS = 'prodgate-theme';

export function keptTheme(): Theme {
  return THEMES.find((each) => each === localStorage.getItem(KEPT_AS)) ?? 'system';
}

export function keepTheme(theme: Theme): void {
  localStorage.setItem(KEPT_AS, theme);
  applyTheme(theme);
}

export function applyTheme(theme: Theme): void {
  if (theme === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = theme;
}
