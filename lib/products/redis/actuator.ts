import { z } from 'zod'
import { drifted, EvenkeelError } from '../../model/error.ts'
import { EXPIRY_NAME, readExpiryName, readSpan } from '../../model/expiry.ts'
import type { Actuator, Edit, SettingKind } from '../../model/product.ts'
import { isOwnersText, ownersText, readSlotsName, SLOTS_NAME } from '../../model/slots.ts'
import { type RedisClient, withRedis, writerOf } from './client.ts'
import type { RedisConfig } from './config.ts'
import { readSettings } from './configGet.ts'
import { unavailableBecause } from './errors.ts'
import { endsWithin, retime, retimeCommands } from './retime.ts'
import { REDIS_SETTINGS } from './settings.ts'
import { ownersNow, rebalance, rebalanceCommands } from './slots/rebalance.ts'

const PREFIX = 'config/'

const expiry: SettingKind = {
  pattern: EXPIRY_NAME,
  value: z.string().refine((text) => readSpan(text) !== null, { message: 'a stretch of time such as 2026-01-05T12:00:00Z+60s' }),
  reversal: 'lossy',
  lost: 'keys that ended before it was rolled back; and once they would have ended together, nothing more is put back',
  persistence: 'until each key ends or is written again',
  long: true,
}
const slots: SettingKind = {
  pattern: SLOTS_NAME,
  value: z.string().refine(isOwnersText, { message: 'HOST:PORT of a master, or HOST:PORT=SLOTS of several' }),
  reversal: 'exact',
  persistence: 'until slots are moved again: the nodes keep it in their own file',
  long: true,
}
const isExpiry = (name: string) => EXPIRY_NAME.test(name)

/**
 * Redis's CONFIG parameters of the allow-list, `config/maxmemory`, whose values live until the server restarts; and, by long work,
 * `expiry/SPAN/GLOB`, when the keys of a cliff end, and `slots/LIST`, which masters of a Cluster serve these slots.
 */
export const redisActuator: Actuator<RedisConfig> = {
  kind: 'redis',
  settings: [
    ...REDIS_SETTINGS.map(({ name, value, reversal, lost }) => ({
      pattern: new RegExp(`^config/${name}$`),
      value,
      reversal,
      ...(lost ? { lost } : {}),
      persistence: 'until Redis restarts, unless its configuration file says the same',
    })),
    expiry,
    slots,
  ],
  get: (config, names, signal) =>
    withRedis(ofOne(config), async (client) => {
      const parameters = names.filter((name) => !isExpiry(name) && !readSlotsName(name))
      const values = parameters.length > 0 ? await live(client, parameters, signal) : {}
      // Where no key ends then, another writer was faster: that is drift.
      for (const name of names.filter(isExpiry))
        values[name] = (await endsWithin(client, name, signal)) ? EXPIRY_NAME.exec(name)![1]! : 'nothing'
      for (const name of names) {
        const listed = readSlotsName(name)
        if (listed) values[name] = ownersText(await ownersNow(config, listed, signal))
      }
      return values
    }),
  work: (config, edit) => (isExpiry(edit.name) ? retime : rebalance)(ofOne(config), edit),
  write: (config, edits, signal) =>
    withRedis(ofOne(config), async (client) => {
      const names = edits.map((edit) => edit.name)
      // CONFIG SET has no compare-and-set: the read before, the write and the read after follow each other at once.
      assertAs(edits, await live(client, names, signal), (edit) => edit.expect, 'before')
      const written: Edit[] = []
      for (const edit of edits) {
        try {
          await client.call(['CONFIG', 'SET', parameter(edit.name), edit.value], signal)
          written.push(edit)
        } catch (error) {
          await takeBack(client, written, signal)
          throw refused(edit, error)
        }
      }
      assertAs(edits, await live(client, names, signal), (edit) => edit.value, 'after')
    }),
  commands: (_config, edits) =>
    edits.flatMap((edit) => {
      const keys = readExpiryName(edit.name)
      if (readSlotsName(edit.name)) return rebalanceCommands(edit)
      return keys ? retimeCommands(keys) : [`CONFIG SET ${parameter(edit.name)} ${edit.value}`]
    }),
}

/** Settings are a server's own. Throws `not_found` for a Cluster or a family of Sentinels as a whole. */
/** The one server, as who writes it. */
function ofOne(config: RedisConfig): RedisConfig {
  if (config.url === '')
    throw new EvenkeelError('not_found', `${config.name} stands for several servers: set it on each, ${config.name}:HOST:PORT`)
  return writerOf(config)
}

/** The parameter's own name. Throws `not_found` for whatever is not on the allow-list. */
function parameter(setting: string): string {
  const name = setting.startsWith(PREFIX) ? setting.slice(PREFIX.length) : ''
  if (!REDIS_SETTINGS.some((known) => known.name === name))
    throw new EvenkeelError('not_found', `${JSON.stringify(setting.slice(0, 80))} is not a setting that Evenkeel writes on Redis`)
  return name
}

async function live(client: RedisClient, settings: string[], signal: AbortSignal): Promise<Record<string, string>> {
  const names = settings.map(parameter)
  const found = await readSettings(client, names, signal).catch((error) => {
    const because = unavailableBecause(error)
    throw because ? new EvenkeelError('not_allowed', `CONFIG is not available here: ${because}`) : error
  })
  return Object.fromEntries(
    settings.map((setting, index) => {
      const value = found[names[index]!]
      if (value === undefined) throw new EvenkeelError('not_found', `this Redis has no ${names[index]}`)
      return [setting, value]
    }),
  )
}

function assertAs(edits: Edit[], now: Record<string, string>, wanted: (edit: Edit) => string, when: 'before' | 'after'): void {
  for (const edit of edits)
    if (now[edit.name] !== wanted(edit)) {
      const text = `${edit.name} is ${now[edit.name]} ${when} the write, not ${wanted(edit)}: another writer has set it`
      throw when === 'before' ? drifted(text) : new EvenkeelError('drift', text)
    }
}

/** One edit of several was refused: those before it go back, so that a change is whole or not at all. */
async function takeBack(client: RedisClient, written: Edit[], signal: AbortSignal): Promise<void> {
  for (const edit of written.reverse()) await client.call(['CONFIG', 'SET', parameter(edit.name), edit.expect], signal)
}

function refused(edit: Edit, error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof EvenkeelError) return error
  const because = unavailableBecause(error)
  if (because) return new EvenkeelError('not_allowed', `CONFIG SET is not available here: ${because}`)
  return new EvenkeelError('invalid', `Redis refuses ${edit.name} = ${edit.value}: ${error.message.slice(0, 200)}`)
}
