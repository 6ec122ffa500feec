import type { TargetView } from '../../model/answers/target.ts'
import type { ClockStep } from '../../model/clock.ts'
import { EvenkeelError } from '../../model/error.ts'
import { products } from '../../products/sources.ts'
import type { Runtime } from '../runtime.ts'
import { getTarget } from './targets.ts'

const HOUR_MS = 3_600_000
const PREFIX = 'monitor/'
/** The consent of an admin to bursts of MONITOR or watch. `until` null: without an end. */
type Consent = { allow: boolean; by: string; at: number; until: number | null }

/** Lets bursts run on a target that asks first, and remembers who allowed it. */
export async function allowMonitor(runtime: Runtime, name: string, allow: 'hour' | 'always' | 'no', by: string): Promise<TargetView> {
  getTarget(runtime, name)
  const configured = configuredMonitor(runtime, name)
  if (configured === null) throw new EvenkeelError('not_allowed', 'This target cannot be listened to.')
  if (configured === 'never' && allow !== 'no')
    throw new EvenkeelError('not_allowed', 'The configuration says "monitor: never" for this target.')
  const at = runtime.now()
  const consent: Consent = { allow: allow !== 'no', by, at, until: allow === 'hour' ? at + HOUR_MS : null }
  runtime.store.memory.put(PREFIX + name, consent)
  runtime.log.info({ target: name, allow, by }, 'MONITOR bursts')
  await honourConsents(runtime)
  return getTarget(runtime, name)
}

/** Brings each target's bursts in line with what was allowed: at start, after a decision, and when an hour has ended. */
export async function honourConsents(runtime: Pick<Runtime, 'engine' | 'store' | 'config' | 'now' | 'audit'>): Promise<void> {
  for (const key of runtime.store.memory.keys(PREFIX)) {
    const name = key.slice(PREFIX.length)
    const consent = runtime.store.memory.get<Consent>(key)
    const running = runtime.engine.targetConfig(name)?.config as { monitor?: string } | undefined
    const configured = configuredMonitor(runtime, name)
    if (!consent || !running || configured === null) continue
    const over = consent.until !== null && runtime.now() >= consent.until
    if (over) {
      runtime.store.memory.delete(key)
      runtime.audit.own({ what: 'consent-ended', about: name, detail: { given: consent.by } })
    }
    const wanted = configured === 'never' ? 'never' : over ? configured : consent.allow ? 'bursts' : 'ask'
    if (running.monitor !== wanted)
      await runtime.engine.configure({ ...runtime.engine.targetConfig(name)!.config, monitor: wanted } as never)
  }
}

/** The clock was set: an hour that was allowed stays an hour. */
export function moveConsents({ store }: Pick<Runtime, 'store'>, { byMs }: ClockStep): void {
  for (const key of store.memory.keys(PREFIX)) {
    const consent = store.memory.get<Consent>(key)
    if (consent?.until != null) store.memory.put(key, { ...consent, until: consent.until + byMs } satisfies Consent)
  }
}

function configuredMonitor(runtime: Pick<Runtime, 'config'>, name: string): 'ask' | 'bursts' | 'never' | null {
  // A server of a Cluster, or behind Sentinels, is called after the target that it was found through.
  const { targets } = runtime.config
  const config = (targets.find((target) => target.name === name) ?? targets.find((target) => name.startsWith(`${target.name}:`))) as
    | { kind: string; role?: string; monitor?: 'ask' | 'bursts' | 'never' }
    | undefined
  if (!config || !products.find(({ kind }) => kind === config.kind)?.can?.bursts) return null
  return config.monitor ?? (config.role === 'store' ? 'never' : 'ask')
}
