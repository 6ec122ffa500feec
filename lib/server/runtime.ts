import type { Authentication } from '../auth/auth.ts'
import type { Autopilot } from '../autopilot/autopilot.ts'
import type { Changes } from '../changes/changes.ts'
import type { Cluster } from '../cluster/cluster.ts'
import type { Config } from '../config/config.ts'
import type { AnnotationPush } from '../engine/annotationPush.ts'
import type { Dispatch } from '../engine/dispatch/dispatch.ts'
import type { Engine } from '../engine/engine.ts'
import type { Heartbeat } from '../engine/heartbeat.ts'
import type { ReloadView } from '../model/answers/configuration.ts'
import type { Advisor, AnyDetector } from '../model/detector.ts'
import { EvenkeelError } from '../model/error.ts'
import type { Bus } from '../model/events.ts'
import type { Log } from '../model/log.ts'
import type { AnyNotifier } from '../model/notifier.ts'
import type { Store } from '../model/store.ts'
import type { Outbound } from '../store/remoteWrite/outbound.ts'
import type { Warming } from '../warming/warming.ts'
import type { Answers } from './answers/answers.ts'
import type { Recorder } from './audit/recorder.ts'
import type { AuditOut } from './auditOut/auditOut.ts'
import type { SubscribedBrowsers } from './browsers/browsers.ts'
import type { Stream } from './events/stream.ts'
import type { ClockNews } from './frame/clockNews.ts'
import type { Requests } from './http/requests.ts'
import type { PatternRatios } from './references/patternRatios.ts'
import type { ReferenceLogs } from './references/referenceLogs.ts'

/** The application context: everything that a call may need, made once for each process. */
export type Runtime = {
  config: Config
  store: Store
  /** The replicas that share the state, this one among them. */
  cluster: Cluster
  engine: Engine
  changes: Changes
  /** What is applied without a click. */
  autopilot: Autopilot
  /** Hooks of applications that fetch keys again after a cache was emptied. */
  warming: Warming
  dispatch: Dispatch
  browsers: SubscribedBrowsers
  heartbeat: Heartbeat | null
  /** Pushes changes, incidents and annotations to Grafana; null where none is configured. */
  annotationPush: AnnotationPush | null
  references: ReferenceLogs
  patternRatios: PatternRatios
  auth: Authentication
  audit: Recorder
  /** Copies the audit log to where the configuration says. */
  auditOut: AuditOut
  stream: Stream
  /** The answers that are made once for all who ask. */
  answers: Answers
  bus: Bus
  /** Copies every sample to another store; null where none is configured. */
  outbound: Outbound | null
  detectors: readonly AnyDetector[]
  advisors: readonly Advisor[]
  notifiers: readonly AnyNotifier[]
  /** The demo's drill controller; null on a real fleet. */
  drills: string | null
  version: string
  startedAt: number
  now(): number
  clock: ClockNews
  log: Log
  /** Aborts when the runtime begins to close: streams end, nothing new begins. */
  closing: AbortSignal
  requests: Requests
  /** Takes the changed configuration file; null where nobody can (tests). Throws `invalid` for one that is unusable. */
  reload: (() => Promise<ReloadView>) | null
  /** `reload`: another runtime of this process goes on with the store at once. */
  close(options?: { reload: boolean }): Promise<void>
}

const RUNTIME_KEY = Symbol.for('evenkeel.runtime')
const SWAP_KEY = Symbol.for('evenkeel.swap')
type WithRuntime = { [RUNTIME_KEY]?: Runtime; [SWAP_KEY]?: Promise<void> | null }

/** The one runtime of this process. It is kept on `globalThis`, because Next bundles instrumentation and routes separately, each with its own module variables. */
export function runtime(): Runtime {
  const found = (globalThis as WithRuntime)[RUNTIME_KEY]
  if (!found) throw new EvenkeelError('unavailable', 'Evenkeel is starting.')
  return found
}
export function setRuntime(next: Runtime | undefined): void {
  ;(globalThis as WithRuntime)[RUNTIME_KEY] = next
}
export const currentRuntime = (): Runtime | undefined => (globalThis as WithRuntime)[RUNTIME_KEY]
/** Set while a reload closes one runtime and opens the next. */
export function setSwap(swap: Promise<void> | null): void {
  ;(globalThis as WithRuntime)[SWAP_KEY] = swap
}
/** The runtime, after a reload that is under way. */
export async function settledRuntime(): Promise<Runtime> {
  await (globalThis as WithRuntime)[SWAP_KEY]
  return runtime()
}
