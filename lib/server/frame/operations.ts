import { frameAnswer } from '../../model/answers/frame.ts'
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
    answer: frameAnswer,
    run: ({ runtime, person }) => getFrame(runtime, person),
  }),
]
