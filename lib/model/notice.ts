import type { Finding, Severity } from './finding.ts'
import type { Labels } from './series.ts'

/** One message about findings of one group, for one receiver. */
export type Notice = {
  receiver: string
  status: 'firing' | 'resolved'
  groupLabels: Labels
  /** What receivers deduplicate by: one for each group of each route, the same at its beginning and its end. Absent in what an older version left to send. */
  groupKey?: string
  externalUrl: string
  findings: Finding[]
}

/** A notice's fate. Survives restarts: the outbox is durable. */
export type Delivery = {
  id: string
  receiver: string
  /** `webhook`, `slack`, … */
  channel: string
  at: number
  findings: string[]
  status: 'firing' | 'resolved' | 'test'
  state: 'queued' | 'delivered' | 'failed'
  attempts: number
  nextAt?: number
  /** What came back, without secrets. */
  answer?: string
}

export type Silence = {
  id: string
  /** Labels that must match; `rule` and `severity` may stand among them. */
  match: Labels
  from: number
  until: number
  by: string
  reason: string
}

export type Route = {
  match: { severity?: Severity; rule?: string } & Labels
  to: string[]
  group: string[]
  waitMs: number
  repeatMs: number
}
