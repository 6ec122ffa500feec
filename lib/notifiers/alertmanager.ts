import { z } from 'zod'
import type { Notifier } from '../model/notifier.ts'
import { address } from './address.ts'
import { alertsOf } from './alertmanagerBody.ts'
import { below, send } from './send.ts'

const config = z
  .strictObject({ url: address.describe('Address of Alertmanager; user and password in it go as Basic authentication') })
  .describe('Alertmanager: it gets the findings as alerts, and routes them itself')
export type AlertmanagerConfig = z.output<typeof config>

/** As Prometheus has it: an alert that is not sent again ends after four times the interval at which it would be. */
const REFRESH_MS = 60_000
const LIVES_MS = 4 * REFRESH_MS

/** Alertmanager's API, version 2 (POST /api/v2/alerts). What fires is sent again before it would end there. */
export const alertmanager: Notifier<AlertmanagerConfig> = {
  kind: 'alertmanager',
  config,
  refreshMs: REFRESH_MS,
  notify({ url }, notice, attempt) {
    const until = new Date(attempt.at + LIVES_MS).toISOString()
    const alerts = alertsOf(notice).map(({ status, fingerprint: _, ...alert }) =>
      status === 'firing' ? { ...alert, endsAt: until } : alert,
    )
    return send({ url: below(url, '/api/v2/alerts'), body: JSON.stringify(alerts) }, attempt)
  },
}
