import { z } from 'zod'
import { bigKeys, hotKeys, keyPatterns, listSlow } from '../../keys/keys.ts'
import * as answers from '../answers.ts'
import { paging } from '../inputs.ts'
import { operation } from '../operation.ts'

const tag = 'Keys'
const query = z.object({ target: z.string().optional(), ...paging })
const problems = ['not_found'] as const
export const keys = [
  operation({
    method: 'GET',
    path: 'keys/hot',
    role: 'viewer',
    summary: 'Hot keys, hottest first',
    tag,
    query,
    answer: answers.page(answers.hotKey),
    problems: [...problems],
    run: ({ runtime, query }) => hotKeys(runtime, query),
  }),
  operation({
    method: 'GET',
    path: 'keys/big',
    role: 'viewer',
    summary: 'Big keys, biggest first',
    tag,
    query,
    answer: answers.page(answers.bigKey),
    problems: [...problems],
    run: ({ runtime, query }) => bigKeys(runtime, query),
  }),
  operation({
    method: 'GET',
    path: 'keys/patterns',
    role: 'viewer',
    summary: 'Prefixes that keys share',
    tag,
    query,
    answer: answers.page(answers.keyPattern),
    problems: [...problems],
    run: ({ runtime, query }) => keyPatterns(runtime, query),
  }),
  operation({
    method: 'GET',
    path: 'slowlog',
    role: 'viewer',
    summary: 'Slow commands of every node, newest first',
    tag,
    query,
    answer: answers.page(answers.slow),
    problems: [...problems],
    run: ({ runtime, query }) => listSlow(runtime, query),
  }),
]
