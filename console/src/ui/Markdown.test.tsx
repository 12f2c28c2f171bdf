import { screen } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { show } from '@/test/render';
import Markdown from './Markdown';
import { isWebAddress } from './OutLink';

describe('Markdown that somebody typed', () => {
  it('becomes lists, tables and links into a new tab', () => {
    show(<Markdown text={'- one\n- two\n\n| a |\n|---|\n| 1 |\n\n[site](https://cab-i.com)'} />);
    expect(screen.getAllByRole('listitem')).toHaveLength(2);
    expect(screen.getByRole('table')).toBeInTheDocument();
    const link = screen.getByRole('link');
    expect(link).toHaveAttribute('href', 'https://cab-i.com');
    expect(link).toHaveAttribute('rel', 'noopener noreferrer');
  });

  it('runs nothing and loads nothing', () => {
    const hostile =
      '<script>alert(1)</script><img src=x onerror=alert(1)>\n\n![spy](https://evil.example/a.png)';
    const { container } = show(<Markdown text={hostile} />);
    expect(container.querySelector('script, img, iframe')).toBeNull();
    expect(screen.getByText('spy')).toBeInTheDocument();
  });

  it.each(['javascript:alert(1)', 'data:text/html,x', '/requests/new', 'JaVaScRiPt:alert(1)'])(
    'has no link to %s',
    (address) => {
      show(<Markdown text={`[press](${address})`} />);
      expect(screen.queryByRole('link')).toBeNull();
      expect(screen.getByText('press')).toBeInTheDocument();
    },
  );

  it('has no heading that outranks those of the page', () => {
    show(<Markdown text="# Big" />);
    expect(screen.getByRole('heading', { name: 'Big' }).tagName).toBe('H4');
  });
});

describe('an address', () => {
  it.each([
    ['https://cab-i.com', true],
    ['HTTP://cab-i.com', true],
    ['javascript:alert(1)', false],
    [' javascript:alert(1)', false],
    ['mailto:a@b.c', false],
    ['not an address', false],
  ])('%s is of the web: %s', (address, web) => {
    expect(isWebAddress(address)).toBe(web);
  });
});
