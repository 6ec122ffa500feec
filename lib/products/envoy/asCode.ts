import { shellLine, shellWord } from '../../format/shell.ts'
import type { CodeWriter } from '../../model/code.ts'
import { EvenkeelError } from '../../model/error.ts'
import type { Edit } from '../../model/product.ts'
import { serverSetting } from '../serverSetting.ts'
import type { EnvoyConfig } from './client.ts'
import { edsEndpoint, parseEds, withEdits } from './eds.ts'

/** Weights and draining in the EDS file. It is replaced by a rename, the only thing that Envoy's watch sees. */
export const envoyCode: CodeWriter<EnvoyConfig> = {
  kind: 'envoy',
  snippets(config, edits) {
    const file = config.eds?.file ?? '/etc/envoy/eds.json'
    return [
      {
        form: 'shell',
        title: 'Shell: jq on the EDS file',
        language: 'shell',
        text: `${shellLine(['jq', ...edits.flatMap(argumentsOf), edits.map(filterOf).join(' | '), file])} > ${shellWord(`${file}.new`)} &&\n  mv ${shellWord(`${file}.new`)} ${shellWord(file)}`,
        notes: ['The clusters as their endpoints are called in the file: a `service_name` may take the place of the name.'],
      },
    ]
  },
  file: {
    read(text, names) {
      const file = parseEds(text)
      return Object.fromEntries(
        names.flatMap((name) => {
          const { pool, server, what } = partOf(name)
          try {
            const { weight, draining } = edsEndpoint(file, pool, server)
            return [[name, what === 'weight' ? String(weight) : draining ? 'drain' : 'ready']]
          } catch (error) {
            if (error instanceof EvenkeelError && error.code === 'not_found') return []
            throw error
          }
        }),
      )
    },
    write(text, edits) {
      const next = withEdits(
        parseEds(text),
        edits.map(({ name, value }) => {
          const { pool: assignment, server, what } = partOf(name)
          return { assignment, server, ...(what === 'weight' ? { weight: Number(value) } : { draining: value !== 'ready' }) }
        }),
      )
      // Written as it was: another indentation would change every line.
      const indentation = /^\{\r?\n([ \t]+)"/.exec(text)?.[1] ?? '  '
      return `${JSON.stringify(JSON.parse(next), null, indentation)}${text.endsWith('\n') ? '\n' : ''}`
    },
  },
}

const partOf = (name: string) => serverSetting(name, 'CLUSTER/ADDRESS')

/** Host and port of `ip:port` and `[v6]:port`; null for the path of a pipe. */
function socketOf(server: string): { host: string; port: string } | null {
  const [, v6, host = v6, port] = /^(?:\[([^\]]+)\]|([^/]*?)):(\d+)$/.exec(server) ?? []
  return host !== undefined && port !== undefined ? { host, port } : null
}

/** Names and values come in as arguments: nothing of them is part of the program. */
function argumentsOf({ name, value }: Edit, at: number): string[] {
  const { pool, server, what } = partOf(name)
  const socket = socketOf(server)
  const place = socket ? ['--arg', `host${at}`, socket.host, '--argjson', `port${at}`, socket.port] : ['--arg', `path${at}`, server]
  return ['--arg', `cluster${at}`, pool, ...place, ...(what === 'weight' ? ['--argjson', `weight${at}`, String(Number(value))] : [])]
}

function filterOf({ name, value }: Edit, at: number): string {
  const { server, what } = partOf(name)
  const address = socketOf(server)
    ? `.endpoint.address.socket_address.address == $host${at} and .endpoint.address.socket_address.port_value == $port${at}`
    : `.endpoint.address.pipe.path == $path${at}`
  const endpoint = `(.resources[] | select(.cluster_name == $cluster${at}) | .endpoints[].lb_endpoints[] | select(${address}))`
  if (what === 'weight') return `${endpoint}.load_balancing_weight = $weight${at}`
  return value === 'ready' ? `del(${endpoint}.health_status)` : `${endpoint}.health_status = "DRAINING"`
}
