import { createHash } from 'node:crypto'
import type { AuditCopies } from '../../config/audit.ts'
import type { Log } from '../../model/log.ts'
import type { Store } from '../../model/store.ts'
import { createFileSink } from './fileSink.ts'
import { createShipper, type ShipperState } from './shipper.ts'
import { createSyslogSink } from './syslogSink.ts'

/** The copies of the audit log that the configuration asks for. */
export interface AuditOut {
  states(): ShipperState[]
  close(): Promise<void>
}

type Options = { copies: AuditCopies | null; store: Store; leads(): boolean; now(): number; monotonic(): number; log: Log }

/** A service manager waits 15 s. */
const CLOSE_MS = 2_000

/** Another receiver has its own position, and is sent the whole log. */
const keyOf = (to: string) => `audit/out/${createHash('sha256').update(to).digest('hex').slice(0, 16)}`

export function createAuditOut({ copies, store, leads, now, monotonic, log }: Options): AuditOut {
  const { file, syslog } = copies ?? { file: null, syslog: null }
  const parts = { audit: store.audit, now, monotonic, log }
  const shippers = [
    // A file is on this machine: each replica keeps its own.
    ...(file === null
      ? []
      : [createShipper({ ...parts, sink: createFileSink(file), memory: store.own, key: keyOf(`file ${file}`), leads: () => true })]),
    ...(syslog === null
      ? []
      : [
          createShipper({
            ...parts,
            sink: createSyslogSink(syslog),
            memory: store.memory,
            key: keyOf(`syslog ${syslog.over === 'unix' ? syslog.path : `${syslog.over} ${syslog.host} ${syslog.port}`}`),
            leads,
          }),
        ]),
  ]
  store.audit.onWritten(() => {
    for (const shipper of shippers) shipper.wake()
  })
  return {
    states: () => shippers.map((shipper) => shipper.state()),
    close: async () => void (await Promise.all(shippers.map((shipper) => shipper.close(CLOSE_MS)))),
  }
}
