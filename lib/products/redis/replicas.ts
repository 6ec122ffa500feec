import { type Add, printable } from '../answers.ts'
import { type Info, numberIn } from './info.ts'

/** How far each replica of a master has come. */
export function addReplicas(info: Info, add: Add): void {
  const offset = numberIn(info, 'master_repl_offset')
  for (const fields of info.replicas) {
    const labels = {
      slave_ip: printable(fields.get('ip') ?? ''),
      slave_port: printable(fields.get('port') ?? ''),
      slave_state: printable(fields.get('state') ?? ''),
    }
    const number = (name: string) => numberIn(info, name, { line: 'slave', fields })
    const replicaOffset = number('offset')
    add('redis_connected_slave_offset_bytes', replicaOffset, labels)
    add('redis_connected_slave_lag_seconds', number('lag'), labels)
    if (replicaOffset !== undefined && offset !== undefined)
      add('redis_connected_slave_lag_bytes', Math.max(0, offset - replicaOffset), labels)
  }
}
