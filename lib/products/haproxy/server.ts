import type { PoolServer } from '../../model/topology.ts'
import { detectMsOf } from './checks.ts'
import type { FileServer } from './configFile.ts'
import { fileLineOf } from './lasting.ts'
import type { StateRow } from './serversState.ts'
import { isBackup, numbersIn, type StatRow, serverOf, stateOf, weightsOf } from './stat.ts'

type Known = { idleBackup: boolean; line: FileServer | undefined; state: StateRow | undefined; hasFile: boolean }

/** A server as the statistics show it, with what its line of the file and its saved state say. */
export function poolServer(row: StatRow, { idleBackup, line, state, hasFile }: Known): PoolServer {
  const { needed, optional } = numbersIn(row)
  const throttle = optional('throttle')
  // Empty where an agent is switched off at run time; HAProxy before 1.7 has no such column.
  const status = row.get('agent_status')
  const agent = status === undefined ? line?.agentCheck : status !== ''
  const slow = throttle !== undefined && throttle < 100 ? `slowstart, at ${throttle} %` : undefined
  const otherWriter = agent ? 'an agent check' : ofDns(line, state) ? 'DNS, by its SRV record,' : slow
  // Without a configured file, what HAProxy read at its start is used instead; a server that a given file does not have is in no file.
  const weightFile = hasFile ? line?.weight : state?.weightInitial
  const seen = { name: serverOf(row), ...weightsOf(row, idleBackup), state: stateOf(row) }
  // `MAINT (resolution)`, `MAINT (via …)`, `DRAIN (agent)`: HAProxy itself has set these, and no line of the file would.
  const isSet = !/^(MAINT|DRAIN) ?\(/.test(row.get('status') ?? '')
  const fileLine = line && fileLineOf(isSet || line.disabled ? seen : { ...seen, state: 'up' }, line)
  return {
    ...seen,
    address: row.get('addr') || state?.address || '',
    id: needed('sid'),
    ...(isBackup(row) ? { backup: true } : {}),
    ...(weightFile === undefined ? {} : { weightFile }),
    ...(state?.weightInitial === undefined ? {} : { weightInitial: state.weightInitial }),
    ...(fileLine ? { fileLine } : {}),
    ...(line?.slowstart ? { slowstart: true } : {}),
    ...checkOf(line),
    ...(otherWriter ? { otherWriter } : {}),
  }
}

/** A server made of an SRV record gets the record's weight at each resolution (HAProxy's manual, `resolve-opts`). */
const ofDns = (line: FileServer | undefined, state: StateRow | undefined) =>
  !line?.ignoresDnsWeight && (state?.srvRecord !== undefined || (line?.template === true && line.address.startsWith('_')))

/** A check that traffic feeds too is as fast as the traffic. */
function checkOf(line: FileServer | undefined): Pick<PoolServer, 'detectMs'> {
  const detectMs = line && !line.checks.observes ? detectMsOf(line.checks) : undefined
  return detectMs === undefined ? {} : { detectMs }
}
