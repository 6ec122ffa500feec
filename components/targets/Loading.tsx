import { Skeleton } from '@/components/ui/empty.tsx'

/** Stands where a table will be, until its first answer. */
export const Loading = () => (
  <div className="p-4">
    <Skeleton className="h-40 w-full" />
  </div>
)
