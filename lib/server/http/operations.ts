import type { Operation } from './operation.ts'
import { alerting } from './operations/alerting.ts'
import { balancing } from './operations/balancing.ts'
import { doors } from './operations/doors.ts'
import { keys } from './operations/keys.ts'
import { loop } from './operations/loop.ts'
import { meta } from './operations/meta.ts'
import { observing } from './operations/observing.ts'

/** The API: every call there is. */
export const operations: Operation[] = [...observing, ...balancing, ...keys, ...loop, ...alerting, ...doors, ...meta]
