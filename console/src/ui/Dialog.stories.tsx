import type { Meta, StoryObj } from '@storybook/react-vite';
import { Button } from './Button';
import { Dialog, DialogActions } from './Dialog';
import { Field, TextArea } from './Field';

export default { title: 'Dialog' } satisfies Meta;

const close = () => undefined;

/** A question with a text; the way to refuse it stands before the way on. */
export const Question: StoryObj = {
  render: () => (
    <Dialog title="Reject payment-api 2.1.0?" description="Its requester is told why." onClose={close}>
      <Field label="Reason">{(wiring) => <TextArea {...wiring} data-autofocus />}</Field>
      <DialogActions>
        <Button>Cancel</Button>
        <Button tone="danger">Reject</Button>
      </DialogActions>
    </Dialog>
  ),
};
