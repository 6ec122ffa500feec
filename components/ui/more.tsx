import { count } from '@/lib/format/format.ts'
import { Button } from './button.tsx'

type Props = { list: { items: readonly unknown[]; total: number; more: (() => void) | null; reading: boolean } }

/** The end of a list of which not everything is shown: how much is missing, and the way to it. */
export function More({ list }: Props) {
  if (!list.more) return null
  return (
    <div className="flex flex-wrap items-center gap-3 px-4 py-3 text-sm">
      <span className="text-dim">
        {count(list.items.length)} of {count(list.total)} shown
      </span>
      <Button onClick={list.more} busy={list.reading}>
        Show more
      </Button>
    </div>
  )
}
