import type { AutopilotRule } from '../model/autopilot.ts'
import type { BrakeSettings } from '../model/brakes.ts'
import type { EdgeText } from '../model/edges.ts'
import type { BalancerGroup } from '../model/group.ts'
import type { Route } from '../model/notice.ts'
import type { PriceList } from '../model/prices.ts'
import type { TargetConfig } from '../model/product.ts'
import type { RingSpec } from '../model/ring.ts'
import type { RingNodeFact } from '../model/topology.ts'
import type { AuditCopies } from './audit.ts'
import type { Auth } from './auth.ts'
import type { Fingerprint } from './fingerprint.ts'
import type { SeriesConfig } from './series.ts'

export type ControlKey = { target: string; key: string; copies?: string[] | undefined }
/** A ring that applications hold, as configured; its control document, once there, is the truth. */
export type RingConfig = { name: string; spec: RingSpec; nodes: RingNodeFact[]; control: ControlKey; followersExpected?: number }
export type TtlConfig = { name: string; match: string; ttlMs: number; jitter: number; control: ControlKey; followersExpected?: number }
/** A named group of channels. `config` is what the channel's own schema parsed. */
export type Receiver = { name: string; channels: { kind: string; config: unknown }[] }

/** The whole of evenkeel.yaml, checked: every reference exists, every duration is in ms, every path is absolute. */
export type Config = {
  /** Absolute path of the file that it was read from. */
  file: string
  listen: { host: string; port: number }
  /** Where people reach this server; stands in alerts. */
  url: string
  /** Folder of the embedded store. */
  data: string
  /** A PostgreSQL database that replicas share; absent: the embedded store. Holds a password. */
  state?: string
  /** The name of this process among the replicas. */
  replica: string
  mode: 'observe' | 'tune'
  auth: Auth
  /** Where the audit log is copied to; null: nowhere. */
  audit: AuditCopies | null
  /** Other stores of samples: a receiver of Prometheus remote write, and what answers PromQL. */
  series?: SeriesConfig
  poll: { everyMs: number; timeoutMs: number }
  learningMs: number
  retention: { rawMs?: number; fineMs?: number; coarseMs?: number }
  /** Limits of what may be applied. */
  brakes: BrakeSettings
  /** What is applied without a click. */
  autopilot: AutopilotRule[]
  watch: { watchMs?: number; beforeMs?: number; measureMs?: number; slowStartMs?: number }
  targets: TargetConfig[]
  rings: RingConfig[]
  ttls: TtlConfig[]
  edges: EdgeText[]
  groups: BalancerGroup[]
  prices: PriceList
  receivers: Receiver[]
  routes: Route[]
  /** `url` is a secret. */
  heartbeat: { url: string; everyMs: number } | null
  /** `token` is a secret. */
  grafana: { url: string; token: string } | null
  rules: Record<string, { enabled: boolean; settings: Record<string, unknown> }>
  /** Sentences about what will work, but not as somebody may think. */
  warnings: string[]
  /** The file as written, every secret redacted: fit for the API and the page. */
  shown: unknown
  /** Tells whether the file changed since it was last seen. */
  fingerprint: Fingerprint
}
