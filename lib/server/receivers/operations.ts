import { z } from 'zod'
import * as answers from '../http/answers.ts'
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
    answer: answers.page(answers.receiver),
    run: ({ runtime }) => listReceivers(runtime),
  }),
  operation({
    method: 'POST',
    path: 'receivers/{name}/test',
    role: 'operator',
    audit: { what: 'notice-tested' },
    summary: 'Sends one test notice, now',
    tag,
    params: name,
    answer: z.object({ deliveries: z.array(answers.delivery) }),
    problems: ['not_found'],
    run: ({ runtime, params }) => testReceiver(runtime, params.name),
  }),
]
