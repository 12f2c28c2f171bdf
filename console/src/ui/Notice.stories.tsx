import type { Meta, StoryObj } from '@storybook/react-vite';
import { Button } from './Button';
import { Notice } from './Notice';

export default { title: 'Notice' } satisfies Meta;

/** Every look; with a title, a text and something to do. */
export const Looks: StoryObj = {
  render: () => (
    <div className="space-y-3">
      {(['fault', 'warn', 'info'] as const).map((look) => (
        <Notice
          key={look}
          look={look}
          title="Production has changed"
          action={<Button small>Look again</Button>}
        >
          It ran 2.0.3 when you opened this page, and runs 2.0.4 now.
        </Notice>
      ))}
      <Notice look="info">A text alone.</Notice>
    </div>
  ),
};
