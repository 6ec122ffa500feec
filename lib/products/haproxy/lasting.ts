import { join } from 'node:path'
import { shellWord } from '../../format/shell.ts'
import type { FileLine, Pool, PoolServer } from '../../model/topology.ts'
import { type SocketAddress, socketAddressText } from '../exchange.ts'
import type { ConfigFile, FilePool, FileServer } from './configFile.ts'
import { withDisabled, withWeight } from './serverLine.ts'

/** The line that would make what runs last, where the file says otherwise; undefined where they agree. */
export function fileLineOf(server: Pick<PoolServer, 'name' | 'weightSet' | 'state'>, file: FileServer): FileLine | undefined {
  // A server of weight 0 shows as drained; that is the weight's doing.
  const out = server.state === 'maint' || (server.state === 'drain' && server.weightSet > 0)
  const otherWeight = file.weight !== undefined && file.weight !== server.weightSet
  const otherState = out !== file.disabled
  if (!otherWeight && !otherState) return undefined
  const line = { where: `${file.at.file}:${file.at.line}`, now: file.raw }
  if (file.template)
    return { ...line, notes: ['`server-template` makes several servers of one line: write this one out as a `server` line to give it values of its own.'] } // biome-ignore format: one line
  if (file.conditional) return { ...line, notes: ['It stands between `.if` and `.endif`: which of the lines counts is for you to say.'] }
  const notes: string[] = []
  let wanted = file.raw
  if (otherWeight) wanted = withWeight(wanted, server.weightSet)
  if (otherState && server.state === 'drain')
    notes.push('The file has no keyword for a drain: `disabled` (maintenance) comes nearest, or save the state.')
  else if (otherState) wanted = withDisabled(wanted, out)
  return { ...line, ...(wanted === file.raw ? {} : { wanted }), notes }
}

/** What a reload does to weights and states that were set at run time (HAProxy's manual: `load-server-state-from-file`). */
export function reloadOf(pool: FilePool, file: ConfigFile, socket: SocketAddress | null): NonNullable<Pool['reload']> {
  const lost = (text: string) => ({ keeps: false, text })
  if (pool.loadState === 'none')
    return lost('A reload takes every weight and state from the file: no `load-server-state-from-file` is set here.')
  const name = pool.loadState === 'global' ? file.stateFile : (pool.stateFileName ?? pool.name)
  if (name === undefined) return lost('A reload takes every weight and state from the file: `server-state-file` is missing in `global`.')
  const path = name.startsWith('/') || !file.stateBase ? name : join(file.stateBase, name)
  const ask = pool.loadState === 'global' ? 'show servers state' : `show servers state ${pool.name}`
  return {
    keeps: true,
    text: 'A reload keeps weights and states that were saved right before it; a server whose weight in the file was changed takes the new one from the file.',
    command: `echo "${ask}" | socat stdio ${socket ? shellWord(`${'path' in socket ? 'unix-connect' : 'tcp-connect'}:${socketAddressText(socket)}`) : 'ADMIN_SOCKET'} > ${shellWord(path)}`,
  }
}
