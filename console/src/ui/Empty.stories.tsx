import type { Meta, StoryObj } from '@storybook/react-vite';
import { Inbox } from 'lucide-react';
import { Button } from './Button';
import { Empty } from './Empty';
import { Bone, Skeleton } from './Skeleton';

export default { title: 'Nothing to show' } satisfies Meta;

/** There is nothing, and what can be done about it. */
export const Nothing: StoryObj = {
  render: () => (
    <Empty
      icon={Inbox}
      title="No request matches these filters"
      help="Try fewer of them."
      action={<Button>Clear filters</Button>}
    />
  ),
};

/** It is about to come, in its shape. */
export const Coming: StoryObj = {
  render: () => (
    <Skeleton>
      <Bone className="h-7 w-56" />
      <Bone className="mt-5 h-14 w-full" />
      <Bone className="mt-2 h-14 w-full" />
    </Skeleton>
  ),
};
