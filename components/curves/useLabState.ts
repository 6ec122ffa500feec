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
  source(next: Source | null): void
  match(next: string): void
  mark(next: Size | null): void
  rule(next: Rule): void
  against(next: Rule | null): void
}

/** In the address where the second cache is as the source has it. */
const SAME = 'as-it-is'
const NO_SIZE = { memory: null, keys: null } as const
const NO_SOURCE = { trace: null, target: null, match: '' } as const
const inAddress = (source: Source) => ('trace' in source ? { trace: source.trace } : { target: source.target })

/**
 * The state of the page, kept in its address in words: `?trace=ID&memory=256mb&with=allkeys-lfu,ttl:10m&vs=as-it-is`. `first`: what is opened
 * by an address without a source, which the first edit names.
 */
export function useLabState(first: Source | null): [LabState, PutLab] {
  const [query, setQuery] = useQueryStates(
    {
      ...{ target: parseAsString, trace: parseAsString, match: parseAsString.withDefault('') },
      ...{ memory: parseAsString, keys: parseAsString, with: parseAsString.withDefault(''), vs: parseAsString },
    },
    { scroll: false, limitUrlUpdates: debounce(200) },
  )
  const state = useMemo(() => {
    const read = readState(query)
    return { ...read, source: read.source ?? first }
  }, [query, first])
  const put = useMemo((): PutLab => {
    const edit = (part: Partial<Query>) =>
      void setQuery((now) => ({ ...(now.trace === null && now.target === null && first !== null && inAddress(first)), ...part }))
    return {
      // Another source has other sizes.
      source: (next) => void setQuery({ ...NO_SIZE, ...NO_SOURCE, ...(next && inAddress(next)) }, { history: 'push' }),
      match: (match) => edit({ match }),
      mark: (mark) => edit(mark === null ? NO_SIZE : { ...NO_SIZE, [mark.by === 'bytes' ? 'memory' : 'keys']: sizeText(mark) }),
      rule: (rule) => edit({ with: ruleText(rule) }),
      against: (rule) => edit({ vs: rule === null ? null : ruleText(rule) || SAME }),
    }
  }, [setQuery, first])
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
