import * as answers from '../http/answers.ts'
import { operation } from '../http/operation.ts'
import { getFrame } from './frame.ts'

const tag = 'Observing'

export const frameOperations = [
  operation({
    method: 'GET',
    path: 'frame',
    role: 'viewer',
    summary: 'Mode, person and what else stands around every page',
    tag,
    answer: answers.frame,
    run: ({ runtime, person }) => getFrame(runtime, person),
  }),
]
