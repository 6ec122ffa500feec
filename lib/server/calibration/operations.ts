import { calibrationAnswer } from '../../model/answers/calibration.ts'
import { operation } from '../http/operation.ts'
import { getCalibration } from './calibration.ts'

export const calibrationOperations = [
  operation({
    method: 'GET',
    path: 'calibration',
    role: 'viewer',
    summary: 'Each prediction beside its outcome, by advisor, and how much the next bands are widened for it',
    tag: 'The loop',
    answer: calibrationAnswer,
    run: ({ runtime }) => getCalibration(runtime),
  }),
]
