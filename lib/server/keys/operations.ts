import { z } from 'zod'
import { bigKeyAnswer, hotKeyAnswer, keyPatternAnswer } from '../../model/answers/key.ts'
import { keyDifferenceAnswer, remediesAnswer, samplingAnswer } from '../../model/answers/remedy.ts'
import { page, searchedPage } from '../../model/answers/shape.ts'
import { fingerprintAnswer, LOGS, slowAnswer } from '../../model/answers/slow.ts'
import type { ErrorCode } from '../../model/error.ts'
import { DIFFERENCE_COLUMNS } from '../../model/listColumns.ts'
import { paging, time } from '../http/inputs.ts'
import { operation } from '../http/operation.ts'
import { search } from '../http/search.ts'
import { sorting } from '../http/sorting.ts'
import { compareSamplings, listSamplings } from './compare.ts'
import { bigKeys, hotKeys, keyPatterns, listFingerprints, listSlow } from './keys.ts'
import { listRemedies } from './remedies.ts'

const tag = 'Keys'
const what = z.enum(['hot', 'patterns']).optional()
const query = z.object({ target: z.string().optional(), ...paging })
const searched = (what: string) => query.extend(search(what))
const problems: ErrorCode[] = ['not_found']

export const keyOperations = [
  operation({
    method: 'GET',
    path: 'keys/hot',
    role: 'viewer',
    summary: 'Hot keys, hottest first',
    tag,
    query: searched('key or target'),
    answer: searchedPage(hotKeyAnswer),
    problems,
    run: ({ runtime, query }) => hotKeys(runtime, query),
  }),
  operation({
    method: 'GET',
    path: 'keys/big',
    role: 'viewer',
    summary: 'Big keys, biggest first',
    tag,
    query: searched('key or target'),
    answer: searchedPage(bigKeyAnswer),
    problems,
    run: ({ runtime, query }) => bigKeys(runtime, query),
  }),
  operation({
    method: 'GET',
    path: 'keys/patterns',
    role: 'viewer',
    summary: 'Prefixes that keys share',
    tag,
    query: searched('pattern or target'),
    answer: searchedPage(keyPatternAnswer),
    problems,
    run: ({ runtime, query }) => keyPatterns(runtime, query),
  }),
  operation({
    method: 'GET',
    path: 'keys/remedies',
    role: 'viewer',
    summary: 'What takes the load of hot keys off their nodes: of those that the rule finds, or of one key with code',
    tag,
    query: query.extend({ key: z.string().max(2_000).optional() }),
    answer: page(remediesAnswer),
    problems,
    run: ({ runtime, query }) => listRemedies(runtime, query),
  }),
  operation({
    method: 'GET',
    path: 'keys/samplings',
    role: 'viewer',
    summary: 'Samplings of hot keys or patterns that are kept: one each ten minutes, for two days',
    tag,
    query: query.extend({ what }),
    answer: page(samplingAnswer),
    problems,
    run: ({ runtime, query }) => listSamplings(runtime, query),
  }),
  operation({
    method: 'GET',
    path: 'keys/compare',
    role: 'viewer',
    summary: 'What changed between two samplings: at `before` (the oldest that is kept) and `after` (now), largest first',
    tag,
    query: searched('key or pattern, or target').extend({
      ...sorting(DIFFERENCE_COLUMNS),
      what,
      before: time.optional(),
      after: time.optional(),
    }),
    answer: searchedPage(keyDifferenceAnswer),
    problems,
    run: ({ runtime, query }) => compareSamplings(runtime, query),
  }),
  operation({
    method: 'GET',
    path: 'slowlog',
    role: 'viewer',
    summary: 'Slow commands of every node, newest first',
    tag,
    query: searched('command, client or target'),
    answer: searchedPage(slowAnswer),
    problems,
    run: ({ runtime, query }) => listSlow(runtime, query),
  }),
  operation({
    method: 'GET',
    path: 'slowlog/fingerprints',
    role: 'viewer',
    summary: 'Slow commands of every node counted by kind, costliest first; or those with large requests or replies (Valkey)',
    tag,
    query: searched('command, client or target').extend({ log: z.enum(LOGS).optional() }),
    answer: searchedPage(fingerprintAnswer),
    problems,
    run: ({ runtime, query }) => listFingerprints(runtime, query),
  }),
]
