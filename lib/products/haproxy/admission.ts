import type { Admission, AdmissionLimit } from '../../model/admission.ts'
import type { ConfigFile } from './configFile.ts'
import { numbersIn, type StatRow, serverOf } from './stat.ts'

/** What limits the requests of a backend: `maxconn` of its servers as it runs, and limits of the file, its own and those of each frontend that leads to it. */
export function admissionOf(name: string, servers: readonly StatRow[], file: ConfigFile | null): Admission {
  const own = ofServers(servers)
  const gates = file?.gates.filter((gate) => gate.name === name || gate.leadsTo.includes(name) || gate.anywhere) ?? []
  const limits = [
    ...(own ? [own] : []),
    ...gates.flatMap(({ kind, name: section, limits }) => limits.map((text) => ({ text: `${kind} ${section}: ${text}` }))),
  ]
  const because =
    file === null
      ? 'limits of frontends (`maxconn`, stick tables) stand in haproxy.cfg: give `config`'
      : gates.some(({ unsure }) => unsure)
        ? 'a limit in haproxy.cfg stands between `.if` and `.endif` or is a variable'
        : undefined
  return {
    limits,
    ...(because === undefined ? {} : { because }),
    wanted: { where: `backend ${name}`, line: `server NAME … maxconn LIMIT` },
  }
}

/** `slim` is the server's `maxconn`; empty: none. */
function ofServers(servers: readonly StatRow[]): AdmissionLimit | null {
  const all = servers.map((row) => ({ name: serverOf(row), most: numbersIn(row).optional('slim') || null }))
  const having = all.filter((one): one is { name: string; most: number } => one.most !== null)
  if (having.length === 0) return null
  const sizes = [...new Set(having.map(({ most }) => most))].sort((a, b) => a - b)
  const most = sizes.length === 1 ? `${sizes[0]}` : `${sizes[0]} to ${sizes.at(-1)}`
  const text = `maxconn ${most} on ${having.length === all.length ? (all.length === 1 ? 'its server' : `each of its ${all.length} servers`) : `${having.length} of its ${all.length} servers`}`
  const without = all.find((one) => one.most === null)
  return without ? { text, nominal: `${without.name} has none, and takes what the others do not` } : { text }
}
