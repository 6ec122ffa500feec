import type { ControlConfig } from '../../model/control.ts'
import { durationText, parseDuration } from '../../model/duration.ts'
import { drifted, EvenkeelError } from '../../model/error.ts'
import type { Actuator, Edit } from '../../model/product.ts'
import { type Command, type RedisClient, withRedis, writerOf } from '../redis/client.ts'
import { isRing, nodeOf, policyPart, unknown } from './config.ts'
import { redisOf } from './product.ts'
import { pointsOf, type RingControl, readRing, withPoints } from './ringDocument.ts'
import { controlSettings } from './settings.ts'
import { readTtl, type TtlControl, withTtl } from './ttlDocument.ts'

/** Tries of a compare-and-set: another writer may change the document between the read and the write. */
const TRIES = 5

/** Ring and TTL control documents. Every write is a true compare-and-set (WATCH, MULTI) of the whole document and is published. */
export const controlActuator: Actuator<ControlConfig> = {
  kind: 'control',
  settings: controlSettings,
  get: (config, names, signal) =>
    withRedis(writerOf(redisOf(config)), async (client) => {
      const live = planOf(config, await read(client, config, signal))
      return Object.fromEntries(names.map((name) => [name, live.value(name)]))
    }),
  write: (config, edits, signal) =>
    withRedis(writerOf(redisOf(config)), async (client) => {
      for (let attempt = 0; attempt < TRIES; attempt++) {
        await client.call(['WATCH', config.key], signal)
        const plan = planOf(config, await read(client, config, signal))
        for (const { name, expect } of edits) {
          const found = plan.value(name)
          if (!same(found, expect)) throw drifted(`${name} is ${found}, not ${expect}: another writer has changed ${config.key}`)
        }
        const { version, text } = plan.next(edits)
        const answers = await client.pipeline([['MULTI'], store(config, text), ['PUBLISH', config.key, String(version)], ['EXEC']], signal)
        const failed = answers.find((answer) => answer instanceof Error)
        if (failed) throw new EvenkeelError('not_allowed', `Redis refuses the write: ${(failed as Error).message.slice(0, 200)}`)
        if (answers.at(-1) !== null) return
      }
      throw drifted(`${config.key} is being changed by another writer all the time; try again later`)
    }),
  commands(config, edits) {
    const words = edits.map(({ name, value }) => `${name} = ${value}`).join(', ')
    const [look, put] = config.ring
      ? [`GET ${config.key}`, `SET ${config.key} «the document with ${words}, version + 1»`]
      : [`HGET ${config.key} ${config.ttl.name}`, `HSET ${config.key} ${config.ttl.name} «the policy with ${words}, version + 1»`]
    return [`WATCH ${config.key}`, look, 'MULTI', put, `PUBLISH ${config.key} «version + 1»`, 'EXEC']
  },
}

const store = (config: ControlConfig, text: string): Command =>
  config.ring ? ['SET', config.key, text] : ['HSET', config.key, config.ttl.name, text]

async function read(client: RedisClient, config: ControlConfig, signal: AbortSignal): Promise<string | null> {
  const answer = await client.call(config.ring ? ['GET', config.key] : ['HGET', config.key, config.ttl.name], signal)
  return typeof answer === 'string' ? answer : null
}

/** Values are compared as what they mean: `600s` is `10m`. */
const same = (a: string, b: string) => a === b || (parseDuration(a) !== null && parseDuration(a) === parseDuration(b))

/** The live values of a document's settings, and the document that the edits make of it. */
type Plan = { value(name: string): string; next(edits: readonly Edit[]): { version: number; text: string } }

function planOf(config: ControlConfig, text: string | null): Plan {
  return isRing(config) ? ringPlan(config, text) : ttlPlan(config as TtlControl, text)
}

function ringPlan(config: RingControl, text: string | null): Plan {
  const live = readRing(config, text)
  const points = pointsOf(live.spec)
  if (points.size === 0)
    throw new EvenkeelError('invalid', `${config.name} is a ring of ${live.spec.algorithm}, which has no number of points to set`)
  return {
    value(name) {
      const count = points.get(nodeOf(config, name))
      if (count === undefined) throw unknown(config, name)
      return String(count)
    },
    next(edits) {
      const changes = new Map(edits.map(({ name, value }) => [nodeOf(config, name), Number(value)]))
      if (![...points].some(([node, count]) => (changes.get(node) ?? count) > 0))
        throw new EvenkeelError('invalid', `${config.name} would be left without a single point: no key would have an owner`)
      return withPoints(live, changes)
    },
  }
}

function ttlPlan(config: TtlControl, text: string | null): Plan {
  const live = readTtl(config, text)
  return {
    value: (name) => (policyPart(config, name) === 'ttl' ? durationText(live.ttlMs) : String(live.jitter)),
    next(edits) {
      const changes: { ttlMs?: number; jitter?: number } = {}
      for (const { name, value } of edits) {
        if (policyPart(config, name) === 'ttl') changes.ttlMs = Math.round(parseDuration(value)!)
        else changes.jitter = Number(value)
      }
      return withTtl(live, changes)
    },
  }
}
