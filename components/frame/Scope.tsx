'use client'
import { Filter, X } from 'lucide-react'
import { debounce, parseAsString, useQueryState } from 'nuqs'
import { useRef } from 'react'
import { cn } from '@/components/ui/cn.ts'
import { filterOf } from '@/lib/model/filter.ts'
import type { Labels } from '@/lib/model/series.ts'

/** What the lists are narrowed to, kept in the URL: words, or `label=value`. */
export function useScope(): [string, (scope: string) => void] {
  const [scope, setScope] = useQueryState(
    'scope',
    parseAsString.withDefault('').withOptions({ scroll: false, limitUrlUpdates: debounce(200) }),
  )
  return [scope, (next) => void setScope(next || null)]
}

/** The filter for lists that are short and here whole. Pure. */
export const inScope = (scope: string, texts: readonly (string | undefined)[], labels?: Labels): boolean => filterOf(scope)(texts, labels)

/** The filter in the top bar; `/` goes there. */
export function ScopeFilter() {
  const [scope, setScope] = useScope()
  const input = useRef<HTMLInputElement>(null)
  return (
    <div className="relative min-w-0 max-w-72 flex-1">
      <Filter size={14} aria-hidden className="pointer-events-none absolute top-1/2 left-2 -translate-y-1/2 text-dim" />
      <input
        ref={input}
        data-filter
        value={scope}
        // As long as the API takes it.
        maxLength={200}
        onChange={(event) => setScope(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return
          if (scope) setScope('')
          else input.current?.blur()
        }}
        aria-label="Filter"
        placeholder="Filter: cache-a, pool=app"
        className={cn(
          'h-7 w-full rounded border bg-raised pr-7 pl-7 text-sm placeholder:text-dim max-sm:h-9',
          scope ? 'border-accent' : 'border-line-strong',
        )}
      />
      {scope && (
        <button
          type="button"
          aria-label="Clear the filter"
          onClick={() => setScope('')}
          className="absolute top-1/2 right-0 grid size-7 -translate-y-1/2 place-items-center rounded text-dim hover:text-text max-sm:size-9"
        >
          <X size={14} aria-hidden />
        </button>
      )}
    </div>
  )
}
