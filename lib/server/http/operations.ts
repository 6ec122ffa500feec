import { anything } from './answers.ts'
import { openapi } from './openapi.ts'
import { type Operation, operation } from './operation.ts'
import { account } from './operations/account.ts'
import { alerting } from './operations/alerting.ts'
import { audit } from './operations/audit.ts'
import { balancing } from './operations/balancing.ts'
import { keys } from './operations/keys.ts'
import { loop } from './operations/loop.ts'
import { meta } from './operations/meta.ts'
import { observing } from './operations/observing.ts'
import { signIn } from './operations/signIn.ts'

/** The one call that speaks of all the others, and of itself. */
const description = operation({
  method: 'GET',
  path: 'openapi.json',
  role: 'viewer',
  summary: 'This description',
  tag: 'Evenkeel',
  answer: anything,
  run: () => {
    described ??= openapi(operations)
    return described
  },
})
let described: unknown

/** The API: every call there is. */
export const operations: Operation[] = [
  ...observing,
  ...balancing,
  ...keys,
  ...loop,
  ...alerting,
  ...signIn,
  ...account,
  ...audit,
  ...meta,
  description,
]
