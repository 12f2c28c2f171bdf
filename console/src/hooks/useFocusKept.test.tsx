import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useRef } from 'react';
import { expect, it } from 'vitest';
import { useFocusKept } from './useFocusKept';

function Page({ decided }: { decided: boolean }) {
  const main = useRef<HTMLElement>(null);
  useFocusKept(main);
  return (
    <main ref={main} tabIndex={-1}>
      {!decided && <button type="button">Reject</button>}
      <button type="button">Print</button>
    </main>
  );
}

it('goes on at the page when the button that had the focus is taken away', async () => {
  const { rerender } = render(<Page decided={false} />);
  screen.getByRole('button', { name: 'Reject' }).focus();
  rerender(<Page decided />);
  await expect.poll(() => document.activeElement).toBe(screen.getByRole('main'));
});

it('leaves the focus where it is when something else is taken away', async () => {
  const { rerender } = render(<Page decided={false} />);
  screen.getByRole('button', { name: 'Print' }).focus();
  rerender(<Page decided />);
  await Promise.resolve();
  expect(screen.getByRole('button', { name: 'Print' })).toHaveFocus();
});

it('takes no focus after a click beside everything', async () => {
  const { rerender } = render(<Page decided={false} />);
  screen.getByRole('button', { name: 'Reject' }).focus();
  await userEvent.click(document.body);
  rerender(<Page decided />);
  await Promise.resolve();
  expect(document.body).toHaveFocus();
});
