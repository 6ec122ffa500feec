import type { ReactNode } from 'react'
import { errorText } from '@/components/frame/api.ts'
import { Failure, Skeleton } from '@/components/ui/empty.tsx'

type Props<T> = { plan: { data: T | undefined; error: Error | null }; children: (plan: T) => ReactNode }

/** What a drill would do, why it cannot be planned, or that it is being planned. */
export function Planned<T>({ plan, children }: Props<T>) {
  if (plan.error) return <Failure tried="This drill cannot be planned." answer={errorText(plan.error)} />
  return plan.data === undefined ? <Skeleton className="mt-3 h-40" /> : children(plan.data)
}
