import type { StorybookConfig } from '@storybook/react-vite';

const config: StorybookConfig = {
  framework: '@storybook/react-vite',
  stories: ['../src/**/*.stories.tsx'],
  core: { disableTelemetry: true, disableWhatsNewNotifications: true },
  // Types are TypeScript's to check; reading them for tables of properties would double the build.
  typescript: { reactDocgen: false },
};

export default config;
