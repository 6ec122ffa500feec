import { z } from 'zod'
import { alertRouteAnswer } from '../../model/answers/alertRoute.ts'
import { alertsAppliedAnswer, alertsConfigAnswer, alertsPreviewAnswer } from '../../model/answers/alertsEdit.ts'
import { testedAnswer } from '../../model/answers/delivery.ts'
import { shadowAnswer } from '../../model/answers/shadow.ts'
import { labels, severity } from '../../model/answers/shape.ts'
import { deliveryView } from '../deliveries/deliveries.ts'
import { operation } from '../http/operation.ts'
import { alertsConfig, applyAlerts, edited, previewAlerts } from './edit.ts'
import { computed } from './shadow.ts'
import { whereTo } from './whereTo.ts'

const tag = 'Alerts'
const role = 'admin'
const NOTHING = { none: 'It computes what an edit would do, and writes nothing.' }

const items = z.array(
  z.strictObject({
    was: z.int().min(0).nullable().meta({ description: 'Its place in the file; null: it is new' }),
    value: z
      .record(z.string(), z.unknown())
      .meta({ description: 'As in the configuration; a value that is shown as redacted is kept as it stands' }),
  }),
)
const edit = {
  hash: z.string().regex(/^[0-9a-f]{64}$/, { error: '`hash` of GET alerts/config' }),
  receivers: items.max(200),
  routes: items.max(500),
}
const DAYS = 7

export const alertEditOperations = [
  operation({
    method: 'GET',
    path: 'alerts/config',
    role,
    summary: 'Receivers and routes of the configuration file, as they can be edited; every secret is redacted',
    tag,
    answer: alertsConfigAnswer,
    problems: ['invalid', 'unreachable'],
    run: ({ runtime }) => alertsConfig(runtime),
  }),
  operation({
    method: 'POST',
    path: 'alerts/config/preview',
    role,
    touches: 'everything',
    audit: NOTHING,
    summary: 'What an edit of receivers and routes changes in the file, and what it warns of',
    tag,
    body: z.strictObject(edit),
    answer: alertsPreviewAnswer,
    problems: ['invalid', 'drift', 'unreachable'],
    run: ({ runtime, body }) => previewAlerts(runtime, body),
  }),
  operation({
    method: 'POST',
    path: 'alerts/config',
    role,
    touches: 'everything',
    audit: { what: 'alerts-edited', answer: ['hash', 'restart'] },
    summary: 'Writes an edit of receivers and routes into the configuration file, and goes by it at once',
    tag,
    body: z.strictObject(edit),
    answer: alertsAppliedAnswer,
    problems: ['invalid', 'drift', 'not_allowed', 'unreachable'],
    run: ({ runtime, body }) => applyAlerts(runtime, body),
  }),
  operation({
    method: 'POST',
    path: 'alerts/config/test',
    role,
    touches: 'everything',
    audit: { what: 'notice-tested', about: ({ receiver }: { receiver: string }) => receiver },
    summary: 'Sends one test notice over each channel of a receiver of an edit, before it is saved',
    tag,
    body: z.strictObject({ ...edit, receiver: z.string().max(100) }),
    answer: testedAnswer,
    problems: ['invalid', 'drift', 'not_found', 'unreachable'],
    run: async ({ runtime, body: { receiver, ...rest } }) => {
      const { config } = await edited(runtime, rest)
      return { deliveries: (await runtime.dispatch.test(receiver, config.receivers)).map(deliveryView) }
    },
  }),
  operation({
    method: 'POST',
    path: 'alerts/config/route',
    role,
    touches: 'everything',
    audit: NOTHING,
    summary: 'Who would be told of a finding by an edit, before it is saved',
    tag,
    body: z.strictObject({
      ...edit,
      rule: z.string().max(200).default(''),
      severity: severity.default('warning'),
      subject: labels.default({}),
    }),
    answer: alertRouteAnswer,
    problems: ['invalid', 'drift', 'unreachable'],
    run: async ({ runtime, body: { rule, severity, subject, ...rest } }) => {
      const { config } = await edited(runtime, rest)
      const { dispatch, detectors, engine } = runtime
      return whereTo({ dispatch, detectors, engine, config }, { rule, severity, subject, at: runtime.now() })
    },
  }),
  operation({
    method: 'POST',
    path: 'alerts/config/shadow',
    role,
    touches: 'everything',
    audit: NOTHING,
    summary: `What an edit would have sent in the last ${DAYS} days of what fired then, before it is saved`,
    tag,
    body: z.strictObject(edit),
    answer: shadowAnswer,
    problems: ['invalid', 'drift', 'unreachable'],
    run: async ({ runtime, body }) => {
      const { config } = await edited(runtime, body)
      const { store, engine } = runtime
      return computed({ store, engine, config }, DAYS, runtime.now())
    },
  }),
]
