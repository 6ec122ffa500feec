import { receiverAnswer, testedAnswer } from '../../model/answers/delivery.ts'
import { page } from '../../model/answers/shape.ts'
import { name } from '../http/inputs.ts'
import { operation } from '../http/operation.ts'
import { listReceivers, testReceiver } from './receivers.ts'

const tag = 'Alerts'

export const receiverOperations = [
  operation({
    method: 'GET',
    path: 'receivers',
    role: 'viewer',
    summary: 'Receivers and their channels',
    tag,
    answer: page(receiverAnswer),
    run: ({ runtime }) => listReceivers(runtime),
  }),
  operation({
    method: 'POST',
    path: 'receivers/{name}/test',
    role: 'operator',
    touches: 'everything',
    audit: { what: 'notice-tested' },
    summary: 'Sends one test notice, now',
    tag,
    params: name,
    answer: testedAnswer,
    problems: ['not_found'],
    run: ({ runtime, params }) => testReceiver(runtime, params.name),
  }),
]
