import { randomUUID } from 'node:crypto'
import { alone, type Cluster } from '../../cluster/cluster.ts'
import { createHotWriter, toldStore } from '../../cluster/hotWriter.ts'
import { createSharedCluster } from '../../cluster/shared.ts'
import type { Config } from '../../config/config.ts'
import type { Log } from '../../model/log.ts'
import type { TopologyPart } from '../../model/product.ts'
import type { Store } from '../../model/store.ts'
import { operations } from '../http/operations.ts'
import type { Runtime } from '../runtime.ts'
import { configuredCells } from './cells.ts'
import { runForwarded } from './forward.ts'

export type OpenClusterOptions = {
  config: Config
  store: Store
  /** Where samples of other replicas go. */
  received: Pick<Store, 'append' | 'putRecords'>
  monotonic(): number
  now(): number
  log: Log
}

/** This process among the replicas, from its configuration. */
export type Part = {
  cluster: Cluster
  /** The store of this process, of which the others are told what is appended. */
  store: Store
  onPart?(target: string, probe: string, part: TopologyPart): void
  start(runtime: Runtime): Promise<void>
  stop(options: { reload: boolean }): Promise<void>
}

export function openCluster({ config, store, received, monotonic, now, log }: OpenClusterOptions): Part {
  const { state: url, replica: name } = config
  const cells = configuredCells(config)
  if (url === undefined) return { cluster: alone(name, cells.flat(), now), store, start: async () => {}, stop: async () => {} }
  const writer = createHotWriter()
  const cluster = createSharedCluster({ url, name, session: sessionOfProcess(), cells, store, monotonic, now, log })
  return {
    cluster,
    store: toldStore(store, writer),
    onPart: writer.part,
    async start(runtime) {
      const { engine, changes } = runtime
      await cluster.start({
        fleet: engine,
        writer,
        received,
        mayLeave: (cell) => changes.isQuiet((target) => cell.includes(engine.leaseOf(target))),
        onTaken(targets) {
          const taken = new Set(targets)
          changes.recover((target) => taken.has(engine.leaseOf(target))).catch((error: unknown) => log.error({ err: error }, 'changes of another replica could not be taken up')) // biome-ignore format: one line
        },
        run: (request) => runForwarded(runtime, operations, request),
      })
    },
    stop: ({ reload }) => cluster.stop({ keep: reload }),
  }
}

const SESSION_KEY = Symbol.for('evenkeel.session')
/** One for each run of the process: a reload opens a runtime anew, which has what the one before had. */
function sessionOfProcess(): string {
  const global = globalThis as { [SESSION_KEY]?: string }
  global[SESSION_KEY] ??= randomUUID()
  return global[SESSION_KEY]
}
