import { Bone, Skeleton } from '@/ui/Skeleton';

/** The place of a list that is being read. */
export function ListSkeleton() {
  return (
    <Skeleton className="pt-8">
      <div className="divide-y divide-line rounded-lg border border-line bg-surface">
        {Array.from({ length: 8 }, (_, row) => (
          <div key={row} className="flex items-center gap-4 px-4 py-3.5">
            <Bone className="h-5 w-24 rounded-full" />
            <div className="min-w-0 grow space-y-1.5">
              <Bone className="h-3.5 w-44 max-w-full" />
              <Bone className="h-3 w-72 max-w-full" />
            </div>
            <Bone className="h-3.5 w-20 max-sm:hidden" />
          </div>
        ))}
      </div>
    </Skeleton>
  );
}
