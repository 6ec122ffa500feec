import { debounce, parseAsString, useQueryStates } from 'nuqs'
import { useMemo } from 'react'
import type { Source } from './question.ts'
import { AS_IT_IS, type Rule, readRule, ruleText } from './rule.ts'
import { readSize, type Size, sizeText } from './size.ts'

/** What the address holds: the source, the marked size, the cache that is asked for and the one beside it. */
export type LabState = {
  source: Source | null
  mark: Size | null
  rule: Rule
  /** The second curve; null: there is none. */
  against: Rule | null
  /** Parts of the address that cannot be read: their defaults stand in their place. */
  unread: string[]
}
export type PutLab = {
  source(next: Source): void
  match(next: string): void
  mark(next: Size | null): void
  rule(next: Rule): void
  against(next: Rule | null): void
}

/** In the address where the second cache is as the source has it. */
const SAME = 'as-it-is'
const NO_SIZE = { memory: null, keys: null } as const

/** The state of the page, kept in its address in words: `?trace=ID&memory=256mb&with=allkeys-lfu,ttl:10m&vs=as-it-is`. */
export function useLabState(): [LabState, PutLab] {
  const [query, setQuery] = useQueryStates(
    {
      ...{ target: parseAsString, trace: parseAsString, match: parseAsString.withDefault('') },
      ...{ memory: parseAsString, keys: parseAsString, with: parseAsString.withDefault(''), vs: parseAsString },
    },
    { scroll: false, limitUrlUpdates: debounce(200) },
  )
  const state = useMemo(() => readState(query), [query])
  const put = useMemo(
    (): PutLab => ({
      // Another source has other sizes.
      source: (next) =>
        void setQuery(
          'trace' in next
            ? { ...NO_SIZE, trace: next.trace, target: null, match: null }
            : { ...NO_SIZE, target: next.target, trace: null, match: null },
          { history: 'push' },
        ),
      match: (match) => void setQuery({ match: match || null }),
      mark: (mark) => void setQuery(mark === null ? NO_SIZE : { ...NO_SIZE, [mark.by === 'bytes' ? 'memory' : 'keys']: sizeText(mark) }),
      rule: (rule) => void setQuery({ with: ruleText(rule) || null }),
      against: (rule) => void setQuery({ vs: rule === null ? null : ruleText(rule) || SAME }),
    }),
    [setQuery],
  )
  return [state, put]
}

type Query = Record<'target' | 'trace' | 'memory' | 'keys' | 'vs', string | null> & { match: string; with: string }

/** What an address says. Pure. */
function readState(query: Query): LabState {
  const unread: string[] = []
  const orUnread = <T>(read: T | { because: string }, otherwise: T): T => {
    if (typeof read !== 'object' || read === null || !('because' in read)) return read as T
    unread.push(read.because)
    return otherwise
  }
  const by = query.memory !== null ? 'bytes' : 'keys'
  const size = query.memory ?? query.keys
  return {
    source: query.trace !== null ? { trace: query.trace } : query.target !== null ? { target: query.target, match: query.match } : null,
    mark: size === null ? null : orUnread(readSize(size, by) ?? { because: size }, null),
    rule: orUnread(readRule(query.with), AS_IT_IS),
    against: query.vs === null ? null : query.vs === SAME ? AS_IT_IS : orUnread(readRule(query.vs), AS_IT_IS),
    unread,
  }
}
