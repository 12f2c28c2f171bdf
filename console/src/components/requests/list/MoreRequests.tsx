import type { UseInfiniteQueryResult } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import type { ListData } from '@/hooks/useRequests';
import { useSpeech } from '@/i18n';
import { Button } from '@/ui/Button';

/** The next page comes when the end comes near, or when it is asked for. */
export function MoreRequests({ list }: { list: UseInfiniteQueryResult<ListData> }) {
  const { t } = useSpeech();
  const end = useRef<HTMLDivElement>(null);
  const { hasNextPage, isFetchingNextPage, fetchNextPage, isFetchNextPageError } = list;
  useEffect(() => {
    if (!end.current || !hasNextPage || isFetchingNextPage || isFetchNextPageError) return undefined;
    const watch = new IntersectionObserver(([seen]) => seen?.isIntersecting && void fetchNextPage(), {
      rootMargin: '600px',
    });
    watch.observe(end.current);
    return () => watch.disconnect();
  }, [hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage]);
  if (!hasNextPage) return null;
  return (
    <div ref={end} className="flex justify-center py-4">
      <Button busy={isFetchingNextPage} onClick={() => fetchNextPage()}>
        {isFetchingNextPage ? t.list.loadingMore : t.list.more}
      </Button>
    </div>
  );
}
