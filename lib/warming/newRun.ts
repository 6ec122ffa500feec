import { randomBytes } from 'node:crypto'
import type { HotNames, KeyItem, WarmExpectation, WarmRun, WarmSettings } from '../model/warming.ts'
import type { Emptied } from './emptied.ts'
import { expectationOf } from './expectation.ts'
import type { Before } from './warmth.ts'

type Asked = {
  target: string
  by: string
  at: number
  settings: Pick<WarmSettings, 'keys' | 'perSecond' | 'batch'>
  names: HotNames
  emptied: Emptied | null
  before: Before | null
  factor: number
}

/** A run before its first call, with the keys that it sends: a copy, which no later look changes. */
export function newRun(asked: Asked): { run: WarmRun; keys: KeyItem[] } {
  const { target, by, at, settings, names, emptied, before } = asked
  const { perSecond, batch } = settings
  const keys = names.keys.slice(0, settings.keys).map(([item]) => item)
  const expects = expected(asked, keys.length)
  const run: WarmRun = {
    id: randomBytes(8).toString('hex'),
    target,
    by,
    findings: emptied?.findings ?? [],
    emptiedAt: emptied?.at ?? null,
    at,
    state: 'running',
    keys: keys.length,
    namedAt: names.at,
    covers: names.covers,
    perSecond,
    batch,
    next: 0,
    taken: 0,
    refused: 0,
    filled: null,
    calls: 0,
    failuresInRow: 0,
    ratioBefore: before?.ratio ?? null,
    ...(typeof expects === 'string' ? { expects: null, unpredicted: expects } : { expects }),
  }
  return { run, keys }
}

function expected({ at, settings, names, emptied, before, factor }: Asked, keys: number): WarmExpectation | string {
  if (!emptied) return 'It was not emptied.'
  if (!before) return 'The hit ratio before it was emptied is not known.'
  const { perSecond } = settings
  return expectationOf({ before, emptiedAt: emptied.at, begunAt: at, keys, perSecond, covers: names.covers, factor })
}
