/** The key `warm` of a target's configuration: the application's hook, and how fast it is called. */
export type WarmSettings = {
  http?: { url: string; headers?: Record<string, string>; secret?: string }
  /** Program and arguments, run without a shell. `environment`: names of variables of Evenkeel that it gets. */
  command?: string[]
  environment: string[]
  keys: number
  perSecond: number
  /** Keys of one call. */
  batch: number
  timeoutMs: number
  atMostMs: number
  failures: number
}

/** Reads of keys that a probe has heard by name; a name is its bytes, each as one character (Latin-1). `reads`: of all keys, those that are not named too. */
export type KeyReads = { keys: readonly (readonly [name: string, reads: number])[]; reads: number }

/** A key as JSON: its text, or its bytes in Base64 where they are no UTF-8 or hold control characters. */
export type KeyItem = { key: string } | { base64: string }

/** A value with its interval: of a part of the reads, of seconds. */
export type Share = { value: number; low: number; high: number }

/** The names of the hottest keys of a cache as they are kept: the hottest first, each with its part of the reads. */
export type HotNames = {
  /** Epoch ms. */
  at: number
  keys: [item: KeyItem, share: number][]
  /** What all of them together hold of the reads, counted on reads after they were named; null: too few of those. */
  covers: Share | null
}

/**
 * `sent`: all keys. `warm`: the hit ratio is back. `resolved`: the finding has ended. `failed`: so many calls in a row. `deadline`: `atMost` is over.
 * `stopped`: by a person. `again`: the cache was emptied once more. `unconfigured`: the configuration names no hook any more.
 */
export const WARM_ENDS = ['sent', 'warm', 'resolved', 'failed', 'deadline', 'stopped', 'again', 'unconfigured'] as const
export type WarmEnd = (typeof WARM_ENDS)[number]

/** How one call ended. */
export type WarmCall = { at: number; taken: boolean; answer: string }

/** What is expected of a run: how long the cache takes to be warm from the moment at which it was emptied, with the hook and without. */
export type WarmExpectation = {
  /** Seconds. `widened`: by what, because earlier outcomes on this fleet asked for it. */
  withHook: Share & { widened?: number }
  without: Share
  /** Reads that would hit if it were warm, a second; and the keys that it held. */
  hitsPerSecond: Share
  keys: number
}

/** One run of a hook. Dates are epoch ms. */
export type WarmRun = {
  id: string
  target: string
  /** A person, or `Evenkeel` because of the findings. */
  by: string
  findings: string[]
  /** When the cache was emptied; null: a person has begun the run without that. */
  emptiedAt: number | null
  at: number
  state: 'running' | 'ended'
  /** Keys in all, and how old their names were when it began. */
  keys: number
  namedAt: number
  covers: Share | null
  perSecond: number
  batch: number
  /** Keys that were sent and taken, or given up because the hook refused them. */
  next: number
  taken: number
  refused: number
  /** What the hook said of taken keys; null: it does not say. */
  filled: number | null
  calls: number
  failuresInRow: number
  newest?: WarmCall
  /** Why it waits, while it waits. */
  held?: string
  /** Nothing is sent before: the hook has asked for it. */
  notBefore?: number
  endedAt?: number
  end?: WarmEnd
  because?: string
  stoppedBy?: string
  /** The hit ratio before it was emptied; null: not known. */
  ratioBefore: number | null
  expects: WarmExpectation | null
  /** Why nothing could be predicted. */
  unpredicted?: string
  /** From the moment at which it was emptied until the hit ratio was back; or why that could not be told. */
  measured?: { seconds: number; inside: boolean | null; saved: Share | null } | { because: string }
}

export const WARM_RUN_PREFIX = 'warming/run/'
