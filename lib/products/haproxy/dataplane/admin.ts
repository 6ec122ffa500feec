import { shellWord } from '../../../format/shell.ts'
import { withoutTrailingSlashes } from '../../../format/url.ts'
import { EvenkeelError } from '../../../model/error.ts'
import type { Edit } from '../../../model/product.ts'
import { type Admin, oneByOne } from '../admin.ts'
import { parseConfigFile } from '../configFile.ts'
import { onlyLine } from '../onlyLine.ts'
import type { StateRow } from '../serversState.ts'
import { checkedParts, NO_WEIGHTS, refusedBy } from '../settings.ts'
import { parseRuntimeServers } from './answers.ts'
import { type Api, BASE, type Call, messageOf, openApi, part, refusal } from './api.ts'
import type { DataplaneConfig } from './config.ts'
import { runtimeFrontends, runtimeLimits, runtimeServers } from './reads.ts'
import { commitInFile, placeOf } from './transaction.ts'

/** Weights and states by the Data Plane API: of the running process, or in its file by a transaction, with which limits of servers go too. */
export function dataplaneAdmin(config: DataplaneConfig): Admin {
  const api = openApi(config)
  return {
    async state(pools, signal) {
      const rows = (await Promise.all(pools.map((pool) => runtimeServers(api, pool, signal)))).flat()
      return config.write === 'config' && rows.some(({ weight }) => weight === undefined) ? withFileWeights(api, rows, signal) : rows
    },
    ...(config.write === 'config' && {
      limits: (pools, signal) => runtimeLimits(api, pools, signal),
      frontends: (signal) => runtimeFrontends(api, signal),
    }),
    set: (edits, signal) =>
      config.write === 'config'
        ? commitInFile(api, edits, signal)
        : oneByOne(edits, (name, value) => setAtRunTime(api, name, value, signal)),
    close: () => api.close(),
  }
}

/** Before 3.3.6 the API tells no weight of what runs; the file's is what its last reload brought. */
async function withFileWeights(api: Api, rows: readonly StateRow[], signal: AbortSignal): Promise<StateRow[]> {
  const file = parseConfigFile(await api.text({ path: '/configuration/raw' }, signal))
  return rows.map((row) => {
    const weight = row.weight ?? onlyLine(file, row.pool, row.server, 'haproxy.cfg')?.weight
    return weight === undefined ? row : { ...row, weight }
  })
}

const runtimePath = (pool: string, server: string) => `/runtime/backends/${part(pool)}/servers/${part(server)}`

/** The `PUT` leaves alone what is not in its body. */
function runtimeCall(name: string, wanted: string): Call {
  const { pool, server, what, value } = checkedParts(name, wanted)
  return {
    method: 'PUT',
    path: runtimePath(pool, server),
    body: what === 'weight' ? { weight: Number(value) } : { admin_state: value },
  }
}

async function setAtRunTime(api: Api, name: string, value: string, signal: AbortSignal): Promise<void> {
  const call = runtimeCall(name, value)
  const answer = await api.send(call, signal)
  // What HAProxy itself refuses comes with 500.
  if (answer.status >= 500 && /^\[\d\] /.test(messageOf(answer))) throw refusedBy(messageOf(answer).replace(/^\[\d\] +/, ''), name, value)
  if (answer.status !== 200) throw refusal(answer, call)
  const { pool, what } = checkedParts(name, value)
  const [row] = parseRuntimeServers(`[${answer.text}]`, pool)
  if (what === 'weight' && row!.weight === undefined) throw new EvenkeelError('not_allowed', NO_WEIGHTS)
}

/** What is sent, as commands of curl: they ask for the password. */
export function dataplaneCommands(config: DataplaneConfig, edits: readonly Edit[]): string[] {
  const curl = (call: Call) => curlLine(config, call)
  if (config.write === 'runtime') return edits.map(({ name, value }) => curl(runtimeCall(name, value)))
  return [
    `VERSION=$(${curl({ path: '/configuration/version' })})`,
    `ID=$(${curl({ method: 'POST', path: '/transactions?version=$VERSION' })} | jq -r .id)`,
    ...edits.map(({ name, value }) => {
      const { path: at, body } = placeOf(name, value)
      const path = `${at}?transaction_id=$ID`
      const change = shellWord('maxconn' in body && body.maxconn === undefined ? 'del(.maxconn)' : `. + ${JSON.stringify(body)}`)
      return `${curl({ path })} | jq ${change} | ${curl({ method: 'PUT', path })} --header 'content-type: application/json' --data @-`
    }),
    curl({ method: 'PUT', path: '/transactions/$ID?force_reload=true' }),
  ]
}

/** Paths with a variable of the shell stand in double quotes; names in them are escaped for a URL, which leaves nothing for a shell to read. */
function curlLine(config: DataplaneConfig, { method = 'GET', path, body }: Call): string {
  const base = `${withoutTrailingSlashes(config.url)}${BASE}`
  return [
    `curl --fail-with-body --silent --show-error --user ${shellWord(config.username)}`,
    ...(config.ca ? ['--cacert ca.pem'] : []),
    ...(method === 'GET' ? [] : [`--request ${method}`]),
    ...(body === undefined ? [] : ["--header 'content-type: application/json'", `--data ${shellWord(JSON.stringify(body))}`]),
    path.includes('$') ? `"${base.replace(/["\\`$]/g, '\\$&')}${path}"` : shellWord(base + path),
  ].join(' ')
}
