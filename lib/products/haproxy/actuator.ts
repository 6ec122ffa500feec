import { z } from 'zod'
import { drifted, EvenkeelError } from '../../model/error.ts'
import type { Actuator, Edit } from '../../model/product.ts'
import { type ServerPart, serverPart } from '../../model/setting.ts'
import type { SocketAddress } from '../exchange.ts'
import { ask } from './client.ts'
import { type HaproxyConfig, socketOf } from './config.ts'
import { parseServersState, type StateRow } from './serversState.ts'

const WEIGHT = z
  .string()
  .regex(/^(0|[1-9]\d{0,2})$/, 'a whole number from 0 to 256')
  .refine((text) => Number(text) <= 256, 'at most 256')
const STATE = z.enum(['ready', 'drain', 'maint'], { error: 'allowed: ready, drain, maint' })
const UNTIL = 'until HAProxy reloads, unless haproxy.cfg says the same'

// HAProxy's own alphabet for names (its manual, section 2.2): nothing that could end a command.
const NAME = /^[A-Za-z0-9_.:-]+$/

/** Weights and states of servers by the admin socket: `app/app3/weight`, `app/app3/state`. */
export const haproxyActuator: Actuator<HaproxyConfig> = {
  kind: 'haproxy',
  settings: [
    { pattern: /^[A-Za-z0-9_.:-]+\/[A-Za-z0-9_.:-]+\/weight$/, value: WEIGHT, reversal: 'exact', persistence: UNTIL },
    { pattern: /^[A-Za-z0-9_.:-]+\/[A-Za-z0-9_.:-]+\/state$/, value: STATE, reversal: 'exact', persistence: UNTIL },
  ],
  get: async (config, names, signal) => live(adminSocketOf(config), names, signal),
  async write(config, edits, signal) {
    const socket = adminSocketOf(config)
    const names = edits.map((edit) => edit.name)
    // HAProxy has no compare-and-set: the read before, the write and the read after follow each other at once.
    assertAs(edits, await live(socket, names, signal), (edit) => edit.expect, 'before')
    const written: Edit[] = []
    for (const edit of edits) {
      try {
        await set(socket, edit.name, edit.value, signal)
        written.push(edit)
      } catch (error) {
        // A change is whole or not at all.
        for (const done of written.reverse()) await set(socket, done.name, done.expect, signal)
        throw error
      }
    }
    assertAs(edits, await live(socket, names, signal), (edit) => edit.value, 'after')
  },
  commands: (_config, edits) => edits.map((edit) => command(edit.name, edit.value)),
}

function adminSocketOf(config: HaproxyConfig): SocketAddress {
  const socket = socketOf(config)
  if (!socket) throw new EvenkeelError('not_allowed', 'no admin socket in the configuration: the statistics page cannot set weights')
  return socket
}

function partsOf(name: string): ServerPart {
  const part = serverPart(name)
  if (!part || !NAME.test(part.pool) || !NAME.test(part.server))
    throw new EvenkeelError('not_found', `${JSON.stringify(name.slice(0, 80))} is no setting: POOL/SERVER/weight or POOL/SERVER/state`)
  return part
}

function command(name: string, value: string): string {
  const { pool, server, what } = partsOf(name)
  const checked = (what === 'weight' ? WEIGHT : STATE).safeParse(value)
  if (!checked.success) throw new EvenkeelError('invalid', `${name}: ${checked.error.issues[0]?.message}`)
  return `set server ${pool}/${server} ${what} ${checked.data}`
}

async function live(socket: SocketAddress, names: string[], signal: AbortSignal): Promise<Record<string, string>> {
  const wanted = names.map((name) => ({ name, ...partsOf(name) }))
  const rows = parseServersState(await ask(socket, 'show servers state', signal))
  return Object.fromEntries(wanted.map(({ name, pool, server, what }) => [name, liveValue(rows, pool, server, what)]))
}

function liveValue(rows: StateRow[], pool: string, server: string, what: 'weight' | 'state'): string {
  const row = rows.find((candidate) => candidate.pool === pool && candidate.server === server)
  if (row) return what === 'weight' ? String(row.weight) : row.admin
  const known = rows.some((candidate) => candidate.pool === pool)
  throw new EvenkeelError('not_found', known ? `the pool ${pool} has no server ${server}` : `this HAProxy has no pool ${pool}`)
}

function assertAs(edits: Edit[], now: Record<string, string>, wanted: (edit: Edit) => string, when: 'before' | 'after'): void {
  for (const edit of edits)
    if (now[edit.name] !== wanted(edit)) {
      const text = `${edit.name} is ${now[edit.name]} ${when} the write, not ${wanted(edit)}: another writer has set it`
      throw when === 'before' ? drifted(text) : new EvenkeelError('drift', text)
    }
}

/** Checks the answer to a command: HAProxy answers nothing on success, and anything else is a refusal in its own words. */
async function set(socket: SocketAddress, name: string, value: string, signal: AbortSignal): Promise<void> {
  const answer = (await ask(socket, command(name, value), signal)).trim()
  if (answer === '') return
  if (/^No such (server|backend)/.test(answer)) throw new EvenkeelError('not_found', `HAProxy: ${answer}`)
  if (/static LB algorithm/.test(answer))
    throw new EvenkeelError('invalid', `${name}: this pool's algorithm takes only 0 % and 100 % at run time; change the file instead`)
  throw new EvenkeelError('invalid', `HAProxy refuses ${name} = ${value}: ${answer.slice(0, 200)}`)
}
