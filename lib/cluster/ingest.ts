import type { PolledFleet } from '../engine/fleet.ts'
import type { Store } from '../model/store.ts'
import { type HotBatch, type Layout, unpacked } from './hotBatch.ts'

export type IngestOptions = {
  /** Where samples and records go: not to where this replica tells others of its own. */
  store: Pick<Store, 'append' | 'putRecords'>
  fleet: Pick<PolledFleet, 'learn' | 'learnPart'>
}

/** Takes up what other replicas' polls have brought, as if it had been polled here. */
export interface Ingest {
  /** `run`: one run of a replica's process. False: something is missing to understand it, and a whole batch is needed. */
  take(run: string, batch: HotBatch): boolean
  /** Forgets the runs that are over. */
  keepOnly(runs: ReadonlySet<string>): void
}

export function createIngest({ store, fleet }: IngestOptions): Ingest {
  const layouts = new Map<string, Map<number, Layout>>()
  return {
    take(run, batch) {
      const known = (!batch.whole && layouts.get(run)) || new Map<number, Layout>()
      layouts.set(run, known)
      for (const [number, layout] of batch.layouts) known.set(number, layout)
      let complete = true
      for (const poll of batch.polls) {
        const layout = known.get(poll.layout)
        if (layout?.length !== poll.values.length) complete = false
        else store.append(poll.target, poll.at, unpacked(poll, layout), poll.stepMs, poll.lateMs)
      }
      for (const [target, records] of batch.records) store.putRecords(target, records)
      for (const [target, probe, part] of batch.parts) fleet.learnPart(target, probe, part)
      for (const [target, polled] of batch.polled) fleet.learn(target, polled)
      return complete
    },
    keepOnly(runs) {
      for (const run of layouts.keys()) if (!runs.has(run)) layouts.delete(run)
    },
  }
}
