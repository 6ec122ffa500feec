import { beforeWrite, drifted, EvenkeelError } from '../../model/error.ts'
import type { Actuator, Edit } from '../../model/product.ts'
import type { Admin } from './admin.ts'
import { type HaproxyConfig, writeSocketOf } from './config.ts'
import { dataplaneAdmin, dataplaneCommands } from './dataplane/admin.ts'
import { FRONTEND_LIMIT, frontendLimitIn, frontendPart } from './frontends.ts'
import { checkValue, LIMIT, limitIn, limitParts, NO_LIMITS, partsOf, STATE, valuesIn, WEIGHT } from './settings.ts'
import { command, socketAdmin } from './socket.ts'

const UNTIL = 'until HAProxy reloads, unless haproxy.cfg says the same (`dataplane.write: config` writes it there)'

/**
 * Weights and states of servers by the admin socket or the Data Plane API, limits of servers and frontends by the socket or in the API's file:
 * `app/app3/weight`, `app/app3/state`, `app/app3/maxconn`, `frontend-maxconn/web`.
 */
export const haproxyActuator: Actuator<HaproxyConfig> = {
  kind: 'haproxy',
  settings: [
    { pattern: /^[A-Za-z0-9_.:-]+\/[A-Za-z0-9_.:-]+\/weight$/, value: WEIGHT, reversal: 'exact', persistence: UNTIL },
    { pattern: /^[A-Za-z0-9_.:-]+\/[A-Za-z0-9_.:-]+\/state$/, value: STATE, reversal: 'exact', persistence: UNTIL },
    { pattern: /^[A-Za-z0-9_.:-]+\/[A-Za-z0-9_.:-]+\/maxconn$/, value: LIMIT, reversal: 'exact', persistence: UNTIL },
    { pattern: /^frontend-maxconn\/[A-Za-z0-9_.:-]+$/, value: FRONTEND_LIMIT, reversal: 'exact', persistence: UNTIL },
  ],
  get: (config, names, signal) => using(config, (admin) => live(admin, names, signal)),
  write: (config, edits, signal) =>
    using(config, async (admin) => {
      const names = edits.map((edit) => edit.name)
      // HAProxy has no compare-and-set: the read before, the write and the read after follow each other at once.
      await beforeWrite(async () => {
        for (const { name, value } of edits) checkValue(name, value)
        assertAs(edits, await live(admin, names, signal), (edit) => edit.expect, 'before')
      })
      await admin.set(edits, signal)
      assertAs(edits, await live(admin, names, signal), (edit) => edit.value, 'after')
    }),
  commands: (config, edits) =>
    config.dataplane ? dataplaneCommands(config.dataplane, edits) : edits.map((edit) => command(edit.name, edit.value)),
}

async function using<T>(config: HaproxyConfig, run: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = adminOf(config)
  try {
    return await run(admin)
  } finally {
    await admin.close()
  }
}

function adminOf(config: HaproxyConfig): Admin {
  const { dataplane } = config
  if (dataplane) return dataplaneAdmin({ ...dataplane, ...dataplane.writer })
  const socket = writeSocketOf(config)
  if (!socket) throw new EvenkeelError('not_allowed', 'no admin socket in the configuration: the statistics page cannot set weights')
  return socketAdmin(socket)
}

async function live(admin: Admin, names: string[], signal: AbortSignal): Promise<Record<string, string>> {
  const limits = names.flatMap((name) => limitParts(name) ?? [])
  const frontends = names.flatMap((name) => frontendPart(name) ?? [])
  const others = names.filter((name) => !limitParts(name) && frontendPart(name) === null)
  const pools = [...new Set(others.map((name) => partsOf(name).pool))]
  const values = {
    ...(others.length > 0 ? valuesIn(await admin.state(pools, signal), others) : {}),
    ...(frontends.length > 0 ? await liveFrontends(admin, frontends, signal) : {}),
  }
  if (limits.length === 0) return values
  if (!admin.limits) throw new EvenkeelError('not_allowed', NO_LIMITS)
  const rows = await admin.limits([...new Set(limits.map(({ pool }) => pool))], signal)
  return { ...values, ...Object.fromEntries(limits.map((part) => [`${part.pool}/${part.server}/maxconn`, limitIn(rows, part)])) }
}

async function liveFrontends(admin: Admin, names: readonly string[], signal: AbortSignal): Promise<Record<string, string>> {
  if (!admin.frontends) throw new EvenkeelError('not_allowed', NO_LIMITS)
  const rows = await admin.frontends(signal)
  return Object.fromEntries(names.map((name) => [`frontend-maxconn/${name}`, frontendLimitIn(rows, name)]))
}

function assertAs(edits: Edit[], now: Record<string, string>, wanted: (edit: Edit) => string, when: 'before' | 'after'): void {
  for (const edit of edits)
    if (now[edit.name] !== wanted(edit)) {
      const text = `${edit.name} is ${now[edit.name]} ${when} the write, not ${wanted(edit)}: another writer has set it`
      throw when === 'before' ? drifted(text) : new EvenkeelError('drift', text)
    }
}
