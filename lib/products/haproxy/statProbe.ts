import type { Emits, Parsed } from '../../model/product.ts'
import type { NewRecord } from '../../model/record.ts'
import { printable, rawRecord } from '../answers.ts'
import type { Beside } from './beside.ts'
import { frontendFacts, frontendRows } from './frontends.ts'
import { poolsOf } from './pools.ts'
import { poolOf, type Stat, type StatRow, serverOf, statSamples } from './stat.ts'

/** What the statistics of HAProxy give, by whatever way they are read. */
export const statEmits: Emits = {
  metrics: [
    'pool_requests_total',
    'pool_errors_total',
    'pool_retries_total',
    'pool_shed_total',
    'pool_sessions',
    'pool_sessions_max',
    'pool_queue',
    'pool_up',
    'pool_checks_failed_total',
    'pool_downs_total',
    'pool_queue_seconds',
    'pool_connect_seconds',
    'pool_total_seconds',
    'pool_response_seconds',
    'pool_response_smoothing',
    'pool_weight_set',
    'pool_weight_effective',
  ],
  records: ['fact'],
  topology: ['pools'],
}

/** What the statistics say, with what is known beside them. `text`: the answer as it came. */
export function statParsed(rows: Stat, text: string, beside: Beside, at: number): Parsed {
  return {
    samples: statSamples(rows),
    records: [rawRecord('stat', at, text), ...checks(rows.servers, at), ...frontendFacts(frontendRows(rows.frontends), at)],
    topology: {
      pools: poolsOf(rows, beside),
      ...(rows.left ? { left: rows.left } : {}),
      ...(rows.bad.length > 0 ? { capabilities: [{ feature: 'every row', available: false, because: badText(rows) }] } : {}),
    },
  }
}

const ROWS_SHOWN = 3

function badText({ bad, all }: Stat): string {
  const told = bad.slice(0, ROWS_SHOWN).map(({ row, because }) => `${row} (${because})`)
  const more = bad.length > ROWS_SHOWN ? ` and ${bad.length - ROWS_SHOWN} more` : ''
  return `${bad.length} of ${all} rows of the statistics cannot be read: ${told.join(', ')}${more}`
}

/** Why a server is down, as its check says it. */
function checks(servers: StatRow[], at: number): NewRecord[] {
  return servers.flatMap((row) => {
    if (!row.get('status')?.startsWith('DOWN')) return []
    const value = [row.get('check_status'), row.get('check_code'), row.get('check_desc') || row.get('last_chk')].filter(Boolean).join(' ')
    return value ? [{ kind: 'fact', id: `check/${poolOf(row)}/${serverOf(row)}`, at, value: printable(value.slice(0, 200)) } as const] : []
  })
}
