import type { Meta, StoryObj } from '@storybook/react-vite';
import { Check } from 'lucide-react';
import { Button, type Tone } from './Button';

const TONES: readonly Tone[] = ['primary', 'plain', 'danger', 'ghost'];

export default { title: 'Button' } satisfies Meta;

/** Every tone: at rest, off (it says why by aria-describedby), and busy. */
export const States: StoryObj = {
  render: () => (
    <div className="grid w-fit grid-cols-4 gap-3">
      {TONES.map((tone) => (
        <div key={tone} className="contents">
          <Button tone={tone}>
            <Check className="size-4" aria-hidden />
            Approve
          </Button>
          <Button tone={tone} small>
            Approve
          </Button>
          <Button tone={tone} off>
            Approve
          </Button>
          <Button tone={tone} busy>
            Approve
          </Button>
        </div>
      ))}
    </div>
  ),
};
