import { screen } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import type { Direction } from '@/api/types';
import { show } from '@/test/render';
import { OtherRequests } from './OtherRequests';
import { ChangeWarning, ComparedVersion, VersionChange } from './VersionChange';

describe('what a version replaces', () => {
  it.each<[Direction, string, string]>([
    ['newer', 'Newer', 'Plus récente'],
    ['older', 'Older', 'Plus ancienne'],
    ['same', 'Same', 'Identique'],
    ['unknown', 'Can’t tell', 'Indéterminé'],
  ])('is said in words where it goes %s', (direction, english, french) => {
    const change = <VersionChange before="3.2.0" version="2.3.0" direction={direction} />;
    const { container, unmount } = show(change);
    expect(container).toHaveTextContent(`3.2.0 is replaced by 2.3.0${english}`);
    unmount();
    show(change, { language: 'fr' });
    expect(screen.getByText(french)).toBeInTheDocument();
  });

  it('is nothing where it is the first', () => {
    const { container } = show(<VersionChange before={null} version="1.0.0" direction="first" />);
    expect(container).toHaveTextContent('1.0.0First');
    expect(container).not.toHaveTextContent('replaced');
  });

  it.each([
    ['loading', 'Comparing with production…'],
    ['failed', 'Not compared'],
  ] as const)('leaves the version in its place while it is %s', (compared, sentence) => {
    show(<ComparedVersion version="2.3.0" compared={compared} />);
    expect(screen.getByText('2.3.0')).toBeInTheDocument();
    expect(screen.getByText(sentence)).toBeInTheDocument();
  });

  it.each<[Direction, string | undefined]>([
    ['first', undefined],
    ['newer', undefined],
    ['same', undefined],
    ['older', 'This goes back to an older version'],
    ['unknown', 'It can’t be told which version is newer'],
  ])('warns where production would not go forward: %s', (direction, title) => {
    show(<ChangeWarning before="3.2.0" version="2.3.0" direction={direction} />);
    if (title) expect(screen.getByText(title)).toBeInTheDocument();
    else expect(screen.queryByText(/production/i)).toBeNull();
  });
});

describe('other open requests of the target', () => {
  it('are named with version, state and date, each a step away', () => {
    show(
      <OtherRequests
        others={[
          {
            id: 'PR-2026-0004',
            version: '3.3.0',
            state: 'approved',
            createdBy: 'sophie.martin@cab-i.com',
            scheduledDate: '2027-01-02T05:00:00Z',
            direction: 'newer',
          },
        ]}
      />,
    );
    expect(screen.getByText('1 other open request for this target')).toBeInTheDocument();
    expect(screen.getByRole('link', { name: 'PR-2026-0004' })).toHaveAttribute(
      'href',
      '/requests/PR-2026-0004',
    );
    expect(screen.getByRole('listitem')).toHaveTextContent(
      /3\.3\.0\s*Approved\s*by sophie\.martin · for 2 Jan 2027/,
    );
  });

  it('are no matter where there are none', () => {
    show(<OtherRequests others={[]} />);
    expect(screen.queryByText(/open request/)).toBeNull();
  });
});
