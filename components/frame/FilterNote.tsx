'use client'
import { Button } from '@/components/ui/button.tsx'
import { Empty, Failure } from '@/components/ui/empty.tsx'
import { Kbd } from '@/components/ui/kbd.tsx'
import { count, safe } from '@/lib/format/format.ts'
import { errorText } from './api.ts'
import { useScope } from './Scope.tsx'

type Counted = { scope: string; searching: boolean; known: boolean; total: number; of: number; error: Error | null }
type Props = {
  lists: readonly Counted[]
  /** What is listed: one, several. */
  noun: readonly [one: string, several: string]
}

const summed = (lists: readonly Counted[]) => ({
  scope: lists[0]?.scope ?? '',
  searching: lists.some((one) => one.searching || !one.known),
  error: lists.find(({ error }) => error)?.error ?? null,
  total: lists.reduce((sum, { total }) => sum + total, 0),
  of: lists.reduce((sum, { of }) => sum + of, 0),
})

/** Whether the filter takes something away, or may: where there is nothing without it either, the page says what would stand there. */
export function isNarrowed(lists: readonly Counted[]): boolean {
  const { scope, searching, of } = summed(lists)
  return scope !== '' && (searching || of > 0)
}

/** How much of a list the filter leaves, and the way back. It stands above the list while something is filtered, and is read out when it changes. */
export function FilterNote({ lists, noun: [one, several] }: Props) {
  const [, setScope] = useScope()
  const { scope, searching, total, of, error } = summed(lists)
  if (!isNarrowed(lists)) return null
  if (searching && error) return <Failure tried="The list could not be searched." answer={errorText(error)} />
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-1 px-4 py-2 text-sm">
      <p role="status" className="min-w-0 text-dim [overflow-wrap:anywhere]">
        {searching ? (
          <>
            Looking for <Asked scope={scope} />…
          </>
        ) : (
          <>
            {count(total)} of {count(of)} {of === 1 ? one : several} {total === 1 || of === 1 ? 'matches' : 'match'} <Asked scope={scope} />
          </>
        )}
      </p>
      {/* Where nothing is left, it stands below. */}
      {(total > 0 || searching) && <Button onClick={() => setScope('')}>Clear the filter</Button>}
    </div>
  )
}

const Asked = ({ scope }: { scope: string }) => <q className="font-mono text-text text-xs">{safe(scope, 100)}</q>

/** In place of rows, where the filter leaves none of the `of` that there are. */
export function NoneMatch({ lists, noun: [one, several] }: Props) {
  const [, setScope] = useScope()
  const { scope, searching, of } = summed(lists)
  if (searching) return null
  return (
    <Empty title={`No ${one} matches the filter`}>
      <p className="[overflow-wrap:anywhere]">
        Without <Asked scope={scope} /> there {of === 1 ? 'is' : 'are'} {count(of)} {of === 1 ? one : several}. Each word has to stand in
        what is listed; <code className="font-mono">name=value</code> asks for a label, such as <code className="font-mono">team=shop</code>
        .
      </p>
      <p className="mt-3 flex flex-wrap items-center gap-2">
        <Button onClick={() => setScope('')}>Clear the filter</Button>
        <span>
          or <Kbd>/</Kbd> and <Kbd>Esc</Kbd>
        </span>
      </p>
    </Empty>
  )
}
