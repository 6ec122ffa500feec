import { z } from 'zod'
import { freezeAnswer, liftedAnswer } from '../../model/answers/freeze.ts'
import { time, words } from '../http/inputs.ts'
import { operation } from '../http/operation.ts'
import { getFreeze, liftFreeze, setFreeze } from './freeze.ts'

const tag = 'Changes'

export const freezeOperations = [
  operation({
    method: 'GET',
    path: 'freeze',
    role: 'viewer',
    summary: 'The freeze in force: who holds back every new change, why and until when',
    tag,
    answer: freezeAnswer,
    run: ({ runtime }) => getFreeze(runtime),
  }),
  operation({
    method: 'POST',
    path: 'freeze',
    role: 'operator',
    touches: 'everything',
    audit: { what: 'freeze-set', body: ['until', 'reason'] },
    summary: 'Holds back every new change until a time; changes in flight are kept or rolled back as ever',
    tag,
    body: z.strictObject({ until: time, reason: words(500).min(1) }),
    answer: freezeAnswer,
    problems: ['invalid', 'unavailable'],
    run: ({ runtime, body, by }) => setFreeze(runtime, body, by),
  }),
  operation({
    method: 'DELETE',
    path: 'freeze',
    role: 'operator',
    touches: 'everything',
    audit: { what: 'freeze-lifted' },
    summary: 'Lifts the freeze before its time',
    tag,
    answer: liftedAnswer,
    problems: ['unavailable'],
    run: ({ runtime, by }) => liftFreeze(runtime, by),
  }),
]
