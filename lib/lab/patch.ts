import type { RingNode, RingSpec } from '../model/ring.ts'
import { addressOf, weightOf } from '../rings/algorithm.ts'
import { ketamaCounts } from '../rings/algorithms/ketama.ts'

/** The ring as its program's configuration writes it: what has to stand there for these shares. */
export function configOf(spec: RingSpec): { where: string; text: string } {
  const { algorithm, nodes, options = {} } = spec
  switch (algorithm) {
    case 'haproxy-consistent':
    case 'haproxy-map': {
      const type = [
        'hash-type',
        algorithm === 'haproxy-map' ? 'map-based' : 'consistent',
        options.function,
        options.avalanche && 'avalanche',
      ]
      const lines = nodes.map((node) =>
        [
          '    server',
          bare(node.name),
          bare(addressOf(node)),
          `weight ${weightOf(node)}`,
          node.id && `id ${node.id}`,
          (node.state ?? 'up') !== 'up' && 'disabled',
        ].filter(Boolean),
      )
      const balance = options.input === 'source' ? 'source' : '…'
      return {
        where: 'the backend of haproxy.cfg',
        text: [`    balance ${balance}`, `    ${type.filter(Boolean).join(' ')}`, ...lines.map(joined)].join('\n'),
      }
    }
    case 'nginx-consistent':
    case 'nginx-hash':
      return {
        where: 'the upstream of nginx.conf',
        text: [
          `    hash …${algorithm === 'nginx-consistent' ? ' consistent' : ''};`,
          ...nodes.map((node) => `    server ${bare(addressOf(node))} weight=${weightOf(node)}${out(node) ? ' down' : ''};`),
        ].join('\n'),
      }
    case 'twemproxy-ketama':
    case 'twemproxy-modula':
      return {
        where: 'the pool of nutcracker.yml',
        text: [
          `  distribution: ${algorithm === 'twemproxy-ketama' ? 'ketama' : 'modula'}`,
          `  hash: ${options.hash ?? 'fnv1a_64'}`,
          ...(options.hashTag ? [`  hash_tag: ${JSON.stringify(options.hashTag)}`] : []),
          '  servers:',
          ...nodes.map((node) => {
            const line = `${bare(addressOf(node))}:${weightOf(node)}${node.label ? ` ${bare(node.label)}` : ''}`
            return `${out(node) ? '  # ' : '  '}- ${line}`
          }),
        ].join('\n'),
      }
    case 'envoy-ring-hash':
    case 'envoy-maglev':
      return {
        where: 'the endpoints of the cluster, as its EDS answer gives them',
        text: JSON.stringify({ lb_endpoints: nodes.map(endpoint) }, null, 2),
      }
    case 'ketama': {
      const counts = ketamaCounts(spec)
      return {
        where: 'the ring under rings: in evenkeel.yaml, or its control document',
        text: JSON.stringify(
          { algorithm, nodes: nodes.map((node, at) => ({ name: node.name, address: addressOf(node), points: counts[at] })) },
          null,
          2,
        ),
      }
    }
    case 'libmemcached':
      return {
        where: `memcached(3), with the behaviour MEMCACHED_BEHAVIOR_KETAMA${options.weighted ? '_WEIGHTED' : ''}`,
        text: nodes
          .filter((node) => !out(node))
          .map((node) => `--SERVER=${bare(addressOf(node))}/?${weightOf(node)}`)
          .join(' '),
      }
    case 'redis-cluster':
      return {
        where: 'the nodes’ slots',
        text: nodes
          .map((node) => {
            const ranges = (node.slots ?? []).map(([from, to]) => `${from} ${to}`).join(' ')
            return ranges ? `CLUSTER ADDSLOTSRANGE ${ranges}   # ${bare(node.name)}` : `# ${bare(node.name)} has no slots`
          })
          .join('\n'),
      }
  }
}

const out = (node: RingNode) => (node.state ?? 'up') !== 'up'
const joined = (words: unknown[]) => words.join(' ')

/** A name in a line of configuration: one that could end the word or the line is quoted as JSON does, and no program takes it for more. */
const bare = (name: string) => (/^[\w.:/@[\]+-]+$/.test(name) ? name : JSON.stringify(name))

function endpoint(node: RingNode) {
  const address = addressOf(node)
  const [, host = address, port] = /^(.*):(\d+)$/.exec(address) ?? []
  const where =
    port === undefined
      ? { pipe: { path: address } }
      : { socket_address: { address: host.replace(/^\[(.*)\]$/, '$1'), port_value: Number(port) } }
  return {
    endpoint: { address: where },
    load_balancing_weight: weightOf(node),
    ...(node.label && { metadata: { filter_metadata: { 'envoy.lb': { hash_key: node.label } } } }),
    ...(out(node) && { health_status: 'DRAINING' }),
  }
}
