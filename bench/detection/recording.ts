import type { NewRecord } from '../../lib/model/record.ts'
import type { Series } from '../../lib/model/series.ts'
import type { Topology } from '../../lib/model/topology.ts'

/** A labelled fault: from when to when it lasted, in seconds of its recording, and when it first shows in what can be read. */
export type Labelled = { kind: string; at: number; shows: number; end: number; rules: readonly string[] }

/** What a fleet showed, second by second, and what was done to it. */
export type Recording = {
  name: string
  /** Of real servers, or drawn: the table keeps them apart. */
  source: 'real' | 'simulated'
  seconds: number
  events: readonly Labelled[]
  /** Their points are dated from `FROM` on. */
  series: readonly Series[]
  topology(at: number): Topology
  /** What was read besides numbers, and when; dated as the series are. */
  records?: readonly { at: number; target: string; records: NewRecord[] }[]
  /** Settings of the clock of the machine that watches: at which second, by how much. */
  clockSteps?: readonly { at: number; byMs: number }[]
}

/** An alarm at a second of a recording. A note is a finding that pages nobody. */
export type Alarm = { rule: string; at: number; note: boolean }
